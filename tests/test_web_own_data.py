"""Own data: the log as a table, and everything deleted, on both databases."""

import csv
import hashlib
import io
import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, insert, select, update

from screener.followup import leaving
from screener.followup.clearing import clear
from screener.followup.leaving import leave
from screener.house import House
from screener.model import Treatment
from screener.store import calls, channels, custody, departures, marks, recordings, subscribers
from screener.store.marks import Preference
from screener.store.records import Subscriber
from screener.store.schema import (
    call,
    contact,
    departure,
    login,
    message,
    metadata,
    note,
    preference,
    session,
    subscriber,
    turn,
)
from tests.visit import Browser, add_call, add_owner, add_recording, sid, worker_of

PAGE = "/settings/delete"
SOUND = b"RIFF\x04\0\0\0WAVE"


@pytest.fixture
def house(app: Flask) -> House:
    made: House = app.extensions["screener"]
    return made


@pytest.fixture
def owner(house: House) -> Subscriber:
    return add_owner(house.store)


@pytest.fixture
def browser(app: Flask, owner: Subscriber) -> Browser:
    return Browser(app).sign_in(owner)


def hold(house: House, owner: Subscriber, number: int, folder: Path) -> Path:
    """A call with a recording that is held here; the file."""
    folder.mkdir(exist_ok=True)
    name = hashlib.sha256(SOUND).hexdigest()
    file = folder / f"{name}.wav"
    file.write_bytes(SOUND)
    add_recording(
        house.store, add_call(house.store, owner, number, words="marker words", consent="recording"), name, 12
    )
    return file


def test_everything_goes(browser: Browser, house: House, owner: Subscriber, tmp_path: Path) -> None:
    """Calls, words, files, texts, contacts, channels, situation and sign-ins go, by the worker; another's stay."""
    file = hold(house, owner, 1, tmp_path / "recordings")
    other = add_owner(house.store, 1)
    theirs = add_call(house.store, other, 2, words="other words")
    at = datetime.now(UTC)
    with house.store.write() as tx:
        mine = calls.find(tx, sid("CA", 1))
        assert mine
        recordings.change(tx, sid("RE", mine.id), {"carrier_deleted_at": at})
        marks.set_note(tx, mine.id, "marker note")
        marks.set_preference(tx, owner.id, Preference(90, ("illness",)))
        subscribers.treat(tx, owner.id, "+85261112222", Treatment.ALLOW, "marker doctor")
        channels.add(tx, owner.id, "marker", "marker")
        subscribers.change(tx, owner.id, {"nickname": "marker"})
        row = {"id": "m1", "subscriber_id": owner.id, "kind": "digest", "style": "default", "reference": "A1B2"}
        row |= {"recipient": owner.phone, "sender": owner.twilio_number, "body": "marker", "segments": 1}
        tx.execute(insert(message).values(state="accepted", created_at=at, updated_at=at, **row))
    answer = browser.post(PAGE, {"sure": "1"}, on=PAGE)
    assert (answer.status_code, answer.location.startswith("/deleting/")) == (303, True)
    assert any(one.startswith("language=en;") for one in answer.headers.getlist("Set-Cookie"))  # nobody is known then
    assert browser.get("/").status_code == 303
    page = browser.page(answer.location)
    assert "0 of 1 calls are deleted." in page
    live = re.search('data-live="([^"]+)" data-tag="([^"]+)"', page)
    assert live
    assert browser.get(live[1], headers={"If-None-Match": f'"{live[2]}"'}).status_code == 304
    desk = worker_of(house)
    assert leave(desk, owner.id)
    clear(desk)
    assert "Everything here is deleted" in browser.page(answer.location)
    assert "data-over" in browser.page(live[1])
    assert not file.exists()
    with house.store.read() as tx:
        for table in (turn, note, message, contact, preference, session, login, departure):
            left = tx.execute(select(func.count()).select_from(table)).scalar_one()
            assert left == (table is turn), table.name
        assert list(tx.execute(select(call.c.sid)).scalars()) == [theirs.sid]
        rest = str([tx.execute(select(table)).all() for table in metadata.sorted_tables])
        assert "marker" not in rest
        assert tx.execute(select(func.count()).select_from(subscriber)).scalar_one() == 2


