"""Rows as frozen objects, one class for each noun."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from screener.model import Category, Consent, Disposition, Greeting, Jurisdiction, Language, Spoken, Treatment
from screener.numbers import CallerKind

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Subscriber:
    id: int
    phone: str
    twilio_number: str
    language: Language
    jurisdiction: Jurisdiction
    time_zone: str
    nickname: str
    style: str
    quiet_from: str
    quiet_until: str
    digest_at: str
    greeting: Greeting
    opted_out_at: datetime | None
    created_at: datetime

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def spoken(self) -> Spoken:
        """The language in which callers are met first."""
        return Spoken.EN if self.language is Language.EN else Spoken.ZH


@dataclass(frozen=True, slots=True)
class Contact:
    id: int
    subscriber_id: int
    number: str
    treatment: Treatment
    label: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Call:
    id: int
    sid: str
    subscriber_id: int
    caller: str | None
    caller_kind: CallerKind
    caller_raw: str
    forwarded_from: str
    carrier: str
    treatment: Treatment | None
    turn: int
    talk: str
    consent: Consent
    consent_turn: int | None
    carrier_erased_at: datetime | None
    disposition: Disposition | None
    started_at: datetime
    ended_at: datetime | None
    seconds: int | None
    category: Category | None
    organisation: str | None
    on_behalf_of: str | None
    warning: bool
    findings: str | None
    advice: str | None
    read_at: datetime | None

    @property
    def keyed(self) -> Category | None:
        """What the caller chose on the keypad."""
        keyed = json.loads(self.talk).get("keyed")
        return Category(keyed) if keyed else None

    @property
    def spoken(self) -> Spoken | None:
        """The language in which the call was held; None before our first reply."""
        language = json.loads(self.talk).get("language")
        return Spoken(language) if language else None

    @property
    def found(self) -> dict[str, Any]:
        """The findings as they were stored; empty before the follow-up has run."""
        return json.loads(self.findings) if self.findings else {}


@dataclass(frozen=True, slots=True)
class Turn:
    id: int
    call_id: int
    number: int
    step: str
    language: Spoken
    said: str
    version: str
    reply: str
    asked_at: datetime
    heard_at: datetime | None
    words: str | None
    digits: str | None
    confidence: str | None
    partial: str | None
    partial_number: int | None


@dataclass(frozen=True, slots=True)
class Recording:
    id: int
    call_id: int
    sid: str
    state: str
    source: str
    started_at: datetime | None
    seconds: int | None
    sha256: str | None
    size: int | None
    media_type: str | None
    noted_at: datetime
    held_at: datetime | None
    carrier_deleted_at: datetime | None
    problem: str | None


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    subscriber_id: int
    call_id: int | None
    kind: str
    channel_id: int | None
    channel: str
    after_id: str | None
    why: str
    style: str
    reference: str
    recipient: str
    sender: str
    body: str
    segments: int
    state: str
    attempts: int
    uncertain: int
    not_before: datetime | None
    sending_at: datetime | None
    sid: str | None
    carrier_status: str | None
    error_code: int | None
    problem: str | None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Notice:
    call_id: int
    subscriber_id: int
    kind: str
    reason: str
    bundle: str
    caller: str
    wordless: bool
    noted_at: datetime
    held_until: datetime | None
    message_id: str | None
    fixed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Channel:
    id: int
    subscriber_id: int
    position: int
    address: str
    shown: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Session:
    token_hash: str
    subscriber_id: int
    csrf: str
    agent: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Deed:
    """One row of the custody trail."""

    id: int
    subscriber_id: int
    call_id: int | None
    at: datetime
    who: str
    deed: str
    detail: str


ENUMS: dict[str, Any] = {
    "caller_kind": CallerKind,
    "category": Category,
    "consent": Consent,
    "disposition": Disposition,
    "greeting": Greeting,
    "jurisdiction": Jurisdiction,
    "treatment": Treatment,
}
SPOKEN_KINDS = (Turn,)


def record(kind: type[T], row: Sequence[Any]) -> T:
    """A row, its columns in the order of `kind`, as an object with the model's words."""
    turns = _turns(kind)  # type: ignore[arg-type]
    return kind(*(turn(value) if value is not None else None for turn, value in zip(turns, row, strict=True)))


@cache
def _turns(kind: Any) -> tuple[Callable[[Any], Any], ...]:
    """For each column of a kind, what turns a stored value into the model's word."""
    language = Spoken if kind in SPOKEN_KINDS else Language
    words = {**ENUMS, "language": language}
    return tuple(words.get(f.name, _as_it_is) for f in fields(kind))


def _as_it_is(value: Any) -> Any:
    return value


def subscriber_of(values: Sequence[Any]) -> Subscriber:
    return record(Subscriber, values)
