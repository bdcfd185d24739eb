"""Runs follow-ups and timed work on the job engine. The only module that imports it, so it can be replaced."""

import contextlib
import fcntl
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer
from sqlalchemy import Connection, create_engine, text

from screener import conversation
from screener.files import Files
from screener.followup import keeping, sending, sweep, telling
from screener.house import Desk, House
from screener.notify import Notifier
from screener.origin import origin
from screener.settings import Settings
from screener.store import Store, open_store
from screener.telephony import Telephony, TelephonyError

log = logging.getLogger(__name__)

QUEUE = "followups"
APPLICATION = "screener"
# Pinned: the default is a hash of the sources, and work of another version would never be resumed.
VERSION = "1"
AT_ONCE = 8  # follow-ups at a time in one worker; unset would claim the whole backlog
POLL_SECONDS = 0.25
LOCK_WAIT_SECONDS = 15  # how long a new worker waits for the one before it
SWEEP_SECONDS = 15
KINDS = ("text", "recording", "erase", "message", "delivery", "notice")
SLOT_LOCKS = 5_117_370_002  # PostgreSQL advisory locks (this, slot): which executor slots are alive


class WorkerBusy(RuntimeError):
    """Another worker has the SQLite database; only one may."""


# Promising work: for web processes, in the transaction of the fact that causes it


class Promises:
    """Enqueues follow-ups in the caller's transaction. The client is made at first use, hence after any fork."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._client: DBOSClient | None = None
        self._making = threading.Lock()

    def warm(self) -> None:
        """Make the client now, outside any transaction."""
        with self._making:
            if self._client is None:
                self._client = DBOSClient(
                    system_database_engine=self._store.engine,
                    serializer=DBOSPortableJSONSerializer(),
                    lazy=True,
                    retry_connection_errors=False,
                )

    def __call__(self, tx: Connection, kind: str, sid: str) -> None:
        self.later(tx, kind, sid, 0)

    def later(self, tx: Connection, kind: str, sid: str, seconds: float) -> None:
        """Promise one follow-up; the same id promised again is a no-op, so a re-run carries a suffix `:r{n}`."""
        self.warm()
        assert self._client is not None
        options: dict[str, Any] = {
            "workflow_name": kind,
            "queue_name": QUEUE,
            "workflow_id": f"{kind}:{sid}",
            "app_version": VERSION,
        }
        if seconds > 0:
            options["delay_seconds"] = seconds
        self._client.enqueue_in_transaction(tx, options, sid)  # type: ignore[arg-type]


def migrate(store: Store) -> None:
    """The engine's own tables, in our database."""
    DBOS(config=_config(store, "migrate", run_migrations=True))
    DBOS.launch()
    DBOS.register_queue(
        QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=POLL_SECONDS, on_conflict="always_update"
    )
    DBOS.destroy(destroy_registry=True)


def _config(store: Store, executor: str, *, run_migrations: bool) -> DBOSConfig:
    return {
        "name": APPLICATION,
        "system_database_engine": store.engine,
        "application_version": VERSION,
        "executor_id": executor,
        "run_migrations": run_migrations,
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "WARNING",
    }


# Doing work


def work(settings: Settings) -> None:
    """Run until told to stop. One worker on SQLite; on PostgreSQL as many as you like."""
    store = open_store(settings.database_url, pool_size=AT_ONCE + 4)
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    with _slot(store, settings) as slot:
        run(store, settings, slot, stopping)


def run(store: Store, settings: Settings, slot: str, stopping: threading.Event) -> None:
    """Launch the engine as executor `slot` and sweep until `stopping` is set."""
    desk = make_desk(settings, store)
    register(desk)
    DBOS(config=_config(store, slot, run_migrations=False))
    DBOS.launch()
    beat = Path(settings.data_dir) / "worker.alive"
    log.info("worker %s is ready", slot)
    every = min(SWEEP_SECONDS, settings.send_grace_seconds)
    try:
        while not stopping.is_set():
            with _survive("sweep"):
                rescue(store, slot)
                sweep.sweep(desk)
                beat.touch()
            stopping.wait(every)
    finally:
        DBOS.destroy(workflow_completion_timeout_sec=10, destroy_registry=True)


def make_desk(settings: Settings, store: Store) -> Desk:
    """Everything a follow-up is given."""
    promises = Promises(store)
    house = House(settings, store, promises)
    return Desk(
        settings=settings,
        store=store,
        files=Files(settings.recordings_url),
        telephony=Telephony(settings),
        notifier=Notifier(settings),
        promise_later=promises.later,
        end=lambda tx, call, seconds: conversation.close(tx, house, call, seconds),
    )


