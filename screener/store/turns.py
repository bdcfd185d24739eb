"""Whose turn it is to write to SQLite's file."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SOON, LATER = 0.0005, 0.01  # seconds between two looks at a turn that is taken


class Turns:
    """Whose turn it is to write to a SQLite file, among threads and processes of this machine.

    SQLite alone would do, but its writers wait by sleeping longer and longer. Nobody waits inside the kernel either:
    a holder that is stopped and does not die would be waited for without end.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._threads = threading.Lock()
        self._file: tuple[int, int] | None = None  # the process that opened it, and its descriptor

    @contextmanager
    def take(self, seconds: float) -> Iterator[None]:
        """Hold the turn; TimeoutError when it does not come in time. A killed holder's turn ends with it."""
        end = time.monotonic() + seconds
        if not self._threads.acquire(timeout=seconds):
            raise TimeoutError("the database is busy")
        try:
            file = self._open()
            self._lock(file, end)
            try:
                yield
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)
        finally:
            self._threads.release()

    def _lock(self, file: int, end: float) -> None:
        begun = time.monotonic()
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                now = time.monotonic()
                if now > end:
                    raise TimeoutError("another process keeps the database busy") from None
                time.sleep(SOON if now - begun < LATER else LATER)
            else:
                return

    def _open(self) -> int:
        """The lock's file, opened anew after a fork: a lock belongs to the open file, which a child would share."""
        if self._file is None or self._file[0] != os.getpid():
            self._file = (os.getpid(), os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        return self._file[1]
