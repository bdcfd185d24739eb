"""The subscriber's own data: taken along as a table, or deleted, every bit of it."""

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, stream_with_context
from flask import url_for as to
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from screener.files import Files
from screener.house import house
from screener.store import Connection, attachments, calls, custody, erasing, logbook, marks
from screener.store.erasing import Erased
from screener.store.logbook import Wanted
from screener.store.records import Call
from screener.web.sentence import number, sentence
from screener.web.transcript import plain
from screener.web.visitor import dismiss, owner
from screener.web.words import CONSENTS, DISPOSITIONS

pages = Blueprint("own_data", __name__)

AT_ONCE = 200
FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet calculate with a cell instead of showing it


@pages.get("/settings/log.csv")
def export() -> Response:
    """The whole log as CSV, written while it is read, so that a long one needs no memory."""
    answer = Response(stream_with_context(table()), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f"attachment; filename=calls-{datetime.now(owner().zone):%Y-%m-%d}.csv"
    return answer


def table() -> Iterator[str]:
    """The table's lines, newest call first, after a mark by which spreadsheets know UTF-8."""
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
        with house().store.read() as tx:
            some = logbook.page(tx, owner().id, Wanted(before=before), AT_ONCE)
            lines = [told(tx, call) for call in some]
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
        " / ".join(plain(words) for _, words in calls.statements(tx, call)),
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
    """Delete everything, sign out everywhere, and say so; not while a call is on the line."""
    if request.form.get("sure") != "1":
        flash(gettext("Nothing was deleted: tick the box first."))
        return redirect(to("own_data.ask"), 303)
    mine = owner().id
    with house().store.read() as tx:
        busy = logbook.on_the_line(tx, mine)
    if busy:
        flash(gettext("Nothing was deleted: a call is on the line now. Try again when it has ended."))
        return redirect(to("own_data.ask"), 303)
    waiting = delete_calls(mine)
    with house().store.write() as tx:
        erasing.apart_from_calls(tx, mine)
        unused = attachments.forget_of(tx, mine)
    for sha256 in unused:
        Files(house().settings.recordings_url).delete(sha256)
    if waiting:
        flash(gettext("Everything here is deleted. The carrier's last copies of recordings follow within a day."))
    else:
        flash(gettext("Everything is deleted, and you are signed out."))
    page = make_response(redirect(to("sign_in.ask"), 303))
    dismiss(page)
    return page


def delete_calls(mine: int) -> int:
    """Delete every call; how many stay as an empty row until the carrier has deleted its copy."""
    after, waiting = 0, 0
    while True:
        with house().store.read() as tx:
            some = calls.ended_before(tx, mine, datetime.now(UTC), after, AT_ONCE)
        if not some:
            return waiting
        waiting += sum(not delete_call(sid) for _, sid in some)
        after = some[-1][0]


def delete_call(sid: str) -> bool:
    """Delete one call; False while a recording may be left at the carrier."""
    left, gone = Erased(), True
    with house().store.write() as tx:
        call = calls.find(tx, sid, lock=True)
        if call:
            left = erasing.sound(tx, call)
            for one in left.at_carrier:
                house().promise(tx, "recording", f"{one}:r{int(datetime.now(UTC).timestamp())}")
            erasing.words(tx, call)
            left.files += attachments.forget_with_call(tx, call.id)
            custody.note(tx, call, "subscriber", "deleted", f"all {call.sid}")
            gone = erasing.everything(tx, call, house().settings.secret_key)
    for sha256 in left.files:
        Files(house().settings.recordings_url).delete(sha256)
    return gone
