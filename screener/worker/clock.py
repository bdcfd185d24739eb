"""The wall clock, and whether it has just been set: a jump makes a sending of a second ago look like an old one."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

log = logging.getLogger(__name__)

JUMP_SECONDS = 5  # more than a clock that is kept in step ever moves at once; a machine's sleep shows as one, too


class Clock:
    """`now` is the wall clock. After it jumped, `jumped` holds for `quiet` seconds of real time."""

    def __init__(
        self, quiet: float, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._quiet = quiet
        self._wall, self._steady = wall, steady
        self._lock = threading.Lock()
        self._offset = wall() - steady()
        self._since: float | None = None

    def now(self) -> datetime:
        self.jumped()
        return datetime.fromtimestamp(self._wall(), UTC)

    def jumped(self) -> bool:
        """Whether the wall clock was set less than `quiet` seconds ago."""
        with self._lock:
            steady = self._steady()
            offset = self._wall() - steady
            if abs(offset - self._offset) > JUMP_SECONDS:
                log.warning(
                    "the clock jumped by %+.0f s; uncertain sendings wait a while longer", offset - self._offset
                )
                self._since = steady
            # Small steps are followed, so that years of them do not add up to a jump.
            self._offset = offset
            return self._since is not None and steady - self._since < self._quiet