def register(desk: Desk) -> None:
    """One workflow for each kind of follow-up; each is a single step that finds out for itself what is left to do."""
    doing: dict[str, Callable[[str], None]] = {
        "text": lambda sid: telling.tell(desk, bare(sid)),
        "recording": lambda sid: keeping.keep_recording(desk, bare(sid), attempt(sid)),
        "erase": lambda sid: keeping.erase(desk, bare(sid)),
        "message": lambda sid: sending.deliver(desk, bare(sid)),
        "delivery": lambda sid: telling.delivery_changed(desk, bare(sid)),
        "notice": lambda bundle: telling.tell_held(desk, bare(bundle)),
    }
    for kind in KINDS:
        DBOS.workflow(name=kind)(_followup(kind, doing[kind]))


def _followup(kind: str, do: Callable[[str], None]) -> Callable[[str], None]:
    """A workflow that never fails: what it leaves undone is found by the sweeper, and errors would store words."""

    def followup(sid: str) -> None:
        with _survive(kind):
            do(sid)

    followup.__qualname__ = followup.__name__ = kind
    return followup


@contextlib.contextmanager
def _survive(what: str) -> Iterator[None]:
    try:
        yield
    except TelephonyError as problem:
        log.warning("%s is left for later: %s", what, problem)
    except Exception as problem:
        log.error("%s failed: %s", what, origin(problem))


def bare(sid: str) -> str:
    """The sid or id without its suffix."""
    return sid.partition(":")[0]


def attempt(sid: str) -> int:
    """Which re-run this is, 0 for the first."""
    number = sid.partition(":r")[2]
    return int(number) if number.isdigit() else 0


# Slots: who is alive, and whose work must be taken over


@contextlib.contextmanager
def _slot(store: Store, settings: Settings) -> Iterator[str]:
    """Hold an executor slot for as long as this process lives; the kernel or the database frees it after a kill."""
    if store.is_sqlite:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with (settings.data_dir / "worker.lock").open("w") as lock:
            _take_lock(lock.fileno())
            yield "only"
        return
    holder = create_engine(store.engine.url, pool_size=1, max_overflow=0)
    with holder.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        slot = next(number for number in range(10_000) if _try_slot(connection, number))
        watch = threading.Thread(target=_die_with, args=(connection,), daemon=True)
        watch.start()
        yield str(slot)


def _take_lock(file: int) -> None:
    deadline = time.monotonic() + LOCK_WAIT_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise WorkerBusy(
                    "another worker is running on this SQLite database; stop it first, or use PostgreSQL"
                ) from None
            time.sleep(0.2)
        else:
            return


def _try_slot(connection: Connection, slot: int) -> bool:
    return bool(
        connection.execute(
            text("SELECT pg_try_advisory_lock(:key, :slot)"), {"key": SLOT_LOCKS % 2**31, "slot": slot}
        ).scalar_one()
    )


def _die_with(connection: Connection) -> None:
    """Without its lock this worker may overlap with the one that takes over, so it ends at once."""
    while True:
        time.sleep(2)
        try:
            connection.execute(text("SELECT 1"))
        except Exception:
            log.error("the connection that holds this worker's slot is lost; stopping")
            os._exit(75)


def rescue(store: Store, slot: str) -> None:
    """Put the unfinished work of dead workers back on the queue."""
    for executor in {status.executor_id for status in DBOS.list_workflows(status="PENDING", load_input=False)}:
        if executor is None or executor == slot:
            continue
        with _dead(store, executor) as is_dead:
            if is_dead:
                left = DBOS.list_workflows(status="PENDING", executor_id=executor, load_input=False)
                DBOS.resume_workflows([status.workflow_id for status in left], queue_name=QUEUE)
                log.warning("took over %d follow-ups of a worker that died", len(left))


@contextlib.contextmanager
def _dead(store: Store, executor: str) -> Iterator[bool]:
    """Whether nobody holds that slot; it is held here while the answer is used."""
    if store.is_sqlite or not executor.isdigit():
        yield True
        return
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        free = _try_slot(connection, int(executor))
        try:
            yield free
        finally:
            if free:
                connection.execute(
                    text("SELECT pg_advisory_unlock(:key, :slot)"),
                    {"key": SLOT_LOCKS % 2**31, "slot": int(executor)},
                )
