"""Seals what became final without its entry in the chain: deliveries, and whatever a crash or an older version left."""

from datetime import UTC, datetime, timedelta

from screener.house import Desk
from screener.store import chain, unsealed

WINDOW = timedelta(days=7)
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
SETTLED = timedelta(seconds=5)
MOST = 200  # of each kind at a time, so that no transaction is long


def seal_rest(desk: Desk, *, whole: bool = False) -> int:
    """Rows that are final and not sealed yet; how many were sealed."""
    since = BEGINNING if whole else desk.now() - WINDOW
    done = 0
    while True:
        with desk.store.read() as tx:
            left = unsealed.find(tx, since, desk.now() - SETTLED, MOST)
        with desk.store.write() as tx:
            sealed = sum(chain.add(tx, one) for one in left if not chain.is_sealed(tx, one))
        done += sealed
        if not sealed:
            return done
