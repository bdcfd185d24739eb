"""The database is locked, full, frozen or gone for a while: callers hear an apology, and afterwards nothing is missing
and nothing is there twice."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event

from screener import store as store_module
from screener.model import Consent
from screener.settings import Settings
from screener.store import Store, calls, subscribers
from tests import postgres, signer
from tests.shop import CALLER, OWNER, STATEMENT, Customer, Shop, a_shop

PATIENCE = 30.0
SHORT = 0.3  # seconds to wait for the database, instead of BUSY_SECONDS
SID = "CA" + "a" * 32
RING = {"CallSid": SID, "From": CALLER, "To": OWNER.twilio_number, "CallStatus": "completed"}
CALLBACKS = ("/voice/ended", "/voice/recording", "/sms/status/nobody")
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ON_POSTGRES = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


def until(true: Callable[[], object]) -> bool:
    end = time.monotonic() + PATIENCE
    while not (found := true()) and time.monotonic() < end:
        time.sleep(0.05)
    return bool(found)


@pytest.fixture(autouse=True)
def short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is waited for briefly, so that these tests are short."""
    monkeypatch.setattr(store_module, "BUSY_SECONDS", SHORT)


@pytest.fixture
def shop(settings: Settings) -> Iterator[Shop]:
    with a_shop(settings) as opened:
        yield opened


def assert_nothing_lost(shop: Shop, caller: Customer, call: object) -> None:
    """The caller heard an apology and went on; the call is whole, its sound is held, its text came once."""
    assert call.problems == [], [(one.who, one.words[:40]) for one in call.lines]  # type: ignore[attr-defined]
    assert caller.apologies == 1
    caller.last.join()
    sid = call.sid  # type: ignore[attr-defined]
    assert until(lambda: (found := shop.call(sid)[0]) and found.ended_at)
    found, turns, _ = shop.call(sid)
    assert found
    assert found.consent is Consent.RECORDING
    assert [bool(turn.words and turn.words[:20] in STATEMENT) for turn in turns].count(True) == 1
    assert until(lambda: [one.state for one in shop.call(sid)[2]] == ["held"])
    assert until(lambda: len(shop.texts()) == 1)
    time.sleep(2 * shop.settings.send_grace_seconds)  # the sweeper has looked again
    assert len(shop.texts()) == 1


# Another process has SQLite's file

HOLDS_DATABASE = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(60)
"""
HOLDS_TURN = """
import sys, time
from screener.store import open_store
with open_store("sqlite:///" + sys.argv[1]).write():
    print("held", flush=True)
    time.sleep(60)
