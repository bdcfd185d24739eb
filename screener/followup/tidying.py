"""Once a day: what crashes left behind is cleared away, and what the engine need not remember is forgotten."""

import itertools
import logging
from datetime import timedelta

from screener.followup.expiring import expire
from screener.followup.sealing import seal_rest
from screener.house import Desk
from screener.store import recordings

log = logging.getLogger(__name__)

REMEMBERED = timedelta(days=8)  # longer than any look back, so that an erased call is still known as one
SETTLED = timedelta(hours=6)  # a younger file may belong to a recording that is being written down just now
AT_ONCE = 500


def tidy(desk: Desk) -> None:
    """Calls past their time go, halves of files, and old follow-ups; files that no call has are only told of."""
    expire(desk)
    purged = desk.purge(desk.now() - REMEMBERED)
    cleared = desk.files.clear_unfinished(desk.now() - SETTLED)
    log.info("forgot %d follow-ups, deleted %d unfinished files", purged, cleared)
    desk.store.settle()
    seal_rest(desk, whole=True)
    strange = orphans(desk)
    if strange:
        # Not deleted: after a database was restored they may be the only copies of what its backup did not know.
        log.error("%d recordings are kept that no call has; a person must look", strange)


def orphans(desk: Desk) -> int:
    """How many kept files no recording in the database has."""
    found = 0
    names = desk.files.names(desk.now() - SETTLED)
    while some := list(itertools.islice(names, AT_ONCE)):
        with desk.store.read() as tx:
            found += len(set(some) - recordings.known_names(tx, some))
    return found
