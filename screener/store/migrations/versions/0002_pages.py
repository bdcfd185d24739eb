"""What the pages need: search terms, ticks, notes, preferences, sign-in codes, and indexes that filter the log."""

import sqlalchemy as sa
from alembic import op

from screener.store.schema import Utc

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    log_indexes()
    search_terms()
    marks()
    codes()


def log_indexes() -> None:
    op.create_index("ix_call_subscriber_id_id", "call", ["subscriber_id", "id"])
    for column in ("category", "consent"):
        op.create_index(f"ix_call_subscriber_id_{column}_id", "call", ["subscriber_id", column, "id"])
    sqlite, postgresql = sa.text("warning = 1"), sa.text("warning")
    columns = ["subscriber_id", "id"]
    op.create_index("ix_call_warning", "call", columns, sqlite_where=sqlite, postgresql_where=postgresql)


def search_terms() -> None:
    op.create_table(
        "term",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        _to("subscriber", "term"),
        _to("call", "term"),
        sa.PrimaryKeyConstraint("subscriber_id", "term", "call_id", name="pk_term"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_term_call_id", "term", ["call_id"])


def marks() -> None:
    op.create_table(
        "tick",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        _to("call", "tick"),
        sa.PrimaryKeyConstraint("call_id", "step", name="pk_tick"),
    )
    op.create_table(
        "note",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        _to("call", "note"),
        sa.PrimaryKeyConstraint("call_id", name="pk_note"),
    )
    op.create_table(
        "preference",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("retention_days", sa.Integer(), nullable=True),
        sa.Column("situation", sa.Text(), nullable=False),
        _to("subscriber", "preference"),
        sa.PrimaryKeyConstraint("subscriber_id", name="pk_preference"),
    )


def codes() -> None:
    op.create_table(
        "code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("phone_hash", sa.Text(), nullable=False),
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), nullable=True),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", Utc(), nullable=False),
        sa.Column("expires_at", Utc(), nullable=False),
        sa.Column("used_at", Utc(), nullable=True),
        _to("subscriber", "code"),
        sa.PrimaryKeyConstraint("id", name="pk_code"),
    )
    op.create_index("ix_code_created_at", "code", ["created_at"])
    op.create_index("ix_code_phone_hash_created_at", "code", ["phone_hash", "created_at"])
    op.create_index("ix_code_address_hash_created_at", "code", ["address_hash", "created_at"])


def _to(parent: str, table: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{parent}_id"
    return sa.ForeignKeyConstraint([f"{parent}_id"], [f"{parent}.id"], name=name, ondelete="CASCADE")