def test_later_calls_stay(browser: Browser, house: House, owner: Subscriber) -> None:
    """What came in after the wish is not part of it; who asks again takes it along."""
    add_call(house.store, owner, 1)
    browser.post(PAGE, {"sure": "1"}, on=PAGE)
    add_call(house.store, owner, 2, at=datetime.now(UTC) + timedelta(seconds=1))
    assert leave(worker_of(house), owner.id)
    with house.store.read() as tx:
        assert list(tx.execute(select(call.c.sid)).scalars()) == [sid("CA", 2)]
        assert tx.execute(select(departure)).all() == []


def test_a_long_deletion_goes_in_pieces(browser: Browser, house: House, owner: Subscriber) -> None:
    """A follow-up that has no time left stops between two pieces; the next one goes on, and the page counts."""
    for number in range(1, 13):
        add_call(house.store, owner, number)
    answer = browser.post(PAGE, {"sure": "1"}, on=PAGE)
    pieces: list[int] = []
    with house.store.read() as tx:
        going = departures.of(tx, owner.id)
    assert going
    leaving.erase_calls(worker_of(house), going, pieces.append, time.monotonic() + 60)
    assert pieces == [10, 2]
    add_call(house.store, owner, 13, at=going.at - timedelta(days=1))
    assert not leave(worker_of(house), owner.id, seconds=0)
    assert "11 of 12 calls are deleted." in browser.page(answer.location)


@pytest.mark.parametrize("form", [{}, {"sure": "no"}])
def test_nothing_goes_unasked(browser: Browser, house: House, owner: Subscriber, form: dict[str, str]) -> None:
    """Without the tick nothing is deleted and nobody is signed out."""
    add_call(house.store, owner, 1)
    assert browser.post(PAGE, form, on=PAGE).location == PAGE
    assert "Nothing was deleted" in browser.page(PAGE)
    with house.store.read() as tx:
        assert calls.find(tx, sid("CA", 1))


def test_nothing_goes_during_a_call(browser: Browser, house: House, owner: Subscriber) -> None:
    """While a call is on the line everything stays."""
    add_call(house.store, owner, 1)
    with house.store.write() as tx:
        tx.execute(update(call).values(ended_at=None))
    browser.post(PAGE, {"sure": "1"}, on=PAGE)
    assert "on the line now" in browser.page(PAGE)


def test_the_log_as_a_table(browser: Browser, house: House, owner: Subscriber) -> None:
    """Every own call is a row, newest first, with no cell that a spreadsheet would calculate."""
    add_call(house.store, owner, 1, words="=HYPERLINK(1)", caller="+85235984471")
    add_call(house.store, owner, 2, words='@sum, "quoted"\nand more')
    add_call(house.store, add_owner(house.store, 1), 3, words="not mine")
    answer = browser.get("/settings/log.csv")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=calls-")
    text = answer.data.decode()
    assert text.startswith("\ufeffTime,")
    rows = list(csv.reader(io.StringIO(text[1:], newline="")))
    assert [row[5] for row in rows] == ["What was said", '\'@sum, "quoted"\nand more', "'=HYPERLINK(1)"]
    assert rows[1][1] == "'+852 3598 4471"
    with house.store.read() as tx:
        trails = [custody.of_call(tx, calls.find(tx, sid("CA", number)).id) for number in (1, 2, 3)]  # type: ignore[union-attr]
    assert [[(one.who, one.deed, one.detail) for one in trail] for trail in trails] == [
        [("subscriber", "exported", "table")],
        [("subscriber", "exported", "table")],
        [],
    ]
    assert "Exported as a table (CSV), by you" in browser.page(f"/calls/{sid('CA', 1)}")
