"""A stop in the middle of calls: they come to their end, new ones are turned away, and nothing of either is lost."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import requests
from flask import Flask

from screener import draining
from screener.settings import Settings
from screener.simulator import Carrier, ScriptedCaller, scripts
from screener.simulator.callers import Action
from screener.simulator.premises import RESIDENTS, Premises, add_number, free_port, listens
from screener.store import calls, open_store, subscribers, talks
from tests import signer
from tests.campaign.grounds import children, command_of
from tests.signer import ACCOUNT, TOKEN

pytestmark = pytest.mark.alone

PATIENCE = 40.0
SCRIPT = replace(scripts()["refusal-keypad"], from_="+85260000001", forwarded_from="")
OWNER = RESIDENTS[SCRIPT.subscriber]
NUMBER = OWNER.twilio_number


def until(true: Callable[[], object]) -> bool:
    end = time.monotonic() + PATIENCE
    while not (found := true()) and time.monotonic() < end:
        time.sleep(0.05)
    return bool(found)


class Interrupted(ScriptedCaller):
    """A caller in whose second answer something happens."""

    def __init__(self, happens: Callable[[], None]) -> None:
        super().__init__(SCRIPT)
        self.happens = happens
        self.answered = 0

    def answer(self, words: str) -> Action:
        self.answered += 1
        if self.answered == 2:
            self.happens()
        return super().answer(words)


@pytest.fixture
def premises(sqlite_url: str, tmp_path: Path) -> Iterator[Premises]:
    """A whole server that waits long for its calls."""
    store = open_store(sqlite_url)
    with store.write() as tx:
        subscribers.add(tx, asdict(OWNER))
    store.engine.dispose()
    with Carrier(ACCOUNT, TOKEN) as carrier:
        made = Premises(tmp_path, carrier, {"SCREENER_DATABASE_URL": sqlite_url, "SCREENER_DRAIN_SECONDS": "60"})
        add_number(carrier, OWNER.twilio_number, made.url)
        made.start()
        try:
            yield made
        finally:
            if made._server:
                made._server.kill()
                made._server.wait()


def readyz(premises: Premises) -> str:
    return requests.get(f"{premises.url}/readyz", timeout=5).text


def family(premises: Premises) -> list[int]:
    assert premises._server
    mine = children(premises._server.pid)
    return [*mine, *(pid for one in mine for pid in children(one))]


def test_a_stop_waits_for_the_calls_on_the_line(premises: Premises, sqlite_url: str) -> None:
    """The call goes on to its end and its callbacks are taken; one that rings meanwhile hears an apology, is in the
    log, and is told of like the other, once, when the server is back. A second signal waits for nothing."""
    carrier, server = premises.carrier, premises._server
    assert server
    turned_away = []

    def stop() -> None:
        server.send_signal(signal.SIGINT)
        for pid in family(premises):  # Ctrl-C reaches the whole group
            os.kill(pid, signal.SIGINT)
        assert until(lambda: "about to stop" in readyz(premises))
        turned_away.append(carrier.dial(replace(SCRIPT, from_="+85260000002"), NUMBER))

    call = carrier.place(SCRIPT.from_, NUMBER, Interrupted(stop))
    assert call.problems == []
    assert server.wait(PATIENCE) == 0
    store = open_store(sqlite_url)
    with store.read() as tx:
        lived, busy = (calls.find(tx, one.sid) for one in (call, turned_away[0]))
        assert lived
        assert busy
        said = [turn.step for turn in talks.turns(tx, busy)]
    store.engine.dispose()
    assert lived.ended_at
    assert lived.disposition == "consent_refused"
    assert busy.ended_at
    assert (said, busy.disposition) == (["busy"], "busy")
    premises.start()
    assert until(lambda: len(carrier.texts_to(OWNER.phone)) == 2)
    carrier.place("+85260000003", NUMBER, Interrupted(lambda: stop_at_once(premises)))
    assert len(carrier.texts_to(OWNER.phone)) == 2


def stop_at_once(premises: Premises) -> None:
    """A second signal ends everything, whatever is on the line; one that comes with the first is the same wish."""
    server, mine = premises._server, family(premises)
    assert server
    server.send_signal(signal.SIGINT)
    server.send_signal(signal.SIGTERM)
    time.sleep(draining.ONE_WISH + 0.3)
    assert "about to stop" in readyz(premises)
    server.send_signal(signal.SIGINT)
    assert server.wait(PATIENCE) == 0  # which is less than it may wait for calls
    assert until(lambda: not any(command_of(pid) for pid in mine))


# Gunicorn alone

Started = tuple[subprocess.Popen[bytes], str]
CALL = "CA" + "a" * 32


@pytest.fixture
def open_call(app: Flask, carrier: signer.Carrier) -> signer.Carrier:
    """A call on the line, in the database that a web process of its own will use too."""
    with app.extensions["screener"].store.write() as tx:
        subscribers.add(tx, asdict(OWNER))
    carrier.post("/voice/incoming", CallSid=CALL, From="+85260000001", To=NUMBER, CallStatus="ringing")
    return carrier


@pytest.fixture
def web(settings: Settings) -> Iterator[Callable[[int], Started]]:
    """Starts gunicorn alone, as the Procfile does."""
    running = []

    def start(drain_seconds: int) -> Started:
        port = free_port()
        environ = {
            **os.environ,
            "TWILIO_ACCOUNT_SID": settings.account_sid,
            "TWILIO_AUTH_TOKEN": settings.auth_token,
            "SCREENER_PUBLIC_URL": settings.public_url,
            "SCREENER_SECRET_KEY": settings.secret_key,
            "SCREENER_DATA_DIR": str(settings.data_dir),
            "SCREENER_DATABASE_URL": settings.database_url,
            "SCREENER_DRAIN_SECONDS": str(drain_seconds),
        }
        command = [sys.executable, "-m", "gunicorn", "screener:create_app()", f"--bind=127.0.0.1:{port}", "--workers=1",
                   "--worker-class=gthread", "--threads=2", "--no-control-socket", "--config=python:screener.cli.web_process"]  # fmt: skip
        running.append(subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL))
        url = f"http://127.0.0.1:{port}"
        assert until(lambda: listens(port) and requests.get(f"{url}/healthz", timeout=PATIENCE))
        return running[-1], url

    yield start
    for one in running:
        one.kill()
        one.wait()


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_gunicorn_alone_drains_too(open_call: signer.Carrier, web: Callable[[int], Started]) -> None:
    """It stays for as long as a call is on the line, and ends when that does."""
    running, url = web(30)
    running.send_signal(signal.SIGTERM)
    assert until(lambda: "about to stop" in requests.get(f"{url}/readyz", timeout=5).text)
    time.sleep(0.6)
    assert running.poll() is None
    open_call.post("/voice/ended", CallSid=CALL, CallStatus="completed", From="+85260000001", To=NUMBER)
    assert running.wait(PATIENCE) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_draining_takes_no_longer_than_it_may(open_call: signer.Carrier, web: Callable[[int], Started]) -> None:
    """A call that does not end keeps nothing from stopping."""
    running, _ = web(1)
    begun = time.monotonic()
    running.send_signal(signal.SIGTERM)
    assert running.wait(PATIENCE) == 0
    assert time.monotonic() - begun >= 1