"""


def hold(url: str, program: str) -> subprocess.Popen[bytes]:
    """A process that has begun to write and does not go on."""
    path = url.removeprefix("sqlite:///")
    holder = subprocess.Popen([sys.executable, "-c", program, path], stdout=subprocess.PIPE)
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    return holder


def let_go(holder: subprocess.Popen[bytes]) -> None:
    holder.kill()
    holder.communicate()


@contextmanager
def held(url: str, program: str) -> Iterator[subprocess.Popen[bytes]]:
    holder = hold(url, program)
    try:
        yield holder
    finally:
        let_go(holder)


@ON_SQLITE
def test_a_locked_database_loses_nothing(shop: Shop) -> None:
    """Another process holds the write lock for longer than we wait, in mid-call and at its end."""
    url = shop.settings.database_url

    def begin() -> Callable[[], object]:
        holder = hold(url, HOLDS_DATABASE)
        return lambda: let_go(holder)

    caller = Customer(begin)
    assert_nothing_lost(shop, caller, shop.place(caller))


def answers(carrier: signer.Carrier) -> dict[str, tuple[int, str]]:
    """What each webhook answers just now."""
    fields = {**RING, "RecordingSid": "RE" + "b" * 32, "MessageSid": "SM" + "c" * 32, "MessageStatus": "sent"}
    paths = ("/voice/incoming", *CALLBACKS)
    return {path: (got.status_code, got.text) for path in paths if (got := carrier.post(path, **fields))}


@pytest.fixture
def owner(app: Flask) -> None:
    with app.extensions["screener"].store.write() as tx:
        subscribers.add(tx, {name: getattr(OWNER, name) for name in OWNER.__slots__})


@ON_SQLITE
@pytest.mark.parametrize("program", [HOLDS_DATABASE, HOLDS_TURN])
@pytest.mark.usefixtures("owner")
def test_whoever_stops_while_writing_is_not_waited_for(
    app: Flask, carrier: signer.Carrier, settings: Settings, program: str
) -> None:
    """A process is frozen while it holds the turn, or the database itself: several callers at once each hear an
    apology, callbacks are asked to come again, and when it is gone all goes on."""
    with held(settings.database_url, program) as holder:
        os.kill(holder.pid, signal.SIGSTOP)
        got: list[dict[str, tuple[int, str]]] = []
        several = [threading.Thread(target=lambda: got.append(answers(carrier))) for _ in range(3)]
        for one in several:
            one.start()
        for one in several:
            one.join(PATIENCE)
    assert len(got) == 3
    for each in got:
        assert each["/voice/incoming"][0] == 200
        assert "抱歉，请稍等" in each["/voice/incoming"][1]
        assert [each[path][0] for path in CALLBACKS] == [503] * len(CALLBACKS)
    assert "AI助理" in answers(carrier)["/voice/incoming"][1]


# The disk of SQLite is full


@contextmanager
def full(stores: list[Store]) -> Iterator[None]:
    """No page more: SQLite says SQLITE_FULL, as on a full disk."""
    state = {"full": True}

    def cap(connection: object, _record: object, _proxy: object) -> None:
        most = 1 if state["full"] else 2**30  # one less than there are means as many as there are
        connection.execute(f"PRAGMA max_page_count={most}")  # type: ignore[attr-defined]

    for store in stores:
        event.listen(store.engine, "checkout", cap)
    yield
    state["full"] = False


@ON_SQLITE
def test_a_full_disk_loses_nothing(shop: Shop) -> None:
    """In mid-call and at its end; the words of the statement do not fit into what is left."""
    vacuum(shop.stores[0])

    def begin() -> Callable[[], object]:
        context = full(shop.stores)
        context.__enter__()
        return lambda: context.__exit__(None, None, None)

    caller = Customer(begin)
    assert_nothing_lost(shop, caller, shop.place(caller))


def vacuum(store: Store) -> None:
    """No page is left over."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as tx:
        tx.exec_driver_sql("VACUUM")


@ON_SQLITE
@pytest.mark.usefixtures("owner")
def test_a_call_that_ends_while_the_disk_is_full_is_told_of_later(
    app: Flask, carrier: signer.Carrier, caplog: pytest.LogCaptureFixture
) -> None:
    """The end is asked to come again and leaves no half; when it comes again all is there, once."""
    store = app.extensions["screener"].store
    vacuum(store)
    ring = {**RING, **{f"Detail{number}": "x" * 200 for number in range(40)}}
    with full([store]):
        assert "抱歉，请稍等" in carrier.post("/voice/incoming", **ring).text
        assert carrier.post("/voice/ended", **ring).status_code == 503
        assert "disk is full" not in caplog.text  # the log names the error, and never what was to be written
        with store.read() as tx:
            assert calls.find(tx, SID) is None
    for _ in range(2):
        assert carrier.post("/voice/ended", **ring).status_code == 204
    with store.read() as tx:
        found = calls.find(tx, SID)
        assert found
        assert found.ended_at
        promised = tx.exec_driver_sql("SELECT workflow_uuid FROM workflow_status").scalars().all()
    assert promised == [f"text:{SID}"]


# PostgreSQL is gone


@ON_POSTGRES
def test_a_database_that_goes_away_and_comes_back_loses_nothing(shop: Shop) -> None:
    """The server is stopped in mid-call and at its end, with the worker at work; both find it again by themselves."""
    folder = postgres.folder_of(shop.settings.database_url)

    def begin() -> Callable[[], object]:
        postgres.stop(folder)
        return lambda: postgres.start(folder)

    caller = Customer(begin)
    assert_nothing_lost(shop, caller, shop.place(caller))
