"""Checks what a third party said of the chains: each token must speak of an entry as it stands, and hold."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection, select

from screener.store import stamps
from screener.store.schema import chain, seal, stamp, subscriber

# A token and what it should prove; whether it does, and what it says or what is wrong with it. None: not asked.
Attest = Callable[[bytes, bytes], tuple[bool, str]]


def check_stamps(tx: Connection, path: Path | None, attest: Attest | None) -> tuple[list[str], list[str]]:
    """What is wrong with the stamps in the database and beside the heads, and what they say."""
    wrong: list[str] = []
    said: list[str] = []
    query = select(chain.c.name, chain.c.subscriber_id, subscriber.c.phone).join(subscriber)
    chains = {row.name: row for row in tx.execute(query)}
    known: set[tuple[str, int]] = set()
    for row in chains.values():
        hashes = _hashes(tx, row.subscriber_id)
        for one in stamps.of_chain(tx, row.subscriber_id):
            known.add((row.name, one.position))
            if hashes.get(one.position) != one.hash:
                wrong.append(f"{row.phone}: the time-stamp of entry {one.position} speaks of another entry")
            else:
                _ask(attest, (one.token, stamps.text(row.name, one.position, one.hash)), one.position, (wrong, said))
    for head, token in stamps.written(path) if path else ():
        if head.chain in chains and (head.chain, head.length) not in known:
            wrong.append(f"{chains[head.chain].phone}: the time-stamp of entry {head.length} is gone from the database")
            _ask(attest, (token, stamps.text(head.chain, head.length, head.hash)), head.length, (wrong, said))
    if known and attest is None:
        said.append(f"{len(known)} time-stamps were not checked: name their root certificates with --tsa-roots")
    return wrong, said


def _hashes(tx: Connection, subscriber_id: int) -> dict[int, str]:
    """The hashes of a chain's stamped entries."""
    mine = (stamp.c.subscriber_id == seal.c.subscriber_id) & (stamp.c.position == seal.c.position)
    query = select(seal.c.position, seal.c.hash).join(stamp, mine).where(seal.c.subscriber_id == subscriber_id)
    return {row.position: row.hash for row in tx.execute(query)}


def _ask(attest: Attest | None, token: tuple[bytes, bytes], position: int, told: tuple[list[str], list[str]]) -> None:
    if attest:
        good, words = attest(*token)
        told[0 if not good else 1].append(f"the time-stamp of entry {position}: {words}")
