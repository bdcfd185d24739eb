"""A carrier in a box: numbers, calls that follow our replies, recordings, texts, and a REST API over HTTP."""

from collections.abc import Callable, Mapping

from screener.simulator.account import Account, CallRecord, Line, Message, Number, Recording
from screener.simulator.callers import Caller, Script, ScriptedCaller
from screener.simulator.conversation import Conversation
from screener.simulator.exchange import Exchange
from screener.simulator.faults import Faults
from screener.simulator.messaging import Messaging
from screener.simulator.recorder import Recorder
from screener.simulator.rest import Rest
from screener.simulator.rest_server import RestServer
from screener.simulator.webhook import Webhooks, check_url

STIR = {"StirVerstat": "TN-Validation-Passed-A"}


class Carrier:
    """One account at a carrier.

    `reach` maps a public base address, which is what gets signed, to where it is really listening.
    `start` before anything else; `stop` ends every thread. Safe to use from several threads at once.
    """

    def __init__(
        self,
        account_sid: str,
        auth_token: str,
        faults: Faults = Faults(),  # noqa: B008 - frozen
        *,
        reach: Mapping[str, str] | None = None,
    ) -> None:
        self.account = Account(account_sid, auth_token)
        self._exchange = Exchange(self.account, Webhooks(auth_token, reach or {}), faults)
        self._messaging = Messaging(self._exchange)
        self._recorder = Recorder(self._exchange)
        self._server: RestServer | None = None

    def start(self, port: int = 0) -> "Carrier":
        """Listen on loopback; port 0 takes a free one. OSError when the port is taken."""
        rest = Rest(self._exchange, self._messaging, self._recorder)
        self._server = RestServer(rest, self._exchange, port)
        self._recorder.api_url = self._server.url
        self._server.start()
        return self

    def stop(self) -> None:
        if self._server:
            self._server.stop()
        self._exchange.later.stop()

    def __enter__(self) -> "Carrier":
        return self if self._server else self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The API's base address, for TWILIO_API_BASE_URL."""
        assert self._server, "start the carrier first"
        return self._server.url

    @property
    def faults(self) -> Faults:
        """What goes wrong from now on; may be replaced at any time."""
        return self._exchange.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._exchange.faults = faults

    def add_number(
        self,
        phone: str,
        voice_url: str,
        status_url: str = "",
        message_url: str = "",
        *,
        fallback_url: str = "",
    ) -> Number:
        """Give the account a number with its public addresses; Refused where one could not be called."""
        for url in filter(None, (voice_url, status_url, message_url, fallback_url)):
            check_url(url)
        number = Number(phone, voice_url, status_url, message_url, fallback_url)
        self.account.numbers[phone] = number
        return number

    def fail(self, phone: str, code: int) -> None:
        """Every text to `phone` fails: at once for codes that the API refuses with, else as `undelivered`."""
        self.account.failing[phone] = code

    def opt_out(self, phone: str) -> None:
        """`phone` has texted STOP to every number of the account (21610)."""
        self.account.opted_out.update((number, phone) for number in self.account.numbers)

    def dial(self, script: Script, to: str) -> CallRecord:
        """Play a script against one of our numbers; the record tells what was said and what went wrong."""
        extra = {"ForwardedFrom": script.forwarded_from} if script.forwarded_from else {}
        return self.place(script.from_, to, ScriptedCaller(script), extra=extra)

    def place(
        self,
        from_: str,
        to: str,
        caller: Caller,
        *,
        extra: Mapping[str, str] | None = None,
        on_line: Callable[[Line], None] | None = None,
    ) -> CallRecord:
        """One whole call. `extra` fields go with each request; `on_line` gets each line as it is spoken."""
        call = self.account.add_call(from_, to)
        conversation = Conversation(self._exchange, self._recorder, call, caller)
        conversation.extra = {**(STIR if from_.startswith("+1") else {}), **(extra or {})}
        if on_line:
            conversation.on_line = on_line
        conversation.hold()
        return call

    def text_in(self, from_: str, to: str, body: str) -> tuple[str, ...]:
        """A text from a phone to our number; what the server answered. Refused if that cannot be sent."""
        return self._messaging.receive(from_, to, body)

    def settle(self, timeout: float = 10.0) -> bool:
        """Wait until every callback so far is made; False when that took longer than `timeout` seconds."""
        return self._exchange.later.settle(timeout)

    def texts_to(self, phone: str) -> list[Message]:
        """What was sent to a phone, oldest first, whether it arrived or not."""
        return [m for m in self.messages if m.to == phone and m.direction != "inbound"]

    @property
    def messages(self) -> list[Message]:
        with self.account.lock:
            return list(self.account.messages.values())

    @property
    def calls(self) -> list[CallRecord]:
        with self.account.lock:
            return list(self.account.calls.values())

    @property
    def recordings(self) -> list[Recording]:
        """Every recording ever made, deleted ones too."""
        with self.account.lock:
            return list(self.account.recordings.values())

    @property
    def problems(self) -> list[str]:
        """What went wrong outside of calls: callbacks that the server did not take."""
        return list(self._exchange.problems)
