"""Rows as frozen objects, one class for each noun."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from screener.model import Category, Consent, Disposition, Jurisdiction, Language, Spoken, Treatment
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
    kind: str
    reason: str
    message_id: str | None
    fixed_at: datetime


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
    "jurisdiction": Jurisdiction,
    "treatment": Treatment,
}


def record(kind: type[T], row: Any) -> T:
    """A row as an object of `kind`, its words turned back into the model's."""
    values = dict(row._mapping)
    for name, enum in ENUMS.items():
        if values.get(name) is not None:
            values[name] = enum(values[name])
    if "language" in values:
        values["language"] = (Spoken if kind is Turn else Language)(values["language"])
    return kind(**values)
