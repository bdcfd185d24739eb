"""Erases calls that were to go while a text about them was just being sent."""

from screener.followup import clearing
from screener.house import Desk
from screener.store import calls, erasing

AT_ONCE = 100  # calls a look


def erase_promised(desk: Desk, *, whole: bool = False) -> int:  # noqa: ARG001
    """Calls that wait to be erased; how many are gone now."""
    with desk.store.read() as tx:
        sids = erasing.waiting(tx, AT_ONCE)
    return sum(_erase(desk, sid) for sid in sids)


def _erase(desk: Desk, sid: str) -> bool:
    with desk.store.write() as tx:
        call = calls.find(tx, sid, lock=True)
        gone = call is not None and erasing.everything(tx, call, desk.settings.secret_key, desk.now())
        if gone:
            clearing.promise(desk, tx)
        return gone
