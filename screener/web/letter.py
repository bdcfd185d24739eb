"""One letter: its blanks, the letter itself to read and print, as a document, its day of sending and what is due."""

import re
from datetime import UTC, date, datetime, timedelta

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as later
from werkzeug.wrappers import Response as AnyResponse

from screener.house import house
from screener.letters import (
    Problem,
    Typed,
    blanks,
    day,
    from_json,
    kinds,
    left_over,
    money,
    read,
    to_json,
    wanted_plan,
    wrong_day,
)
from screener.model import Language
from screener.store import Connection, attachments, custody, letters
from screener.store.letters import KeptLetter
from screener.web.attachments import clear
from screener.web.language import language
from screener.web.letter_facts import written
from screener.web.letters import due_after
from screener.web.trail import LETTER
from screener.web.visitor import owner

pages = Blueprint("letter", __name__)

LETTER_ID = re.compile("[0-9a-f]{16}")
YEAR = timedelta(days=366)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PROBLEMS: dict[Problem, object] = {
    Problem.NO_DATE: later("This is not a date."),
    Problem.NOT_YET: later("This day has not come yet."),
    Problem.NO_AMOUNT: later("Write an amount, such as 1200 or 1,200.50."),
    Problem.NO_ROW: later("Write a name and an amount, such as 1200 or 1,200.50."),
    Problem.NO_COUNT: later("Write a whole number within the limit."),
    Problem.NOT_FOUR_DIGITS: later("Only the last four digits, please."),
    Problem.TOO_LONG: later("This is too long."),
    Problem.NEEDED: later("Without this the letter cannot be used."),
    Problem.UNKNOWN: later("Choose one of these."),
}

CHOICES: dict[str, object] = {"whole": later("All of it"), "part": later("A part of it")}


def own_letter(tx: Connection, letter_id: str, *, lock: bool = False) -> KeptLetter:
    """A letter of the signed-in subscriber; anybody else's looks exactly like one that never was."""
    found = letters.find(tx, letter_id, lock=lock) if LETTER_ID.fullmatch(letter_id) else None
    if found is None or found.subscriber_id != owner().id or found.kind not in kinds():
        abort(404)
    return found


@pages.get("/letters/<letter_id>")
def show(letter_id: str) -> str:
    """The letter as it stands, to read and to print, and what can be done with it."""
    with house().store.read() as tx:
        kept = own_letter(tx, letter_id)
        shown, files = written(tx, kept), attachments.of_letter(tx, kept.id)
    return render_template(
        "letter.html",
        kept=kept,
        hints=budget_hints(from_json(kept.typed).only(kinds()[kept.kind])),
        kind=kinds()[kept.kind],
        letter=shown,
        files=files,
        due=due_after(kept),
        today=today(),
        reader=language(),
    )


def today() -> date:
    """The day where the subscriber lives."""
    return datetime.now(owner().zone).date()


def budget_hints(typed: Typed) -> list[str]:
    """What a reader of the letter will see in its budget before anything else; better seen before it is sent."""
    left, plan = left_over(typed), wanted_plan(typed)
    if left is None:
        return []
    if left < 0:
        lacking = money(-left)
        return [gettext("Spending is more than income by %(lacking)s a month. Look at the figures.", lacking=lacking)]
    if plan and plan.each > left:
        figures = {"each": money(plan.each), "left": money(left)}
        return [gettext("An instalment of %(each)s is more than the %(left)s left each month.", **figures)]
    return []


@pages.get("/letters/<letter_id>/blanks")
def fill(letter_id: str) -> str:
    """The blanks of a letter."""
    with house().store.read() as tx:
        kept = own_letter(tx, letter_id)
    return form_of(kept, from_json(kept.typed), {})


