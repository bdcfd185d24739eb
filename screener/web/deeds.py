"""What the subscriber does to a call: ticks its steps, notes, corrects its label, deletes. Each deed leaves a trail."""

from datetime import UTC, datetime

from flask import Blueprint, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from screener.house import house
from screener.model import Category
from screener.store import Connection, calls, custody, erasing, marks
from screener.store.records import Call
from screener.web.call import own_call
from screener.web.findings import steps

pages = Blueprint("deeds", __name__)

NOTE_LENGTH, NAME_LENGTH = 4000, 100


def back_to(sid: str, said: str = "") -> AnyResponse:
    if said:
        flash(said)
    return redirect(url_for("call.show", sid=sid), 303)


@pages.post("/calls/<sid>/steps")
def tick(sid: str) -> AnyResponse:
    """Exactly the ticked steps are done."""
    with house().store.write() as tx:
        call = own_call(tx, sid, lock=True)
        known = {step.id for step in steps(call)}
        marks.set_ticks(tx, call.id, known & set(request.form.getlist("step")))
    return back_to(sid)


@pages.post("/calls/<sid>/note")
def note(sid: str) -> AnyResponse:
    """Keep the subscriber's own words about a call."""
    with house().store.write() as tx:
        call = own_call(tx, sid, lock=True)
        marks.set_note(tx, call.id, request.form.get("words", "").strip()[:NOTE_LENGTH])
    return back_to(sid, gettext("Your note is kept."))


@pages.post("/calls/<sid>/label")
def correct(sid: str) -> AnyResponse:
    """Correct who a call was from. What the machine thought stays in the findings, beside it."""
    wanted = request.form.get("category")
    name, shown = (" ".join(request.form.get(part, "").split())[:NAME_LENGTH] for part in ("organisation", "shown"))
    with house().store.write() as tx:
        call = own_call(tx, sid, lock=True)
        changes: dict[str, object] = {}
        if wanted in set(Category) and wanted != call.category:
            changes["category"] = Category(wanted)
        if name != shown:
            changes["organisation"] = name or None
        if changes:
            calls.save(tx, call.id, changes)
            custody.note(tx, call, "subscriber", "corrected", ", ".join(sorted(changes)))
    return back_to(sid, gettext("The label is corrected."))


@pages.post("/calls/<sid>/delete")
def delete(sid: str) -> AnyResponse:
    """Delete a call's sound, its words, or all of it; not while the call is on the line."""
    what = request.form.get("what")
    if request.form.get("sure") != "1" or what not in ("sound", "words", "all"):
        return back_to(sid, gettext("Nothing was deleted: tick the box first."))
    with house().store.write() as tx:
        call = own_call(tx, sid, lock=True)
        if call.ended_at is None:
            return back_to(sid, gettext("This call is on the line now."))
        custody.note(tx, call, "subscriber", "deleted", what)
        gone = what == "all" and erasing.everything(tx, call, house().settings.secret_key)
        if gone:
            house().promise(tx, "clear", f"due:{stamp()}")
        else:
            delete_parts(tx, call, what)
    return told(call, what, gone=gone)


def delete_parts(tx: Connection, call: Call, what: str) -> None:
    """Sound, words or both; files and the carrier's copies are the worker's. The rest goes when a text is sent."""
    if what in ("sound", "all"):
        for sid in erasing.sound(tx, call):
            house().promise(tx, "recording", f"{sid}:r{stamp()}")
    if what in ("words", "all"):
        erasing.words(tx, call)
    if what == "all":
        erasing.added(tx, call)
        erasing.later(tx, call)


def stamp() -> int:
    """What makes a follow-up's id new."""
    return int(datetime.now(UTC).timestamp())


def told(call: Call, what: str, *, gone: bool) -> AnyResponse:
    """Say what has been deleted, and what is still on its way out."""
    if gone:
        flash(gettext("The call is deleted."))
        return redirect(url_for("log.every"), 303)
    said = {
        "sound": gettext("The recording is deleted, or is being deleted at the carrier."),
        "words": gettext("The words are deleted."),
        "all": gettext("Words and recording are deleted. The rest follows once the text about this call has gone out."),
    }
    return back_to(call.sid, said[what])
