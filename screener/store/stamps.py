"""Stamps: tokens of a third party that say when the head of a chain was there; in the database and beside the heads."""

import base64
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, func, insert, select

from screener.store.heads import Head
from screener.store.records import record
from screener.store.schema import chain, seal, stamp

log = logging.getLogger(__name__)

NAME = "chain.stamps"
EVERY = timedelta(days=1)
MANY = 1000  # entries after which a chain is stamped before the day is over
AT_ONCE = 100  # chains a look


@dataclass(frozen=True, slots=True)
class Stamp:
    """`position` is the entry that was the chain's head, `hash` its hash."""

    subscriber_id: int
    position: int
    hash: str
    at: datetime
    token: bytes


def text(name: str, length: int, hash_: str) -> bytes:
    """What is stamped: a line as it stands in the heads' file."""
    return f"{name} {length} {hash_}\n".encode()


def due(tx: Connection, now: datetime) -> list[int]:
    """Subscribers whose chains have grown since they were stamped, a day or many entries ago."""
    last = select(stamp.c.subscriber_id, func.max(stamp.c.position).label("position"), func.max(stamp.c.at).label("at"))
    latest = last.group_by(stamp.c.subscriber_id).subquery()
    grown = chain.c.length - func.coalesce(latest.c.position, 0)
    old = latest.c.at.is_(None) | (latest.c.at < now - EVERY) | (grown >= MANY)
    query = select(chain.c.subscriber_id).outerjoin(latest, latest.c.subscriber_id == chain.c.subscriber_id)
    return list(tx.execute(query.where(grown > 0, old).order_by(func.random()).limit(AT_ONCE)).scalars())


def head(tx: Connection, subscriber_id: int) -> Head | None:
    """The end of a chain as it stands."""
    row = tx.execute(select(chain).where(chain.c.subscriber_id == subscriber_id)).one_or_none()
    return Head(row.name, row.length, row.head) if row and row.length else None


def keep(tx: Connection, subscriber_id: int, at: datetime, of: Head, token: bytes) -> None:
    """Keep a token, unless this head has one or is gone."""
    mine = (stamp.c.subscriber_id == subscriber_id) & (stamp.c.position == of.length)
    there = select(seal.c.hash).where(seal.c.subscriber_id == subscriber_id, seal.c.position == of.length)
    if tx.execute(there).scalar_one_or_none() == of.hash and not tx.execute(select(stamp.c.at).where(mine)).first():
        values = {"position": of.length, "hash": of.hash, "at": at, "token": token}
        tx.execute(insert(stamp).values(subscriber_id=subscriber_id, **values))


def of_chain(tx: Connection, subscriber_id: int, first: int = 0) -> Iterator[Stamp]:
    """A chain's stamps, from that position on."""
    query = select(stamp).where(stamp.c.subscriber_id == subscriber_id, stamp.c.position >= first)
    for row in tx.execute(query.order_by(stamp.c.position)):
        yield record(Stamp, row)


def latest(tx: Connection) -> datetime | None:
    """When a chain was last stamped."""
    found: datetime | None = tx.execute(select(func.max(stamp.c.at))).scalar_one()
    return found


def append(heads_file: Path, of: Head, token: bytes) -> None:
    """Write a token down beside the heads. A disk that refuses loses nothing that the database has not."""
    line = text(of.chain, of.length, of.hash).decode().rstrip("\n") + f" {base64.b64encode(token).decode()}\n"
    try:
        file = os.open(heads_file.with_name(NAME), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, line.encode())
        finally:
            os.close(file)
    except OSError as problem:
        log.error("a stamp could not be written down: %s", type(problem).__name__)


def written(heads_file: Path) -> Iterator[tuple[Head, bytes]]:
    """Every token that was written down; a line that a crash cut short is passed over."""
    path = heads_file.with_name(NAME)
    if not path.exists():
        return
    with path.open(encoding="ascii", errors="replace") as file:
        for line in file:
            parts = line.split()
            if len(parts) == 4 and line.endswith("\n") and parts[1].isdigit():
                yield Head(parts[0], int(parts[1]), parts[2]), _token(parts[3])


def _token(text_: str) -> bytes:
    """A line that was tampered with gives a token that does not hold."""
    try:
        return base64.b64decode(text_, validate=True)
    except ValueError:
        return b""
