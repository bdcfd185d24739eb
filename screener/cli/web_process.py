"""What gunicorn's processes do: die with their parent, and stop only when the calls on the line are over."""

import contextlib
import ctypes
import logging
import os
import signal
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from screener import draining
from screener.settings import Settings, read_settings
from screener.store import SQLAlchemyError, Store, open_store, owed

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1  # Linux: be told when the parent dies, even by kill -9
LOOK_SECONDS = 0.25


def die_with_parent(parent: int, signal_number: int = signal.SIGTERM) -> None:
    """In a child of process `parent`: end when that does, however it ends. Elsewhere than on Linux nothing is done."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        os._exit(1)


# Gunicorn calls these by their names.


def on_starting(_server: Any) -> None:
    """Before any web process is forked."""
    draining.share()


def when_ready(server: Any) -> None:
    """SIGTERM first drains. SIGINT and SIGQUIT end at once, as ever."""
    server.handle_term = Draining(server)


def post_fork(_server: Any, worker: Any) -> None:
    """A web process whose master was killed would hold the port, and the next server could not start at once."""
    die_with_parent(worker.ppid, signal.SIGKILL)


class Draining:
    """What gunicorn's master does when it is told to stop; called again, it ends at once."""

    def __init__(self, server: Any) -> None:
        self._server = server
        self._end = server.handle_term
        self._since: float | None = None
        self._over = False

    def __call__(self) -> None:
        now = time.monotonic()
        if self._since is None:
            self._since = now
            draining.begin()
            # Beside the master's loop, which goes on to look after its processes.
            threading.Thread(target=self._wait, args=(read_settings(),), daemon=True).start()
        elif self._over:
            self._end()
        elif now - self._since > draining.ONE_WISH:
            self._server.handle_quit()

    def _wait(self, settings: Settings) -> None:
        wait_for_calls(settings)
        self._over = True
        os.kill(os.getpid(), signal.SIGTERM)


def wait_for_calls(settings: Settings) -> None:
    """Return when the calls that are on the line now are over, or after the time that draining may take."""
    store = open_store(settings.database_url, pool_size=1)
    now = datetime.now(UTC)
    end = time.monotonic() + settings.drain_seconds
    while time.monotonic() < end and on_the_line(store, now - timedelta(seconds=settings.max_call_seconds), now):
        time.sleep(LOOK_SECONDS)


def on_the_line(store: Store, since: datetime, until: datetime) -> bool:
    """Whether a call that began between these has not ended; also when the database cannot tell."""
    try:
        with store.read() as tx:
            return owed.on_the_line(tx, since, until) > 0
    except SQLAlchemyError:
        return True
    finally:
        store.engine.dispose()  # a process that is forked meanwhile must not inherit a connection
