"""Runs follow-ups and timed work on the job engine. The only package that imports it, so it can be replaced."""

import contextlib
import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from dbos import DBOS

from screener import conversation, draining, understanding
from screener.bags import wanted
from screener.files import Files
from screener.followup import clearing, keeping, leaving, reconciling, sending, stamping, sweep, telling, tidying
from screener.house import Desk, House
from screener.notify import Notifier
from screener.origin import origin
from screener.settings import Settings
from screener.store import Store, beats, open_store
from screener.telephony import Telephony, TelephonyError
from screener.worker.clock import Clock
from screener.worker.engine import AT_ONCE, Promises, attempt, bare, config, migrate
from screener.worker.slots import WorkerBusy, rescue, slot

__all__ = ["KINDS", "Promises", "WorkerBusy", "make_desk", "migrate", "register", "run", "work"]

log = logging.getLogger(__name__)

SILENT_LOOKS = 4  # without a heartbeat, after which others no longer wait for what a worker has begun
HURRIED = 130  # exit status after a second signal
KINDS = (
    "text", "notice", "recording", "erase", "message", "delivery", "fate", "seek", "reconcile", "tidy", "leave",
    "clear", "pack", "stamp",
)  # fmt: skip


def work(settings: Settings) -> None:
    """Run until told to stop. One worker on SQLite; on PostgreSQL as many as you like."""
    store = open_store(settings.database_url, pool_size=AT_ONCE + 4, data_dir=settings.data_dir)
    stopping = threading.Event()
    heed_signals(stopping)
    with slot(store, settings.data_dir) as mine:
        run(store, settings, mine, stopping)


def heed_signals(stopping: threading.Event) -> None:
    """The first SIGTERM or SIGINT lets what runs come to its end; another one later ends this process at once."""
    first: list[float] = []

    def told(*_: object) -> None:
        first.append(time.monotonic())
        if first[-1] - first[0] > draining.ONE_WISH:
            os._exit(HURRIED)
        # Not from here: the main thread may hold the event's lock just now.
        threading.Thread(target=stopping.set).start()

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, told)


def run(store: Store, settings: Settings, mine: str, stopping: threading.Event) -> None:
    """Launch the engine as executor `mine` and sweep until `stopping` is set."""
    understanding.prepare()
    desk = make_desk(settings, store)
    register(desk)
    DBOS(config=config(store, mine, run_migrations=False))
    DBOS.launch()
    with _survive("beat"), store.write() as tx:
        beats.stop(tx, mine)  # the last one is of whoever had the slot before
    log.info("worker %s is ready", mine)
    every = sweep.interval(settings)
    first = True
    try:
        while not stopping.is_set():
            if look(desk, mine, first=first):
                first = False
            stopping.wait(every)
        with _survive("beat"), store.write() as tx:
            beats.stop(tx, mine)
    finally:
        DBOS.destroy(workflow_completion_timeout_sec=10, destroy_registry=True)


def look(desk: Desk, mine: str, *, first: bool) -> bool:
    """One look at everything that is owed, each part by itself; whether all of it could be looked at."""
    parts: list[tuple[str, Callable[[], object]]] = [("rescue", lambda: rescue(desk.store, mine))]
    parts += [(part.__name__, lambda part=part: part(desk, whole=first)) for part in sweep.PARTS]  # type: ignore[misc]
    parts.append(("timed work", lambda: sweep.timed(desk, f"{mine}-{int(desk.now().timestamp())}" if first else None)))
    done = 0
    for name, part in parts:
        with _survive(name):
            part()
            done += 1
    if done < len(parts):
        return False
    with _survive("beat"), desk.store.write() as tx:
        beats.beat(tx, mine, desk.now())
        return True
    return False


def make_desk(settings: Settings, store: Store) -> Desk:
    """Everything a follow-up is given."""
    promises = Promises(store, SILENT_LOOKS * timedelta(seconds=sweep.interval(settings)))
    house = House(settings, store, promises)
    clock = Clock(settings.send_grace_seconds)
    return Desk(
        settings=settings,
        store=store,
        files=Files(settings.recordings_url),
        telephony=Telephony(settings),
        notifier=Notifier(settings),
        promise_later=promises.later,
        end=lambda tx, call, seconds: conversation.close(tx, house, call, seconds),
        now=clock.now,
        clock_jumped=clock.jumped,
        under_way=promises.under_way,
        ever_promised=promises.ever,
        purge=promises.purge,
        forget=promises.forget,
    )


def register(desk: Desk) -> None:
    """One workflow for each kind of follow-up; each is a single step that finds out for itself what is left to do."""
    doing: dict[str, Callable[[str], object]] = {
        "text": lambda sid: telling.tell(desk, bare(sid)),
        "notice": lambda bundle: telling.tell_held(desk, bare(bundle)),
        "recording": lambda sid: keeping.keep_recording(desk, bare(sid), attempt(sid)),
        "erase": lambda sid: keeping.erase(desk, bare(sid)),
        "message": lambda sid: sending.deliver(desk, bare(sid)),
        "delivery": lambda sid: telling.delivery_changed(desk, bare(sid)),
        "fate": lambda sid: sending.ask_after(desk, bare(sid)),
        "seek": lambda sid: keeping.seek(desk, bare(sid)),
        "reconcile": lambda span: reconciling.reconcile(desk, bare(span)),
        "tidy": lambda _: tidying.tidy(desk),
        "leave": lambda owner: leaving.leave(desk, int(bare(owner))),
        "clear": lambda _: clearing.clear(desk),
        "stamp": lambda owner: stamping.stamp(desk, int(bare(owner))),
        "pack": lambda one: wanted.make(desk, bare(one)),
    }
    for kind in KINDS:
        DBOS.workflow(name=kind)(_followup(kind, doing[kind]))


def _followup(kind: str, do: Callable[[str], object]) -> Callable[[str], None]:
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
