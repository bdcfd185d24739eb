"""The job engine's own settings, and promising work to it: for web processes, in the transaction of the fact."""

import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer
from sqlalchemy import Connection

from screener.store import Store, beats

QUEUE = "followups"
APPLICATION = "screener"
# Pinned: the default is a hash of the sources, and work of another version would never be resumed.
VERSION = "1"
AT_ONCE = 8  # follow-ups at a time in one worker; unset would claim the whole backlog
POLL_SECONDS = 0.25
SOON_SECONDS = 90  # longer than the longest wait between two tries that no row of ours tells of
LIVE = ["ENQUEUED", "DELAYED", "PENDING"]
DONE = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
MOST_LISTED = 5_000
SID_LENGTH = 34
KINDS_OF = {"CA": ("text", "erase", "seek"), "RE": ("recording",)}
KINDS_OF_OTHERS = ("message", "delivery", "fate", "pack")
PURGED_AT_ONCE = 500


class Promises:
    """Enqueues follow-ups in the caller's transaction. The client is made at first use, hence after any fork."""

    def __init__(self, store: Store, silence: timedelta = timedelta(seconds=60)) -> None:
        """A worker without a heartbeat for `silence` is taken to stand still."""
        self._store = store
        self._silence = silence
        self._client: DBOSClient | None = None
        self._making = threading.Lock()

    def warm(self) -> DBOSClient:
        """The client, made now if need be; outside any transaction."""
        with self._making:
            if self._client is None:
                self._client = DBOSClient(
                    system_database_engine=self._store.engine,
                    serializer=DBOSPortableJSONSerializer(),
                    lazy=True,
                    retry_connection_errors=False,
                )
            return self._client

    def __call__(self, tx: Connection, kind: str, sid: str) -> None:
        self.later(tx, kind, sid, 0)

    def later(self, tx: Connection, kind: str, sid: str, seconds: float) -> None:
        """Promise one follow-up; the same id promised again is a no-op, so a re-run carries a suffix `:r{n}`."""
        options: dict[str, Any] = {
            "workflow_name": kind,
            "queue_name": QUEUE,
            "workflow_id": f"{kind}:{sid}",
            "app_version": VERSION,
        }
        if seconds > 0:
            options["delay_seconds"] = seconds
        self.warm().enqueue_in_transaction(tx, options, sid)  # type: ignore[arg-type]

    def under_way(self, kind: str) -> set[str]:
        """The sids for which a follow-up of this kind runs or comes soon, at most MOST_LISTED of them.

        One that is put off for longer does not count: the clock may have been set back since it was promised. Nor does
        one of a worker that stands still, for it may do so for ever and holds its slot meanwhile.
        """
        with self._store.read() as tx:
            still = beats.silent(tx, datetime.now(UTC) - self._silence)
        listed = self.warm().list_workflows(
            status=LIVE, name=kind, app_version=VERSION, limit=MOST_LISTED, load_input=False, load_output=False
        )
        soon = (time.time() + SOON_SECONDS) * 1000
        near = (one for one in listed if one.status != "DELAYED" or (one.delay_until_epoch_ms or 0) < soon)
        moving = (one for one in near if one.status != "PENDING" or one.executor_id not in still)
        return {bare(one.workflow_id.removeprefix(f"{kind}:")) for one in moving}

    def ever(self, kind: str, sids: Iterable[str]) -> set[str]:
        """Those sids for which a follow-up of this kind was promised at any time since the last purge."""
        ids = [f"{kind}:{sid}" for sid in sids]
        listed = self.warm().list_workflows(workflow_ids=ids, load_input=False, load_output=False) if ids else []
        return {one.workflow_id.removeprefix(f"{kind}:") for one in listed}

    def forget(self, ids: list[str]) -> set[str]:
        """Delete what the engine remembers of the follow-ups of these ids; those ids of which one is not over yet."""
        client = self.warm()
        prefixes = [f"{kind}:{one}" for one in ids for kind in kinds_of(one)]
        listed = client.list_workflows(workflow_id_prefix=prefixes, load_input=False, load_output=False)
        client.delete_workflows([one.workflow_id for one in listed if one.status in DONE])
        return {bare(one.workflow_id.partition(":")[2]) for one in listed if one.status not in DONE}

    def purge(self, before: datetime) -> int:
        """Delete what the engine remembers of follow-ups that were done before then; how many."""
        purged, client = 0, self.warm()
        while True:
            listed = client.list_workflows(
                status=DONE,
                end_time=before.isoformat(),
                limit=PURGED_AT_ONCE,
                load_input=False,
                load_output=False,
            )
            client.delete_workflows([one.workflow_id for one in listed])
            purged += len(listed)
            if len(listed) < PURGED_AT_ONCE:
                return purged


def migrate(store: Store) -> None:
    """The engine's own tables, in our database."""
    DBOS(config=config(store, "migrate", run_migrations=True))
    DBOS.launch()
    DBOS.register_queue(
        QUEUE, worker_concurrency=AT_ONCE, polling_interval_sec=POLL_SECONDS, on_conflict="always_update"
    )
    DBOS.destroy(destroy_registry=True)


def config(store: Store, executor: str, *, run_migrations: bool) -> DBOSConfig:
    return {
        "name": APPLICATION,
        "system_database_engine": store.engine,
        "application_version": VERSION,
        "executor_id": executor,
        "run_migrations": run_migrations,
        "serializer": DBOSPortableJSONSerializer(),
        "log_level": "WARNING",
    }


def kinds_of(one: str) -> tuple[str, ...]:
    """Which follow-ups an id may have: a call's sid, a recording's, or the shorter one of a text or a packing."""
    return KINDS_OF[one[:2]] if len(one) == SID_LENGTH else KINDS_OF_OTHERS


def bare(sid: str) -> str:
    """The sid or id without its suffix."""
    return sid.partition(":")[0]


def attempt(sid: str) -> int:
    """Which re-run this is, 0 for the first."""
    number = sid.partition(":r")[2]
    return int(number) if number.isdigit() else 0
