"""The rehearsal page: there in demo mode alone, and a rehearsed call goes the whole way over signed webhooks."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from screener import create_app
from screener.settings import Settings
from screener.store import calls
from screener.store.records import Call
from screener.web import rehearsal
from tests.visit import Browser, add_owner


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def demo(settings: Settings, tmp_path: Path) -> Iterator[Browser]:
    """A browser on a listening server in demo mode, signed in."""
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    app = create_app(replace(settings, demo=True, public_url=url))
    server.app = app
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    browser = Browser(app, url)
    browser.sign_in(add_owner(browser.house.store))
    yield browser
    for one in rehearsal.playing:
        one.terminate()
        one.wait()
    rehearsal.playing.clear()
    server.shutdown()
    thread.join()
    server.server_close()
    browser.house.store.engine.dispose()


def ended(browser: Browser) -> Call:
    """The one call, once it has ended."""
    for _ in range(100):
        with browser.house.store.read() as tx:
            [*found] = calls.log(tx, 1)
        if found and found[0].ended_at:
            return found[0]
        time.sleep(0.1)
    raise AssertionError("no call came to its end")


def test_typed_call_goes_the_whole_way(demo: Browser) -> None:
    """What is typed is said on a real call, with consent asked and given by key."""
    demo.post("/rehearsal", {"lines": "1\nThis is Chase Bank.\n"}, on="/rehearsal")
    call = ended(demo)
    assert "This is Chase Bank." in demo.page(f"/calls/{call.sid}")
    assert call.consent == "recording"


def test_picked_caller_is_played(demo: Browser) -> None:
    """A script from the list rings with its own number."""
    assert "Rehearse a call" in demo.page("/")
    demo.post("/rehearsal", {"script": "refusal-keypad"}, on="/rehearsal")
    assert ended(demo).consent == "refused"


def test_no_rehearsals_where_calls_are_real(app: Flask) -> None:
    """Without demo mode there is no such page and no link to one."""
    browser = Browser(app)
    browser.sign_in(add_owner(browser.house.store))
    assert browser.get("/rehearsal").status_code == 404
    assert "/rehearsal" not in browser.page("/")


def test_callers_are_described_in_the_language_of_the_page(demo: Browser) -> None:
    """The list tells in the reader's language and characters what each caller does."""
    for language, told in (
        ("en", "A clinic that leaves a message"),
        ("zh-Hans", "诊所来电留言"),
        ("zh-Hant", "診所來電留言"),
    ):
        demo.post("/language", {"language": language}, on="/")
        assert told in demo.page("/rehearsal")
