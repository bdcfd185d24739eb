"""What reliability needs: heartbeats, calls whose recordings were sought, indexes on what is not settled yet."""

import sqlalchemy as sa
from alembic import op

from screener.store.schema import Utc

revision = "0010"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "beat",
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("slot", name="pk_beat"),
    )
    op.create_table(
        "sought",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["call_id"], ["call.id"], name="fk_sought_call_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("call_id", name="pk_sought"),
    )
    op.create_index("ix_call_ended_at", "call", ["ended_at"])
    unerased = sa.text("consent = 'withdrawn' AND carrier_erased_at IS NULL")
    op.create_index("ix_call_unerased", "call", ["ended_at"], sqlite_where=unerased, postgresql_where=unerased)
    at_carrier = sa.text("state = 'held' AND carrier_deleted_at IS NULL")
    op.create_index(
        "ix_recording_at_carrier", "recording", ["noted_at"], sqlite_where=at_carrier, postgresql_where=at_carrier
    )
