"""The job engine behind our few functions: each of its traps has its guard, on both databases."""

import os
import signal
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from screener import worker
from screener.settings import Settings
from screener.simulator import Carrier
from screener.store import Store, beats, open_store
from screener.worker import engine, slots
from screener.worker.clock import Clock
from tests.answering import Server
from tests.desk import Bench
from tests.signer import ACCOUNT, TOKEN

PATIENCE = 20.0


def until(true: Callable[[], object], seconds: float = PATIENCE) -> bool:
    """Whether it came true in time."""
    end = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < end:
        time.sleep(0.05)
    return bool(found)


def statuses(store: Store) -> dict[str, tuple[str, str, str]]:
    """Each follow-up's status, queue and executor by its id."""
    with store.read() as tx:
        query = text(f"SELECT workflow_uuid, status, queue_name, executor_id FROM {table(store)}")
        return {row[0]: (row[1], row[2], row[3]) for row in tx.execute(query)}


def table(store: Store) -> str:
    return "workflow_status" if store.is_sqlite else "dbos.workflow_status"


@contextmanager
def working(store: Store, settings: Settings) -> Iterator[None]:
    """A worker in a thread of this process."""
    stopping = threading.Event()
    thread = threading.Thread(target=worker.run, args=(store, settings, "0", stopping))
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


@pytest.fixture
def promises(store: Store) -> engine.Promises:
    made = engine.Promises(store)
    made.warm()
    return made


# Promising


def test_a_promise_is_kept_only_with_its_transaction(store: Store, promises: engine.Promises) -> None:
    """What is rolled back was never promised; what is committed is."""
    with store.write() as tx:
        promises(tx, "text", "CA1")
        tx.rollback()
    with store.write() as tx:
        promises(tx, "text", "CA2")
    assert list(statuses(store)) == ["text:CA2"]


def test_a_repeated_promise_is_a_no_op(store: Store, promises: engine.Promises) -> None:
    """The webhook that comes twice starts one follow-up; a re-run has an id of its own."""
    for sid in ("CA1", "CA1", "CA1:r1"):
        with store.write() as tx:
            promises(tx, "text", sid)
    assert sorted(statuses(store)) == ["text:CA1", "text:CA1:r1"]


def test_only_ids_travel_through_the_engine(store: Store, promises: engine.Promises) -> None:
    """Its tables hold the sid as plain JSON and nothing pickled."""
    with store.write() as tx:
        promises(tx, "text", "CA1")
    prefix = "" if store.is_sqlite else "dbos."
    with store.read() as tx:
        stored = str(tx.execute(text(f"SELECT * FROM {prefix}workflow_status")).all())
        stored += str(tx.execute(text(f"SELECT * FROM {prefix}workflow_input")).all())
    assert '"CA1"' in stored
    assert "gAS" not in stored  # how base64 of a pickle begins


def test_the_version_is_pinned(store: Store, promises: engine.Promises) -> None:
    """The default, a hash of the sources, would strand unfinished work at every new release."""
    with store.write() as tx:
        promises(tx, "text", "CA1")
        version = tx.execute(text(f"SELECT application_version FROM {table(store)}")).scalar_one()
    assert version == engine.VERSION == engine.config(store, "0", run_migrations=False)["application_version"]


def test_the_queue_takes_no_more_than_it_can_do(store: Store) -> None:
    """Without a bound one worker would claim the whole backlog."""
    with store.read() as tx:
        prefix = "" if store.is_sqlite else "dbos."
        row = tx.execute(text(f"SELECT * FROM {prefix}queues WHERE name = '{engine.QUEUE}'")).mappings().one()
    assert row["worker_concurrency"] == engine.AT_ONCE


def test_what_is_under_way_is_known(store: Store, promises: engine.Promises) -> None:
    """Waiting, delayed and running ones, by kind and bare id; those of another version do not count."""
    with store.write() as tx:
        promises(tx, "text", "CA1:r3")
        promises.later(tx, "text", "CA2", 60)
        promises(tx, "recording", "RE1")
        promises(tx, "text", "CA3")
    with store.write() as tx:
        tx.execute(text(f"UPDATE {table(store)} SET application_version = 'old' WHERE workflow_uuid = 'text:CA3'"))
    assert promises.under_way("text") == {"CA1", "CA2"}
    assert promises.ever("text", ["CA2", "CA3", "CA4"]) == {"CA2", "CA3"}


