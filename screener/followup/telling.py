"""What the subscriber is told of a call: understood, advised, one notice fixed, its text frozen and sent."""

import logging
import secrets

from screener.followup import sending
from screener.house import Desk
from screener.store import calls, messages, subscribers
from screener.store.records import Call, Subscriber

log = logging.getLogger(__name__)

# No letter or digit that could be read as another; GSM-7 all of them.
LETTERS, DIGITS = "ABCDEFGHJKMNPQRSTUVWXYZ", "23456789"


def tell(desk: Desk, sid: str) -> None:
    """Everything that is still to do about the text of an ended call; each line finds its own result and skips."""
    with desk.store.read() as tx:
        call = calls.find(tx, sid)
        if call is None or call.ended_at is None:
            return
        owner = subscribers.by_id(tx, call.subscriber_id)
        notice = messages.notice_of(tx, call.id)
    assert owner is not None
    if notice is None:
        fix(desk, call, owner)
        with desk.store.read() as tx:
            notice = messages.notice_of(tx, call.id)
    if notice and notice.message_id:
        sending.deliver(desk, notice.message_id)


def fix(desk: Desk, call: Call, owner: Subscriber) -> None:
    """Fix the call's one notice, with its frozen text if it has one, in a single transaction."""
    with desk.store.write() as tx:
        call = calls.find(tx, call.sid, lock=True) or call
        if messages.notice_of(tx, call.id):
            return
        message_id = secrets.token_urlsafe(16)
        now = desk.now()
        messages.freeze(
            tx,
            {
                "id": message_id,
                "subscriber_id": owner.id,
                "call_id": call.id,
                "kind": "call",
                "style": "default",
                "reference": reference(),
                "recipient": owner.phone,
                "sender": owner.twilio_number,
                "body": "stub",
                "segments": 1,
                "state": "pending",
                "created_at": now,
                "updated_at": now,
            },
        )
        messages.fix_notice(
            tx, {"call_id": call.id, "kind": "own", "reason": "", "message_id": message_id, "fixed_at": now}
        )


def reference() -> str:
    """A short reference such as A7K2, by which a text is found again at the carrier."""
    return "".join(secrets.choice(alphabet) for alphabet in (LETTERS, DIGITS, LETTERS, DIGITS))


def delivery_changed(desk: Desk, message_id: str) -> None:
    """A text moved on at the carrier; a final failure starts the next rung."""
