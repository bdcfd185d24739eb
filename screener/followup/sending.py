"""A text goes out once: written down, claimed, sent; when in doubt looked up, and only then sent again."""

import logging
from datetime import datetime, timedelta

from screener.house import Desk
from screener.notify import ChannelRefused, ChannelUnsure
from screener.store import Connection, channels, messages
from screener.store.records import Message
from screener.telephony import Gone, NotSent, Outgoing, Refused, TelephonyError, Uncertain
from screener.twiml import RETRY

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 5  # sendings of one text that were uncertain, before a person must look
FIRST_WAIT = 2  # seconds before a text that certainly was not sent is tried again; doubles up to the longest
LONGEST_WAIT = 300
CLOCK_SLACK = timedelta(minutes=5)  # the carrier's clock and ours may differ by so much
MARGIN = 0.5  # seconds by which a delayed follow-up comes later than what it waits for


def outgoing(desk: Desk, message: Message) -> Outgoing:
    """A frozen text as the carrier gets it; its id in the callback's URL proves which one arrived."""
    url = f"{desk.settings.public_url}/sms/status/{message.id}{RETRY}"
    return Outgoing(message.sender, message.recipient, message.body, url)


def deliver(desk: Desk, message_id: str) -> None:
    """Bring a text one step further: send it if it waits, or settle an uncertain sending that is past its grace."""
    now = desk.now()
    with desk.store.write() as tx:
        message = messages.find(tx, message_id, lock=True)
        if message is None or message.state not in ("pending", "sending"):
            return
        claimed = messages.claim(tx, message_id, now)
        left = 0.0 if claimed else grace_left(desk, message, now)
        if left:
            look_later(desk, tx, message, left)
    if claimed and claimed.channel:
        notify(desk, claimed)
    elif claimed:
        send(desk, claimed)
    elif message.state == "sending" and not left and message.channel:
        give_up(desk, message, "it may have arrived; this channel cannot be asked")
    elif message.state == "sending" and not left:
        reconcile(desk, message)


def grace_left(desk: Desk, message: Message, now: datetime) -> float:
    """Seconds until an uncertain sending may be looked up. Nobody knows how old it is when the clock was just set."""
    grace = float(desk.settings.send_grace_seconds)
    if message.state != "sending" or message.sending_at is None:
        return 0.0
    if desk.clock_jumped():
        return grace
    if messages.is_ahead(message.sending_at, now):
        return 0.0
    return max(0.0, grace - (now - message.sending_at).total_seconds())


def look_later(desk: Desk, tx: Connection, message: Message, seconds: float) -> None:
    """Promise a look once the grace is over, so that nothing has to wait for the sweeper."""
    desk.promise_later(tx, "message", f"{message.id}:u{message.attempts}", seconds + MARGIN)


def send(desk: Desk, message: Message) -> None:
    """Hand a claimed text to the carrier and note how that went. Nothing is decided on a guess."""
    try:
        if is_stale(desk, message):
            raise NotSent("this worker was held up before it could send")
        sid, status = desk.telephony.send(outgoing(desk, message))
    except NotSent as problem:
        wait(desk, message, str(problem))
    except (Refused, Gone) as problem:
        fail(desk, message, problem.code if isinstance(problem, Refused) else None, str(problem))
    except Uncertain as problem:
        doubt(desk, message, str(problem))
    else:
        accept(desk, message, sid, status)


def notify(desk: Desk, message: Message) -> None:
    """Hand a claimed message to one of the subscriber's other channels. What may have arrived is not sent again.

    A claim that went stale is given back, since another worker may have settled it. While a worker is frozen inside the
    channel's own call another gives the message up and sends nothing, because no channel can be asked; the frozen one,
    once awake, says how it went after all.
    """
    with desk.store.read() as tx:
        channel = channels.find(tx, message.channel_id) if message.channel_id else None
    try:
        if channel is None:
            raise ChannelRefused("the channel was removed")
        if is_stale(desk, message):
            raise NotSent("this worker was held up before it could send")
        desk.notifier.send(channel.address, message.body)
    except NotSent as problem:
        wait(desk, message, str(problem))
    except ChannelUnsure as problem:
        give_up(desk, message, str(problem))
    except ChannelRefused as problem:
        fail(desk, message, None, str(problem))
    else:
        settled = {"state": "accepted", "carrier_status": "sent", "problem": None, "updated_at": desk.now()}
        with desk.store.write() as tx:
            messages.settle(tx, message, settled, sure=True)


def is_stale(desk: Desk, message: Message) -> bool:
    """Whether so much time has passed since the claim that somebody else may already be looking the text up."""
    claimed_at = message.sending_at or message.updated_at
    return abs((desk.now() - claimed_at).total_seconds()) > desk.settings.send_grace_seconds / 3


def accept(desk: Desk, message: Message, sid: str, status: str) -> None:
    """The carrier has it."""
    now = desk.now()
    with desk.store.write() as tx:
        messages.adopt(tx, message.id, sid, now)
        current = messages.find(tx, message.id, lock=True)
        if current and current.sid != sid:
            log.error("the carrier took one text twice")
        elif current and messages.progress(tx, current, status, None, now):
            tell_ladder(desk, tx, message, status)


def tell_ladder(desk: Desk, tx: Connection, message: Message, status: str) -> None:
    """A final failure that we found out ourselves starts the next rung, as a callback would have."""
    if status in messages.FAILED:
        desk.promise_later(tx, "delivery", f"{message.id}:{status}", 0)


def fail(desk: Desk, message: Message, code: int | None, why: str) -> None:
    """The carrier, or the channel, refused it for good: the next rung is promised in the same transaction."""
    changes = {"state": "failed", "error_code": code, "problem": why, "updated_at": desk.now()}
    with desk.store.write() as tx:
        if messages.settle(tx, message, changes, sure=True):
            desk.promise_later(tx, "delivery", f"{message.id}:refused", 0)
    log.warning("a message was refused: %s", why)


def doubt(desk: Desk, message: Message, why: str) -> None:
    """It may have been sent: until that is known, or the grace is over, nothing more is done."""
    with desk.store.write() as tx:
        if messages.settle(tx, message, {"problem": why, "updated_at": desk.now()}):
            look_later(desk, tx, message, desk.settings.send_grace_seconds)
    log.warning("a text is uncertain: %s", why)


def wait(desk: Desk, message: Message, why: str) -> None:
    """It certainly was not sent: try again after a while, without counting the attempt against the text."""
    seconds = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(message.attempts - 1, 10))
    now = desk.now()
    changes = {"state": "pending", "not_before": now + timedelta(seconds=seconds), "problem": why, "updated_at": now}
    with desk.store.write() as tx:
        if messages.settle(tx, message, changes):
            desk.promise_later(tx, "message", f"{message.id}:r{message.attempts}", seconds + MARGIN)
    log.info("a text waits %d s: %s", seconds, why)


def reconcile(desk: Desk, message: Message) -> None:
    """An uncertain sending past its grace: adopt what the carrier has; send again only if it surely has nothing."""
    # An earlier sending of the same text may be the one that arrived.
    since = min(message.sending_at or message.created_at, message.created_at) - CLOCK_SLACK
    try:
        found = desk.telephony.find(outgoing(desk, message), f"#{message.reference}", since)
    except TelephonyError as problem:
        log.warning("an uncertain text could not be looked up: %s", problem)
        return
    if found:
        accept(desk, message, *found)
    elif message.uncertain + 1 >= MOST_ATTEMPTS:
        give_up(desk, message, f"sent {message.uncertain + 1} times, never confirmed")
    elif release(desk, message):
        deliver(desk, message.id)


def release(desk: Desk, message: Message) -> bool:
    """The carrier surely has nothing: the text may be claimed again. False when another has seen to it meanwhile."""
    changes = {"state": "pending", "not_before": None, "uncertain": message.uncertain + 1, "updated_at": desk.now()}
    with desk.store.write() as tx:
        return messages.settle(tx, message, changes)


def give_up(desk: Desk, message: Message, why: str) -> None:
    """It may have arrived, and nobody can tell: a person must look."""
    with desk.store.write() as tx:
        given_up = messages.settle(tx, message, {"state": "needs_a_look", "problem": why, "updated_at": desk.now()})
    if given_up:
        log.error("a message needs a look: %s", why)


def ask_after(desk: Desk, message_id: str) -> None:
    """A text whose fate was never told: ask the carrier."""
    with desk.store.read() as tx:
        message = messages.find(tx, message_id)
    if message is None or message.sid is None:
        return
    try:
        status, code = desk.telephony.message_status(message.sid)
    except Gone:
        status, code = "", None
    with desk.store.write() as tx:
        current = messages.find(tx, message_id, lock=True)
        if current is None:
            return
        if messages.progress(tx, current, status, code, desk.now()):
            tell_ladder(desk, tx, message, status)
        else:
            messages.touch(tx, message_id, desk.now())
