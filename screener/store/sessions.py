"""Sign-in links and sessions. Only hashes of their tokens are stored."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from screener.store.records import Session, record
from screener.store.schema import code, login, session

LINK_LIFE = timedelta(minutes=10)
SESSION_LIFE = timedelta(days=30)


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def new_link(tx: Connection, subscriber_id: int, at: datetime) -> str:
    """A single-use sign-in token, good for ten minutes."""
    token = secrets.token_urlsafe(32)
    tx.execute(
        insert(login).values(
            token_hash=digest(token), subscriber_id=subscriber_id, created_at=at, expires_at=at + LINK_LIFE
        )
    )
    return token


def link_is_good(tx: Connection, token: str, at: datetime) -> bool:
    """Whether a sign-in token could be used now."""
    query = select(login.c.subscriber_id).where(
        login.c.token_hash == digest(token), login.c.used_at.is_(None), login.c.expires_at > at
    )
    return tx.execute(query).first() is not None


def sign_in(tx: Connection, token: str, agent: str, at: datetime) -> str | None:
    """Use up a sign-in token and start a session; its token, or None when the link is used or too old."""
    owner = tx.execute(
        update(login)
        .where(login.c.token_hash == digest(token), login.c.used_at.is_(None), login.c.expires_at > at)
        .values(used_at=at)
        .returning(login.c.subscriber_id)
    ).scalar_one_or_none()
    return start(tx, owner, agent, at) if owner is not None else None


def start(tx: Connection, subscriber_id: int, agent: str, at: datetime) -> str:
    """A new session for a subscriber who has proved who they are; their worn-out ones and links are cleared away."""
    for table in (session, login):
        tx.execute(delete(table).where(table.c.subscriber_id == subscriber_id, table.c.expires_at <= at))
    fresh = secrets.token_urlsafe(32)
    tx.execute(
        insert(session).values(
            token_hash=digest(fresh),
            subscriber_id=subscriber_id,
            csrf=secrets.token_urlsafe(24),
            agent=agent[:200],
            created_at=at,
            seen_at=at,
            expires_at=at + SESSION_LIFE,
        )
    )
    return fresh


def find(tx: Connection, token: str, at: datetime) -> Session | None:
    """The live session that a cookie names."""
    row = tx.execute(
        select(session).where(session.c.token_hash == digest(token), session.c.expires_at > at)
    ).one_or_none()
    return record(Session, row) if row else None


def touch(tx: Connection, of: Session, at: datetime) -> None:
    """Note that a session is in use."""
    tx.execute(update(session).where(session.c.token_hash == of.token_hash).values(seen_at=at))


def end(tx: Connection, token: str) -> None:
    tx.execute(delete(session).where(session.c.token_hash == digest(token)))


def of_subscriber(tx: Connection, subscriber_id: int, at: datetime) -> list[Session]:
    """Every live session of a subscriber, the one last used first."""
    rows = tx.execute(
        select(session)
        .where(session.c.subscriber_id == subscriber_id, session.c.expires_at > at)
        .order_by(session.c.seen_at.desc())
    )
    return [record(Session, row) for row in rows]


def end_all(tx: Connection, subscriber_id: int) -> None:
    """Sign a subscriber out everywhere, and make links and codes that are still out there useless."""
    for table in (session, login, code):
        tx.execute(delete(table).where(table.c.subscriber_id == subscriber_id))
