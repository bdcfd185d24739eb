"""One append-only hash chain for each subscriber: rows are sealed as they become final, and deleting leaves a stone."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError

from screener.evidence import GENESIS, Entry, Kind, Part, commitment, link, part_digest
from screener.store import heads, sealed
from screener.store.heads import Head
from screener.store.schema import call, chain, custody, seal

LATE = '{"sealed":"late"}'  # of a row that was not sealed when it became final
SHOWN = 16  # hex digits of each part's digest, kept to name the part that differs


@dataclass(frozen=True, slots=True)
class Subject:
    """What an entry commits to: a row of a kind, whose it is, and the call to which it belongs."""

    kind: Kind
    subscriber_id: int
    id: str
    call_id: int | None


_HEAD = select(chain).where(chain.c.subscriber_id == bindparam("owner")).with_for_update()
_MOVE = (
    update(chain)
    .where(chain.c.subscriber_id == bindparam("owner"))
    .values(length=bindparam("new_length"), head=bindparam("new_head"))
)
_SEAL = insert(seal)


def add(tx: Connection, subject: Subject, detail: str = "") -> bool:
    """Seal a row as it stands at the end of its subscriber's chain; False when there is no such row."""
    found = sealed.one(tx, subject.kind, subject.id)
    if not found:
        return False
    salt = secrets.token_hex(16)
    digests = [part_digest(salt, part) for part in found]
    shown = _shown(found, digests)
    row = {"subject": subject.id, "call_id": subject.call_id, "salt": salt, "parts": shown, "detail": detail}
    _append(tx, subject.subscriber_id, subject.kind, commitment(digests), row)
    return True


def _shown(parts: Sequence[Part], digests: Sequence[str]) -> str:
    return json.dumps({part.name: digest[:SHOWN] for part, digest in zip(parts, digests, strict=True)})


def _append(tx: Connection, owner: int, kind: Kind, digest: str, row: Mapping[str, object]) -> None:
    name, length, head = _head(tx, owner)
    entry = Entry(length + 1, kind, datetime.now(UTC), digest, str(row.get("detail", "")))
    new = link(name, head, entry)
    values = {
        "subscriber_id": owner, "position": entry.position, "kind": kind, "at": entry.at, "digest": digest,
        "detail": entry.detail, "hash": new, "subject": None, "call_id": None, "salt": None, "parts": None,
    }  # fmt: skip
    tx.execute(_SEAL, values | dict(row))
    tx.execute(_MOVE, {"owner": owner, "new_length": entry.position, "new_head": new})
    heads.note(tx, Head(name, entry.position, new))


def _head(tx: Connection, owner: int) -> tuple[str, int, str]:
    """Name, length and head of a chain, held until the transaction ends; the chain is begun where there is none."""
    found = tx.execute(_HEAD, {"owner": owner}).one_or_none()
    if found is None:
        try:
            with tx.begin_nested():
                new = {"subscriber_id": owner, "name": secrets.token_hex(8), "length": 0, "head": GENESIS}
                tx.execute(insert(chain).values(**new))
        except IntegrityError:
            pass  # another transaction has just begun it
        found = tx.execute(_HEAD, {"owner": owner}).one()
    return found.name, found.length, found.head


def is_sealed(tx: Connection, subject: Subject) -> bool:
    """Whether an entry commits to this row already."""
    mine = (seal.c.kind == subject.kind) & (seal.c.subject == subject.id)
    return tx.execute(select(seal.c.position).where(mine).limit(1)).first() is not None


def seal_call(tx: Connection, call_id: int, subscriber_id: int) -> None:
    """Seal a call with all its turns, in the transaction that closes it."""
    add(tx, Subject(Kind.CALL, subscriber_id, str(call_id), call_id))


def seal_findings(tx: Connection, call_id: int) -> None:
    """Seal what is now known of a call that is over; it takes the place of what was sealed of it before."""
    row = tx.execute(select(call.c.subscriber_id, call.c.ended_at).where(call.c.id == call_id)).one_or_none()
    if row and row.ended_at:
        add(tx, Subject(Kind.FINDINGS, row.subscriber_id, str(call_id), call_id))


