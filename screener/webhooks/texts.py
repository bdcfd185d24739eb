"""Texts, as Twilio tells of them: one from a subscriber, and how one of ours fares."""

import logging
from datetime import UTC, datetime

from flask import Response, request

from screener import inbox, twiml
from screener.house import house
from screener.store import messages, subscribers
from screener.webhooks.signed import done, sid_named, webhooks, whole_number, xml

log = logging.getLogger(__name__)


@webhooks.post("/sms/incoming")
def sms_incoming() -> Response:
    """A text to the Twilio number. Only the subscriber's own phone is answered, and STOP and START never are."""
    sid_named("MessageSid")
    form = request.form
    with house().store.write() as tx:
        owner = subscribers.by_twilio_number(tx, form.get("To", ""))
        if owner is None or form.get("From", "") != owner.phone:
            log.warning("a text from a stranger was not answered")
            return xml(twiml.text_reply(""))
        body = form.get("OptOutType", "") or form.get("Body", "")
        reply = inbox.answer(tx, owner, twiml.clean(body))
    return xml(twiml.text_reply("" if form.get("OptOutType") else reply))


@webhooks.post("/sms/status/<message_id>")
def sms_status(message_id: str) -> Response:
    """How a text of ours fares. It proves that the carrier has it, even when our sending never heard back."""
    sid = sid_named("MessageSid")
    code = whole_number(request.form.get("ErrorCode", ""))
    now = datetime.now(UTC)
    with house().store.write() as tx:
        message = messages.find(tx, message_id, lock=True)
        if message is None:
            return done()
        if message.sid and message.sid != sid:
            log.error("the carrier took one text twice")
            return done()
        messages.adopt(tx, message_id, sid, now)
        if messages.progress(tx, message, request.form.get("MessageStatus", ""), code, now):
            house().promise(tx, "delivery", f"{message_id}:{request.form['MessageStatus']}")
    return done()
