"""What the carrier keeps of one account: numbers, calls, recordings and messages."""

import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

Who = Literal["assistant", "caller"]


def now() -> datetime:
    return datetime.now(UTC)


def new_sid(prefix: str) -> str:
    return prefix + secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Number:
    """One of the account's own numbers, with the addresses that its console page would show."""

    phone: str
    voice_url: str
    status_url: str = ""
    message_url: str = ""
    fallback_url: str = ""
    sid: str = field(default_factory=lambda: new_sid("PN"))


@dataclass(frozen=True, slots=True)
class Line:
    """Something said or keyed in a call: `at` is spoken seconds since the ring, `length` how long it took."""

    at: float
    who: Who
    words: str
    length: float
    heard: bool = True  # False for words that nobody was listening to
    keys: bool = False


@dataclass(slots=True)
class Recording:
    """One recording of a call; `since` and `until` are spoken seconds of that call."""

    sid: str
    call_sid: str
    name: str
    callback: str
    events: frozenset[str]
    track: str
    since: float
    until: float | None = None
    status: str = "in-progress"
    channels: int = 2  # what a recording started by TwiML has, whatever was asked for
    created: datetime = field(default_factory=now)
    deleted: bool = False

    @property
    def length(self) -> float:
        return (self.until or self.since) - self.since


@dataclass(slots=True)
class CallRecord:
    """One inbound call as the carrier saw it. `seconds` counts words and waits, not the clock on the wall."""

    sid: str
    from_: str
    to: str
    status: str = "ringing"
    lines: list[Line] = field(default_factory=list)
    recordings: list[Recording] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    requests: int = 0
    seconds: float = 0.0
    started: datetime = field(default_factory=now)
    ended: datetime | None = None
    end_asked: bool = False  # by REST, while the call was going on
    erased: bool = False

    @property
    def over(self) -> bool:
        return self.ended is not None

    def said(self, who: Who) -> str:
        """Everything that one side said, a line each."""
        return "\n".join(line.words for line in self.lines if line.who == who)


@dataclass(slots=True)
class Message:
    """One text; `direction` is `outbound-api`, `outbound-reply` or `inbound`."""

    sid: str
    to: str
    from_: str
    body: str
    direction: str
    callback: str = ""
    status: str = "queued"
    error: int | None = None
    created: datetime = field(default_factory=now)
    sent: datetime | None = None
    erased: bool = False


class Account:
    """Shared by every thread of the carrier; take `lock` to look and then act."""

    def __init__(self, sid: str, auth_token: str) -> None:
        self.sid = sid
        self.auth_token = auth_token
        self.lock = threading.RLock()
        self.numbers: dict[str, Number] = {}
        self.calls: dict[str, CallRecord] = {}
        self.recordings: dict[str, Recording] = {}
        self.messages: dict[str, Message] = {}
        self.opted_out: set[tuple[str, str]] = set()  # (our number, their phone)
        self.failing: dict[str, int] = {}  # phone -> error code of every text sent to it

    def add_call(self, from_: str, to: str) -> CallRecord:
        call = CallRecord(new_sid("CA"), from_, to)
        with self.lock:
            self.calls[call.sid] = call
        return call

    def add_message(self, message: Message) -> None:
        with self.lock:
            self.messages[message.sid] = message

    def add_recording(self, call: CallRecord, recording: Recording) -> None:
        with self.lock:
            self.recordings[recording.sid] = recording
            call.recordings.append(recording)

    def recordings_of(self, call_sid: str) -> list[Recording]:
        """The recordings of a call that were not deleted."""
        with self.lock:
            call = self.calls.get(call_sid)
            return [r for r in call.recordings if not r.deleted] if call else []
