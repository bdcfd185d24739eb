"""Which of the reviewed greetings opens a subscriber's calls."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.add_column("subscriber", sa.Column("greeting", sa.Text(), nullable=False, server_default="plain"))
