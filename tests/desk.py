"""A desk with a carrier that does as it is told, and a clock that stands still until it is moved."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, select

from screener import conversation
from screener.dialogue import Talk
from screener.files import Files
from screener.house import Desk, House
from screener.model import Consent, Spoken
from screener.notify import Notifier
from screener.numbers import read_caller
from screener.settings import Settings
from screener.store import Store, calls, messages, notices, recordings, subscribers, talks
from screener.store.calls import Arrival, Ring
from screener.store.records import Call, Message, Recording, Subscriber
from screener.store.talks import Asked
from screener.telephony import Gone, Listed, Media, NotReady, Outgoing

# Never ahead and at most a day past, because some rows take the machine's own time: noon in Hong Kong, whatever the date.
NOW = datetime.combine((datetime.now(UTC) - timedelta(hours=5)).date(), time(4, 5, 6), UTC)  # the last that is past
SOUND = b"RIFF" + (36).to_bytes(4, "little") + b"WAVEfmt " + b"\x00" * 28
WONG = {
    "phone": "+85291234567", "twilio_number": "+85230001111", "language": "zh-Hant", "jurisdiction": "HK",
    "time_zone": "Asia/Hong_Kong",
}  # fmt: skip
Answer = Any  # what the carrier gives back, or the error that it raises


@dataclass
class FakeTelephony:
    """A carrier in memory. `outcomes` are met one by one by sendings; an error in them, or in `trouble`, is raised."""

    outcomes: list[Answer] = field(default_factory=list)
    sent: list[Outgoing] = field(default_factory=list)
    listed: dict[str, tuple[str, str]] = field(default_factory=dict)  # reference -> sid and status
    trouble: dict[str, Exception] = field(default_factory=dict)  # name of a method -> what it raises
    media_of: dict[str, Any] = field(default_factory=dict)  # recording sid -> Media, bytes or an error
    recordings: dict[str, dict[str, str]] = field(default_factory=dict)  # call sid -> recording sid -> status
    statuses: dict[str, tuple[str, int | None]] = field(default_factory=dict)  # of calls and messages
    calls: list[Listed] = field(default_factory=list)
    deeds: list[tuple[str, str]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)  # what the carrier lists between the subscriber and us
    looked_up: int = 0

    def _meet(self, method: str) -> None:
        if method in self.trouble:
            raise self.trouble[method]

    def send(self, text: Outgoing) -> tuple[str, str]:
        self.sent.append(text)
        outcome = self.outcomes.pop(0) if self.outcomes else (f"SM{len(self.sent):032x}", "queued")
        if callable(outcome):
            outcome = outcome(text)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome  # type: ignore[no-any-return]

    def find(self, text: Outgoing, reference: str, since: datetime) -> tuple[str, str] | None:
        self.looked_up += 1
        self._meet("find")
        return self.listed.get(reference)

    def message_status(self, sid: str) -> tuple[str, int | None]:
        return self._status(sid)

    def call_status(self, sid: str) -> tuple[str, int | None]:
        self._meet("call_status")
        return self._status(sid)

    def _status(self, sid: str) -> tuple[str, int | None]:
        if sid not in self.statuses:
            raise Gone("the carrier does not know it")
        return self.statuses[sid]

    @contextmanager
    def media(self, sid: str) -> Iterator[Media]:
        found = self.media_of.get(sid, NotReady("the recording is not there yet"))
        if isinstance(found, Exception):
            raise found
        yield found if isinstance(found, Media) else Media("audio/x-wav", len(found), iter([found]))

    def recordings_of(self, call_sid: str) -> dict[str, str]:
        self._meet("recordings_of")
        return self.recordings.get(call_sid, {})

    def recording_status(self, sid: str) -> str:
        self._meet("recording_status")
        for of_call in self.recordings.values():
            if sid in of_call:
                return of_call[sid]
        raise Gone("the carrier does not know it")

    def stop_recording(self, call_sid: str, sid: str) -> None:
        self.deeds.append(("stop", sid))

    def delete_recording(self, sid: str) -> None:
        self._meet("delete_recording")
        self.deeds.append(("delete", sid))

    def delete_text(self, sid: str) -> None:
        self._meet("delete_text")
        self.deeds.append(("delete", sid))

    def delete_call(self, sid: str) -> None:
        self._meet("delete_call")
        self.deeds.append(("delete", sid))

    def texts_between(self, phone: str, number: str, until: datetime) -> list[str]:
        self._meet("texts_between")
        return list(self.texts)

    def hang_up(self, call_sid: str) -> None:
        self.deeds.append(("hang up", call_sid))

    def calls_since(self, since: datetime) -> list[Listed]:
        self._meet("calls_since")
        return [one for one in self.calls if one.started_at > since]


@dataclass
class Bench:
    """A desk, and everything that a test looks at beside it."""

    desk: Desk
    carrier: FakeTelephony
    store: Store
    owner: Subscriber
    promised: list[tuple[str, str, float]]
    now: list[datetime]
    jumped: list[bool]

    def later(self, **span: float) -> None:
        self.now[0] += timedelta(**span)

    def message(self, message_id: str = "m1") -> Message:
        with self.store.read() as tx:
            found = messages.find(tx, message_id)
        assert found is not None
        return found

    def recording(self, sid: str) -> Recording:
        with self.store.read() as tx:
            found = recordings.find(tx, sid)
        assert found is not None
        return found

    def call(self, sid: str) -> Call:
        with self.store.read() as tx:
            found = calls.find(tx, sid)
        assert found is not None
        return found

    def write(self, message_id: str = "m1", **changes: Any) -> None:
        values = {
            "id": message_id, "subscriber_id": self.owner.id, "kind": "call", "style": "default",
            "reference": "A7K2", "recipient": self.owner.phone, "sender": self.owner.twilio_number,
            "body": "x #A7K2", "segments": 1, "state": "pending", "created_at": self.now[0], "updated_at": self.now[0],
        }  # fmt: skip
        with self.store.write() as tx:
            messages.freeze(tx, {**values, **changes})

    def enter(self, number: int = 1, consent: Consent = Consent.RECORDING, *, ended: bool = True) -> Call:
        """A call in the log, of so much consent."""
        ring = Ring(call_sid(number), read_caller(f"+852512300{number - 1:02}"))
        arrival = Arrival(self.owner, None, is_own_number=False, is_crowded=False, is_known=False)
        with self.store.write() as tx:
            call = calls.by_id(tx, calls.open_(tx, arrival, ring, None, self.now[0]))
            talk = Talk(Spoken.ZH, step="statement", consent=consent)
            talks.ask(tx, call, talk, Asked("statement", Spoken.ZH, "?", "v", ""))
            if ended:
                calls.close(tx, call, self.now[0], 30)
            return calls.by_id(tx, call.id)

    def told(self, call: Call) -> None:
        """The call has its notice: none is sent."""
        of = {"call_id": call.id, "subscriber_id": call.subscriber_id, "bundle": f"b{call.id}", "caller": ""}
        with self.store.write() as tx:
            now = self.now[0]
            notices.add(tx, {**of, "kind": "none", "reason": "muted", "wordless": False, "noted_at": now})

    def note(self, call: Call, sid: str, state: str = "promised") -> None:
        with self.store.write() as tx:
            recordings.note(tx, call, sid, state, {"source": ""})
            recordings.change(tx, sid, {"noted_at": self.now[0]})


def call_sid(number: int) -> str:
    return f"CA{number:032x}"


def recording_sid(number: int) -> str:
    return f"RE{number:032x}"


def make_bench(settings: Settings, store: Store) -> Bench:
    promised: list[tuple[str, str, float]] = []
    now, jumped = [NOW], [False]
    carrier = FakeTelephony()
    house = House(settings, store, lambda _tx, kind, sid: promised.append((kind, sid, 0)))

    def promise_later(_tx: Connection, kind: str, sid: str, seconds: float) -> None:
        promised.append((kind, sid, seconds))

    def end(tx: Connection, call: Call, seconds: int | None) -> None:
        conversation.close(tx, house, call, seconds)

    clock: Callable[[], datetime] = lambda: now[0]  # noqa: E731
    desk = Desk(
        settings=settings, store=store, files=Files(settings.recordings_url), telephony=carrier,  # type: ignore[arg-type]
        notifier=Notifier(settings),
        promise_later=promise_later, end=end, now=clock, clock_jumped=lambda: jumped[0],
    )  # fmt: skip
    with store.write() as tx:
        owner = subscribers.add(tx, WONG)
        tx.execute(_created_before(owner.id))
        owner = subscribers.by_id(tx, owner.id)
    return Bench(desk, carrier, store, owner, promised, now, jumped)


def _created_before(owner_id: int) -> Any:
    from screener.store.schema import subscriber

    return subscriber.update().where(subscriber.c.id == owner_id).values(created_at=NOW - timedelta(days=400))


def rows(store: Store, table: Any) -> list[Any]:
    with store.read() as tx:
        return list(tx.execute(select(table)))
