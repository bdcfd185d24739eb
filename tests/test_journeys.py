"""Whole calls over HTTP, through real server processes and the simulated carrier, on both databases."""

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from screener.cli.demo import differences, observed
from screener.simulator import Carrier, Faults, ScriptedCaller, scripts
from screener.simulator.callers import Action
from screener.simulator.premises import RESIDENTS, Premises, add_number, listens
from screener.store import Store, calls, messages, notices, open_store, subscribers

pytestmark = pytest.mark.alone

PATIENCE = 20.0
GRACE = "2"


class Town:
    """A server, its carrier, and its database to look into."""

    def __init__(self, folder: Path, url: str) -> None:
        self.carrier = Carrier("AC" + "0" * 31 + "9", "a token of the journeys").start()
        changes = {"SCREENER_DATABASE_URL": url, "SCREENER_SEND_GRACE_SECONDS": GRACE}
        self.premises = Premises(folder, self.carrier, changes)
        self.store: Store = open_store(url)
        self.placed = 0

    def open(self) -> "Town":
        self.premises.run("db", "upgrade")
        for one in RESIDENTS.values():
            with self.store.write() as tx:
                subscribers.add(tx, asdict(one))
            add_number(self.carrier, one.twilio_number, self.premises.url)
        self.premises.start()
        return self

    def close(self) -> None:
        self.premises.stop()
        self.carrier.stop()
        self.store.engine.dispose()

    def new_caller(self) -> str:
        """Each call is from a number of its own, so that it has a text of its own."""
        self.placed += 1
        return f"+8526{self.placed:07}"

    def state_of(self, call_sid: str) -> str:
        """Where the call's message stands; empty while there is none."""
        with self.store.read() as tx:
            call = calls.find(tx, call_sid)
            notice = notices.of_call(tx, call.id) if call else None
            message = messages.find(tx, notice.message_id) if notice and notice.message_id else None
        return message.state if message else ""


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One server for all journeys on each kind of database."""
    folder = tmp_path_factory.mktemp(f"town-{request.param}")
    url = f"sqlite:///{folder / 'screener.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("new_postgres_database")("town")
    opened = Town(folder, url)
    try:
        yield opened.open()
    finally:
        opened.close()


def until(true: Callable[[], object]) -> bool:
    end = time.monotonic() + PATIENCE
    while not (found := true()) and time.monotonic() < end:
        time.sleep(0.05)
    return bool(found)


@pytest.mark.parametrize(
    "name", ["bank-zh", "notes-only-zh", "refusal-keypad", "consent-withdrawn", "hang-up-mid-sentence", "courier-key-5"]
)
def test_a_call_comes_to_what_its_script_expects(town: Town, name: str) -> None:
    """From the ring to the text on the phone, with recording and consent as they must be."""
    script = scripts()[name]
    call = town.carrier.dial(script, RESIDENTS[script.subscriber].twilio_number)
    assert call.problems == []
    until(lambda: differences(script, observed(town.store, town.carrier, call.sid)) == [])
    assert differences(script, observed(town.store, town.carrier, call.sid)) == []
    until(lambda: all(one.deleted for one in call.recordings))
    assert all(one.deleted for one in call.recordings)


def test_texts_come_soon_after_the_call(town: Town) -> None:
    """Hang-up to a text accepted by the carrier: 1.5 s at p95 when idle; here with room for a busy machine."""
    script = scripts()["refusal-keypad"]
    waits = []
    for _ in range(12):
        mine = replace(script, from_=town.new_caller(), forwarded_from="")
        before = len(town.carrier.messages)
        call = town.carrier.dial(mine, RESIDENTS[script.subscriber].twilio_number)
        assert until(lambda before=before: len(town.carrier.messages) > before)
        assert call.ended
        waits.append((town.carrier.messages[-1].created - call.ended).total_seconds())
    waits.sort()
    print(f"hang-up to text accepted: p50 {waits[5]:.2f} s, p95 {waits[-1]:.2f} s")
    assert waits[5] < 3
    assert waits[-1] < 6


class Interrupted(ScriptedCaller):
    """A caller in whose second answer something happens to the server."""

    def __init__(self, script, happens: Callable[[], None]) -> None:  # type: ignore[no-untyped-def]
        super().__init__(script)
        self.happens = happens
        self.answered = 0

    def answer(self, words: str) -> Action:
        self.answered += 1
        if self.answered == 2:
            self.happens()
        return super().answer(words)


def test_a_call_goes_on_after_a_restart_in_its_middle(town: Town) -> None:
    """The next turn finds the same step; the caller notices nothing, and is told of once."""
    killed = town.store.is_sqlite  # each way on one database is enough

    def restart() -> None:
        assert town.premises._server
        if killed:
            town.premises._server.kill()
            town.premises._server.wait()
            assert until(lambda: not listens(town.premises.port))  # its children end by themselves a moment later
        else:
            town.premises.stop()
        town.premises.start()

    script = replace(scripts()["refusal-keypad"], from_=town.new_caller(), forwarded_from="")
    number = RESIDENTS[script.subscriber].twilio_number
    call = town.carrier.place(script.from_, number, Interrupted(script, restart))
    assert call.problems == []
    assert until(lambda: town.state_of(call.sid) == "accepted")


def test_a_carrier_that_is_down_gets_each_text_once_afterwards(town: Town) -> None:
    """While it turns us away nothing is lost; when it is back every text goes out, and once."""
    script = scripts()["refusal-keypad"]
    town.carrier.faults = Faults(too_many=0.5, server_error=0.7)
    placed = []
    for _ in range(4):
        mine = replace(script, from_=town.new_caller(), forwarded_from="")
        placed.append(town.carrier.dial(mine, RESIDENTS[script.subscriber].twilio_number))
    time.sleep(2)
    town.carrier.faults = Faults()
    for call in placed:
        assert until(lambda call=call: town.state_of(call.sid) == "accepted")
    bodies = [one.body for one in town.carrier.messages if one.direction == "outbound-api"]
    assert len(bodies) == len(set(bodies))
