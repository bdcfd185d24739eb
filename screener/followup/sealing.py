"""Seals what became final without its entry in the chain: deliveries; anything else is marked as sealed late."""

import logging
from datetime import UTC, datetime, timedelta

from screener.evidence import Kind
from screener.house import Desk
from screener.store import Connection, chain, unsealed
from screener.store.chain import Subject

log = logging.getLogger(__name__)

WINDOW = timedelta(days=2)  # looked through each time; once a day it goes back to the beginning
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
SETTLED = timedelta(seconds=5)
MOST = 200  # of each kind at a time, so that no transaction is long


def seal_late(desk: Desk, *, whole: bool = False) -> int:  # noqa: ARG001
    """What became final lately; the whole of a large log takes minutes and must not keep the other looks waiting."""
    return seal_rest(desk)


def seal_rest(desk: Desk, *, whole: bool = False) -> int:
    """Rows that are final and not sealed yet; how many were sealed."""
    since = BEGINNING if whole else desk.now() - WINDOW
    done = 0
    while True:
        with desk.store.read() as tx:
            left = unsealed.find(tx, since, desk.now() - SETTLED, MOST)
        with desk.store.write() as tx:
            sealed = sum(seal(tx, one) for one in left if not chain.is_sealed(tx, one))
        done += sealed
        if not sealed:
            return done


def seal(tx: Connection, one: Subject) -> bool:
    """Only deliveries become final without a transaction of ours that could seal them."""
    late = one.kind is not Kind.DELIVERY
    if late:
        log.error("a %s was not sealed when it came in, and is sealed late", one.kind)
    return chain.add(tx, one, chain.LATE if late else "")
