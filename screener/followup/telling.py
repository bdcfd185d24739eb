"""What the subscriber is told of a call: understood, advised, one notice fixed, its text frozen and sent."""

import logging
import secrets
from dataclasses import dataclass, replace

from screener import summary
from screener.conduct import ConductFinding, Seen, observe
from screener.followup import sending
from screener.followup.findings import advice_json, findings_json
from screener.guidance import Advice, Case, advise, lender_country
from screener.house import Desk
from screener.model import Category, Consent, Held, Understanding
from screener.numbers import Caller
from screener.store import Connection, calls, messages, subscribers
from screener.store.messages import ReferenceTaken
from screener.store.records import Call, Subscriber
from screener.summary import Style, Told
from screener.understanding import understand

log = logging.getLogger(__name__)

# No letter or digit that could be read as another; all of them in GSM-7.
LETTERS, DIGITS = "ABCDEFGHJKMNPQRSTUVWXYZ", "23456789"
REPEAT_DAYS = 30  # within which the same number or claimed organisation calls again (our choice)


@dataclass(frozen=True, slots=True)
class Heeded:
    """A call understood and advised on."""

    understanding: Understanding
    conduct: tuple[ConductFinding, ...]
    advice: Advice
    words: str


def tell(desk: Desk, sid: str) -> None:
    """Everything that is still to do about the text of an ended call; what is done already is skipped."""
    with desk.store.read() as tx:
        call = calls.find(tx, sid)
        if call is None or call.ended_at is None:
            return
        owner = subscribers.by_id(tx, call.subscriber_id)
        notice = messages.notice_of(tx, call.id)
    assert owner is not None
    message_id = notice.message_id if notice else fix(desk, call, owner)
    if message_id:
        sending.deliver(desk, message_id)


def fix(desk: Desk, call: Call, owner: Subscriber) -> str | None:
    """Fix the call's one notice with all that was found, in a single transaction; the id of its text, if any."""
    with desk.store.read() as tx:
        heeded = heed(tx, call, owner)
    with desk.store.write() as tx:
        locked = calls.find(tx, call.sid, lock=True)
        if locked is None:
            return None
        fixed = messages.notice_of(tx, call.id)
        if fixed:
            return fixed.message_id
        if locked.consent is not call.consent:
            heeded = heed(tx, locked, owner)
        save(tx, locked, heeded)
        reason = no_text(locked)
        message_id = None if reason else freeze(desk, tx, told(locked, owner, heeded), owner, locked)
        kind = "none" if reason else "own"
        values = {"kind": kind, "reason": reason, "message_id": message_id, "fixed_at": desk.now()}
        messages.fix_notice(tx, {"call_id": call.id, **values})
    return message_id


def heed(tx: Connection, call: Call, owner: Subscriber) -> Heeded:
    """Understand the kept words, set the call beside earlier ones, and find the next steps."""
    kept = calls.statements(tx, call)
    words = [text for _, text in kept]
    understanding = understand(words, call.spoken, caller=call.caller, country=owner.jurisdiction)
    if understanding.category is Category.UNKNOWN and call.keyed:
        understanding = replace(understanding, category=call.keyed)
    earlier = calls.before(tx, call, REPEAT_DAYS)
    case = Case(owner.jurisdiction, understanding, held(call), repeat(call, understanding, earlier))
    conduct = observe(
        seen(call, understanding),
        [seen(one, None) for one in earlier],
        zone=owner.zone,
        jurisdiction=owner.jurisdiction,
        lender_country=lender_country(case),
        category=understanding.category,
    )
    advice = advise(Case(case.jurisdiction, case.understanding, case.held, case.repeat, conduct))
    return Heeded(understanding, conduct, advice, " ".join(words))


def held(call: Call) -> Held:
    """What there is of the call: a recording that stands, the words alone, or only the fact of it."""
    return {Consent.RECORDING: Held.RECORDING, Consent.NOTES: Held.WORDS}.get(call.consent, Held.CALL)


def repeat(call: Call, understanding: Understanding, earlier: list[Call]) -> bool:
    """Whether this number, or somebody with the same claim, called in the last thirty days."""
    claim = understanding.organisation.key if understanding.organisation else None
    return any((call.caller and one.caller == call.caller) or (claim and one.organisation == claim) for one in earlier)


def seen(call: Call, understanding: Understanding | None) -> Seen:
    """A call as the conduct clock sees it. Every call that we answered was connected."""
    claim = understanding.organisation.key if understanding and understanding.organisation else call.organisation
    principal = understanding.on_behalf_of.key if understanding and understanding.on_behalf_of else call.on_behalf_of
    return Seen(call.started_at, call.caller, claim, answered=call.turn > 0, debt=principal or claim)


def save(tx: Connection, call: Call, heeded: Heeded) -> None:
    """Keep the findings and the advice with the call."""
    u = heeded.understanding
    numbers = [number for number, _ in calls.statements(tx, call)]
    calls.save(
        tx,
        call.id,
        {
            "category": u.category,
            "organisation": u.organisation.key if u.organisation else None,
            "on_behalf_of": u.on_behalf_of.key if u.on_behalf_of else None,
            "warning": u.category is Category.IMPOSTOR or heeded.advice.stop,
            "findings": findings_json(u, heeded.conduct, numbers),
            "advice": advice_json(heeded.advice),
        },
    )


def no_text(call: Call) -> str:
    """Why a call gets no text, or nothing."""
    return (call.treatment or "") if call.treatment in ("mute", "block") else ""


def told(call: Call, owner: Subscriber, heeded: Heeded) -> Told:
    """The call as its text sees it; the reference is drawn anew for each text."""
    assert call.disposition is not None
    return Told(
        understanding=heeded.understanding,
        caller=Caller(call.caller_kind, call.caller, call.caller_raw),
        at=call.started_at.astimezone(owner.zone),
        consent=call.consent,
        disposition=call.disposition,
        held=held(call),
        advice=heeded.advice,
        reference=new_reference(),
        jurisdiction=owner.jurisdiction,
        words=heeded.words,
        keyed=call.keyed,
    )


def freeze(desk: Desk, tx: Connection, of: Told, owner: Subscriber, call: Call) -> str:
    """Write the text down, under a reference that no other text to this subscriber has; its id."""
    now = desk.now()
    for _ in range(20):
        text = summary.compose(of, owner.language, Style(owner.style))
        message_id = secrets.token_urlsafe(16)
        values = {
            "id": message_id,
            "subscriber_id": owner.id,
            "call_id": call.id,
            "kind": "call",
            "style": owner.style,
            "reference": of.reference,
            "recipient": owner.phone,
            "sender": owner.twilio_number,
            "body": text.body,
            "segments": text.segments,
            "state": "pending",
            "created_at": now,
            "updated_at": now,
        }
        try:
            messages.freeze(tx, values)
        except ReferenceTaken:
            of = replace(of, reference=new_reference())
            continue
        return message_id
    raise RuntimeError("no free reference for a text")


def new_reference() -> str:
    """A short reference such as A7K2, by which a text is found again at the carrier."""
    return "".join(secrets.choice(alphabet) for alphabet in (LETTERS, DIGITS, LETTERS, DIGITS))


def delivery_changed(desk: Desk, message_id: str) -> None:
    """A text moved on at the carrier; a final failure starts the next rung."""
