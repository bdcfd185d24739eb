"""An older database with data in it comes forward, on both engines, also when two processes do it at once."""

import fcntl
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from click.testing import CliRunner
from sqlalchemy import Engine, MetaData, event, text

from screener.cli import cli
from screener.store import Store, calls, open_store, subscribers, talks
from screener.worker import migrate

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
EMPTY = {"TEXT": "", "INTEGER": 0, "BOOLEAN": False, "DATETIME": AT, "TIMESTAMP": AT}
CALL = f"CA{1:032x}"


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database without any table."""
    url = f"sqlite:///{tmp_path / 'old.db'}"
    if request.param == "postgres":
        make: Callable[[str], str] = request.getfixturevalue("new_postgres_database")
        url = make(f"old_{abs(hash(request.node.name)):x}")
    store = open_store(url)
    yield store
    store.engine.dispose()


def fill(store: Store) -> None:
    """A subscriber, a call with a turn and a recording, and a text, as the first version wrote them."""
    rows = {
        "subscriber": {
            "id": 1, "phone": "+85291234567", "twilio_number": "+85230001111", "language": "zh-Hant",
            "jurisdiction": "HK", "time_zone": "Asia/Hong_Kong", "nickname": "", "style": "default", "created_at": AT,
        },
        "call": {
            "id": 1, "sid": CALL, "subscriber_id": 1, "caller": "+85251230000", "caller_kind": "number",
            "caller_raw": "+85251230000", "forwarded_from": "", "carrier": "{}", "turn": 2, "talk": "{}",
            "consent": "recording", "disposition": "stated", "started_at": AT, "ended_at": AT, "seconds": 40,
            "warning": False,
        },
        "turn": {
            "id": 1, "call_id": 1, "number": 1, "step": "statement", "language": "zh", "said": "?", "version": "v",
            "reply": "", "asked_at": AT, "words": "我是大新银行的",
        },
        "recording": {
            "id": 1, "call_id": 1, "sid": f"RE{1:032x}", "state": "held", "source": "", "sha256": "0" * 64,
            "size": 10, "noted_at": AT, "held_at": AT, "carrier_deleted_at": AT,
        },
        "message": {
            "id": "m1", "subscriber_id": 1, "call_id": 1, "kind": "call", "style": "default", "reference": "A7K2",
            "recipient": "+85291234567", "sender": "+85230001111", "body": "x #A7K2", "segments": 1,
            "state": "accepted", "attempts": 1, "uncertain": 0, "sid": f"SM{1:032x}", "created_at": AT,
            "updated_at": AT,
        },
        "notice": {"call_id": 1, "subscriber_id": 1, "kind": "own", "reason": "", "message_id": "m1", "fixed_at": AT},
    }  # fmt: skip
    tables = MetaData()
    tables.reflect(store.engine, only=list(rows))
    with store.engine.begin() as tx:
        for name, row in rows.items():
            table = tables.tables[name]
            row = {key: value for key, value in row.items() if key in table.columns}
            wanted = {one.name: EMPTY[type(one.type).__name__] for one in table.columns if not one.nullable}
            tx.execute(table.insert().values({**wanted, **row}))


def at(store: Store, version: str) -> None:
    """Bring the tables to a version of the past."""
    with store._one_migration_at_a_time():
        command.upgrade(store._alembic(), version)


def test_a_filled_database_of_the_first_version_comes_forward(empty: Store) -> None:
    """Every row is there afterwards, and is read by today's code."""
    at(empty, "0001")
    fill(empty)
    assert not empty.is_current()
    empty.upgrade(migrate)
    assert empty.is_current()
    with empty.read() as tx:
        call = calls.find(tx, CALL)
        assert call
        assert (call.caller, call.seconds, call.started_at) == ("+85251230000", 40, AT)
        assert talks.statements(tx, call) == [(1, "我是大新银行的")]
        assert subscribers.by_phone(tx, "+85291234567")
        for table in ("recording", "message", "notice"):
            assert tx.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 1


def test_each_migration_follows_one_other(empty: Store) -> None:
    """There is one way forward, without forks."""
    script = ScriptDirectory.from_config(empty._alembic())
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1


def test_two_upgrades_of_a_new_database_at_once(empty: Store, tmp_path: Path) -> None:
    """Two real processes; both end well, and the engine's tables are there once."""
    upgrade = [sys.executable, "-m", "screener.cli", "db", "upgrade"]
    both = [subprocess.Popen(upgrade, env=environment(empty, tmp_path), stderr=subprocess.PIPE) for _ in range(2)]
    said = [one.communicate(timeout=60)[1] for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    assert empty.is_current()
    with empty.read() as tx:
        engines = "" if empty.is_sqlite else "dbos."
        assert tx.execute(text(f"SELECT name FROM {engines}queues")).scalars().all() == ["followups"]


def test_an_upgrade_waits_for_its_turn_before_it_looks_at_the_database(tmp_path: Path) -> None:
    """SQLite refuses, without waiting, the second of two that open a new file together."""
    store = open_store(f"sqlite:///{tmp_path / 'new.db'}")
    held = []

    def look(_connection: object, _record: object) -> None:
        with Path(f"{store.engine.url.database}.migrating").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                held.append(True)
            else:
                held.append(False)

    event.listen(Engine, "connect", look)
    try:
        result = CliRunner().invoke(cli, ["db", "upgrade"], env=environment(store, tmp_path))
    finally:
        event.remove(Engine, "connect", look)
    assert result.exit_code == 0, result.output
    assert held[0]


def environment(store: Store, folder: Path) -> dict[str, str]:
    """What the command needs to find that database."""
    return {
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "t", "SCREENER_PUBLIC_URL": "http://127.0.0.1:8000",
        "SCREENER_SECRET_KEY": "k" * 32, "SCREENER_DATA_DIR": str(folder),
        "SCREENER_DATABASE_URL": store.engine.url.render_as_string(hide_password=False),
    }  # fmt: skip
