"""A subscriber's other channels, in the order in which they are tried. Addresses arrive and leave encrypted."""

from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, insert, select

from screener.store.records import Channel, record
from screener.store.schema import channel


def of_subscriber(tx: Connection, subscriber_id: int) -> list[Channel]:
    query = select(channel).where(channel.c.subscriber_id == subscriber_id).order_by(channel.c.position, channel.c.id)
    return [record(Channel, row) for row in tx.execute(query)]


def find(tx: Connection, channel_id: int) -> Channel | None:
    row = tx.execute(select(channel).where(channel.c.id == channel_id)).one_or_none()
    return record(Channel, row) if row else None


def add(tx: Connection, subscriber_id: int, address: str, shown: str) -> int:
    """Add a channel after those that there are; `address` is encrypted, `shown` is masked. Its id."""
    last = select(func.coalesce(func.max(channel.c.position), 0)).where(channel.c.subscriber_id == subscriber_id)
    values = {"address": address, "shown": shown, "position": tx.execute(last).scalar_one() + 1}
    made = insert(channel).values(subscriber_id=subscriber_id, created_at=datetime.now(UTC), **values)
    added: int = tx.execute(made.returning(channel.c.id)).scalar_one()
    return added


def remove(tx: Connection, subscriber_id: int, channel_id: int) -> bool:
    """Forget one of the subscriber's channels; whether there was such a one."""
    mine = (channel.c.subscriber_id == subscriber_id, channel.c.id == channel_id)
    return tx.execute(delete(channel).where(*mine)).rowcount == 1
