"""A call, as Twilio tells of it: ring, turns, words on their way, end, recording. One transaction each."""

import logging
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from flask import Response, request

from screener import conversation, dialogue, draining, twiml
from screener.house import house
from screener.model import Spoken
from screener.numbers import read_caller
from screener.store import Connection, calls, erasing, remnants, talks
from screener.store.calls import Arrival, Ring
from screener.store.records import Subscriber
from screener.webhooks.signed import done, sid_named, webhooks, whole_number, xml

log = logging.getLogger(__name__)

WORDS_KEPT = 4000  # characters of one turn; sixty seconds of speech stay far below
OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


@webhooks.post("/voice/incoming")
def incoming() -> Response:
    """A call comes in: enter it into the log and speak first."""
    return answer_new(sid_named("CallSid"))


def answer_new(sid: str) -> Response:
    """Answer a call that is not in the log yet; one to a number without a subscriber leaves no trace."""
    new = ring(sid)
    with suppress(calls.AlreadyOpen), house().store.write(durable=False) as tx:
        arrival = arriving(tx, new)
        if arrival is None:
            return xml(twiml.apology((Spoken.ZH, Spoken.EN), None))
        if not arrival.is_known:
            arrival = replace(arrival, is_crowded=arrival.is_crowded or draining.begun())
            return xml(conversation.open_call(tx, house(), arrival, for_owner(new, arrival.owner)))
    return say_again(sid, 1)


def say_again(sid: str, number: int) -> Response:
    """A repeated webhook: the reply that it got before. Nothing more is said to a call that is over."""
    with house().store.read() as tx:
        call = calls.find(tx, sid)
        if call is None or (call.ended_at and number > 1):
            return xml(twiml.hang_up())
        return xml(conversation.repeat(tx, call, min(number, call.turn)))


def arriving(tx: Connection, new: Ring) -> Arrival | None:
    """Whose call it is. None, with a word in the log, when it is nobody's."""
    caps = house().settings
    called = request.form.get("To", "")
    arrival = calls.arriving(tx, called, new, (caps.max_concurrent_calls, caps.max_calls_per_day))
    if arrival is None:
        log.warning("a call to a number that belongs to no subscriber")
    return arrival


OWN_FIELDS = frozenset({"CallSid", "AccountSid", "From", "To", "Caller", "Called", "ForwardedFrom", "CallToken"})


def ring(sid: str) -> Ring:
    """The call as the carrier describes it; what else it says is kept as received."""
    form = request.form
    others = tuple((k, v[:200]) for k, v in form.items() if v and k not in OWN_FIELDS)[:40]
    return Ring(sid, read_caller(form.get("From", "")), form.get("ForwardedFrom", "")[:64], others)


def for_owner(new: Ring, owner: Subscriber) -> Ring:
    """Some carriers put the forwarding phone in the caller's place; then the caller is not passed on."""
    return replace(new, caller=read_caller(new.caller.raw, owner.phone))


@webhooks.post("/voice/turn/<int(max=999):number>")
def turn(number: int) -> Response:
    """The caller answers turn `number`. That number is the lock: delivered twice, the answer is the same.

    What follows is found out before anything is locked; it is kept only if the call still stands at that turn.
    """
    sid = sid_named("CallSid")
    with house().store.read() as tx:
        call = calls.find(tx, sid)
        waits = call is not None and call.turn == number and not call.ended_at
        talk = talks.talk_of(tx, call) if call and waits else None
    if call is None:
        return answer_new(sid)
    if talk and dialogue.STEPS[talk.step].listen:
        answer = dialogue.answer(talk, heard())
        with house().store.write(durable=answer.withdrawn) as tx:
            document = conversation.take_turn(tx, house(), call, answer)
        if document:
            return xml(document)
    elif talk:
        return xml(twiml.hang_up())
    return say_again(sid, number + 1)


def heard() -> conversation.Heard:
    form = request.form
    return conversation.Heard(
        words=twiml.clean(form.get("SpeechResult", ""))[:WORDS_KEPT].strip(),
        digits=form.get("Digits", "")[:64],
        confidence=form.get("Confidence", "")[:16],
    )


@webhooks.post("/voice/partial/<int(max=999):number>")
def partial(number: int) -> Response:
    """Words on their way: the latest are kept until the final ones arrive, in case the caller hangs up."""
    sid = sid_named("CallSid")
    form = request.form
    words = f"{form.get('StableSpeechResult', '')} {form.get('UnstableSpeechResult', '')}"
    sequence = form.get("SequenceNumber", "0")
    with house().store.write(durable=False) as tx:
        call = calls.find(tx, sid, lock=True)
        if call and number == call.turn and not call.ended_at:
            order = int(sequence) if sequence.isascii() and sequence.isdigit() and len(sequence) < 9 else 0
            conversation.keep_partial(tx, call, twiml.clean(words)[:WORDS_KEPT].strip(), order)
    return done()


@webhooks.post("/voice/ended")
def ended() -> Response:
    """The call is over: close it once and promise its text, in one transaction."""
    sid = sid_named("CallSid")
    if request.form.get("CallStatus", "completed") not in OVER:
        return done()
    with house().store.write() as tx:
        call = calls.find(tx, sid, lock=True)
        if call is None:
            new = ring(sid)
            arrival = None if erasing.erased_of(tx, [sid], house().settings.secret_key) else arriving(tx, new)
            if arrival is None:
                return done()
            call = calls.by_id(tx, calls.open_(tx, arrival, for_owner(new, arrival.owner)))
        conversation.close(tx, house(), call, whole_number(request.form.get("CallDuration", "")))
    return done()


@webhooks.post("/voice/recording")
def recording() -> Response:
    """A recording runs, is ready or is absent: note it, and promise to keep it or to have it deleted."""
    call_sid, sid = sid_named("CallSid"), sid_named("RecordingSid")
    form = request.form
    with house().store.write() as tx:
        call = calls.find(tx, call_sid, lock=True)
        if call is None:
            unknown_recording(tx, call_sid, sid)
            return done()
        details = {
            "source": form.get("RecordingSource", "")[:64],
            "started_at": rfc2822(form.get("RecordingStartTime", "")),
            "seconds": whole_number(form.get("RecordingDuration", "")),
        }
        conversation.note_recording(tx, house(), call, sid, form.get("RecordingStatus", ""), details)
    return done()


def unknown_recording(tx: Connection, call_sid: str, sid: str) -> None:
    """A recording without its call: where the call was erased here, the recording is deleted at the carrier too."""
    if erasing.erased_of(tx, [call_sid], house().settings.secret_key):
        remnants.note(tx, remnants.Kind.RECORDING, [sid], datetime.now(UTC))
    else:
        log.warning("a recording of a call that we do not know")


def rfc2822(text: str) -> datetime | None:
    try:
        parsed = parsedate_to_datetime(text)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
