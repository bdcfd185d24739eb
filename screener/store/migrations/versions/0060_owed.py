"""Indexes for the few rows that are owed among the many that are done."""

from alembic import op
from sqlalchemy import text

revision = "0060"
down_revision = "0052"

UNSETTLED = "state IN ('promised', 'unwanted') OR state = 'held' AND carrier_deleted_at IS NULL"


def upgrade() -> None:
    for name, table, column, where in (
        ("ix_recording_unsettled", "recording", "noted_at", UNSETTLED),
        ("ix_message_undecided", "message", "created_at", "state IN ('pending', 'sending')"),
        ("ix_notice_held", "notice", "held_until", "fixed_at IS NULL"),
    ):
        op.create_index(name, table, [column], sqlite_where=text(where), postgresql_where=text(where))
    op.create_index("ix_recording_held_at", "recording", ["held_at"])
    op.create_index("ix_message_updated_at", "message", ["updated_at"])
    op.drop_index("ix_recording_at_carrier", "recording")
