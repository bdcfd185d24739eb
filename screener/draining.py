"""Whether this server is about to stop and takes no new calls: one byte that all of its web processes share."""

import mmap

ONE_WISH = 1.0  # seconds; signals that come together are one wish: a whole process group is often told to stop at once

_shared: mmap.mmap | None = None


def share() -> None:
    """Make the byte, in the process from which the web processes will be forked."""
    global _shared
    _shared = mmap.mmap(-1, 1)


def begin() -> None:
    """From now on no process of this server takes a new call."""
    if _shared is None:
        share()
    assert _shared is not None
    _shared[0] = 1


def begun() -> bool:
    """Whether new calls are to be turned away; never where nobody has made the byte."""
    return _shared is not None and _shared[0] == 1


def forget() -> None:
    """As if nothing had begun; for a process that goes on to live."""
    global _shared
    _shared = None
