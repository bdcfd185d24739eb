"""The subscriber's own data: taken along as a table, or deleted, every bit of it."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, stream_with_context
from flask import url_for as to
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from screener.house import house
from screener.store import Connection, custody, departures, logbook, marks, talks
from screener.store.departures import Departure
from screener.store.logbook import Wanted
from screener.store.records import Call
from screener.web.language import language, remember
from screener.web.live import fresh
from screener.web.sentence import number, sentence
from screener.web.transcript import plain
from screener.web.visitor import dismiss, owner
from screener.web.words import CONSENTS, DISPOSITIONS

pages = Blueprint("own_data", __name__)

AT_ONCE = 50  # calls in a transaction, so that no live call waits long for the database
FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet calculate with a cell instead of showing it


@pages.get("/settings/log.csv")
def export() -> Response:
    """The whole log as CSV, written while it is read, so that a long one needs no memory."""
    answer = Response(stream_with_context(table()), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=calls-{datetime.now(owner().zone):%Y-%m-%d}.csv"
    return answer


def table() -> Iterator[str]:
    """The table's lines, newest call first, after a mark by which spreadsheets know UTF-8; each call's trail tells."""
    yield "\ufeff" + line(
        gettext("Time"),
        gettext("Number"),
        gettext("Call"),
        gettext("How it ended"),
        gettext("Recording"),
        gettext("What was said"),
        gettext("Your note"),
    )
    before: int | None = None
    while True:
        with house().store.write() as tx:
            some = logbook.page(tx, owner().id, Wanted(before=before), AT_ONCE)
            lines = [told(tx, call) for call in some]
            for call in some:
                custody.note(tx, call, "subscriber", "exported", "table")
        if not some:
            return
        yield "".join(lines)
        before = some[-1].id


def told(tx: Connection, call: Call) -> str:
    return line(
        call.started_at.astimezone(owner().zone).isoformat(timespec="seconds"),
        number(call),
        sentence(call),
        str(DISPOSITIONS[call.disposition]) if call.disposition else "",
        str(CONSENTS[call.consent]),
        " / ".join(plain(words) for _, words in talks.statements(tx, call)),
        plain(marks.note_of(tx, call.id)),
    )


def line(*cells: str) -> str:
    """One line; a cell that a spreadsheet would take for a formula gets an apostrophe before it."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow([f"'{cell}" if cell.startswith(FORMULAS) else cell for cell in cells])
    return buffer.getvalue()


@pages.get("/settings/delete")
def ask() -> str:
    """What deleting everything takes with it, before it does."""
    return render_template("delete.html")


@pages.post("/settings/delete")
def delete() -> AnyResponse:
    """Promise to delete everything and sign out everywhere; the worker does it. Not while a call is on the line."""
    if request.form.get("sure") != "1":
        flash(gettext("Nothing was deleted: tick the box first."))
        return redirect(to("own_data.ask"), 303)
    mine = owner()
    with house().store.write() as tx:
        busy = logbook.on_the_line(tx, mine.id)
        going = None if busy else departures.begin(tx, mine, datetime.now(UTC), whole=False)
        if going:
            house().promise(tx, "leave", f"{mine.id}:{going.token}")
    if going is None:
        flash(gettext("Nothing was deleted: a call is on the line now. Try again when it has ended."))
        return redirect(to("own_data.ask"), 303)
    page = make_response(redirect(to("own_data.leaving", token=going.token), 303))
    remember(page, language())
    dismiss(page)
    return page


@pages.get("/deleting/<token>")
def leaving(token: str) -> str:
    """How far the deletion has come; whoever has the link is signed out by now. An unknown one is done."""
    going, left = seen(token)
    return render_template("left.html", departure=going, left=left, tag=str(left))


@pages.get("/deleting/<token>/latest")
def how_far(token: str) -> Response:
    """The part of that page which changes; 304 while nothing has."""
    going, left = seen(token)
    tag = str(left) if going else "done"
    if tag in request.if_none_match:
        return fresh("", tag)
    return fresh(render_template("leaving.html", departure=going, left=left), tag)


def seen(token: str) -> tuple[Departure | None, int]:
    with house().store.read() as tx:
        going = departures.named(tx, token)
        return going, departures.left(tx, going) if going else 0
