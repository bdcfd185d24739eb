"""Bags that a subscriber asks for on the pages."""

import sqlalchemy as sa
from alembic import op

from screener.store.schema import Utc

revision = "0051"
down_revision = "0050"


def upgrade() -> None:
    op.create_table(
        "packing",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("choice", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", Utc(), nullable=False),
        sa.Column("ready_at", Utc(), nullable=True),
        sa.Column("taken_at", Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_packing_subscriber_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_packing"),
    )
    op.create_index("ix_packing_subscriber_id", "packing", ["subscriber_id"])
