"""Executor slots: who is alive, and whose unfinished work must be taken over."""

import contextlib
import fcntl
import logging
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from dbos import DBOS
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from screener.store import Store
from screener.worker.engine import MOST_LISTED, QUEUE

log = logging.getLogger(__name__)

LOCK_WAIT_SECONDS = 15  # how long a new worker waits for the one before it
SLOT_LOCKS = 822_402_706  # PostgreSQL advisory locks (this, slot): which executor slots are alive
WATCH_SECONDS = 2
LOST = 75  # exit status of a worker that has lost its slot; it is started again


class WorkerBusy(RuntimeError):
    """Another worker has the SQLite database; only one may."""


@contextlib.contextmanager
def slot(store: Store, data_dir: Path) -> Iterator[str]:
    """Hold an executor slot for as long as this process lives; the kernel or the database frees it after a kill."""
    if store.is_sqlite:
        data_dir.mkdir(parents=True, exist_ok=True)
        with (data_dir / "worker.lock").open("w") as lock:
            _take_lock(lock.fileno())
            yield "only"
        return
    # A connection of its own, never given back: a pooler in transaction mode would lose the lock.
    holder = create_engine(store.engine.url, poolclass=NullPool)
    with holder.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = next(number for number in range(10_000) if _try_slot(connection, number))
        watch = threading.Thread(target=_die_with, args=(connection,), daemon=True)
        watch.start()
        yield str(taken)


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


def _try_slot(connection: Connection, number: int) -> bool:
    query = text("SELECT pg_try_advisory_lock(:locks, :slot)")
    return bool(connection.execute(query, {"locks": SLOT_LOCKS, "slot": number}).scalar_one())


def _die_with(connection: Connection) -> None:
    """Without its lock this worker may overlap with the one that takes over, so it ends at once."""
    while True:
        time.sleep(WATCH_SECONDS)
        try:
            connection.execute(text("SELECT 1"))
        except Exception:
            log.error("the connection that holds this worker's slot is lost; stopping")
            os._exit(LOST)


def rescue(store: Store, mine: str) -> int:
    """Put the unfinished work of dead workers back on the queue; how much that was."""
    saved = 0
    for executor in {one.executor_id for one in _pending()}:
        if executor is None or executor == mine:
            continue
        with _dead(store, executor) as is_dead:
            if is_dead:
                # Listed again now that the slot is ours: its next holder may have come and gone.
                left = [one.workflow_id for one in _pending(executor)]
                DBOS.resume_workflows(left, queue_name=QUEUE)
                saved += len(left)
                log.warning("took over %d follow-ups of a worker that died", len(left))
    return saved


def _pending(executor: str | None = None) -> list:  # type: ignore[type-arg]
    return DBOS.list_workflows(
        status="PENDING", executor_id=executor, limit=MOST_LISTED, load_input=False, load_output=False
    )


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
                release = text("SELECT pg_advisory_unlock(:locks, :slot)")
                connection.execute(release, {"locks": SLOT_LOCKS, "slot": int(executor)})