def test_what_is_put_off_for_long_is_not_under_way(store: Store, promises: engine.Promises) -> None:
    """A delay that was promised before the clock was set back would keep the sweeper away for as long as that."""
    with store.write() as tx:
        promises.later(tx, "message", "soon", 60)
        promises.later(tx, "message", "late", 3600)
    assert promises.under_way("message") == {"soon"}


def test_what_a_worker_that_stands_still_has_begun_is_not_under_way(store: Store, promises: engine.Promises) -> None:
    """It holds its slot, so nobody takes its work over; the sweeper promises it anew, and the rows fence the two."""
    with store.write() as tx:
        for sid in ("slow", "frozen", "young"):
            promises(tx, "message", sid)
            query = f"UPDATE {table(store)} SET status = 'PENDING', executor_id = '{sid}'"
            tx.execute(text(f"{query} WHERE workflow_uuid = 'message:{sid}'"))
        beats.beat(tx, "slow", datetime.now(UTC) - timedelta(seconds=50))
        beats.beat(tx, "frozen", datetime.now(UTC) - timedelta(seconds=70))
    assert promises.under_way("message") == {"slow", "young"}


def test_done_follow_ups_are_forgotten_after_a_while(store: Store, promises: engine.Promises) -> None:
    """Old and done ones go; young ones, and those that wait however long, stay."""
    with store.write() as tx:
        for sid in ("done", "waiting"):
            promises(tx, "text", sid)
        tx.execute(text(f"UPDATE {table(store)} SET status = 'SUCCESS' WHERE workflow_uuid = 'text:done'"))
    assert promises.purge(datetime.now(UTC) - timedelta(days=1)) == 0
    assert promises.purge(datetime.now(UTC) + timedelta(days=1)) == 1
    assert list(statuses(store)) == ["text:waiting"]


