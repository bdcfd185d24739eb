"""Has the heads of the chains time-stamped by a third party, where the operator has named one."""

import logging

from screener.house import Desk
from screener.store import stamps
from screener.timestamps import StampError, ask, check, read_roots

log = logging.getLogger(__name__)


def owed_stamps(desk: Desk, *, whole: bool = False) -> int:  # noqa: ARG001
    """Chains that are due; each is tried once an hour at most, which its follow-up's id sees to."""
    if not desk.settings.tsa_url:
        return 0
    with desk.store.read() as tx:
        owners = stamps.due(tx, desk.now())
    with desk.store.write() as tx:
        for one in owners:
            desk.promise_later(tx, "stamp", f"{one}:{desk.now():%Y%m%d%H}", 0)
    return len(owners)


def stamp(desk: Desk, subscriber_id: int) -> None:
    """Have one chain's head stamped and keep the token. What cannot be had now is tried again in the next hour."""
    with desk.store.read() as tx:
        head = stamps.head(tx, subscriber_id)
    if head is None:
        return
    data = stamps.text(head.chain, head.length, head.hash)
    try:
        roots = read_roots(desk.settings.tsa_roots)
        token = ask(desk.settings.tsa_url, data, roots)
        at = check(token, data, roots).at
    except StampError as problem:
        log.warning("a chain was not stamped: %s", problem)
        return
    with desk.store.write() as tx:
        stamps.keep(tx, subscriber_id, at, head, token)
    if desk.store.chain_heads:
        stamps.append(desk.store.chain_heads, head, token)