def form_of(kept: KeptLetter, typed: Typed, problems: dict[str, Problem]) -> str:
    kind = kinds()[kept.kind]
    return render_template(
        "blanks.html",
        kept=kept,
        kind=kind,
        blanks=[blanks()[name] for name in kind.blanks],
        typed=typed,
        problems={name: PROBLEMS[one] for name, one in problems.items()},
        reader=language(),
        words=CHOICES,
        today=today(),
    )


@pages.post("/letters/<letter_id>/blanks")
def keep(letter_id: str) -> AnyResponse | tuple[str, int]:
    """Keep what was typed; with something wrong in it the form comes back as it was filled in."""
    wanted = request.form.get("language", "")
    with house().store.write() as tx:
        kept = own_letter(tx, letter_id, lock=True)
        typed, problems = read(kinds()[kept.kind], request.form.getlist, today())
        if problems:
            return form_of(kept, typed, problems), 422
        spoken = Language(wanted) if wanted in set(Language) else kept.language
        letters.change(tx, kept.id, {"typed": to_json(typed), "language": spoken})
    return redirect(url_for("letter.show", letter_id=kept.id), 303)


@pages.get("/letters/<letter_id>/letter.docx")
def download(letter_id: str) -> Response:
    """The letter as an editable document; that it was taken out is noted in the trail of its calls."""
    from screener.documents import document  # takes a third of a second, which a web process need not wait for

    with house().store.write() as tx:
        kept = own_letter(tx, letter_id)
        shown = written(tx, kept)
        for call in letters.calls_of(tx, kept.id):
            custody.note(tx, call, "subscriber", "exported", LETTER + kept.kind)
    made = Response(document(shown, datetime.now(UTC)), mimetype=DOCX)
    return named(made, f"letter-{datetime.now(owner().zone):%Y-%m-%d}.docx")


@pages.get("/letters/<letter_id>/calendar.ics")
def remind(letter_id: str) -> Response:
    """What is due after the letter, for a calendar."""
    from screener.documents import calendar

    with house().store.read() as tx:
        kept = own_letter(tx, letter_id)
    due = due_after(kept)
    if not due:
        abort(404)
    page = house().settings.public_url + url_for("letter.show", letter_id=kept.id)
    return named(
        Response(calendar(kept.id, due, language(), datetime.now(UTC), page), mimetype="text/calendar"), "days.ics"
    )


def named(response: Response, name: str) -> Response:
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


@pages.post("/letters/<letter_id>/sent")
def sent(letter_id: str) -> AnyResponse:
    """Note the day of sending, from which deadlines are counted, or take it back."""
    typed = request.form.get("on", "")
    wrong = wrong_sending(typed) if typed else None
    if wrong:
        flash(wrong)
        return redirect(url_for("letter.show", letter_id=letter_id), 303)
    on = day(typed)
    with house().store.write() as tx:
        kept = own_letter(tx, letter_id, lock=True)
        letters.sent(tx, kept.id, on)
    flash(gettext("Noted as sent.") if on else gettext("Noted as not sent."))
    return redirect(url_for("letter.show", letter_id=letter_id), 303)


def wrong_sending(typed: str) -> str:
    """What is wrong with a day of sending: a mistyped year would count deadlines to nowhere."""
    problem, on = wrong_day(typed, today()), day(typed)
    if problem:
        return str(PROBLEMS[problem])
    return gettext("This day is more than a year ago.") if on and today() - on > YEAR else ""


@pages.post("/letters/<letter_id>/delete")
def delete(letter_id: str) -> AnyResponse:
    """Delete a letter with what was typed and the files that were added to it."""
    if request.form.get("sure") != "1":
        flash(gettext("Nothing was deleted: tick the box first."))
        return redirect(url_for("letter.show", letter_id=letter_id), 303)
    with house().store.write() as tx:
        kept = own_letter(tx, letter_id, lock=True)
        clear(tx, attachments.forget_with_letter(tx, kept.id))
    flash(gettext("The letter is deleted."))
    return redirect(url_for("letters.every"), 303)
