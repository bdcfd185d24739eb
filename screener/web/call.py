"""One call: who it says it is, what was odd, what to do next, every word, its recording and its text."""

from datetime import UTC, datetime

from flask import Blueprint, Response, abort, render_template, request, send_file
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from screener.files import Files
from screener.house import house
from screener.store import Connection, calls, custody, messages, recordings
from screener.store.records import Call
from screener.web import findings, words
from screener.web.sentence import number, sentence
from screener.web.transcript import transcript
from screener.web.visitor import owner

pages = Blueprint("call", __name__)

DETAILS = ("agent_name", "staff_id", "callback_number", "amount")


def own_call(tx: Connection, sid: str) -> Call:
    """A call of the signed-in subscriber; anybody else's looks exactly like one that never was."""
    found = calls.find(tx, sid)
    if found is None or found.subscriber_id != owner().id:
        abort(404)
    return found


@pages.get("/calls/<sid>")
def show(sid: str) -> str:
    """The call's page; seeing it marks the call as read."""
    with house().store.read() as tx:
        call = own_call(tx, sid)
        turns = calls.turns(tx, call)
        sounds = recordings.of_call(tx, call.id)
        texts = messages.of_call(tx, call.id)
        notice = messages.notice_of(tx, call.id)
    if call.read_at is None and call.ended_at:
        with house().store.write() as tx:
            calls.save(tx, call.id, {"read_at": datetime.now(UTC)})
    warnings, pressures = findings.warnings(call), findings.pressures(call)
    asked = next((turn for turn in turns if turn.number == call.consent_turn), None)
    return render_template(
        "call.html",
        call=call,
        sentence=sentence(call),
        number=number(call),
        claimed=findings.claim(call, "organisation"),
        principal=findings.claim(call, "on_behalf_of"),
        details={name: findings.detail(call, name) for name in DETAILS},
        caller_check=findings.number_check(call, "caller_check"),
        callback_check=findings.number_check(call, "callback_check"),
        warnings=warnings,
        pressures=pressures,
        conduct=findings.conduct(call),
        steps=findings.steps(call),
        reasons=findings.reasons(call),
        transcript=transcript(turns, [*warnings, *pressures]),
        asked=asked,
        recordings=sounds,
        texts=texts,
        notice=notice,
        words=words,
    )


@pages.get("/calls/<sid>/recordings/<recording_sid>")
def listen(sid: str, recording_sid: str) -> Response:
    """A recording's sound, whole or in ranges; each listening is noted in the custody trail."""
    with house().store.read() as tx:
        call = own_call(tx, sid)
        found = recordings.find(tx, recording_sid)
    if found is None or found.call_id != call.id or found.state != "held" or not found.sha256:
        abort(404)
    if request.range and found.size and request.range.range_for_length(found.size) is None:
        raise RequestedRangeNotSatisfiable(found.size)
    if request.headers.get("Range", "bytes=0-").startswith("bytes=0-"):
        with house().store.write() as tx:
            custody.note(tx, call, "subscriber", "listened", found.sid)
    path = Files(house().settings.recordings_url).path(found.sha256)
    return send_file(path, mimetype="audio/wav", conditional=True, etag=found.sha256, max_age=0)
