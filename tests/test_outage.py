"""An hour without the carrier, and clocks that are set: simulated time runs, follow-ups and sweeper do what they do."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from screener.followup import keeping, sending, sweep, telling
from screener.house import Desk
from screener.store import Connection
from screener.telephony import NotSent, Outgoing, Uncertain
from screener.worker.clock import Clock
from screener.worker.engine import SOON_SECONDS, attempt, bare
from tests.desk import SOUND, Bench, FakeTelephony, call_sid, recording_sid

GRACE = 90
LAG = 60.0  # seconds until the carrier lists a text that it took; shorter than the grace
HOUR = 3600
STEP = 10
SWEEP = 30
# What is decided here does not depend on the database, and simulated hours take many statements.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@dataclass
class Carrier(FakeTelephony):
    """A carrier that can be away, that takes texts without saying so, and lists them late."""

    away: Exception | None = None
    silent: bool = False
    tried: int = 0
    seconds: Callable[[], float] = lambda: 0.0
    taken: list[tuple[float, Outgoing]] = field(default_factory=list)

    def _meet(self, method: str) -> None:
        if self.away:
            raise self.away

    def send(self, text: Outgoing) -> tuple[str, str]:
        self.tried += 1
        self._meet("send")
        self.taken.append((self.seconds(), text))
        if self.silent:
            self.silent = False
            raise Uncertain("the carrier did not answer in time")
        return f"SM{len(self.taken):032x}", "queued"

    def find(self, text: Outgoing, reference: str, since: datetime) -> tuple[str, str] | None:
        self._meet("find")
        for number, (at, one) in enumerate(self.taken, 1):
            if reference in one.body and self.seconds() >= at + LAG:
                return f"SM{number:032x}", "queued"
        return None

    def media(self, sid: str):  # type: ignore[no-untyped-def]
        self._meet("media")
        return super().media(sid)


class Motor:
    """The job engine and the sweeper in simulated time. `steady` runs; the wall clock can be set."""

    def __init__(self, bench: Bench) -> None:
        self.bench, self.carrier = bench, Carrier()
        self.steady, self.ahead = 0.0, 0.0
        self.waiting: list[tuple[float, str, str]] = []
        self.known: set[str] = set()
        self.carrier.seconds = lambda: self.steady
        self._begun = bench.now[0].timestamp()
        self._clock = Clock(GRACE, self._wall, lambda: self.steady)
        self.desk: Desk = replace(
            bench.desk, telephony=self.carrier, promise_later=self.later, now=self._clock.now,
            clock_jumped=self._clock.jumped, under_way=self.under_way,
        )  # type: ignore[arg-type] # fmt: skip
        self.doing: dict[str, Callable[[str], None]] = {
            "text": lambda sid: telling.tell(self.desk, bare(sid)),
            "message": lambda sid: sending.deliver(self.desk, bare(sid)),
            "delivery": lambda sid: telling.delivery_changed(self.desk, bare(sid)),
            "fate": lambda sid: sending.ask_after(self.desk, bare(sid)),
            "seek": lambda sid: keeping.seek(self.desk, bare(sid)),
            "recording": lambda sid: keeping.keep_recording(self.desk, bare(sid), attempt(sid)),
        }

    def _wall(self) -> float:
        return self._begun + self.steady + self.ahead

    def later(self, _tx: Connection, kind: str, sid: str, seconds: float) -> None:
        if f"{kind}:{sid}" not in self.known:
            self.known.add(f"{kind}:{sid}")
            self.waiting.append((self._wall() + seconds if seconds > 0 else 0.0, kind, sid))

    def under_way(self, kind: str) -> set[str]:
        soon = self._wall() + SOON_SECONDS
        return {bare(sid) for due, one, sid in self.waiting if one == kind and due < soon}

    def run(self, seconds: float) -> None:
        end = self.steady + seconds
        while self.steady < end:
            self.steady += STEP
            if self.steady % SWEEP == 0:
                sweep.sweep(self.desk)
            due = [one for one in self.waiting if one[0] <= self._wall()]
            self.waiting = [one for one in self.waiting if one not in due]
            for _, kind, sid in due:
                try:
                    self.doing[kind](sid)
                except (NotSent, Uncertain):
                    continue  # as the worker does


@pytest.fixture
def motor(bench: Bench) -> Motor:
    return Motor(bench)


def ended(motor: Motor, number: int = 1) -> None:
    """A consented call is over; its text and the keeping of its recording are promised."""
    call = motor.bench.enter(number)
    motor.bench.note(call, recording_sid(number))
    motor.carrier.media_of[recording_sid(number)] = SOUND
    motor.carrier.recordings[call_sid(number)] = {recording_sid(number): "completed"}
    with motor.bench.store.write() as tx:
        motor.later(tx, "text", call_sid(number), 0)
        motor.later(tx, "recording", recording_sid(number), 0)


def told(motor: Motor) -> list[str]:
    return [one.body for _, one in motor.carrier.taken]


@pytest.mark.parametrize("away", [NotSent("the carrier could not be reached"), Uncertain("it did not answer in time")])
def test_an_hour_without_the_carrier_loses_and_doubles_nothing(motor: Motor, away: Exception) -> None:
    """It is not pestered meanwhile; soon after it is back each text is sent once and each recording is held."""
    motor.carrier.away = away
    for number in (1, 2, 3):
        ended(motor, number)
        motor.run(600)
    motor.run(HOUR - 1800)
    assert told(motor) == []
    # Refused sendings back off to one in five minutes; an uncertain one is not repeated while it cannot be looked up.
    assert motor.carrier.tried <= (3 * 24 if isinstance(away, NotSent) else 3)
    motor.carrier.away = None
    motor.run(600)
    assert len(told(motor)) == len(set(told(motor))) == 3
    assert [motor.bench.recording(recording_sid(number)).state for number in (1, 2, 3)] == ["held"] * 3


@pytest.mark.parametrize("by", [HOUR, -HOUR])
@pytest.mark.parametrize("at", [0, 20, 80, 120])
def test_a_clock_that_is_set_doubles_no_text_and_holds_none_up(motor: Motor, at: int, by: int) -> None:
    """A text was taken without a word and is listed late; whenever the clock is set meanwhile, it is neither sent again
    nor left uncertain. One that is sent afterwards goes out as ever."""
    motor.carrier.silent = True
    ended(motor)
    motor.run(at)
    motor.ahead += by
    motor.run(4 * GRACE)
    assert len(told(motor)) == 1
    with motor.bench.store.read() as tx:
        states = tx.exec_driver_sql("SELECT state FROM message").scalars().all()
    assert states == ["accepted"]
    ended(motor, 2)
    motor.run(30)
    assert len(told(motor)) == 2


def test_a_clock_that_is_set_back_holds_up_no_text_that_waits(motor: Motor) -> None:
    """It was refused and waits for its next try when the clock is set back by an hour."""
    motor.carrier.away = NotSent("the carrier could not be reached")
    ended(motor)
    motor.run(300)
    motor.ahead -= HOUR
    motor.carrier.away = None
    motor.run(3 * GRACE)
    assert len(told(motor)) == 1
    assert motor.bench.recording(recording_sid(1)).state == "held"


def test_an_end_before_the_clock_was_set_back_is_told_of(motor: Motor) -> None:
    """Even when its promise was lost with the follow-up's engine: the sweeper finds it, though it lies ahead."""
    ended(motor)
    motor.waiting.clear()
    motor.run(5)
    motor.ahead -= HOUR
    motor.run(4 * GRACE)
    assert len(told(motor)) == 1
