"""The only module that speaks SQL: transactions here, one sub-module for each noun."""

import fcntl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError

from screener.store import (
    attachments,
    beats,
    calls,
    chain,
    channels,
    codes,
    custody,
    departures,
    dossiers,
    erasing,
    heads,
    letters,
    logbook,
    marks,
    messages,
    notices,
    numbers_seen,
    old,
    owed,
    packings,
    proof,
    recordings,
    remnants,
    search,
    sessions,
    stamps,
    subscribers,
    talks,
    unsealed,
)
from screener.store.samefile import watch
from screener.store.turns import Turns

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = [
    "Connection", "SQLAlchemyError", "Store", "attachments", "beats", "calls", "chain", "channels", "codes", "custody",
    "departures", "dossiers", "erasing", "heads", "letters", "logbook", "marks", "messages", "notices", "numbers_seen",
    "old", "open_store", "owed", "packings", "proof", "recordings", "remnants", "search", "sessions", "stamps",
    "subscribers", "talks", "unsealed",
]  # fmt: skip

# How long a webhook waits for its turn to write, and then again for the database: together well below the 15 seconds
# after which Twilio gives up, so that the caller hears an apology of ours.
BUSY_SECONDS = 5
MIGRATION_LOCK = 5_117_370_001  # any number of our own; PostgreSQL's advisory lock for `db upgrade`


class Store:
    """A database. SQLite writers take turns; what else writes to the file, as the job engine does, waits by itself."""

    def __init__(self, engine: Engine, chain_heads: Path | None = None) -> None:
        self.engine = engine
        self.chain_heads = chain_heads  # the file of the chains' heads
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._turns = Turns(f"{engine.url.database}.turn") if self.is_sqlite else None

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Connection]:
        """One transaction that may read and write; nothing else writes to what it has read.

        It survives a crash of ours at once. `durable` also makes SQLite wait for the disk, so that it survives a
        power cut; a live call's turns do without, because the call does not survive one either.
        """
        with ExitStack() as stack:
            if self._turns:
                stack.enter_context(self._turns.take(BUSY_SECONDS))
            tx = stack.enter_context(self.engine.begin())
            if self.is_sqlite:
                if tx.info.get("durable") is not durable:
                    tx.exec_driver_sql(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                    tx.info["durable"] = durable
                tx.exec_driver_sql("BEGIN IMMEDIATE")
            heads.forget(tx)
            yield tx
            noted = heads.noted(tx)
        if noted and self.chain_heads:
            if self.is_sqlite and not durable:
                heads.sync(f"{self.engine.url.database}-wal")  # what a power cut takes back is not written down outside
            heads.append(self.chain_heads, noted)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One consistent look at the database."""
        with self.engine.connect() as tx:
            yield tx

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """One look at the database that stays the same however long it takes."""
        with self.engine.connect() as tx:
            if self.is_sqlite:
                tx.exec_driver_sql("BEGIN")
            else:
                tx = tx.execution_options(isolation_level="REPEATABLE READ")
            yield tx
            tx.rollback()

    def settle(self) -> None:
        """Write the log of changes into the database and empty it, so that what was erased is not left there either."""
        if self.is_sqlite:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as tx:
                tx.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def answers(self) -> bool:
        """Whether the database can be reached."""
        try:
            with self.read() as tx:
                tx.execute(text("SELECT 1"))
        except SQLAlchemyError:
            return False
        return True

    def upgrade(self, also: "Callable[[Store], None] | None" = None) -> str | None:
        """Bring the tables up to date, and with `also` the job engine's; the migration that they stood at before.

        Safe when two processes do it at once. Nothing looks at the database before its turn: SQLite refuses, without
        waiting, the second of two that turn a new file to WAL together.
        """
        from alembic import command  # as costly to load as all the rest, and only this asks for it

        with self._one_migration_at_a_time():
            before = self.version()
            command.upgrade(self._alembic(), "head")
            if also:
                also(self)
            return before

    def version(self) -> str | None:
        """The migration that the database stands at, or None when it has no tables yet."""
        from alembic.runtime.migration import MigrationContext

        with self.read() as tx:
            return MigrationContext.configure(tx).get_current_revision()

    def is_current(self) -> bool:
        """Whether `screener db upgrade` has nothing left to do."""
        from alembic.script import ScriptDirectory

        return self.version() == ScriptDirectory.from_config(self._alembic()).get_current_head()

    def _alembic(self) -> "Config":
        from alembic.config import Config

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
        config.attributes["engine"] = self.engine
        return config

    @contextmanager
    def _one_migration_at_a_time(self) -> Iterator[None]:
        if not self.is_sqlite:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as tx:
                # Asked again and again: one that waits inside a statement would hold up the other's CREATE INDEX
                # CONCURRENTLY, which waits for every statement that began before it.
                while not tx.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": MIGRATION_LOCK}).scalar_one():
                    time.sleep(0.2)
                try:
                    yield
                finally:
                    tx.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": MIGRATION_LOCK})
            return
        database = self.engine.url.database or ":memory:"
        with Path(f"{database}.migrating").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def open_store(url: str, *, pool_size: int = 8, data_dir: Path | None = None) -> Store:
    """Open the database at a SQLAlchemy URL. Connects lazily, so it is safe before a fork.

    The heads of the chains are written to `data_dir`, or beside a SQLite database.
    """
    if make_url(url).get_backend_name() != "sqlite":
        engine = create_engine(url, pool_size=pool_size, max_overflow=8, pool_pre_ping=True, hide_parameters=True)
        return Store(engine, data_dir / heads.NAME if data_dir else None)
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
        cursor.execute("PRAGMA synchronous=FULL")  # what the job engine commits survives a power cut too
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")  # what is erased leaves no bytes behind
        cursor.close()

    if database:
        watch(engine, database)
    folder = data_dir or (Path(database).parent if database else None)
    return Store(engine, folder / heads.NAME if folder else None)
