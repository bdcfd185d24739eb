"""A desk for follow-ups: a real store and files, a carrier and channels that do as a test says, a clock that it sets."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from screener.files import Files
from screener.house import Desk
from screener.model import Treatment
from screener.notify import ChannelRefused
from screener.numbers import read_caller
from screener.settings import Settings
from screener.store import Connection, Store, calls, subscribers, talks
from screener.store.calls import Arrival, Ring
from screener.store.records import Call, Subscriber
from screener.telephony import Outgoing

START = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # noon in Hong Kong


@dataclass
class FakeCarrier:
    """Accepts texts unless told otherwise."""

    sent: list[Outgoing] = field(default_factory=list)
    problem: Exception | None = None

    def send(self, text: Outgoing) -> tuple[str, str]:
        if self.problem:
            raise self.problem
        self.sent.append(text)
        return f"SM{len(self.sent):032x}", "queued"


@dataclass
class FakeNotifier:
    """Takes messages unless told otherwise; addresses are as they come."""

    told: list[tuple[str, str]] = field(default_factory=list)
    refuses: bool = False

    def send(self, sealed: str, body: str) -> None:
        if self.refuses:
            raise ChannelRefused("no")
        self.told.append((sealed, body))


@dataclass
class Clock:
    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def forward(self, **by: float) -> datetime:
        self.at += timedelta(**by)
        return self.at


@dataclass
class Office:
    """A desk, what it works on, and what it promised."""

    store: Store
    settings: Settings
    carrier: Any = field(default_factory=FakeCarrier)
    notifier: Any = field(default_factory=FakeNotifier)
    clock: Clock = field(default_factory=Clock)
    promised: list[tuple[str, str, float]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    @property
    def desk(self) -> Desk:
        return Desk(
            settings=self.settings,
            store=self.store,
            files=Files(self.settings.recordings_url),
            telephony=self.carrier,
            notifier=self.notifier,
            promise_later=self.promise,
            end=self.end,
            now=self.clock,
        )

    def promise(self, _tx: Connection, kind: str, sid: str, seconds: float) -> None:
        self.promised.append((kind, sid, seconds))

    def end(self, tx: Connection, call: Call, seconds: int | None) -> None:
        self.ended.append(call.sid)
        calls.close(tx, call, self.clock(), seconds)

    def subscriber(self, **changes: str) -> Subscriber:
        values = {
            "phone": "+85291234567",
            "twilio_number": "+85230001111",
            "language": "zh-Hans",
            "jurisdiction": "HK",
            "time_zone": "Asia/Hong_Kong",
        }
        with self.store.write() as tx:
            return subscribers.add(tx, {**values, **changes})

    def call(self, owner: Subscriber, number: int, words: str = "", **options: Any) -> Call:
        """An ended call of now: what was said with recording consent, from whom, and how it is treated."""
        treatment: Treatment | None = options.get("treatment")
        arrival = Arrival(owner, treatment, is_own_number=False, is_crowded=False, is_known=False)
        caller = read_caller(options.get("caller", "+85251230000"))
        with self.store.write() as tx:
            found = calls.by_id(tx, calls.open_(tx, arrival, Ring(f"CA{number:032x}", caller), None, self.clock()))
            if words:
                say(tx, found, words)
            calls.close(tx, calls.by_id(tx, found.id), self.clock(), 20)
            return calls.by_id(tx, found.id)


def say(tx: Connection, call: Call, words: str) -> None:
    """The caller agreed to recording and then said something."""
    from screener.dialogue import Heard, Talk
    from screener.model import Consent, Spoken
    from screener.store.talks import Asked

    talk = Talk(Spoken.ZH, consent=Consent.RECORDING)
    talks.ask(tx, call, talk, Asked("statement", Spoken.ZH, "请说单位", "v", ""))
    talks.hear(tx, calls.by_id(tx, call.id), Heard(words=words))
