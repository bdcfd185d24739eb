"""The heads of the chains outside the database: a file that only grows, so that a chain cut short is found.

Each line is the chain's name, its length and its head. It is written after the commit: a crash in between leaves the
file behind the database, never ahead of it.
"""

import contextlib
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

log = logging.getLogger(__name__)

NAME = "chain.heads"
ENDED = "ended"  # in the head's place: the subscriber was removed with everything
_KEY = "heads"


@dataclass(frozen=True, slots=True)
class Head:
    """How long a chain was once, and the hash of its last entry then."""

    chain: str
    length: int
    hash: str


def note(tx: Connection, head: Head) -> None:
    """Have this head written down once the transaction is committed."""
    tx.info.setdefault(_KEY, []).append(head)


def forget(tx: Connection) -> None:
    """Nothing is to be written: a transaction begins, or has failed."""
    tx.info.pop(_KEY, None)


def noted(tx: Connection) -> list[Head]:
    found: list[Head] = tx.info.pop(_KEY, [])
    return found


def sync(log_of_changes: str) -> None:
    """Have SQLite's log of changes reach the disk, as a durable commit would have."""
    with contextlib.suppress(FileNotFoundError):
        file = os.open(log_of_changes, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)


def append(path: Path, heads: list[Head]) -> None:
    """Write heads down in one piece. A disk that refuses must not lose a call, so it is only told of."""
    lines = "".join(f"{head.chain} {head.length} {head.hash}\n" for head in heads)
    try:
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, lines.encode())
        finally:
            os.close(file)
    except OSError as problem:
        log.error("the heads of the chains could not be written down: %s", type(problem).__name__)


def read(path: Path) -> Iterator[Head]:
    """Every head that was written down, oldest first; a line that a crash cut short is passed over."""
    with path.open(encoding="ascii", errors="replace") as file:
        for line in file:
            parts = line.split()
            if len(parts) == 3 and line.endswith("\n") and parts[1].isdigit():
                yield Head(parts[0], int(parts[1]), parts[2])
