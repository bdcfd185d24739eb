"""Evidence on the pages: a few calls at once, many by the worker, each with its deed; nothing of anybody else."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from screener.bags import wanted
from screener.bags.check import check_bag
from screener.followup import clearing, sweep
from screener.followup.expiring import expire
from screener.house import House
from screener.store import attachments, calls, custody, erasing, packings
from screener.store.records import Subscriber
from screener.store.schema import packing
from tests.visit import CALLER, Browser, add_call, add_owner, sid, worker_of

PAGE = "/evidence"
MANY = 6


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough here; tests/test_bags.py packs on both."""
    return sqlite_url


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


def many(house: House, owner: Subscriber) -> None:
    for number in range(1, MANY + 1):
        add_call(house.store, owner, number, words=f"words {number}")


def asked(browser: Browser, house: House, **form: str) -> packings.Packing:
    """A bag is asked for; what is written down of it."""
    assert browser.post(PAGE, form, on=PAGE).location == PAGE
    with house.store.read() as tx:
        return packings.find(tx, tx.execute(select(packing.c.id)).scalar_one())  # type: ignore[return-value]


def named(data: bytes, to: Path) -> set[str]:
    """The calls in a bag that checks."""
    to.write_bytes(data)
    assert check_bag(to).problems == []
    with zipfile.ZipFile(io.BytesIO(data)) as bag:
        return {name.split("/")[3] for name in bag.namelist() if "/data/calls/" in name}


@pytest.mark.parametrize(
    ("page", "form"),
    [
        (f"/calls/{sid('CA', 1)}", {"call": sid("CA", 1)}),
        (f"/numbers/{CALLER}", {"number": CALLER}),
        ("/organisations/hk-hsbc", {"organisation": "hk-hsbc"}),
        (PAGE, {"since": "2026-01-01", "until": "2026-01-02"}),
    ],
)
def test_a_few_calls_come_at_once(
    browser: Browser, house: House, owner: Subscriber, page: str, form: dict[str, str], tmp_path: Path
) -> None:
    """A call, a number, an organisation, a period: each page gives its own bag, and the call's page tells of it."""
    at = datetime(2026, 1, 2, 15, 30, tzinfo=UTC)  # late in the evening of the last day, where the subscriber lives
    add_call(house.store, owner, 1, at=at, organisation="hk-hsbc", words="mine")
    add_call(house.store, owner, 2, caller="+85251112222", words="another number")
    add_call(house.store, add_owner(house.store, 1), 3, at=at, organisation="hk-hsbc", words="not mine")
    shown = browser.page(page)
    assert all(f'name="{name}"' in shown for name in form)
    answer = browser.post(PAGE, form, on=page)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=calls-")
    assert len(answer.data) == answer.content_length
    assert named(answer.data, tmp_path / "bag.zip") == {sid("CA", 1)}
    assert "Exported as an evidence bag, by you" in browser.page(f"/calls/{sid('CA', 1)}")
    assert "Exported" not in browser.page(f"/calls/{sid('CA', 2)}")


def test_many_calls_are_packed_by_the_worker(browser: Browser, house: House, owner: Subscriber, tmp_path: Path) -> None:
    """The page shows how far it is, the first page says when it is ready, and the download may go on in ranges."""
    many(house, owner)
    order = asked(browser, house)
    assert f"Packing: 0 of {MANY} calls" in browser.page(PAGE)
    assert browser.get(f"{PAGE}/{order.id}").status_code == 404
    desk = worker_of(house)
    assert sweep.owed_packings(desk) == 1
    wanted.make(desk, order.id)
    assert sweep.owed_packings(desk) == 0
    assert "ready" in browser.page("/")
    answer = browser.get(f"{PAGE}/{order.id}")
    assert len(named(answer.data, tmp_path / "bag.zip")) == MANY
    part = browser.get(f"{PAGE}/{order.id}", headers={"Range": "bytes=100-199"})
    assert (part.status_code, part.data) == (206, answer.data[100:200])
    assert "is ready" not in browser.page("/")
    with house.store.read() as tx:
        trail = custody.of_call(tx, calls.find(tx, sid("CA", 1)).id)  # type: ignore[union-attr]
    assert [(one.who, one.deed) for one in trail] == [("subscriber", "exported")]


def test_the_list_is_live(browser: Browser, house: House, owner: Subscriber) -> None:
    """A page that asks again gets 304 until something changes."""
    many(house, owner)
    order = asked(browser, house)
    first = browser.get(f"{PAGE}/latest")
    again = {"If-None-Match": first.headers["ETag"]}
    assert browser.get(f"{PAGE}/latest", headers=again).status_code == 304
    with house.store.write() as tx:
        packings.change(tx, order.id, done=3)
    assert f"Packing: 3 of {MANY}" in browser.get(f"{PAGE}/latest", headers=again).text


