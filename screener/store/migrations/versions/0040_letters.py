"""Letters with the calls that they rest on, and files that the subscriber adds to a letter or a call."""

import sqlalchemy as sa
from alembic import op

from screener.store.schema import Utc

revision = "0040"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("typed", sa.Text(), nullable=False),
        sa.Column("sent_on", sa.Text(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("updated_at", Utc(), nullable=False),
        _to("subscriber", "letter"),
        sa.PrimaryKeyConstraint("id", name="pk_letter"),
    )
    op.create_index("ix_letter_subscriber_id", "letter", ["subscriber_id"])
    op.create_table(
        "letter_call",
        sa.Column("letter_id", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        _to("letter", "letter_call"),
        _to("call", "letter_call"),
        sa.PrimaryKeyConstraint("letter_id", "call_id", name="pk_letter_call"),
    )
    op.create_index("ix_letter_call_call_id", "letter_call", ["call_id"])
    attachments()


def attachments() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("letter_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_at", Utc(), nullable=False),
        _to("subscriber", "attachment"),
        _to("call", "attachment"),
        _to("letter", "attachment"),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
    )
    for column in ("subscriber_id", "call_id", "letter_id", "sha256"):
        op.create_index(f"ix_attachment_{column}", "attachment", [column])


def _to(parent: str, table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{parent}_id"
    return sa.ForeignKeyConstraint([f"{parent}_id"], [f"{parent}.id"], name=name, ondelete="CASCADE")
