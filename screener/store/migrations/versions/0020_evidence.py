"""What evidence needs: hash chains with their entries, erasures that wait, digests of what was erased."""

import sqlalchemy as sa
from alembic import op

from screener.store.schema import Utc

revision = "0020"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "chain",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        _to("subscriber", "chain"),
        sa.PrimaryKeyConstraint("subscriber_id", name="pk_chain"),
        sa.UniqueConstraint("name", name="uq_chain_name"),
    )
    seals()
    op.create_table(
        "erasure",
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        _to("call", "erasure"),
        sa.PrimaryKeyConstraint("call_id", name="pk_erasure"),
    )
    op.create_table(
        "erased",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_erased"),
    )


def seals() -> None:
    op.create_table(
        "seal",
        sa.Column("subscriber_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("call_id", sa.Integer(), nullable=True),
        sa.Column("salt", sa.Text(), nullable=True),
        sa.Column("parts", sa.Text(), nullable=True),
        _to("subscriber", "seal"),
        _to("call", "seal", "SET NULL"),
        sa.PrimaryKeyConstraint("subscriber_id", "position", name="pk_seal"),
    )
    op.create_index("ix_seal_call_id", "seal", ["call_id"])
    op.create_index("ix_seal_kind_subject", "seal", ["kind", "subject"])


def _to(parent: str, table: str, ondelete: str = "CASCADE") -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{parent}_id"
    return sa.ForeignKeyConstraint([f"{parent}_id"], [f"{parent}.id"], name=name, ondelete=ondelete)