def test_the_same_bag_is_packed_once(browser: Browser, house: House, owner: Subscriber) -> None:
    """Asked for twice while it is being made, it is one; and of too many the oldest makes room."""
    many(house, owner)
    for _ in range(2):
        browser.post(PAGE, {}, on=PAGE)
    for day in range(10, 18):
        browser.post(PAGE, {"since": f"2026-01-{day}"}, on=PAGE)
    with house.store.read() as tx:
        assert len(packings.of_subscriber(tx, owner.id)) == packings.MOST


def test_nobody_gets_anothers_bag(app: Flask, browser: Browser, house: House, owner: Subscriber) -> None:
    """Another's bag is a page that never was, for looking, fetching and removing; another's call packs nothing."""
    many(house, owner)
    order = asked(browser, house)
    wanted.make(worker_of(house), order.id)
    stranger = Browser(app).sign_in(add_owner(house.store, 1))
    assert stranger.get(f"{PAGE}/{order.id}").status_code == 404
    assert stranger.post(f"{PAGE}/{order.id}", on=PAGE).status_code == 404
    assert order.id not in stranger.page(PAGE)
    assert stranger.post(PAGE, {"call": sid("CA", 1)}, on=PAGE).status_code == 303
    assert "no call that is over matches" in stranger.page(PAGE)
    assert browser.get(f"{PAGE}/{order.id}").status_code == 200


@pytest.mark.parametrize(
    "form", [{"call": "x"}, {"number": "12"}, {"since": "soon"}, {"since": "2026-02-02", "until": "2026-01-01"}]
)
def test_odd_choices_are_told(browser: Browser, form: dict[str, str]) -> None:
    """What makes no sense is said so, and nothing is packed."""
    browser.post(PAGE, form, on=PAGE)
    assert "could not be read" in browser.page(PAGE)


def add_file(house: House, owner: Subscriber) -> str:
    """A file with the first call; its id."""
    with house.store.write() as tx:
        call = calls.find(tx, sid("CA", 1))
        assert call
        row = {"name": "a.png", "media_type": "image/png", "sha256": "ab" * 32, "size": 1, "call_id": call.id}
        return attachments.add(tx, {"subscriber_id": owner.id, **row})


@pytest.mark.parametrize("what", ["words", "sound", "everything", "file"])
def test_a_deleted_call_is_in_no_bag(browser: Browser, house: House, owner: Subscriber, what: str) -> None:
    """Deleting anything takes the made bags along, also one that is finished just after."""
    many(house, owner)
    added = add_file(house, owner) if what == "file" else ""
    order = asked(browser, house)
    desk = worker_of(house)
    wanted.make(desk, order.id)
    assert desk.files.holds(order.file)
    with house.store.write() as tx:
        call = calls.find(tx, sid("CA", 1))
        assert call
        deeds = {
            "words": lambda: erasing.words(tx, call),
            "sound": lambda: erasing.sound(tx, call),
            "everything": lambda: erasing.everything(tx, call, house.settings.secret_key),
            "file": lambda: attachments.forget(tx, [added]),
        }
        deeds[what]()
    clearing.clear(desk)
    assert not desk.files.holds(order.file)
    assert browser.get(f"{PAGE}/{order.id}").status_code == 404
    wanted.write(desk, owner, order)
    assert not desk.files.holds(order.file)


def test_a_bag_goes_after_three_days_or_when_it_is_removed(browser: Browser, house: House, owner: Subscriber) -> None:
    """Its file goes with it, and the calls stay."""
    many(house, owner)
    desk = worker_of(house)
    for how in ("removed", "old"):
        order = asked(browser, house)
        wanted.make(desk, order.id)
        if how == "removed":
            browser.post(f"{PAGE}/{order.id}", on=PAGE)
        else:
            late = replace(desk, now=lambda: datetime.now(UTC) + timedelta(days=3, minutes=1))
            expire(late)
        clearing.clear(replace(desk, now=lambda: datetime.now(UTC) + timedelta(days=4)))
        assert not desk.files.holds(order.file)
    assert sid("CA", 1) in browser.page("/calls")


def test_a_full_disk_is_told(
    browser: Browser, house: House, owner: Subscriber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bag that cannot be written ends as failed, with a calm word; one that breaks off three times does too."""
    many(house, owner)
    order = asked(browser, house)
    desk = worker_of(house)

    def full(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr("screener.bags.wanted.pack", full)
    wanted.make(desk, order.id)
    assert "could not be made" in browser.page(PAGE)
    with house.store.write() as tx:
        packings.change(tx, order.id, state="making", tries=packings.TRIES)
    wanted.make(desk, order.id)
    assert "could not be made" in browser.page(PAGE)
    assert list(desk.files.shelf.arriving().glob("*")) == []
