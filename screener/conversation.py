"""The dialogue held over webhooks: each function is one transaction's work, from what was heard to what is kept."""

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from screener import dialogue, twiml
from screener.dialogue import Answer, Heard, Reply, Talk
from screener.dialogue.consent import withdrawal
from screener.dialogue.engine import CAPTURING
from screener.house import House
from screener.model import Consent, Disposition, Jurisdiction, Treatment
from screener.store import Connection, calls, chain, recordings, talks
from screener.store.calls import Arrival, Ring
from screener.store.records import Call
from screener.store.talks import Asked

__all__ = ["Heard", "close", "keep_partial", "note_recording", "open_call", "repeat", "take_turn"]

log = logging.getLogger(__name__)


def open_call(tx: Connection, house: House, arrival: Arrival, ring: Ring) -> str:
    """Log a ringing call and answer it, or turn it away; the TwiML."""
    talk = first_talk(arrival, ring)
    blocked = arrival.is_own_number or arrival.treatment is Treatment.BLOCK
    if blocked:
        talk, reply = dialogue.close_with(talk, "blocked")
    elif arrival.is_crowded:
        log.warning("a call was turned away: too many at once or in a day, or this server is about to stop")
        talk, reply = dialogue.close_with(talk, "busy")
    else:
        talk, reply = dialogue.begin(talk)
    # A rejected forwarded call may fall to the carrier's voicemail; our own number calling is a loop all the same.
    rejected = arrival.is_own_number or (blocked and house.settings.reject_blocked)
    answer = twiml.reject() if rejected else twiml.render(reply, 1, house.urls)
    call_id = calls.open_(tx, arrival, ring, (talk, asked(reply, answer)))
    if blocked and calls.close(tx, calls.by_id(tx, call_id), datetime.now(UTC), None):
        chain.seal_call(tx, call_id, arrival.owner.id)
        house.promise(tx, "text", ring.sid)
    return answer


def first_talk(arrival: Arrival, ring: Ring) -> Talk:
    """How the conversation starts for this caller. A +1 number on either end consents by key only."""
    owner = arrival.owner
    plus_one = any((number or "").startswith("+1") for number in (ring.caller.number, owner.phone, owner.twilio_number))
    return Talk(
        language=owner.spoken,
        keys_only=plus_one,
        us_subscriber=owner.jurisdiction is Jurisdiction.US,
        allowed=arrival.treatment is Treatment.ALLOW,
        greeting=owner.greeting,
    )


def asked(reply: Reply, answer: str) -> Asked:
    """A reply of ours as it is kept: its words, and the TwiML for a repeated webhook."""
    return Asked(reply.step, reply.language, reply.said, reply.version, answer)


def take_turn(tx: Connection, house: House, call: Call, answer: Answer) -> str | None:
    """Keep an answer and what follows from it; the TwiML, or None when the call has moved on or ended meanwhile."""
    document = twiml.render(answer.reply, call.turn + 1, house.urls)
    if not talks.ask(tx, call, answer.talk, asked(answer.reply, document)):
        return None
    talks.hear(tx, call, answer.kept)
    if answer.withdrawn:
        forget(tx, house, call)
    return document


def forget(tx: Connection, house: House, call: Call) -> None:
    """Consent was taken back: words go now, recordings here and at the carrier as soon as the worker gets to it."""
    talks.forget_words(tx, call)
    recordings.unwanted(tx, call.id)
    chain.sound_gone(tx, call.id, call.subscriber_id)
    house.promise(tx, "erase", call.sid)


def repeat(tx: Connection, call: Call, number: int) -> str:
    """The reply that turn `number` got when it was first given."""
    turn = talks.turn_of(tx, call, number)
    return turn.reply if turn else twiml.hang_up()


def keep_partial(tx: Connection, call: Call, words: str, sequence: int) -> None:
    """Keep words on their way, where the current step takes a statement and consent covers it."""
    talk = talks.talk_of(tx, call)
    if words and dialogue.STEPS[talk.step].statement and talk.consent in CAPTURING:
        talks.keep_partial(tx, call, call.turn, words, sequence)


def close(tx: Connection, house: House, call: Call, seconds: int | None) -> None:
    """End a call and promise its text. A refusal cut off in mid-sentence still takes consent back."""
    turn = talks.turn_of(tx, call, call.turn)
    if turn and turn.partial and withdrawal(turn.partial):
        calls.withdraw(tx, call)
        call = replace(call, consent=Consent.WITHDRAWN, disposition=Disposition.CONSENT_REFUSED)
        recordings.unwanted(tx, call.id)
        chain.sound_gone(tx, call.id, call.subscriber_id)
    if calls.close(tx, call, datetime.now(UTC), seconds):
        chain.seal_call(tx, call.id, call.subscriber_id)
        house.promise(tx, "text", call.sid)
        if call.consent is Consent.WITHDRAWN:
            house.promise(tx, "erase", f"{call.sid}:ended")


def note_recording(tx: Connection, house: House, call: Call, sid: str, status: str, details: dict[str, Any]) -> None:
    """Note a recording; keep it where consent stands, and have every other one deleted at the carrier."""
    wanted = call.consent is Consent.RECORDING
    state = {"in-progress": "running", "completed": "promised", "absent": "absent"}.get(status, "failed")
    if not wanted and state in ("running", "promised"):
        if call.consent is not Consent.WITHDRAWN:
            log.error("a recording was made without consent; it will be deleted at the carrier")
        state = "unwanted"
    noted = recordings.note(tx, call, sid, state, details)
    if noted in ("promised", "unwanted"):
        house.promise(tx, "recording", sid)
