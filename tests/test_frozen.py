"""Workers in real processes that stand still or start together: nothing is sent twice, and nothing stays undone."""

import signal
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from screener.notify import Notifier
from screener.settings import Settings
from screener.store import channels
from screener.worker import engine
from tests.answering import Server
from tests.desk import Bench
from tests.test_worker import beat_of, count_beats, environment, process, until

NOBODY = "http://127.0.0.1:9"
PATIENCE = 60.0  # whole processes start here, on a machine that may be busy


def promised_by_channel(bench: Bench, settings: Settings, url: str) -> None:
    """A message that goes to a channel at that address waits for a worker."""
    sealed, shown = Notifier(settings).seal(url.replace("http", "json") + "/?rto=90")
    now = datetime.now(UTC)
    with bench.store.write() as tx:
        row = channels.add(tx, bench.owner.id, sealed, shown)
    bench.write(channel=shown, channel_id=row, created_at=now, updated_at=now)
    with bench.store.write() as tx:
        engine.Promises(bench.store)(tx, "message", "m1")


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_a_worker_frozen_inside_a_channels_call_doubles_nothing(
    bench: Bench, settings: Settings, tmp_path: Path
) -> None:
    """It has handed the message over and stands still before it hears the answer. Another worker gives the message up
    and sends nothing; the first wakes up and says that it was taken."""
    object.__setattr__(settings, "local_channels", True)
    answer = threading.Event()
    with Server({"/": lambda _: 200 if answer.wait(60) else 500}) as receiver:
        promised_by_channel(bench, settings, receiver.url)
        environ = {**environment(settings, NOBODY), "SCREENER_LOCAL_CHANNELS": "on"}
        with process(environ, tmp_path / "one.log") as one:
            assert until(lambda: receiver.told, PATIENCE)
            one.send_signal(signal.SIGSTOP)
            answer.set()
            with process(environ, tmp_path / "two.log"):
                assert until(lambda: bench.message().state == "needs_a_look", PATIENCE)
                one.send_signal(signal.SIGCONT)
                assert until(lambda: bench.message().state == "accepted", PATIENCE)
        assert [told.fields for told in receiver.told] == [receiver.told[0].fields]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_of_two_sqlite_workers_started_at_once_one_works(bench: Bench, settings: Settings, tmp_path: Path) -> None:
    """The other waits; when the first is killed outright it takes over."""
    environ = environment(settings, NOBODY)
    with process(environ, tmp_path / "one.log") as one, process(environ, tmp_path / "two.log") as two:
        assert until(lambda: holders(one, two), PATIENCE)
        (holder,) = holders(one, two)
        holder.kill()
        (other,) = {one, two} - {holder}
        assert until(lambda: beat_of(bench.store), PATIENCE)
        assert (holders(one, two), count_beats(bench.store)) == ({other}, 1)


def holders(*workers: subprocess.Popen[bytes]) -> set[subprocess.Popen[bytes]]:
    """Those that have a lock on a file."""
    locks = Path("/proc/locks").read_text().split()
    return {one for one in workers if str(one.pid) in locks}
