"""The only module that speaks SQL: transactions here, one sub-module for each noun."""

import fcntl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from screener.store import calls, custody, messages, owed, recordings, sessions, subscribers

__all__ = [
    "Connection", "SQLAlchemyError", "Store", "calls", "custody", "messages", "open_store", "owed", "recordings",
    "sessions", "subscribers",
]  # fmt: skip

BUSY_SECONDS = 8  # how long a webhook waits for the database; Twilio gives up after 15
MIGRATION_LOCK = 5_117_370_001  # any number of our own; PostgreSQL's advisory lock for `db upgrade`


class Store:
    """A database. SQLite writers take turns in a process by a lock, between processes by BEGIN IMMEDIATE."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._turn = threading.Lock()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that may read and write; nothing else writes to what it has read."""
        with ExitStack() as stack:
            if self.is_sqlite:
                if not self._turn.acquire(timeout=BUSY_SECONDS):
                    raise TimeoutError("the database is busy")
                stack.callback(self._turn.release)
            tx = stack.enter_context(self.engine.begin())
            if self.is_sqlite:
                tx.exec_driver_sql("BEGIN IMMEDIATE")
            yield tx

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent look at the database."""
        with self.engine.connect() as tx:
            yield tx

    def answers(self) -> bool:
        """Whether the database can be reached."""
        try:
            with self.read() as tx:
                tx.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def upgrade(self, also: "Callable[[Store], None] | None" = None) -> None:
        """Bring the tables up to date, and with `also` the job engine's; safe when two processes do it at once."""
        with self._one_migration_at_a_time():
            command.upgrade(self._alembic(), "head")
            if also:
                also(self)

    def version(self) -> str | None:
        """The migration that the database stands at, or None when it has no tables yet."""
        from alembic.runtime.migration import MigrationContext

        with self.read() as tx:
            return MigrationContext.configure(tx).get_current_revision()

    def is_current(self) -> bool:
        """Whether `screener db upgrade` has nothing left to do."""
        from alembic.script import ScriptDirectory

        return self.version() == ScriptDirectory.from_config(self._alembic()).get_current_head()

    def _alembic(self) -> Config:
        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["engine"] = self.engine
        return config

    @contextmanager
    def _one_migration_at_a_time(self) -> Iterator[None]:
        if not self.is_sqlite:
            with self.engine.connect() as tx:
                tx.execute(text("SELECT pg_advisory_lock(:key)"), {"key": MIGRATION_LOCK})
                tx.commit()
                try:
                    yield
                finally:
                    tx.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
            return
        database = self.engine.url.database or ":memory:"
        with Path(f"{database}.migrating").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def open_store(url: str, *, pool_size: int = 8) -> Store:
    """Open the database at a SQLAlchemy URL. Connects lazily, so it is safe before a fork."""
    if make_url(url).get_backend_name() != "sqlite":
        return Store(create_engine(url, pool_size=pool_size, max_overflow=8, pool_pre_ping=True, hide_parameters=True))
    database = make_url(url).database
    if database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    # IMMEDIATE: a writer that begins as a reader would fail at once instead of waiting.
    options = {"isolation_level": "IMMEDIATE", "timeout": BUSY_SECONDS, "check_same_thread": False}
    engine = create_engine(url, connect_args=options, pool_size=pool_size, max_overflow=16, hide_parameters=True)

    @event.listens_for(engine, "connect")
    def _pragmas(connection, _record) -> None:  # type: ignore[no-untyped-def]
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")  # a commit survives a power cut, not only a crash
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")  # what is erased leaves no bytes behind
        cursor.close()

    return Store(engine)
