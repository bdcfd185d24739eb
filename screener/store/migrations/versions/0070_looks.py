"""One index holds what a look at ended calls asks for, and another what the sealing asks of the trail."""

from alembic import op
from sqlalchemy import text

revision = "0070"
down_revision = "0060"


def upgrade() -> None:
    ended = text("ended_at IS NOT NULL")
    columns = ["ended_at", "id", "consent", "sid"]
    op.create_index("ix_call_ended", "call", columns, sqlite_where=ended, postgresql_where=ended)
    op.drop_index("ix_call_ended_at", "call")
    op.create_index("ix_custody_at", "custody", ["at"])
