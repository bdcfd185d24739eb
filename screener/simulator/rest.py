"""The REST side: finds what answers a request to this account. Knows nothing of sockets."""

import re

from screener.simulator import resources
from screener.simulator.api import ApiError, Ask, Reply, Routes, answer_json, not_found
from screener.simulator.exchange import API_VERSION, Exchange
from screener.simulator.messaging import Messaging
from screener.simulator.recorder import Recorder
from screener.simulator.rest_calls import Calls
from screener.simulator.rest_messages import Messages
from screener.simulator.rest_recordings import Recordings
from screener.simulator.twiml_rules import Refused

ACCOUNT = re.compile(rf"^/{API_VERSION}/Accounts/(AC[0-9a-f]{{32}})(?:/(.*)|\.json)?$")


class Rest:
    """Answers requests that have shown the right user and password."""

    def __init__(self, exchange: Exchange, messaging: Messaging, recorder: Recorder) -> None:
        self.account = exchange.account
        self.routes: Routes = {
            "": {"GET": self.fetch_account},
            "IncomingPhoneNumbers": {"GET": self.list_numbers},
            **Messages(messaging).routes,
            **Calls(exchange.account).routes,
            **Recordings(recorder).routes,
        }

    def answer(self, ask: Ask) -> Reply:
        try:
            return self._route(ask)
        except ApiError as error:
            return error.reply()
        except Refused as refusal:
            return ApiError(400, refusal.code, refusal.why).reply()

    def _route(self, ask: Ask) -> Reply:
        found = ACCOUNT.match(ask.path)
        if not found or found[1] != self.account.sid:
            raise not_found(ask.path)
        tail = (found[2] or "").removesuffix(".json")
        for pattern, methods in self.routes.items():
            match = re.fullmatch(pattern, tail)
            if match:
                if ask.method not in methods:
                    raise ApiError(405, 20004, f"Method {ask.method} is not allowed here")
                return methods[ask.method](ask, *match.groups())
        raise not_found(ask.path)

    def fetch_account(self, _ask: Ask) -> Reply:
        return answer_json(resources.account_json(self.account))

    def list_numbers(self, ask: Ask) -> Reply:
        wanted = ask.fields.get("PhoneNumber", "")
        rows = [n for n in self.account.numbers.values() if wanted in n.phone]
        listed = [resources.number_json(self.account, number) for number in rows]
        return answer_json(resources.page("incoming_phone_numbers", listed, uri=ask.path, number=0, size=50))
