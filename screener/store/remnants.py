"""Remnants: what the carrier, the files and the job engine still hold of erased calls. Ids only, kept until gone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, delete, func, insert, select, update

from screener.store.records import record
from screener.store.schema import remnant

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(hours=6)  # between tries that fail
AT_ONCE = 500  # names in one look


class Kind(StrEnum):
    """Where it is left, and what its name is there."""

    CALL = "call"  # at the carrier: a call with its recordings, by its sid
    RECORDING = "recording"  # at the carrier
    TEXT = "text"  # at the carrier
    FILE = "file"  # in our files, by its SHA-256
    JOB = "job"  # in the job engine: follow-ups of this sid or id


@dataclass(frozen=True, slots=True)
class Remnant:
    kind: str
    name: str
    at: datetime
    final_at: datetime
    not_before: datetime
    tries: int
    problem: str | None


def note(
    tx: Connection, kind: Kind, names: Iterable[str | None], at: datetime, final_at: datetime | None = None
) -> None:
    """Have these deleted where they are left. Until `final_at` more may turn up there, and it is looked again."""
    wanted = sorted({name for name in names if name})
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        query = select(remnant.c.name).where(remnant.c.kind == kind, remnant.c.name.in_(some))
        new = set(some) - set(tx.execute(query).scalars())
        row = {"kind": kind, "at": at, "final_at": max(at, final_at or at), "not_before": at, "tries": 0}
        if new:
            tx.execute(insert(remnant), [{**row, "name": name} for name in sorted(new)])


def due(tx: Connection, at: datetime, kinds: Sequence[Kind], limit: int) -> list[Remnant]:
    """Those whose time has come, the longest waiting first."""
    query = select(remnant).where(remnant.c.not_before <= at, remnant.c.kind.in_(kinds))
    return [record(Remnant, row) for row in tx.execute(query.order_by(remnant.c.not_before).limit(limit))]


def is_due(tx: Connection, at: datetime) -> bool:
    return tx.execute(select(remnant.c.name).where(remnant.c.not_before <= at).limit(1)).first() is not None


def gone(tx: Connection, one: Remnant, at: datetime) -> None:
    """It was deleted there; it is forgotten here once nothing more can turn up."""
    mine = (remnant.c.kind == one.kind) & (remnant.c.name == one.name)
    if at >= one.final_at:
        tx.execute(delete(remnant).where(mine))
    else:
        tx.execute(update(remnant).where(mine).values(not_before=one.final_at, problem=None))


def refused(tx: Connection, one: Remnant, at: datetime, problem: str) -> None:
    """It could not be deleted: again after a while that grows from try to try."""
    wait = min(FIRST_WAIT * 2 ** min(one.tries, 20), LONGEST_WAIT)
    mine = (remnant.c.kind == one.kind) & (remnant.c.name == one.name)
    tx.execute(update(remnant).where(mine).values(not_before=at + wait, tries=one.tries + 1, problem=problem))


@dataclass(frozen=True, slots=True)
class Left:
    """How many of each kind, since when the oldest could have been gone, and why the most tried one is not."""

    counts: dict[str, int]
    oldest: datetime | None
    problem: str


def left(tx: Connection) -> Left:
    """What the operator is told."""
    rows = tx.execute(select(remnant.c.kind, func.count()).group_by(remnant.c.kind))
    counts = dict.fromkeys(Kind, 0) | {Kind(row[0]): row[1] for row in rows}
    oldest = tx.execute(select(func.min(remnant.c.at)).where(remnant.c.tries > 0)).scalar_one()
    worst = select(remnant.c.problem).where(remnant.c.problem.is_not(None)).order_by(remnant.c.tries.desc()).limit(1)
    return Left({str(kind): n for kind, n in counts.items()}, oldest, tx.execute(worst).scalar_one_or_none() or "")
