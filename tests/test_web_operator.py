"""What the operator's machines ask, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask

from screener.settings import Settings
from screener.store import beats, open_store
from tests.visit import add_call, add_owner, running

LOCAL = {"REMOTE_ADDR": "127.0.0.1"}
STRANGER = {"REMOTE_ADDR": "203.0.113.9"}


def test_alive_and_ready(app: Flask) -> None:
    """A working installation says so to anybody, in one word; without a worker it says that texts wait."""
    client = app.test_client()
    assert client.get("/healthz").text == "ok\n"
    assert (client.get("/readyz").status_code, "no worker" in client.get("/readyz").text) == (503, True)
    with app.extensions["screener"].store.write() as tx:
        beats.beat(tx, "only", datetime.now(UTC))
    assert client.get("/readyz").text == "ready\n"


def test_not_ready_without_tables(settings: Settings, tmp_path: Path) -> None:
    """A database that was never upgraded is alive but not ready, and the answer says what to do."""
    empty = replace(settings, database_url=f"sqlite:///{tmp_path / 'empty.db'}")
    open_store(empty.database_url).engine.dispose()
    with running(empty) as app:
        answer = app.test_client().get("/readyz")
    assert answer.status_code == 503
    assert "screener db upgrade" in answer.text


def test_metrics_count_by_state(app: Flask) -> None:
    """The numbers are those of the database: open calls, every state, and the age of what is owed."""
    store = app.extensions["screener"].store
    owner = add_owner(store)
    now = datetime.now(UTC)
    add_call(store, owner, 1, ended_at=None, at=now)
    add_call(store, owner, 2, at=now - timedelta(minutes=10))
    lines = dict(
        line.rsplit(" ", 1)
        for line in app.test_client().get("/metrics", environ_base=LOCAL).text.splitlines()
        if not line.startswith("#")
    )
    assert lines["screener_calls_open"] == "1.0"
    assert lines['screener_messages{state="needs_a_look"}'] == "0.0"
    assert lines['screener_recordings{state="held"}'] == "0.0"
    assert 500 < float(lines["screener_oldest_owed_seconds"]) < 700


def test_metrics_are_not_for_strangers(settings: Settings) -> None:
    """Only this machine, or whoever has the token; a request that came through a proxy is not this machine."""
    with running(replace(settings, metrics_token="sesame")) as app:
        client = app.test_client()
        assert client.get("/metrics", environ_base=STRANGER).status_code == 403
        assert client.get("/metrics", environ_base=LOCAL, headers={"X-Forwarded-For": "1.2.3.4"}).status_code == 403
        wrong = {"Authorization": "Bearer sesam\u00eb"}
        assert client.get("/metrics", environ_base=STRANGER, headers=wrong).status_code == 403
        right = {"Authorization": "Bearer sesame"}
        assert client.get("/metrics", environ_base=STRANGER, headers=right).status_code == 200
