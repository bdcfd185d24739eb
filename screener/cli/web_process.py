"""What a server process does as it is born: it dies with its parent. Gunicorn reads `post_fork` from here."""

import contextlib
import ctypes
import os
import signal
from typing import Any

PR_SET_PDEATHSIG = 1  # Linux: be told when the parent dies, even by kill -9


def die_with_parent(parent: int, signal_number: int = signal.SIGTERM) -> None:
    """In a child of process `parent`: end when that does, however it ends. Elsewhere than on Linux nothing is done."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number)
    if os.getppid() != parent:
        os._exit(1)


def post_fork(_server: Any, worker: Any) -> None:
    """A web process whose master was killed would hold the port, and the next server could not start at once."""
    die_with_parent(worker.ppid, signal.SIGKILL)
