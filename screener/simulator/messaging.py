"""Texts: accepted or refused at once, delivered or not a moment later, with a callback for each change."""

import re

from screener.simulator.account import Message, new_sid, now
from screener.simulator.exchange import API_VERSION, Exchange
from screener.simulator.segments import segments
from screener.simulator.twiml_reader import read_message
from screener.simulator.twiml_rules import Refused, absolute_url
from screener.simulator.webhook import check_url

E164 = re.compile(r"^\+[1-9]\d{6,14}$")
STOP = {"STOP", "UNSUBSCRIBE", "END", "QUIT", "STOPALL", "REVOKE", "OPTOUT", "CANCEL"}
START = {"START", "YES", "UNSTOP"}
LONGEST = 1600  # characters of one body
IMMEDIATE = {21211, 21408, 21610, 21612, 21614}  # refused when sending; every other code comes as a status


class Messaging:
    """Sends and receives for one account."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange

    def send(self, to: str, from_: str, body: str, callback: str = "") -> Message:
        """Accept a text, or Refused with the code that the API would answer."""
        self._check(to, from_, body, callback)
        message = Message(new_sid("SM"), to, from_, body, "outbound-api", callback)
        self.exchange.account.add_message(message)
        self._deliver(message)
        return message

    def receive(self, from_: str, to: str, body: str) -> tuple[str, ...]:
        """A text from a phone to one of our numbers, told to the server; the bodies that it answers with."""
        number = self.exchange.account.numbers[to]
        message = Message(new_sid("SM"), to, from_, body, "inbound", status="received", sent=now())
        self.exchange.account.add_message(message)
        keyword = body.strip().upper()
        if keyword in STOP:
            self.exchange.account.opted_out.add((to, from_))
        if keyword in START:
            self.exchange.account.opted_out.discard((to, from_))
        answer = self.exchange.webhooks.post(number.message_url, self._inbound_fields(message), voice=False)
        replies = read_message(answer.status, answer.content_type, answer.body)
        for reply in replies:
            self._check(from_, to, reply, "")
            outbound = Message(new_sid("SM"), from_, to, reply, "outbound-reply")
            self.exchange.account.add_message(outbound)
            self._deliver(outbound)
        return replies

    def _check(self, to: str, from_: str, body: str, callback: str) -> None:
        account = self.exchange.account
        if not E164.match(to):
            raise Refused(21211, f"The 'To' number {to} is not a valid phone number.")
        if from_ not in account.numbers:
            raise Refused(21606, f"The 'From' phone number {from_} is not one of this account's numbers.")
        if not body.strip():
            raise Refused(21619, "A text message body must be specified.")
        if len(body) > LONGEST:
            raise Refused(21617, f"The concatenated message body exceeds the {LONGEST} character limit.")
        if callback:
            if not absolute_url(callback):
                raise Refused(21609, f"The 'StatusCallback' URL {callback} is not a valid URL.")
            check_url(callback)
        if (from_, to) in account.opted_out:
            raise Refused(21610, "Attempt to send to unsubscribed recipient.")
        if account.failing.get(to, 0) in IMMEDIATE:
            raise Refused(account.failing[to], f"Messages to {to} cannot be sent.")

    def _deliver(self, message: Message) -> None:
        """`queued`, then `sent`, then `delivered` or, for a failing phone, `undelivered` with its code."""
        code = self.exchange.account.failing.get(message.to)
        step = self.exchange.faults.step
        self.exchange.later.do(step, lambda: self._become(message, "sent"))
        last = "undelivered" if code else "delivered"
        self.exchange.later.do(2 * step, lambda: self._become(message, last, code))

    def _become(self, message: Message, status: str, code: int | None = None) -> None:
        with self.exchange.account.lock:
            if message.status in ("delivered", "undelivered"):
                return
            message.status, message.error = status, code
            message.sent = message.sent or now()
            fields = self._status_fields(message)
        self.exchange.callback(message.callback, fields, voice=False)

    def _status_fields(self, message: Message) -> dict[str, str]:
        fields = {
            "AccountSid": self.exchange.account.sid,
            "ApiVersion": API_VERSION,
            "From": message.from_,
            "To": message.to,
            "MessageSid": message.sid,
            "MessageStatus": message.status,
            "SmsSid": message.sid,
            "SmsStatus": message.status,
        }
        if message.error:
            fields["ErrorCode"] = str(message.error)
        elif message.status == "delivered" and message.sent:
            fields["RawDlrDoneDate"] = message.sent.strftime("%y%m%d%H%M")
        return fields

    def _inbound_fields(self, message: Message) -> dict[str, str]:
        return {
            "AccountSid": self.exchange.account.sid,
            "ApiVersion": API_VERSION,
            "Body": message.body,
            "From": message.from_,
            "FromCity": "",
            "MessageSid": message.sid,
            "NumMedia": "0",
            "NumSegments": str(segments(message.body)),
            "SmsMessageSid": message.sid,
            "SmsSid": message.sid,
            "SmsStatus": "received",
            "To": message.to,
        }
