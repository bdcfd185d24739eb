"""The delivery ladder on the database: where a notice starts, and what is tried after a terminal failure."""

import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from screener import summary
from screener.guidance import Words
from screener.house import Desk
from screener.ladder import Rung, first_rung, next_rung
from screener.model import Jurisdiction, Language
from screener.numbers import region
from screener.policy import Policy, policies
from screener.store import Connection, channels, messages
from screener.store.messages import ReferenceTaken
from screener.store.records import Channel, Message, Subscriber
from screener.summary import Style, Text, Told

# No letter or digit that could be read as another; all of them in GSM-7.
LETTERS, DIGITS = "ABCDEFGHJKMNPQRSTUVWXYZ", "23456789"
OPTED_OUT = 21610


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be told: its words in a style, under a reference. `call_id` is the call that stands for it."""

    kind: str
    call_id: int | None
    compose: Callable[[str, Language, Style], Text]


def of_call(call_id: int, told: Told) -> Subject:
    """One call, or a burst that its last call stands for."""
    kind = "call" if told.burst == 1 else "burst"
    return Subject(
        kind, call_id, lambda ref, language, style: summary.compose(replace(told, reference=ref), language, style)
    )


def of_digest(told: Sequence[Told]) -> Subject:
    """Calls that were held back, counted."""
    return Subject("digest", None, lambda ref, language, _style: summary.compose_digest(told, language, ref))


def new_id() -> str:
    """Unguessable: a message's id is named in its callback's URL."""
    return secrets.token_urlsafe(16)


def new_reference() -> str:
    """A short reference such as A7K2, by which a text is found again at the carrier."""
    return "".join(secrets.choice(alphabet) for alphabet in (LETTERS, DIGITS, LETTERS, DIGITS))


def policy_of(owner: Subscriber) -> Policy:
    """The rules of the country to which texts go: the phone's, else the subscriber's."""
    found = region(owner.phone)
    return policies()[Jurisdiction(found) if found in set(Jurisdiction) else owner.jurisdiction]


def start(desk: Desk, tx: Connection, owner: Subscriber, subject: Subject) -> str:
    """Freeze the first message of a notice; its id."""
    others = {str(channel.id): channel for channel in channels.of_subscriber(tx, owner.id)}
    rung = first_rung(policy_of(owner), Style(owner.style), list(others), opted_out=owner.opted_out_at is not None)
    return freeze(desk, tx, owner, subject, Attempt(rung, others.get(rung.channel or "")))


def climb(desk: Desk, tx: Connection, owner: Subscriber, failed: Message, subject: Subject) -> str | None:
    """Freeze the next message after one that failed for good; None when nothing is left or it was done before."""
    if messages.after(tx, failed.id):
        return None
    tried = messages.chain(tx, failed)
    used = {one.channel_id for one in tried if one.channel}
    others = {str(one.id): one for one in channels.of_subscriber(tx, owner.id) if one.id not in used}
    left = styles_left(owner, tried)
    if failed.channel and others:
        left = []  # one channel after the other, before a text that would cost money
    rung = next_rung(policy_of(owner), failed.error_code, left, list(others))
    if rung.ends:
        messages.end_of_ladder(tx, failed.id, shown(rung.why), desk.now())
        return None
    return freeze(desk, tx, owner, subject, Attempt(rung, others.get(rung.channel or ""), failed.id))


def styles_left(owner: Subscriber, tried: Sequence[Message]) -> list[Style]:
    """The styles of text that may still be tried; none for a phone that wants no texts."""
    if owner.opted_out_at:
        return []
    styles = {one.style for one in tried if not one.channel}
    if not styles:
        return [Style(owner.style)]
    return [Style.DISCREET] if Style.DISCREET not in styles else []


@dataclass(frozen=True, slots=True)
class Attempt:
    """One rung to be taken: the channel it names, and the message that failed before it."""

    rung: Rung
    channel: Channel | None = None
    after: str | None = None


def shown(why: Words) -> str:
    return json.dumps({language.value: why.text(language) for language in Language}, ensure_ascii=False)


def freeze(desk: Desk, tx: Connection, owner: Subscriber, subject: Subject, attempt: Attempt) -> str:
    """Write a message down under a reference that no other to this subscriber has; its id."""
    style = attempt.rung.style or Style(owner.style)
    for _ in range(20):
        reference = new_reference()
        text = subject.compose(reference, owner.language, style)
        values = values_of(desk, owner, text, attempt) | {"reference": reference, "style": style}
        try:
            messages.freeze(tx, values | {"kind": subject.kind, "call_id": subject.call_id})
        except ReferenceTaken:
            continue
        return str(values["id"])
    raise RuntimeError("no free reference for a message")


def values_of(desk: Desk, owner: Subscriber, text: Text, attempt: Attempt) -> dict[str, Any]:
    """A new message's row. With no way left to send it, it fails as it is written down."""
    now = desk.now()
    channel = attempt.channel
    stuck = attempt.rung.ends
    return {
        "id": new_id(),
        "subscriber_id": owner.id,
        "channel_id": channel.id if channel else None,
        "channel": channel.shown if channel else "",
        "why": shown(attempt.rung.why),
        "after_id": attempt.after,
        "recipient": "" if channel else owner.phone,
        "sender": "" if channel else owner.twilio_number,
        "body": text.body,
        "segments": 0 if channel else text.segments,
        "state": "failed" if stuck else "pending",
        "error_code": OPTED_OUT if stuck and owner.opted_out_at else None,
        "created_at": now,
        "updated_at": now,
    }
