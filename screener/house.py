"""What the webhooks (House) and the follow-ups (Desk) are given: settings, store, carrier, and promises of work."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flask import current_app
from twilio.request_validator import RequestValidator

from screener.files import Files
from screener.notify import Notifier
from screener.settings import Settings
from screener.store import Connection, Store
from screener.store.records import Call
from screener.telephony import Telephony
from screener.twiml import Urls

# Promises a follow-up of a kind (text, recording, erase) for a sid; kept only if the transaction is.
Promise = Callable[[Connection, str, str], None]


@dataclass(frozen=True, slots=True)
class House:
    """One running application."""

    settings: Settings
    store: Store
    promise: Promise
    urls: Urls = field(init=False)
    validator: RequestValidator = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "urls", Urls(self.settings.public_url))
        object.__setattr__(self, "validator", RequestValidator(self.settings.auth_token))


@dataclass(frozen=True, slots=True)
class Desk:
    """What a follow-up is given: the store, the files, the carrier, the clock, and a way to promise more work."""

    settings: Settings
    store: Store
    files: Files
    telephony: Telephony
    notifier: Notifier
    # Promises a follow-up of a kind for an id, after so many seconds; an id that was promised before is a no-op.
    promise_later: Callable[[Connection, str, str, float], None]
    # Ends a call whose end was never told to us, as the webhook would have: call and its seconds.
    end: Callable[[Connection, Call, int | None], None]
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    # Whether the clock was set less than a grace ago, so that ages are not to be trusted.
    clock_jumped: Callable[[], bool] = lambda: False
    # The ids for which a follow-up of a kind waits or runs; of some ids, those for which one was ever promised.
    under_way: Callable[[str], set[str]] = lambda _kind: set()
    ever_promised: Callable[[str, Iterable[str]], set[str]] = lambda _kind, _ids: set()
    # Makes the job engine forget follow-ups that were done before then; how many.
    purge: Callable[[datetime], int] = lambda _before: 0
    # Makes it forget the follow-ups of these ids; the answer is those of which one still waits or runs.
    forget: Callable[[list[str]], set[str]] = lambda _ids: set()


def house() -> House:
    """The house of the current request."""
    found: House = current_app.extensions["screener"]
    return found