def test_what_the_engine_has_given_up_is_started_again(store: Store, promises: engine.Promises) -> None:
    """Errored, or taken over a hundred times: it is not under way, so the sweeper's next promise is a new one."""
    with store.write() as tx:
        for sid, status in (("CA1", "ERROR"), ("CA2", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"), ("CA3", "CANCELLED")):
            promises(tx, "text", sid)
            tx.execute(text(f"UPDATE {table(store)} SET status = '{status}' WHERE workflow_uuid = 'text:{sid}'"))
    assert promises.under_way("text") == set()
    with store.write() as tx:
        promises(tx, "text", "CA1")  # the id is used up ...
        promises(tx, "text", "CA1:r1")  # ... and so a re-run has its own
    assert promises.under_way("text") == {"CA1"}
    assert promises.purge(datetime.now(UTC) + timedelta(days=1)) == 3


def test_a_database_that_is_gone_is_not_waited_for() -> None:
    """By itself the engine's client tries again without end, and a look would never come to its other parts."""
    store = open_store("postgresql+psycopg://nobody@127.0.0.1:9/none")
    failed = threading.Event()

    def look() -> None:
        with suppress(OperationalError):
            engine.Promises(store).under_way("text")
        with suppress(OperationalError):
            engine.Promises(store).ever("text", ["CA1"])
        failed.set()

    threading.Thread(target=look, daemon=True).start()
    assert failed.wait(PATIENCE)


def test_the_engine_is_pinned() -> None:
    """Its tables only go forward, and its version is part of how it finds unfinished work."""
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
    assert [one for one in project["dependencies"] if one.startswith("dbos")] == ["dbos~=3.4.0"]


def test_only_the_worker_launches_the_engine(app: Flask) -> None:
    """Each web process that launched it would be an executor of the same name, and do everything twice."""
    assert app.extensions["screener"].store
    assert dbos_launched() is False


def dbos_launched() -> bool:
    from dbos._dbos import _get_or_create_dbos_registry

    found = _get_or_create_dbos_registry().dbos
    return found is not None and found._launched


# Working


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    with Carrier(ACCOUNT, TOKEN) as made:
        yield made


def test_a_worker_does_what_was_promised(bench: Bench, settings: Settings, carrier: Carrier) -> None:
    """A text that waits is sent, and the worker's heartbeat is there while it runs."""
    carrier.add_number(bench.owner.twilio_number, "https://screener.example/voice/incoming")
    bench.write(created_at=datetime.now(UTC), updated_at=datetime.now(UTC))
    with bench.store.write() as tx:
        engine.Promises(bench.store)(tx, "message", "m1")
    with working(bench.store, replace(settings, api_base_url=carrier.url, send_grace_seconds=1)):
        assert until(lambda: bench.message().state == "accepted")
        assert until(lambda: beat_of(bench.store))
    assert beat_of(bench.store) is None
    assert len(carrier.texts_to(bench.owner.phone)) == 1
    prefix = "" if bench.store.is_sqlite else "dbos."
    with bench.store.read() as tx:
        stored = str(tx.execute(text(f"SELECT * FROM {prefix}workflow_status")).all())
    assert "SUCCESS" in stored
    assert "gAS" not in stored  # nor is what came of it pickled


def beat_of(store: Store) -> datetime | None:
    with store.read() as tx:
        return beats.youngest(tx)


def test_a_follow_up_that_fails_does_not_end_in_an_error(
    bench: Bench, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The engine never tries an errored one again, and would store the error's text; ours end, and the rows decide."""

    def fail(*_: object) -> None:
        raise ValueError("+85291234567 said something")

    monkeypatch.setattr("screener.followup.sending.deliver", fail)
    with bench.store.write() as tx:
        engine.Promises(bench.store)(tx, "message", "m1")
    with working(bench.store, replace(settings, send_grace_seconds=1)):
        assert until(lambda: statuses(bench.store).get("message:m1", ("",))[0] == "SUCCESS")
    assert "message failed: ValueError" in caplog.text
    assert "+85291234567" not in caplog.text


def test_one_broken_look_does_not_stop_the_others(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each part of the sweep is survived by itself; the heartbeat waits until all of them work."""

    def broken(*_: object, **__: object) -> int:
        raise ValueError

    monkeypatch.setattr(worker, "rescue", broken)
    bench.enter(consent=bench.enter(2).consent)
    bench.later(minutes=1)
    assert not worker.look(bench.desk, "0", first=False)
    assert "rescue failed" in caplog.text
    assert any(kind == "text" for kind, _, _ in bench.promised)
    assert beat_of(bench.store) is None
    monkeypatch.setattr(worker, "rescue", lambda *_: 0)
    assert worker.look(bench.desk, "0", first=False)
    assert beat_of(bench.store)


# The clock


def test_a_jump_of_the_clock_is_noticed_for_as_long_as_a_grace() -> None:
    """Ahead or back."""
    wall, steady = [1000.0], [50.0]
    clock = Clock(90, lambda: wall[0], lambda: steady[0])
    wall[0] += 3600
    assert clock.jumped()
    steady[0] += 89
    wall[0] += 89
    assert clock.jumped()
    steady[0] += 2
    wall[0] += 2
    assert not clock.jumped()
    wall[0] -= 3600
    assert clock.jumped()


def test_a_slow_drift_is_no_jump() -> None:
    """A clock that runs one second in ten fast is followed, not complained of."""
    wall, steady = [1000.0], [50.0]
    clock = Clock(90, lambda: wall[0], lambda: steady[0])
    for _ in range(100):
        wall[0] += 11
        steady[0] += 10
        assert not clock.jumped()


# Slots, in real processes


@pytest.fixture
def hanging(bench: Bench, settings: Settings) -> Iterator[tuple[Server, dict[str, str]]]:
    """A carrier that does not answer a sending until released, and the environment of a worker that calls it."""
    released = threading.Event()
    taken: list[object] = []

    def take(told: object) -> bytes | int:
        taken.append(told)
        if len(taken) == 1:
            released.wait(PATIENCE)
        return b'{"sid": "SM%032x", "status": "queued"}' % len(taken)

    server = Server(content_type="application/json")
    path = f"/2010-04-01/Accounts/{ACCOUNT}"
    nothing = b'{"messages": [], "page": 0, "page_size": 50, "uri": "", "next_page_uri": null}'
    server.answers = {f"{path}/Messages.json": lambda told: nothing if "To=" in told.query else take(told)}
    with server:
        yield server, environment(settings, server.url)
        released.set()


def environment(settings: Settings, api: str) -> dict[str, str]:
    return {
        **os.environ,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_BASE_URL": api,
        "SCREENER_PUBLIC_URL": "https://screener.example",
        "SCREENER_SECRET_KEY": "k" * 32,
        "SCREENER_DATA_DIR": str(settings.data_dir),
        "SCREENER_DATABASE_URL": settings.database_url,
        "SCREENER_SEND_GRACE_SECONDS": "3",
    }


@contextmanager
def process(environ: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker alone in a process of its own."""
    with log.open("ab") as output:
        command = [sys.executable, "-m", "screener.cli", "worker"]
        running = subprocess.Popen(command, env=environ, stdout=output, stderr=output)
    try:
        yield running
    finally:
        running.kill()
        running.wait()


def test_a_dead_workers_follow_up_is_taken_over(
    bench: Bench, hanging: tuple[Server, dict[str, str]], tmp_path: Path
) -> None:
    """Killed in the middle of a sending: another worker takes the follow-up over, looks the text up and sends it."""
    server, environ = hanging
    now = datetime.now(UTC)
    bench.write(created_at=now, updated_at=now)
    with bench.store.write() as tx:
        engine.Promises(bench.store)(tx, "message", "m1")
    with process(environ, tmp_path / "one.log") as one:
        assert until(lambda: bench.message().state == "sending" and server.told)
        one.kill()
        one.wait()
        assert statuses(bench.store)["message:m1"][0] == "PENDING"
        with process(environ, tmp_path / "two.log"):
            assert until(lambda: statuses(bench.store)["message:m1"][0] == "SUCCESS")
            assert until(lambda: bench.message().state == "accepted")
    # On a slow machine the second sending may be uncertain too, and is looked up like the first.
    assert bench.message().attempts >= 2


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_dead_workers_slot_needs_no_successor(
    bench: Bench, hanging: tuple[Server, dict[str, str]], tmp_path: Path
) -> None:
    """A worker in another slot puts the follow-up back on its queue, with all its bounds; nobody takes the dead one's
    slot again. The engine alone would leave it there for ever."""
    environ = {**hanging[1], "SCREENER_SEND_GRACE_SECONDS": "9"}
    with process(environ, tmp_path / "one.log") as one:
        assert until(lambda: count_beats(bench.store) == 1)
        with process(environ, tmp_path / "two.log") as two:
            assert until(lambda: count_beats(bench.store) == 2)
            now = datetime.now(UTC)
            bench.write(created_at=now, updated_at=now)
            with bench.store.write() as tx:
                engine.Promises(bench.store)(tx, "message", "m1")
            assert until(lambda: bench.message().state == "sending")
            status, queue, slot = statuses(bench.store)["message:m1"]
            (one, two)[int(slot)].kill()
            assert (status, queue) == ("PENDING", engine.QUEUE)
            left = str(1 - int(slot))
            assert until(lambda: statuses(bench.store)["message:m1"] == ("SUCCESS", engine.QUEUE, left))


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_live_workers_follow_ups_are_left_to_it(
    bench: Bench, hanging: tuple[Server, dict[str, str]], tmp_path: Path
) -> None:
    """A second PostgreSQL worker has a slot of its own and takes nothing from the first, however slow that one is."""
    server, environ = hanging
    environ = {**environ, "SCREENER_SEND_GRACE_SECONDS": "30"}
    now = datetime.now(UTC)
    bench.write(created_at=now, updated_at=now)
    with bench.store.write() as tx:
        engine.Promises(bench.store)(tx, "message", "m1")
    with process(environ, tmp_path / "one.log"):
        assert until(lambda: bench.message().state == "sending" and server.told)
        with process(environ, tmp_path / "two.log"):
            assert until(lambda: count_beats(bench.store) == 2)
            status, _, slot = statuses(bench.store)["message:m1"]
            # On a slow machine the first has given the carrier up by now.
            assert (status, slot) in {("PENDING", "0"), ("SUCCESS", "0")}
            assert bench.message().attempts == 1


def count_beats(store: Store) -> int:
    with store.read() as tx:
        return int(tx.execute(text("SELECT count(*) FROM beat")).scalar_one())


def test_a_second_sqlite_worker_says_why_it_ends(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It waits for the one before it, then ends with a plain reason."""
    monkeypatch.setattr(slots, "LOCK_WAIT_SECONDS", 0.3)
    store = open_store(sqlite_url)
    with slots.slot(store, tmp_path), pytest.raises(slots.WorkerBusy, match="PostgreSQL"), slots.slot(store, tmp_path):
        pass
    with slots.slot(store, tmp_path) as mine:
        assert mine == "only"
    store.engine.dispose()


def test_a_worker_that_loses_its_slot_ends_at_once(
    postgres_url: str, settings_of: Callable[[str], Settings], tmp_path: Path
) -> None:
    """Without its lock it could overlap with the one that takes over."""
    store = open_store(postgres_url)
    with process(environment(settings_of(postgres_url), "http://127.0.0.1:9"), tmp_path / "one.log") as one:
        assert until(lambda: beat_of(store))
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as tx:
            tx.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                    f" AND classid = {slots.SLOT_LOCKS} AND pid <> pg_backend_pid()"
                )
            )
        assert one.wait(10) == slots.LOST
    store.engine.dispose()


@pytest.fixture
def settings_of(tmp_path: Path) -> Callable[[str], Settings]:
    """Settings of an installation with its database there."""

    def made(url: str) -> Settings:
        return Settings(
            account_sid=ACCOUNT, auth_token=TOKEN, secret_key="k" * 32, public_url="https://screener.example",
            data_dir=tmp_path, database_url=url, recordings_url=str(tmp_path / "recordings"),
        )  # fmt: skip

    return made


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_worker_stops_when_told(bench: Bench, settings: Settings, tmp_path: Path) -> None:
    """SIGTERM lets it finish, and it leaves no heartbeat behind."""
    with process(environment(settings, "http://127.0.0.1:9"), tmp_path / "one.log") as one:
        assert until(lambda: beat_of(bench.store))
        one.send_signal(signal.SIGTERM)
        assert one.wait(15) == 0
    assert beat_of(bench.store) is None


def test_a_follow_up_of_a_slot_that_nobody_holds_is_queued_again(store: Store, promises: engine.Promises) -> None:
    """On our queue with its bound, not on the engine's own without one."""
    from dbos import DBOS

    with store.write() as tx:
        promises(tx, "text", "CA1")
        tx.execute(text(f"UPDATE {table(store)} SET status = 'PENDING', executor_id = '7', queue_name = 'x'"))
    DBOS(config=engine.config(store, "0", run_migrations=False))
    DBOS.listen_queues([])
    DBOS.launch()
    try:
        assert slots.rescue(store, "7") == 0  # its own, which it is just doing
        with held(store, 7):
            assert store.is_sqlite or slots.rescue(store, "0") == 0
        assert slots.rescue(store, "0") == 1
        assert slots.rescue(store, "0") == 0
    finally:
        DBOS.destroy(destroy_registry=True)
    assert statuses(store)["text:CA1"][:2] == ("ENQUEUED", engine.QUEUE)
    with held(store, 7) as taken:  # and the slot is free for the next worker
        assert taken


@contextmanager
def held(store: Store, slot: int) -> Iterator[bool]:
    """Another worker has that slot, if it can; SQLite has none to take."""
    if store.is_sqlite:
        yield True
        return
    with create_engine(store.engine.url, poolclass=NullPool).connect() as another:
        yield slots._try_slot(another, slot)