def seal_again(tx: Connection, call_id: int) -> None:
    """Something became known late: where findings were sealed already, they are sealed with it."""
    if is_sealed(tx, Subject(Kind.FINDINGS, 0, str(call_id), call_id)):
        seal_findings(tx, call_id)


def seal_custody(tx: Connection, custody_id: int, subscriber_id: int, call_id: int | None) -> None:
    add(tx, Subject(Kind.CUSTODY, subscriber_id, str(custody_id), call_id))


def seal_attachment(tx: Connection, attachment_id: str, subscriber_id: int, call_id: int | None) -> None:
    add(tx, Subject(Kind.ATTACHMENT, subscriber_id, attachment_id, call_id))


# Deleting


def reseal(tx: Connection, call_id: int, subscriber_id: int) -> None:
    """Words of a call were deleted: what was sealed of it is buried, and what is left is sealed anew."""
    _bury(tx, subscriber_id, call_id, (Kind.CALL, Kind.FINDINGS), "words")
    seal_call(tx, call_id, subscriber_id)
    seal_findings(tx, call_id)


def sound_gone(tx: Connection, call_id: int, subscriber_id: int) -> None:
    """The recordings of a call are deleted."""
    _bury(tx, subscriber_id, call_id, (Kind.RECORDING,), "sound")


def bury_call(tx: Connection, call_id: int, subscriber_id: int) -> None:
    """Everything of a call is about to be deleted; its trail stays, without saying whose call it was."""
    _bury(tx, subscriber_id, call_id, tuple(Kind), "all")
    trail = list(tx.execute(select(custody.c.id).where(custody.c.call_id == call_id).order_by(custody.c.id)).scalars())
    tx.execute(update(custody).where(custody.c.call_id == call_id).values(call_id=None, detail=""))
    for one in trail:
        seal_custody(tx, one, subscriber_id, None)


def bury_delivery(tx: Connection, message_id: str, subscriber_id: int, *, whole: bool = False) -> None:
    """The body of a delivery was deleted, or with `whole` all of it."""
    mine = (seal.c.kind == Kind.DELIVERY) & (seal.c.subject == message_id)
    positions = list(tx.execute(select(seal.c.position).where(mine)).scalars())
    _stone(tx, subscriber_id, positions, "all" if whole else "words")
    if positions and not whole:
        add(tx, Subject(Kind.DELIVERY, subscriber_id, message_id, None))


def bury_attachment(tx: Connection, attachment_id: str, subscriber_id: int) -> None:
    """A file that the subscriber added is deleted."""
    mine = (seal.c.kind == Kind.ATTACHMENT) & (seal.c.subject == attachment_id)
    _stone(tx, subscriber_id, list(tx.execute(select(seal.c.position).where(mine)).scalars()), "file")


def _bury(tx: Connection, owner: int, call_id: int, kinds: Sequence[Kind], what: str) -> None:
    mine = (seal.c.call_id == call_id) & seal.c.kind.in_(kinds) & seal.c.salt.is_not(None)
    positions = tx.execute(select(seal.c.position).where(seal.c.subscriber_id == owner, mine).order_by(seal.c.position))
    _stone(tx, owner, list(positions.scalars()), what)


def _stone(tx: Connection, owner: int, positions: list[int], what: str) -> None:
    """Erase the salts, without which the digests tell nothing, and say in the chain which entries are empty now."""
    if not positions:
        return
    buried = seal.c.position.in_(positions) & (seal.c.subscriber_id == owner)
    tx.execute(update(seal).where(buried).values(salt=None, parts=None, subject=None, call_id=None))
    detail = json.dumps({"deleted": what, "entries": positions}, separators=(",", ":"))
    _append(tx, owner, Kind.TOMBSTONE, "", {"detail": detail})


def end(tx: Connection, subscriber_id: int) -> None:
    """A subscriber is about to be removed, and the chain with them; the heads' file says so."""
    found = tx.execute(select(chain.c.name).where(chain.c.subscriber_id == subscriber_id)).scalar_one_or_none()
    if found:
        heads.note(tx, Head(found, 0, heads.ENDED))
