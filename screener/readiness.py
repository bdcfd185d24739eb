"""Whether calls can be taken and told of: database, disk, files and a worker that looks after them, in plain words."""

import shutil
from datetime import datetime, timedelta

from screener import draining
from screener.files import Files
from screener.settings import Settings
from screener.store import SQLAlchemyError, Store, beats

LEAST_FREE = 64 * 1024 * 1024  # bytes on the disk of database and recordings
MISSED = timedelta(seconds=60)  # without a heartbeat: the worker looks four times in that while
SLACK = timedelta(minutes=10)  # a beat that lies further ahead was written before the clock was set back


def troubles(settings: Settings, store: Store, now: datetime) -> list[str]:
    """Everything that keeps us from taking calls and telling of them; nothing when all is well. No slow work."""
    if draining.begun():
        return ["this server is about to stop and takes no new calls"]
    if not store.answers():
        return ["the database does not answer"]
    if not store.is_current():
        return ["the database is not up to date; run `screener db upgrade`"]
    found = []
    if free_bytes(settings) < LEAST_FREE:
        found.append("the disk is almost full")
    if not Files(settings.recordings_url).writable():
        found.append("recordings cannot be kept")
    age = worker_age(store, now)
    if age is None:
        found.append("no worker is running; texts wait until one does")
    elif age > MISSED:
        found.append(f"no worker has looked after anything for {age.total_seconds():.0f} s; texts wait")
    return found


def free_bytes(settings: Settings) -> int:
    """Free bytes where the data lies; no limit where that folder is not there yet."""
    try:
        return shutil.disk_usage(settings.data_dir).free
    except OSError:
        return LEAST_FREE


def worker_age(store: Store, now: datetime) -> timedelta | None:
    """How long ago any worker last looked at everything that is owed; None when none runs."""
    try:
        with store.read() as tx:
            at = beats.youngest(tx)
    except SQLAlchemyError:
        return None
    if at is None or at > now + SLACK:
        return None
    return max(now - at, timedelta())
