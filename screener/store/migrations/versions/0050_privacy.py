"""What privacy needs: ages of their own for sound and words, what is left outside of erased calls, departures."""

import sqlalchemy as sa
from alembic import op

from screener.store.schema import Utc

revision = "0050"
down_revision = "0040"


def upgrade() -> None:
    for name in ("sound_days", "words_days"):
        op.add_column("preference", sa.Column(name, sa.Integer(), nullable=True))
    op.create_table(
        "remnant",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("final_at", Utc(), nullable=False),
        sa.Column("not_before", Utc(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "name", name="pk_remnant"),
    )
    op.create_index("ix_remnant_not_before", "remnant", ["not_before"])
    op.create_table(
        "departure",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("twilio_number", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscriber.id"], name="fk_departure_subscriber_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("subscriber_id", name="pk_departure"),
        sa.UniqueConstraint("token", name="uq_departure_token"),
    )
