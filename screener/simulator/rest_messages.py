"""REST: messages."""

from screener.simulator import resources
from screener.simulator.account import Message, now
from screener.simulator.api import ApiError, Ask, Reply, Routes, answer_json, not_found, page_of
from screener.simulator.messaging import Messaging

KNOWN = {"To", "From", "Body", "StatusCallback", "ValidityPeriod", "SmartEncoded", "RiskCheck"}


class Messages:
    def __init__(self, messaging: Messaging) -> None:
        self.messaging = messaging
        self.exchange = messaging.exchange
        self.account = messaging.exchange.account
        self.routes: Routes = {
            "Messages": {"GET": self.list_messages, "POST": self.create_message},
            r"Messages/(\w+)": {
                "GET": self.fetch_message,
                "POST": self.change_message,
                "DELETE": self.erase_message,
            },
        }

    def create_message(self, ask: Ask) -> Reply:
        form = ask.fields
        unknown = set(form) - KNOWN
        if unknown:
            raise ApiError(400, 20001, f"fields not imitated here: {', '.join(sorted(unknown))}")
        if not form.get("To"):
            raise ApiError(400, 21604, "A 'To' phone number is required.")
        message = self.messaging.send(
            form["To"], form.get("From", ""), form.get("Body", ""), form.get("StatusCallback", "")
        )
        body = resources.message_json(self.account, message)
        return answer_json({**body, "status": "queued", "date_sent": None}, 201)

    def list_messages(self, ask: Ask) -> Reply:
        held = [m for m in list(self.account.messages.values()) if not m.erased]
        lag = self.exchange.faults.list_lag
        held = [m for m in held if (now() - m.created).total_seconds() >= lag]
        return page_of(
            self.account,
            ask,
            held,
            key="messages",
            write=resources.message_json,
            dated=("DateSent", lambda m: m.sent),
        )

    def fetch_message(self, ask: Ask, sid: str) -> Reply:
        return answer_json(resources.message_json(self.account, self._message(ask, sid)))

    def change_message(self, ask: Ask, sid: str) -> Reply:
        """Only redaction: an empty body."""
        message = self._message(ask, sid)
        if ask.fields.get("Body") != "":
            raise ApiError(400, 20001, "a message can only be changed to an empty body")
        message.body = ""
        return answer_json(resources.message_json(self.account, message))

    def erase_message(self, ask: Ask, sid: str) -> Reply:
        message = self._message(ask, sid)
        if message.status in ("accepted", "queued", "sending"):
            raise ApiError(409, 20009, "Cannot delete message because it is not completed")
        message.erased = True
        return Reply(204)

    def _message(self, ask: Ask, sid: str) -> Message:
        message = self.account.messages.get(sid)
        if message is None or message.erased:
            raise not_found(ask.path)
        return message
