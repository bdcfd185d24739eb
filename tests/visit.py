"""A subscriber with calls in the log, and a browser without a screen that fills in our forms."""

import html
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import insert
from werkzeug.test import TestResponse

from screener import create_app
from screener.files import Files
from screener.house import Desk, House
from screener.notify import Notifier
from screener.numbers import read_caller
from screener.settings import Settings
from screener.store import Store, calls, sessions, subscribers
from screener.store.calls import Arrival, Ring
from screener.store.records import Call, Subscriber
from screener.store.schema import recording, turn
from tests.desk import FakeTelephony

OWNER, MINE, CALLER = "+85291234567", "+85230001111", "+85235984471"
SECRET = re.compile(r'name="csrf_token" value="([^"]+)"')


@contextmanager
def running(settings: Settings) -> Iterator[Flask]:
    """An application of other settings than the fixture's."""
    app = create_app(settings)
    try:
        yield app
    finally:
        app.extensions["screener"].store.engine.dispose()


def add_owner(store: Store, number: int = 0, language: str = "en") -> Subscriber:
    values = {"phone": f"+852912345{number:02}", "twilio_number": f"+852300011{number:02}"}
    with store.write() as tx:
        return subscribers.add(tx, values | {"language": language, "jurisdiction": "HK", "time_zone": "Asia/Hong_Kong"})


def sid(kind: str, number: int) -> str:
    return f"{kind}{number:032x}"


def add_call(store: Store, owner: Subscriber, number: int, **changes: Any) -> Call:
    """A finished call of a minute ago, with what `changes` say of it; `words` are the caller's one statement."""
    at = changes.pop("at", datetime.now(UTC) - timedelta(minutes=1))
    words, said = changes.pop("words", ""), "Please say your company."
    caller = changes.pop("caller", CALLER)
    for name in ("findings", "advice"):
        if isinstance(changes.get(name), dict):
            changes[name] = json.dumps(changes[name])
    with store.write() as tx:
        ring = Ring(sid("CA", number), read_caller(caller))
        call_id = calls.open_(tx, Arrival(owner, None, False, False, False), ring, None, at)
        if words:
            row = {"number": 1, "step": "statement", "language": "en", "said": said, "version": "v", "reply": "<R/>"}
            tx.execute(insert(turn).values(call_id=call_id, words=words, asked_at=at, heard_at=at, **row))
        ended = {"ended_at": at + timedelta(seconds=30), "seconds": 30, "disposition": "stated"}
        calls.save(tx, call_id, {**ended, **changes})
        return calls.by_id(tx, call_id)


def add_recording(store: Store, call: Call, sha256: str, size: int) -> str:
    """A recording that is held; its sid."""
    name = sid("RE", call.id)
    values = {"call_id": call.id, "sid": name, "state": "held", "sha256": sha256, "size": size}
    with store.write() as tx:
        tx.execute(insert(recording).values(noted_at=datetime.now(UTC), source="", **values))
    return name


def worker_of(house: House) -> Desk:
    """What the worker would be given, with a carrier in memory."""
    settings, carrier = house.settings, FakeTelephony()
    return Desk(
        settings=settings, store=house.store, files=Files(settings.recordings_url), telephony=carrier,  # type: ignore[arg-type]
        notifier=Notifier(settings), promise_later=lambda *_: None, end=lambda *_: None,
    )  # fmt: skip


class Browser:
    """Keeps cookies, and posts forms with the secret of the page that they stand on."""

    def __init__(self, app: Flask, base: str = "https://screener.example") -> None:
        self.client = app.test_client()
        self.house: House = app.extensions["screener"]
        self.base = base

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, base_url=self.base, buffered=True, **options)

    def page(self, path: str) -> str:
        """A page that must be there, as text."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return html.unescape(answer.text)

    def post(self, path: str, form: dict[str, Any] | None = None, *, on: str = "/", **options: Any) -> TestResponse:
        """Post a form that stands on the page `on`."""
        found = SECRET.search(self.get(on).text)
        assert found, f"no form on {on}"
        secret = {"csrf_token": found[1]}
        return self.client.post(path, data={**secret, **(form or {})}, base_url=self.base, **options)

    def sign_in(self, owner: Subscriber) -> "Browser":
        with self.house.store.write() as tx:
            link = sessions.new_link(tx, owner.id, datetime.now(UTC))
        page = f"/sign-in?link={link}"
        assert self.post("/sign-in", {"link": link}, on=page).status_code == 303
        return self
