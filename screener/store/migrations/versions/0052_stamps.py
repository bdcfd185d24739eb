"""Tokens by which a third party says when the head of a chain was there."""

import sqlalchemy as sa
from alembic import op

from screener.store.schema import Utc

revision = "0052"
down_revision = "0051"


def upgrade() -> None:
    op.create_table(
        "stamp",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_stamp_subscriber_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber_id", "position", name="pk_stamp"),
    )
