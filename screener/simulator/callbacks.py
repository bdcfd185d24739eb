"""Work that happens beside a call: callbacks and statuses that come later, by a small pool of threads."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

Job = Callable[[], None]


class Later:
    """Runs jobs after a delay in seconds. `settle` waits until nothing is due or running any more."""

    def __init__(self, threads: int = 8) -> None:
        self._due: list[tuple[float, int, Job]] = []
        self._order = itertools.count()
        self._change = threading.Condition()
        self._open = 0
        self._stopped = False
        self._pool = ThreadPoolExecutor(threads, "carrier-callback")
        self._clock = threading.Thread(target=self._run, name="carrier-clock", daemon=True)
        self._clock.start()

    def do(self, after: float, job: Job) -> None:
        with self._change:
            if self._stopped:
                return
            self._open += 1
            heapq.heappush(self._due, (time.monotonic() + after, next(self._order), job))
            self._change.notify_all()

    def settle(self, timeout: float) -> bool:
        """Whether everything was done within `timeout` seconds."""
        with self._change:
            return self._change.wait_for(lambda: self._open == 0, timeout)

    def stop(self) -> None:
        with self._change:
            self._stopped = True
            self._due.clear()
            self._change.notify_all()
        self._clock.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _run(self) -> None:
        while True:
            with self._change:
                while not self._stopped and not (self._due and self._due[0][0] <= time.monotonic()):
                    self._change.wait(self._due[0][0] - time.monotonic() if self._due else None)
                if self._stopped:
                    return
                job = heapq.heappop(self._due)[2]
            self._pool.submit(self._finish, job)

    def _finish(self, job: Job) -> None:
        try:
            job()
        finally:
            with self._change:
                self._open -= 1
                self._change.notify_all()
