"""A departure, in pieces: a subscriber's calls first, then what is kept besides, and where wished the subscriber."""

import time
from collections.abc import Callable

from screener.followup import clearing
from screener.house import Desk
from screener.store import Connection, calls, custody, departures, erasing, remnants, subscribers
from screener.store.departures import Departure
from screener.store.remnants import Kind
from screener.telephony import TelephonyError

PIECE = 10  # calls in a transaction, so that no live call waits long for the database
SECONDS = 45.0  # after which the rest is left to the next follow-up; the sweeper promises it

Progress = Callable[[int], None]  # calls deleted in a piece


def leave(desk: Desk, subscriber_id: int, progress: Progress = lambda _done: None, seconds: float = SECONDS) -> bool:
    """Go on with a departure; whether it is done. What is under way just now is left for the next time."""
    until = time.monotonic() + seconds
    with desk.store.read() as tx:
        going = departures.of(tx, subscriber_id)
    if going is None:
        return True
    stayed = erase_calls(desk, going, progress, until)
    asked = list_texts(desk, going)
    if stayed or not asked or time.monotonic() > until:
        return False
    with desk.store.write() as tx:
        return end(tx, going, desk)


def erase_calls(desk: Desk, going: Departure, progress: Progress, until: float) -> int:
    """Erase every call that can be erased now; how many stayed."""
    after, stayed = 0, 0
    while time.monotonic() < until:
        with desk.store.write() as tx:
            some = departures.next_calls(tx, going, after, PIECE)
            gone = sum(erase(desk, tx, sid) for _, sid in some)
        if not some:
            return stayed
        after, stayed = some[-1][0], stayed + len(some) - gone
        progress(gone)
    return stayed + 1


def erase(desk: Desk, tx: Connection, sid: str) -> bool:
    """One call; what stays of it for a while loses its words at once."""
    call = calls.find(tx, sid, lock=True)
    if call is None:
        return True
    if call.ended_at:
        custody.note(tx, call, "subscriber", "deleted", "all")
    if erasing.everything(tx, call, desk.settings.secret_key, desk.now()):
        return True
    if call.ended_at:
        erasing.words(tx, call)
        erasing.added(tx, call)
    return False


def list_texts(desk: Desk, going: Departure) -> bool:
    """Have every text between subscriber and assistant deleted at the carrier; False while it cannot be asked."""
    if not going.phone:
        return True
    try:
        sids = desk.telephony.texts_between(going.phone, going.twilio_number, going.at)
    except TelephonyError:
        return False
    with desk.store.write() as tx:
        remnants.note(tx, Kind.TEXT, sids, desk.now())
        departures.listed(tx, going)
    return True


def end(tx: Connection, going: Departure, desk: Desk) -> bool:
    """No call is left: what is kept besides goes, and with it the departure."""
    if departures.next_calls(tx, going, 0, 1) or not erasing.apart_from_calls(tx, going.subscriber_id, desk.now()):
        return False
    if going.whole:
        subscribers.remove(tx, going.subscriber_id)
    else:
        departures.end(tx, going)
    clearing.promise(desk, tx)
    return True
