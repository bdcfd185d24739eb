"""The supervisor: what dies is started again, and everything dies together."""

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from screener.cli import serve
from screener.simulator import Carrier
from screener.simulator.premises import Premises
from tests.campaign.grounds import children, command_of
from tests.signer import ACCOUNT, TOKEN

pytestmark = pytest.mark.alone

PATIENCE = 40.0


def until(true: Callable[[], object]) -> bool:
    end = time.monotonic() + PATIENCE
    while not (found := true()) and time.monotonic() < end:
        time.sleep(0.05)
    return bool(found)


def child(command: str) -> serve.Child:
    return serve.Child("one", [sys.executable, "-c", command])


def test_what_dies_young_again_and_again_is_given_pauses() -> None:
    """So that something broken does not take the whole machine."""
    one = child("")
    serve.keep_running(one)
    first = one.process
    assert first
    first.wait()
    serve.keep_running(one)
    assert one.process is not first
    assert one.process
    one.process.wait()
    assert one.pause == 0.5
    second = one.process
    one.started = time.monotonic()
    serve.keep_running(one)
    assert one.process is second
    one.started -= 1
    serve.keep_running(one)
    assert one.process is not second
    one.process.wait()


def test_what_lived_long_is_started_again_at_once() -> None:
    """A kill now and then costs no pause."""
    one = child("")
    serve.keep_running(one)
    assert one.process
    one.process.wait()
    one.started -= 60
    one.pause = 4.0
    serve.keep_running(one)
    assert one.pause == 0.0
    one.process.wait()


def test_a_child_that_will_not_stop_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The supervisor ends within its grace."""
    monkeypatch.setattr(serve, "GRACE_SECONDS", 0.5)
    one = child("import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)")
    serve.keep_running(one)
    assert one.process
    time.sleep(0.5)
    serve.stop([one])
    assert one.process.wait(5) == -signal.SIGKILL


@pytest.fixture(scope="module")
def premises(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Premises]:
    """A whole server on SQLite, for all of these tests: it takes seconds to start."""
    folder = tmp_path_factory.mktemp("served")
    shutil.copy(sqlite_template, folder / "screener.db")
    with Carrier(ACCOUNT, TOKEN) as carrier:
        made = Premises(folder, carrier, {"SCREENER_DATABASE_URL": f"sqlite:///{folder / 'screener.db'}"})
        made.start()
        try:
            yield made
        finally:
            made.stop()


def family(premises: Premises) -> list[int]:
    assert premises._server
    mine = children(premises._server.pid)
    return [*mine, *(pid for one in mine for pid in children(one))]


def alive(pids: list[int]) -> list[int]:
    return [pid for pid in pids if command_of(pid)]


def test_a_server_killed_outright_can_be_started_again_at_once(premises: Premises) -> None:
    """Web and worker die with their supervisor; port and lock are free for the next."""
    before = family(premises)
    assert len(before) >= 3
    assert premises._server
    premises._server.kill()
    premises._server.wait()
    premises.start()
    assert until(lambda: alive(before) == [])
    assert premises.alive


def test_a_killed_web_or_worker_comes_back(premises: Premises) -> None:
    """Also when the whole of web goes, whose processes hold the port."""
    for word in ("gunicorn", "screener.cli worker"):
        (one,) = [pid for pid in children(premises._server.pid) if word in command_of(pid)]  # type: ignore[union-attr]
        below = children(one)
        os.kill(one, signal.SIGKILL)
        assert until(lambda below=below: alive(below) == [])
        assert until(lambda: len(children(premises._server.pid)) == 2)  # type: ignore[union-attr]
        assert until(premises._answers)
