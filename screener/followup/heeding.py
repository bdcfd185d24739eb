"""After hang-up: the kept words understood, set beside earlier calls, advised on, and kept with the call."""

from dataclasses import dataclass, replace
from typing import Any

from screener.conduct import ConductFinding, Seen, observe
from screener.followup.findings import advice_json, findings_json
from screener.guidance import Advice, Case, Situation, advise, lender_country
from screener.model import Category, Consent, Disposition, Held, Understanding
from screener.numbers import Caller
from screener.store import Connection, calls, marks, talks
from screener.store.records import Call, Subscriber
from screener.summary import Told
from screener.understanding import understand

REPEAT_DAYS = 30  # within which the same number or claimed organisation calls again (our choice)


@dataclass(frozen=True, slots=True)
class Heeded:
    """A call understood and advised on; `words` are the caller's own."""

    call: Call
    understanding: Understanding
    conduct: tuple[ConductFinding, ...]
    advice: Advice
    words: str


def heed(tx: Connection, call: Call, owner: Subscriber) -> Heeded:
    """Understand the kept words, set the call beside earlier ones, and find the next steps."""
    words = [text for _, text in talks.statements(tx, call)]
    understanding = understand(words, call.spoken, caller=call.caller, country=owner.jurisdiction)
    if understanding.category is Category.UNKNOWN and call.keyed:
        understanding = replace(understanding, category=call.keyed)
    earlier = calls.before(tx, call, REPEAT_DAYS)
    repeat = is_repeat(call, understanding, earlier)
    situation = frozenset(Situation(one) for one in marks.preference_of(tx, owner.id).situation)
    case = Case(owner.jurisdiction, understanding, held(call), repeat, situation=situation)
    conduct = observe(
        seen(call, understanding),
        [seen(one, None) for one in earlier],
        zone=owner.zone,
        jurisdiction=owner.jurisdiction,
        lender_country=lender_country(case),
        category=understanding.category,
    )
    # One that was turned away was asked nothing, so there is nothing to advise on.
    busy = call.disposition is Disposition.BUSY
    advice = Advice((), (), conduct=conduct) if busy else advise(replace(case, conduct=conduct))
    return Heeded(call, understanding, conduct, advice, " ".join(words))


def held(call: Call) -> Held:
    """What there is of the call: a recording that stands, the words alone, or only the fact of it."""
    return {Consent.RECORDING: Held.RECORDING, Consent.NOTES: Held.WORDS}.get(call.consent, Held.CALL)


def is_repeat(call: Call, understanding: Understanding, earlier: list[Call]) -> bool:
    """Whether this number, or somebody with the same claim, called in the last thirty days."""
    claim = understanding.organisation.key if understanding.organisation else None
    return any((call.caller and one.caller == call.caller) or (claim and one.organisation == claim) for one in earlier)


def seen(call: Call, understanding: Understanding | None) -> Seen:
    """A call as the conduct clock sees it. Every call that we answered was connected; on a busy line it was missed."""
    claim = understanding.organisation.key if understanding and understanding.organisation else call.organisation
    principal = understanding.on_behalf_of.key if understanding and understanding.on_behalf_of else call.on_behalf_of
    answered = call.turn > 0 and call.disposition is not Disposition.BUSY
    return Seen(call.started_at, call.caller, claim, answered=answered, debt=principal or claim)


def save(tx: Connection, heeded: Heeded) -> None:
    """Keep the findings and the advice with the call."""
    u, call = heeded.understanding, heeded.call
    numbers = [number for number, _ in talks.statements(tx, call)]
    changes: dict[str, Any] = {
        "category": u.category,
        "organisation": u.organisation.key if u.organisation else None,
        "on_behalf_of": u.on_behalf_of.key if u.on_behalf_of else None,
        "warning": u.category is Category.IMPOSTOR or heeded.advice.stop,
        "findings": findings_json(u, heeded.conduct, numbers),
        "advice": advice_json(heeded.advice),
    }
    calls.save(tx, call.id, changes)


def tell_of(heeded: Heeded, owner: Subscriber) -> Told:
    """The call as its text sees it; the reference is drawn when the text is frozen."""
    call = heeded.call
    assert call.disposition is not None
    return Told(
        understanding=heeded.understanding,
        caller=Caller(call.caller_kind, call.caller, call.caller_raw),
        at=call.started_at.astimezone(owner.zone),
        consent=call.consent,
        disposition=call.disposition,
        held=held(call),
        advice=heeded.advice,
        reference="",
        jurisdiction=owner.jurisdiction,
        words=heeded.words,
        keyed=call.keyed,
    )


def tell_again(tx: Connection, call_id: int, owner: Subscriber) -> Told:
    """A call of earlier as its text sees it."""
    return tell_of(heed(tx, calls.by_id(tx, call_id), owner), owner)
