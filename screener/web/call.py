"""One call: who it says it is, what was odd, what to do next, every word, its recording and its text."""

from datetime import UTC, datetime
from hashlib import sha256

from flask import Blueprint, Response, abort, render_template, request
from werkzeug.datastructures import ContentRange
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from screener.files import Files
from screener.house import house
from screener.letters import kinds
from screener.store import (
    Connection,
    attachments,
    calls,
    custody,
    letters,
    marks,
    messages,
    notices,
    recordings,
    subscribers,
    talks,
)
from screener.store.records import Call, Message, Turn
from screener.web import findings, words
from screener.web.language import language
from screener.web.live import fresh
from screener.web.transcript import transcript
from screener.web.visitor import owner

pages = Blueprint("call", __name__)

DETAILS = ("agent_name", "staff_id", "callback_number", "amount")


def own_call(tx: Connection, sid: str, *, lock: bool = False) -> Call:
    """A call of the signed-in subscriber; anybody else's looks exactly like one that never was."""
    found = calls.find(tx, sid, lock=lock)
    if found is None or found.subscriber_id != owner().id:
        abort(404)
    return found


@pages.get("/calls/<sid>")
def show(sid: str) -> str:
    """The call's page; seeing it marks the call as read."""
    with house().store.read() as tx:
        call = own_call(tx, sid)
        turns = talks.turns(tx, call)
        kept = {
            "recordings": recordings.of_call(tx, call.id),
            "texts": texts_of(tx, call),
            "notice": notices.of_call(tx, call.id),
            "trail": custody.of_call(tx, call.id),
            "ticked": marks.ticked(tx, call.id),
            "note": marks.note_of(tx, call.id),
            "treatment": subscribers.treatment_of(tx, owner().id, call.caller),
            "letters": [one for one in letters.of_call(tx, call.id) if one.kind in kinds()],
            "files": attachments.of_call(tx, call.id),
        }
    if call.read_at is None and call.ended_at:
        with house().store.write() as tx:
            calls.save(tx, call.id, {"read_at": datetime.now(UTC)})
    asked = next((turn for turn in turns if turn.number == call.consent_turn), None)
    return render_template(
        "call.html", call=call, asked=asked, words=words, kinds=kinds(), **kept, **noticed(call, turns)
    )


def texts_of(tx: Connection, call: Call) -> list[Message]:
    """Every message that tells of the call: its own, or the one that tells of several calls, and what followed it."""
    notice = notices.of_call(tx, call.id)
    found = messages.of_call(tx, call.id)
    told = messages.find(tx, notice.message_id) if notice and notice.message_id else None
    while told and told.id not in {one.id for one in found}:
        found.append(told)
        told = messages.after(tx, told.id)
    return found


def noticed(call: Call, turns: list[Turn]) -> dict[str, object]:
    """What the follow-up found, for the page."""
    warnings, pressures = findings.warnings(call), findings.pressures(call)
    return {
        "claimed": findings.claim(call, "organisation"),
        "principal": findings.claim(call, "on_behalf_of"),
        "machine": findings.machine(call),
        "details": {name: findings.detail(call, name) for name in DETAILS},
        "caller_check": findings.number_check(call, "caller_check"),
        "callback_check": findings.number_check(call, "callback_check"),
        "warnings": warnings,
        "pressures": pressures,
        "conduct": findings.conduct(call),
        "next_steps": findings.steps(call),
        "reasons": findings.reasons(call),
        "transcript": transcript(turns, [*warnings, *pressures]),
        "tag": tag_of(call, turns),
    }


def tag_of(call: Call, turns: list[Turn]) -> str:
    """Names what has been said so far."""
    said = [(turn.number, turn.words, turn.digits, turn.partial) for turn in turns]
    return sha256(repr((language(), call.ended_at, said)).encode()).hexdigest()[:20]


@pages.get("/calls/<sid>/words")
def said(sid: str) -> Response:
    """A running call's words, for a page that asks again and again; 304 while nothing was added."""
    with house().store.read() as tx:
        call = own_call(tx, sid)
        turns = talks.turns(tx, call)
    tag = tag_of(call, turns)
    if tag in request.if_none_match:
        return fresh("", tag)
    return fresh(render_template("words.html", call=call, transcript=transcript(turns, [])), tag)


@pages.get("/calls/<sid>/recordings/<recording_sid>")
def listen(sid: str, recording_sid: str) -> Response:
    """A recording's sound, whole or in ranges; each listening is noted in the custody trail."""
    with house().store.read() as tx:
        call = own_call(tx, sid)
        found = recordings.find(tx, recording_sid)
    if found is None or found.call_id != call.id or found.state != "held" or not found.sha256:
        abort(404)
    files = Files(house().settings.recordings_url)
    size = files.size(found.sha256)
    if size is None:
        abort(404)
    if part_of(size)[0] == 0:
        with house().store.write() as tx:
            custody.note(tx, call, "subscriber", "listened", found.sid)
    return ranged(files, found.sha256, size, "audio/wav")[0]


def ranged(files: Files, name: str, size: int, mimetype: str) -> tuple[Response, int]:
    """A kept file, whole or the range that is asked for; the answer and its length."""
    start, end = part_of(size)
    response = Response(files.open(name, start, end), mimetype=mimetype)
    response.content_length = end - start
    if (start, end) != (0, size):
        response.status_code = 206
        response.content_range = ContentRange("bytes", start, end, size)
    response.accept_ranges = "bytes"
    response.set_etag(name)
    return response, end - start


def part_of(size: int) -> tuple[int, int]:
    """The part that is asked for, its end excluded; the whole for several parts at once, which no player wants."""
    wanted = request.range
    if wanted is None or len(wanted.ranges) != 1:
        return 0, size
    part = wanted.range_for_length(size)
    if part is None:
        raise RequestedRangeNotSatisfiable(size)
    return part[0], part[1]
