"""Erases what is older than its subscriber wants it kept, and what waits for the carrier to be rid of it."""

import logging

from screener.house import Desk
from screener.store import Connection, calls, custody, erasing
from screener.store.records import Call

log = logging.getLogger(__name__)

AT_ONCE = 100  # calls a look


def erase_the_old(desk: Desk, *, whole: bool = False) -> int:  # noqa: ARG001
    """Calls past the age that their subscriber chose: sound and words go now, the rest with the carrier's copy."""
    with desk.store.read() as tx:
        sids = erasing.due(tx, desk.now(), AT_ONCE)
    for sid in sids:
        _begin(desk, sid)
    return len(sids)


def _begin(desk: Desk, sid: str) -> None:
    with desk.store.write() as tx:
        call = calls.find(tx, sid, lock=True)
        if call is None:
            return
        custody.note(tx, call, "retention", "deleted", "all")
        left = erasing.sound(tx, call)
        erasing.words(tx, call)
        for one in left.at_carrier:
            desk.promise_later(tx, "recording", f"{one}:r{int(desk.now().timestamp())}", 0)
        _finish(desk, tx, call)
        for sha256 in left.files:  # before the commit: a crash after it would leave a file that no row tells of
            desk.files.delete(sha256)


def _finish(desk: Desk, tx: Connection, call: Call) -> bool:
    if erasing.everything(tx, call, desk.settings.secret_key):
        return True
    erasing.later(tx, call)
    return False


def erase_promised(desk: Desk, *, whole: bool = False) -> int:  # noqa: ARG001
    """Calls that wait to be erased; how many are gone now. The engine forgets their follow-ups as well."""
    with desk.store.read() as tx:
        sids = erasing.waiting(tx, AT_ONCE)
    return sum(_erase(desk, sid) for sid in sids)


def _erase(desk: Desk, sid: str) -> bool:
    with desk.store.write() as tx:
        call = calls.find(tx, sid, lock=True)
        return call is not None and _finish(desk, tx, call)
