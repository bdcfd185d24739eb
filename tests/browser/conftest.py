"""A real browser against a real server: Debian's Chromium, no other host, no message on its console."""

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import make_server

from screener import create_app
from screener.settings import Settings
from screener.store import Store, sessions
from screener.store.records import Subscriber
from tests.browser.seeding import seed
from tests.signer import ACCOUNT, TOKEN

QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
AXE = Path(__file__).with_name("axe.min.js")


@dataclass(frozen=True, slots=True)
class Site:
    """A running site with one subscriber's calls in it."""

    url: str
    app: Flask
    store: Store
    owner: Subscriber


@pytest.fixture
def site(sqlite_url: str, tmp_path: Path) -> Iterator[Site]:
    server = make_server("127.0.0.1", 0, lambda *_: [], threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    app = create_app(
        Settings(
            account_sid=ACCOUNT,
            auth_token=TOKEN,
            secret_key="k" * 32,
            public_url=url,
            data_dir=tmp_path,
            database_url=sqlite_url,
            recordings_url=str(tmp_path / "recordings"),
        )
    )
    server.app = app
    store = app.extensions["screener"].store
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield Site(url, app, store, seed(store, tmp_path / "recordings"))
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        store.engine.dispose()


@pytest.fixture(scope="module")
def chromium(sqlite_template: Path) -> Iterator[Browser]:
    """One browser for a module; it ends there, because the job engine refuses to start beside its event loop."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=QUIET)
        yield browser
        browser.close()


Opener = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, site: Site) -> Iterator[Opener]:
    """Opens a page, signed in unless told otherwise; whatever it complains of or asks of other hosts fails the test."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def open_(path: str, *, language: str = "en", size: dict[str, int] = PHONE, signed_in: bool = True) -> Page:
        context = chromium.new_context(viewport=size, locale="en-GB", timezone_id="Europe/London")
        contexts.append(context)
        context.add_cookies([{"name": "language", "value": language, "url": site.url}])
        if signed_in:
            with site.store.write() as tx:
                token = sessions.start(tx, site.owner.id, "test", datetime.now(UTC))
            context.add_cookies([{"name": "screener", "value": token, "url": site.url}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda said: complaints.append(f"console: {said.text}") if said.type == "error" else None)
        page.on("pageerror", lambda problem: complaints.append(f"error: {problem}"))
        page.on("request", lambda asked: complaints.append(f"elsewhere: {asked.url}") if elsewhere(asked.url) else None)
        page.goto(site.url + path)
        return page

    def elsewhere(url: str) -> bool:
        return not url.startswith((site.url, "data:", "blob:"))

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []
