"""A text goes out once: written down, claimed, sent; when in doubt looked up, and only then sent again."""

import logging
from datetime import datetime, timedelta

from screener.house import Desk
from screener.notify import ChannelRefused
from screener.store import Connection, channels, messages
from screener.store.records import Message
from screener.telephony import Gone, NotSent, Outgoing, Refused, TelephonyError, Uncertain
from screener.twiml import RETRY

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 5  # sendings of one text before a person must look
FIRST_WAIT = 2  # seconds before a text that certainly was not sent is tried again; doubles up to the longest
LONGEST_WAIT = 300
CLOCK_SLACK = timedelta(minutes=5)  # the carrier's clock and ours may differ by so much


def outgoing(desk: Desk, message: Message) -> Outgoing:
    """A frozen text as the carrier gets it; its id in the callback's URL proves which one arrived."""
    url = f"{desk.settings.public_url}/sms/status/{message.id}{RETRY}"
    return Outgoing(message.sender, message.recipient, message.body, url)


def deliver(desk: Desk, message_id: str) -> None:
    """Bring a text one step further: send it if it waits, or settle an uncertain sending that is past its grace."""
    now = desk.now()
    grace = timedelta(seconds=desk.settings.send_grace_seconds)
    with desk.store.write() as tx:
        message = messages.find(tx, message_id, lock=True)
        if message is None:
            return
        uncertain = message.state == "sending" and message.sending_at and message.sending_at <= now - grace
        claimed = None if uncertain else messages.claim(tx, message_id, now)
    if uncertain and message.channel:
        give_up(desk, message)
    elif uncertain:
        reconcile(desk, message)
    elif claimed and claimed.channel:
        notify(desk, claimed)
    elif claimed:
        send(desk, claimed)


def send(desk: Desk, message: Message) -> None:
    """Hand a claimed text to the carrier and note how that went. Nothing is decided on a guess."""
    try:
        sid, status = desk.telephony.send(outgoing(desk, message))
    except NotSent as problem:
        wait(desk, message, str(problem))
    except (Refused, Gone) as problem:
        code = problem.code if isinstance(problem, Refused) else None
        fail(desk, message, code, str(problem))
        log.warning("a text was refused by the carrier: error %s", code)
    except Uncertain as problem:
        settle(desk, message, {"problem": str(problem)})
        log.warning("a text is uncertain: %s", problem)
    else:
        accept(desk, message, sid, status)


def notify(desk: Desk, message: Message) -> None:
    """Hand a claimed message to one of the subscriber's other channels. What may have arrived is not sent again."""
    with desk.store.read() as tx:
        channel = channels.find(tx, message.channel_id) if message.channel_id else None
    if channel is None:
        fail(desk, message, None, "the channel was removed")
        return
    try:
        desk.notifier.send(channel.address, message.body)
    except ChannelRefused as problem:
        fail(desk, message, None, str(problem))
        log.warning("a channel took no message: %s", problem)
    else:
        settle(desk, message, {"state": "accepted", "carrier_status": "sent"})


def give_up(desk: Desk, message: Message) -> None:
    """A crash in the middle of a channel's sending: channels cannot be asked, so a person must look."""
    settle(desk, message, {"state": "needs_a_look", "problem": "it may have arrived; this channel cannot be asked"})
    log.error("a message needs a look: its sending to a channel was cut off")


def fail(desk: Desk, message: Message, code: int | None, why: str) -> None:
    """It surely did not arrive: note it, and promise the next rung in the same transaction."""
    with desk.store.write() as tx:
        changes = {"state": "failed", "error_code": code, "problem": why, "updated_at": desk.now()}
        if messages.settle(tx, message, changes):
            desk.promise_later(tx, "delivery", f"{message.id}:failed", 0)


def accept(desk: Desk, message: Message, sid: str, status: str) -> None:
    """The carrier has it."""
    with desk.store.write() as tx:
        messages.adopt(tx, message.id, sid, desk.now())
        current = messages.find(tx, message.id)
        if current:
            messages.progress(tx, current, status, None, desk.now())


def settle(desk: Desk, message: Message, changes: dict[str, object]) -> None:
    with desk.store.write() as tx:
        messages.settle(tx, message, {**changes, "updated_at": desk.now()})


def wait(desk: Desk, message: Message, why: str) -> None:
    """It certainly was not sent: try again after a while, without counting the attempt against the text."""
    seconds = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(message.attempts - 1, 10))
    later = desk.now() + timedelta(seconds=seconds)
    with desk.store.write() as tx:
        waits = messages.settle(
            tx, message, {"state": "pending", "not_before": later, "problem": why, "updated_at": desk.now()}
        )
        if waits:
            retry(desk, tx, message, seconds)
    log.info("a text waits %d s: %s", seconds, why)


def retry(desk: Desk, tx: Connection, message: Message, seconds: float) -> None:
    desk.promise_later(tx, "message", f"{message.id}:r{message.attempts}", seconds)


def reconcile(desk: Desk, message: Message) -> None:
    """An uncertain sending past its grace: adopt what the carrier has; send again only if it surely has nothing."""
    since = (message.sending_at or message.created_at) - CLOCK_SLACK
    try:
        found = desk.telephony.find(outgoing(desk, message), message.reference, earliest(message, since))
    except TelephonyError as problem:
        log.warning("an uncertain text could not be looked up: %s", problem)
        return
    if found:
        accept(desk, message, *found)
        return
    if message.uncertain + 1 >= MOST_ATTEMPTS:
        settle(desk, message, {"state": "needs_a_look", "problem": "sent several times, never confirmed"})
        log.error("a text needs a look: its sending was uncertain %d times", message.uncertain + 1)
        return
    with desk.store.write() as tx:
        again = messages.settle(
            tx,
            message,
            {
                "state": "pending",
                "not_before": None,
                "uncertain": message.uncertain + 1,
                "updated_at": desk.now(),
            },
        )
    if again:
        deliver(desk, message.id)


def earliest(message: Message, since: datetime) -> datetime:
    """An earlier sending of the same text may be the one that arrived."""
    return min(since, message.created_at - CLOCK_SLACK)
