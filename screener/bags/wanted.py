"""A bag that was asked for on the pages: made by the worker, with its progress written down, kept for a few days."""

import logging
import time

from screener.bags import note_export, pack
from screener.house import Desk
from screener.store import packings, subscribers
from screener.store.packings import TRIES, Packing
from screener.store.records import Subscriber

log = logging.getLogger(__name__)

TOLD_EVERY = 1.0  # seconds between two notes of progress
WHO = "subscriber"


def make(desk: Desk, packing_id: str) -> None:
    """Pack what was asked for, unless that is done. A full disk or a third broken try ends it as failed."""
    with desk.store.write() as tx:
        found = packings.find(tx, packing_id)
        owner = subscribers.by_id(tx, found.subscriber_id) if found else None
        if found is None or owner is None or found.state not in ("wanted", "making"):
            return
        if found.tries >= TRIES:
            packings.change(tx, packing_id, state="failed")
            return
        packings.change(tx, packing_id, state="making", tries=found.tries + 1, done=0)
    if not found.tries:
        note_export(desk.store, owner, found.chosen, WHO)
    try:
        write(desk, owner, found)
    except OSError as problem:
        log.error("a bag could not be made: %s", type(problem).__name__)
        with desk.store.write() as tx:
            packings.change(tx, packing_id, state="failed")


def write(desk: Desk, owner: Subscriber, wanted: Packing) -> None:
    """The bag itself. Nobody gets one whose calls were deleted while it was being made."""
    told = time.monotonic()

    def progress(done: int, of: int) -> None:
        nonlocal told
        if time.monotonic() - told > TOLD_EVERY:
            told = time.monotonic()
            with desk.store.write() as tx:
                packings.change(tx, wanted.id, done=done, calls=of)

    with desk.files.making(wanted.file) as file:
        packed = pack(desk.store, desk.files, owner, wanted.chosen, (file, desk.now(), progress))
    counts = {"done": packed.calls, "calls": packed.calls, "missing": len(packed.missing)}
    size = desk.files.size(wanted.file)
    with desk.store.write() as tx:
        if not packings.change(tx, wanted.id, state="ready", size=size, ready_at=desk.now(), **counts):
            desk.files.delete(wanted.file)
