"""What may go wrong on purpose: rates from 0 to 1 and delays in seconds, repeatable by their seed."""

import random
import threading
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Faults:
    """All zero is a carrier on a good day. Rates are looked at in the order in which they stand here."""

    seed: int = 0
    # REST requests of ours; the first three concern the sending of messages only.
    lost_before: float = 0.0  # the connection is closed and nothing was accepted
    lost_answer: float = 0.0  # accepted, then the connection is closed without an answer
    error_after: float = 0.0  # accepted, then answered with a 500
    too_many: float = 0.0  # 429
    server_error: float = 0.0  # 503, nothing accepted
    list_lag: float = 0.0  # seconds until an accepted message shows in lists
    # Callbacks: message status, recording status, end of call.
    callback_lost: float = 0.0
    callback_repeated: float = 0.0
    callback_late: float = 0.0  # late by up to `lateness` seconds, so that later ones overtake it
    lateness: float = 0.5
    step: float = 0.02  # seconds between one status of a message or recording and the next
    # Recordings.
    recording_absent: float = 0.0  # nothing was captured; its last status is `absent`
    recording_stuck: float = 0.0  # stays in `processing`, without a last callback
    partials_reordered: float = 0.0


class Dice:
    """Chances drawn from one seed; safe to share between threads."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - faults must be repeatable, not secret
        self._lock = threading.Lock()

    def chance(self, rate: float) -> bool:
        with self._lock:
            return rate > 0 and self._random.random() < rate

    def between(self, low: float, high: float) -> float:
        with self._lock:
            return self._random.uniform(low, high)
