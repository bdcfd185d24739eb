"""Settings: language and style of the texts, own situation, how long calls are kept, contacts, sessions."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import available_timezones

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as later
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from screener.dialogue.steps import GREETINGS
from screener.house import house
from screener.model import Greeting, Jurisdiction, Language, Spoken
from screener.store import channels, marks, sessions, subscribers
from screener.store.marks import Preference
from screener.store.records import Subscriber
from screener.summary import Style
from screener.web.contacts import ImportProblem, read_contacts
from screener.web.visitor import dismiss, owner, visitor
from screener.web.words import JURISDICTIONS

pages = Blueprint("settings", __name__)

STYLES: dict[Style, object] = {
    Style.DEFAULT: later("Ordinary: names the caller's claim; may lie on a lock screen"),
    Style.DISCREET: later("Discreet: only that there was a call"),
    Style.FULL: later("Full: with everything noticed"),
}
SITUATIONS: dict[str, object] = {
    "illness": later("Illness, my own or in the family"),
    "job_loss": later("Lost my job or income"),
    "age": later("Retired or elderly"),
}
RETENTIONS = (30, 90, 180, 365, 730, 1825)  # days
# What may go by age: the field of the form, the preference, and how it is called.
AGES: dict[str, tuple[str, object]] = {
    "retention": ("retention_days", later("Keep calls for")),
    "sound_retention": ("sound_days", later("Keep recordings for")),
    "words_retention": ("words_days", later("Keep callers' words for")),
}
NAME_LENGTH = 60
CLOCK = re.compile("(?:[01][0-9]|2[0-3]):[0-5][0-9]")


@pages.get("/settings")
def show() -> str:
    """Everything that the subscriber may choose."""
    with house().store.read() as tx:
        preference = marks.preference_of(tx, owner().id)
    return page(owner(), preference, ())


def page(chosen: Subscriber, preference: Preference, problems: Sequence[str]) -> str:
    """The page with what is chosen, or was just typed, and what is wrong with it."""
    with house().store.read() as tx:
        contacts = subscribers.contacts(tx, owner().id)
        other_ways = channels.of_subscriber(tx, owner().id)
        open_sessions = sessions.of_subscriber(tx, owner().id, datetime.now(UTC))
    found = visitor()
    return render_template(
        "settings.html",
        owner=chosen,
        preference=preference,
        problems=problems,
        contacts=contacts,
        channels=other_ways,
        sessions=open_sessions,
        here=found.session.token_hash if found else "",
        styles=STYLES,
        greetings=GREETINGS,
        spoken=Spoken,
        situations=SITUATIONS,
        jurisdictions=JURISDICTIONS,
        ages=AGES,
        retentions=RETENTIONS,
        zones=sorted(available_timezones()),
    )


@pages.post("/settings")
def keep() -> AnyResponse | tuple[str, int]:
    """Keep what was chosen, unless its parts contradict each other; what is not one of the choices changes nothing."""
    changes = chosen_in(request.form)
    ages = [age_in(name) for name in AGES]
    situation = tuple(one for one in SITUATIONS if one in request.form.getlist("situation"))
    preference = Preference(ages[0], situation, *ages[1:])
    typed = replace(owner(), **changes)  # type: ignore[arg-type]
    problems = [*wrong_hours(typed), *wrong_ages(preference)]
    if problems:
        return page(typed, preference, problems), 422
    with house().store.write() as tx:
        subscribers.change(tx, owner().id, changes)
        marks.set_preference(tx, owner().id, preference)
    return back(gettext("Your settings are kept."))


def chosen_in(form: MultiDict[str, str]) -> dict[str, str]:
    """The subscriber's own values that the form names, as far as they are choices."""
    changes: dict[str, str] = {"nickname": form.get("nickname", owner().nickname).strip()[:NAME_LENGTH]}
    choices: dict[str, set[str]] = {"language": {*Language}, "style": {*Style}, "greeting": {*Greeting}}
    for name, known in {**choices, "jurisdiction": {*Jurisdiction}, "time_zone": available_timezones()}.items():
        if form.get(name) in known:
            changes[name] = form[name]
    for name in ("quiet_from", "quiet_until", "digest_at"):
        if name in form and (not form[name] or CLOCK.fullmatch(form[name])):
            changes[name] = form[name]
    return changes


def wrong_hours(typed: Subscriber) -> Iterator[str]:
    """Quiet hours have a beginning and an end."""
    if bool(typed.quiet_from) != bool(typed.quiet_until):
        yield gettext("Quiet hours need both times, or neither.")
    elif typed.quiet_from and typed.quiet_from == typed.quiet_until:
        yield gettext("Quiet hours begin and end at the same time: choose two times, or leave both empty.")


def wrong_ages(typed: Preference) -> Iterator[str]:
    """No part of a call outlives the call."""
    whole, parts = typed.retention_days, (typed.sound_days or 0, typed.words_days or 0)
    if whole and max(parts) > whole:
        yield gettext("Recordings and words go with their call: they cannot be kept for longer than it.")


def age_in(name: str) -> int | None:
    """An age in days, if it is one of the choices."""
    days = request.form.get(name, "")
    return int(days) if days.isascii() and days.isdigit() and int(days) in RETENTIONS else None


def back(said: str) -> AnyResponse:
    flash(said)
    return redirect(url_for("settings.show"), 303)


@pages.post("/settings/contacts")
def import_contacts() -> AnyResponse:
    """Allow every number of a vCard or CSV file, so that family and doctor go straight through."""
    file = request.files.get("file")
    try:
        found = read_contacts(file.read() if file else b"", owner().jurisdiction)
    except ImportProblem as problem:
        return back(str(problem))
    with house().store.write() as tx:
        added = sum(subscribers.allow_new(tx, owner().id, number, label) for number, label in found.items())
    return back(gettext("%(added)d of %(found)d numbers are new and now allowed.", added=added, found=len(found)))


@pages.post("/settings/sessions")
def leave_everywhere() -> AnyResponse:
    """End every session of the subscriber, this one too."""
    with house().store.write() as tx:
        sessions.end_all(tx, owner().id)
    page = make_response(redirect(url_for("sign_in.ask"), 303))
    dismiss(page)
    return page
