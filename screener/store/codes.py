"""Sign-in codes by text: six digits, ten minutes, five tries, and a limit per phone, per address and over all.

Unknown phones take the same way, so that neither the answer nor the limits tell whose phone is known.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from screener.store.schema import code

CODE_LIFE = timedelta(minutes=10)
MOST_TRIES = 5
WINDOW = timedelta(hours=1)
# Codes within the window. A code costs a text, so the last limit also caps what a flood can cost.
PER_PHONE, PER_ADDRESS, OVER_ALL = 4, 12, 200
KEPT = timedelta(days=1)


def digest(key: str, text: str) -> str:
    """A keyed hash: six digits alone could be guessed from a plain one."""
    return hmac.new(key.encode(), text.encode(), hashlib.sha256).hexdigest()


def new(tx: Connection, key: str, phone: str, address: str, owner_id: int | None, at: datetime) -> str | None:
    """A fresh code for a phone, the only one that counts from now on; None when a limit is reached."""
    tx.execute(delete(code).where(code.c.created_at < at - KEPT))
    phone_hash, address_hash = digest(key, phone), digest(key, address)
    if _too_many(tx, phone_hash, address_hash, at):
        return None
    made = f"{secrets.randbelow(10**6):06}"
    tx.execute(update(code).where(code.c.phone_hash == phone_hash, code.c.used_at.is_(None)).values(used_at=at))
    values = {"phone_hash": phone_hash, "address_hash": address_hash, "code_hash": digest(key, phone + made)}
    tx.execute(insert(code).values(subscriber_id=owner_id, created_at=at, expires_at=at + CODE_LIFE, **values))
    return made


def _too_many(tx: Connection, phone_hash: str, address_hash: str, at: datetime) -> bool:
    recent = select(func.count()).where(code.c.created_at > at - WINDOW)
    limits = (
        (recent.where(code.c.phone_hash == phone_hash), PER_PHONE),
        (recent.where(code.c.address_hash == address_hash), PER_ADDRESS),
        (recent, OVER_ALL),
    )
    return any(tx.execute(query).scalar_one() >= limit for query, limit in limits)


def use(tx: Connection, key: str, phone: str, given: str, at: datetime) -> int | None:
    """Use a code up; the id of the subscriber that it signs in, or None. A wrong one counts as a try."""
    phone_hash = digest(key, phone)
    row = tx.execute(
        update(code)
        .where(
            code.c.phone_hash == phone_hash,
            code.c.used_at.is_(None),
            code.c.expires_at > at,
            code.c.tries < MOST_TRIES,
        )
        .values(tries=code.c.tries + 1)
        .returning(code.c.id, code.c.code_hash, code.c.subscriber_id)
    ).one_or_none()
    if row is None or not hmac.compare_digest(row.code_hash, digest(key, phone + given)):
        return None
    tx.execute(update(code).where(code.c.id == row.id).values(used_at=at))
    owner_id: int | None = row.subscriber_id
    return owner_id
