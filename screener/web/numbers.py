"""Numbers and organisations: who called from where, how often, with what contradictions, and what to do with them."""

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from screener import organisations
from screener.house import house
from screener.model import Treatment
from screener.numbers import E164
from screener.store import numbers_seen, subscribers
from screener.store.records import Call
from screener.web import picture
from screener.web.guard import local_path
from screener.web.language import language, name_shown
from screener.web.visitor import owner

pages = Blueprint("numbers", __name__)

SHOWN_CALLS = 20
COUNTED_CALLS = 2000  # newest calls of a number or organisation that the picture counts
KEY_LENGTH = 200


@pages.get("/numbers")
def every() -> str:
    """Every number and every claimed organisation, the latest first; and the subscriber's contacts."""
    with house().store.read() as tx:
        mine = owner().id
        seen, claims = numbers_seen.numbers(tx, mine), numbers_seen.organisations(tx, mine)
        contacts = subscribers.contacts(tx, mine)
    return render_template("numbers.html", numbers=seen, organisations=claims, contacts=contacts, name=name_of)


@pages.get("/numbers/<number>")
def show(number: str) -> str:
    """One number: whom it claimed to be, when it called, how its next calls are met."""
    if not E164.match(number):
        abort(404)
    with house().store.read() as tx:
        claims = numbers_seen.claims_of(tx, owner().id, number)
        calls = numbers_seen.calls_from(tx, owner().id, number, COUNTED_CALLS)
        treatment = subscribers.treatment_of(tx, owner().id, number)
    if not calls and treatment is None:
        abort(404)
    return render_template("number.html", shown=number, claims=claims, treatment=treatment, name=name_of, **seen(calls))


@pages.get("/organisations/<path:key>")
def organisation(key: str) -> str:
    """One claimed organisation: every number that claimed it, first and last seen."""
    with house().store.read() as tx:
        claimed = numbers_seen.numbers_of(tx, owner().id, key[:KEY_LENGTH])
        calls = numbers_seen.calls_claiming(tx, owner().id, key[:KEY_LENGTH], COUNTED_CALLS)
    if not calls:
        abort(404)
    known = organisations.organisations().get(key)
    hotlines = known.hotlines if known else ()
    return render_template(
        "organisation.html", key=key, name=name_of, numbers=claimed, hotlines=hotlines, **seen(calls)
    )


def seen(calls: list[Call]) -> dict[str, object]:
    """What the pages of a number and of an organisation share."""
    counts = picture.counted([call.started_at for call in calls], owner().zone)
    bound = picture.bounds(country_of(calls), {call.category for call in calls})
    how_often = {"drawing": picture.drawn(counts, bound), "quiet": picture.quiet(bound), "rules": picture.told(bound)}
    return {"calls": calls[:SHOWN_CALLS], "counts": counts, **how_often}


def country_of(calls: list[Call]) -> str:
    """Whose rules count: the country of the lender that is claimed, else the subscriber's."""
    claimed = [key for call in calls for key in (call.on_behalf_of, call.organisation) if key]
    known = (organisations.organisations().get(key) for key in claimed)
    return next((one.country for one in known if one), owner().jurisdiction)


def name_of(key: str) -> str:
    """An organisation's name by its key, in the characters of this page."""
    return name_shown(organisations.name_of(key, language()))


@pages.post("/numbers/<number>")
def treat(number: str) -> AnyResponse:
    """Allow, mute or block a number, or screen it as usual again."""
    wanted = request.form.get("treatment", "")
    if not E164.match(number) or (wanted and wanted not in set(Treatment)):
        abort(400)
    label = request.form.get("label", "").strip()[:100]
    with house().store.write() as tx:
        subscribers.treat(tx, owner().id, number, Treatment(wanted) if wanted else None, label)
    flash(gettext("Kept. It counts from the next call on."))
    return redirect(local_path(request.form.get("back", url_for("numbers.every"))), 303)
