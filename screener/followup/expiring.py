"""Once a day: calls older than wished are deleted, and so are those whose deletion waited for the carrier."""

import logging
from datetime import timedelta

from screener.house import Desk
from screener.store import attachments, calls, custody, erasing, marks

log = logging.getLogger(__name__)

AT_ONCE = 200


def expire(desk: Desk) -> int:
    """Delete what is past its time; how many calls. One whose sound the carrier may still have goes after it."""
    gone = 0
    with desk.store.read() as tx:
        wishes = marks.retentions(tx)
    for owner_id, days in wishes.items():
        before = desk.now() - timedelta(days=days)
        after = 0
        while True:
            with desk.store.read() as tx:
                found = calls.ended_before(tx, owner_id, before, after, AT_ONCE)
            if not found:
                break
            gone += sum(delete(desk, sid) for _, sid in found)
            after = found[-1][0]
    with desk.store.read() as tx:
        waiting = custody.unfinished(tx)
    gone += sum(delete(desk, sid) for sid in waiting)
    if gone:
        log.info("deleted %d calls as their subscribers wished", gone)
    return gone


def delete(desk: Desk, sid: str) -> bool:
    """Delete one call as its subscriber would; False while a recording may be left somewhere."""
    with desk.store.write() as tx:
        call = calls.find(tx, sid, lock=True)
        if call is None:
            return False
        left = erasing.sound(tx, call)
        for one in left.at_carrier:
            desk.promise_later(tx, "recording", f"{one}:r{int(desk.now().timestamp())}", 0)
        erasing.words(tx, call)
        left.files += attachments.forget_with_call(tx, call.id)
        custody.note(tx, call, "retention", "deleted", "all")
        gone = erasing.everything(tx, call, desk.settings.secret_key, desk.now())
        if not gone:
            erasing.later(tx, call)
        for sha256 in left.files:  # before the commit: a crash after it would leave a file that no row tells of
            desk.files.delete(sha256)
    return gone
