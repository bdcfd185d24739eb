"""One call from ring to hang-up: asks the server what to do, does it, and lets the caller answer."""

from collections.abc import Callable, Mapping
from email.utils import format_datetime
from urllib.parse import urljoin

from screener.simulator.account import CallRecord, Line, Number, Who, now
from screener.simulator.callers import Action, Caller, Mismatch
from screener.simulator.exchange import API_VERSION, Exchange
from screener.simulator.listening import Listening, Next, Over
from screener.simulator.recorder import Recorder
from screener.simulator.speech import cut, seconds
from screener.simulator.twiml_reader import Verb, read_voice
from screener.simulator.twiml_rules import Refused

MOST_REPLIES = 100  # in one call
MOST_EMPTY_REPLIES = 10  # in a row, with nothing spoken and nobody heard


class Conversation:
    """The state of one call while it lasts. `on_line` is told each line as it is spoken."""

    def __init__(self, exchange: Exchange, recorder: Recorder, call: CallRecord, caller: Caller) -> None:
        self.exchange = exchange
        self.recorder = recorder
        self.call = call
        self.caller = caller
        self.extra: Mapping[str, str] = {}
        self.on_line: Callable[[Line], None] = lambda _line: None
        self.number: Number = exchange.account.numbers[call.to]
        self.here = self.number.voice_url
        self.unheard = ""  # the rest of what a caller says over words that cannot be interrupted
        self.words = ""  # what the assistant said since the caller's last action
        self.empty = 0

    def hold(self) -> None:
        """Hold the whole call. What went wrong stands in the call's problems."""
        try:
            where: Next = (self.number.voice_url, {})
            while self.call.requests < MOST_REPLIES:
                where = self._follow(self._ask(*where))
            raise Refused(12200, f"{MOST_REPLIES} replies in one call")
        except Over:
            pass
        except (Refused, Mismatch) as problem:
            self.call.problems.append(str(problem))
        self._end()

    def fields(self) -> dict[str, str]:
        """What every request about this call carries; places are often empty or missing."""
        call = self.call
        return {
            "AccountSid": self.exchange.account.sid,
            "ApiVersion": API_VERSION,
            "CallSid": call.sid,
            "CallStatus": call.status,
            "CallToken": '{"parentCallInfoToken":"simulated"}',  # one of many that nobody asked for
            "Called": call.to,
            "Caller": call.from_,
            "Direction": "inbound",
            "From": call.from_,
            "FromCity": "",
            "FromState": "",
            "To": call.to,
            **self.extra,
        }

    def line(self, who: Who, words: str, length: float, *, heard: bool = True, keys: bool = False) -> None:
        """Write down what was said, and let that much time pass."""
        spoken = Line(self.call.seconds, who, words, length, heard, keys)
        self.call.lines.append(spoken)
        self.call.seconds += length
        self.on_line(spoken)

    def assistant_says(self, words: str) -> None:
        self.words = f"{self.words} {words}".strip()
        self.empty = 0
        self.line("assistant", words, seconds(words))

    def answer(self, action: Action | None = None) -> Action:
        """The caller's next action; afterwards the assistant's words count from here."""
        taken = action or self.caller.answer(self.words)
        self.words = ""
        return taken

    def _ask(self, url: str, told: Mapping[str, str]) -> tuple[Verb, ...]:
        """The next reply; where there is none, what the fallback address says."""
        if self.call.end_asked:
            raise Over
        self.here = urljoin(self.here, url)
        try:
            return self._fetch(self.here, told)
        except Refused as refusal:
            if not self.number.fallback_url:
                raise
            self.call.problems.append(str(refusal))
            failed, self.here = self.here, self.number.fallback_url
            return self._fetch(self.here, {"ErrorCode": str(refusal.code), "ErrorUrl": failed})

    def _fetch(self, url: str, told: Mapping[str, str]) -> tuple[Verb, ...]:
        self.call.requests += 1
        answer = self.exchange.webhooks.post(url, {**self.fields(), **told})
        verbs = read_voice(answer.status, answer.content_type, answer.body)
        if verbs and verbs[0].name == "Reject":
            self._rejected(verbs[0])
        if verbs and verbs[0].name == "Pause" and self.call.status == "ringing":
            raise Refused(12200, "<Pause> first may leave the call unanswered; say something before")
        self.call.status = "in-progress"
        return verbs

    def _rejected(self, verb: Verb) -> None:
        if self.call.status != "ringing":
            raise Refused(12200, "<Reject> cannot be used once a call is answered")
        self.call.status = "busy" if verb.attributes.get("reason") == "busy" else "no-answer"
        raise Over

    def _follow(self, verbs: tuple[Verb, ...]) -> Next:
        """Carry out one reply; where the call goes on, or Over."""
        self.empty += 1
        if self.empty > MOST_EMPTY_REPLIES:
            raise Refused(12200, f"{MOST_EMPTY_REPLIES} replies in a row without a word: a loop")
        for verb in verbs:
            if self.call.end_asked:
                raise Over
            goes_on = self._do(verb)
            if goes_on:
                return goes_on
        raise Over  # a reply that runs out hangs up

    def _do(self, verb: Verb) -> Next | None:
        match verb.name:
            case "Say":
                for _ in range(int(verb.attributes.get("loop", "1"))):
                    self._say_through(verb.text)
            case "Pause":
                self._pass(float(verb.attributes.get("length", "1")))
            case "Gather":
                return Listening(self, verb).listen()
            case "Start":
                self.recorder.start(self.call, verb.inside[0].attributes)
            case "Stop":
                self.recorder.stop_named(self.call, verb.inside[0].attributes["name"])
            case "Redirect":
                return verb.text, {}
            case _:
                raise Over
        return None

    def _say_through(self, words: str) -> None:
        """Words that nobody can interrupt; what a caller says meanwhile is not heard."""
        action = None if self.unheard else self.caller.over(words)
        if action and action.kind == "hang_up":
            self.line("assistant", words, seconds(words))
            raise Over
        if action:
            self.unheard = action.words if action.kind == "say" else ""
            self.line("caller", action.words, 0.0, heard=False, keys=action.kind == "press")
        self.assistant_says(words)
        self.unheard = cut(self.unheard, seconds(words))[1]

    def _pass(self, length: float) -> None:
        self.call.seconds += length
        self.unheard = cut(self.unheard, length)[1]

    def _end(self) -> None:
        """Hang up: recordings stop, and the server is told once, beside the call."""
        try:
            self.caller.over_now()
        except Mismatch as problem:
            if not self.call.problems:
                self.call.problems.append(str(problem))
        call = self.call
        answered = call.status not in ("busy", "no-answer", "ringing")
        self.recorder.stop_all(call)
        with self.exchange.account.lock:
            call.status = "completed" if answered else call.status.replace("ringing", "no-answer")
            call.ended = now()
        whole = max(1, round(call.seconds)) if answered else 0
        told = {
            "CallDuration": str(whole),
            "Duration": str(-(-whole // 60)),
            "CallbackSource": "call-progress-events",
            "SequenceNumber": "0",
            "SipResponseCode": "200" if answered else "486",
            "Timestamp": format_datetime(call.ended),
        }
        self.exchange.callback(self.number.status_url, {**self.fields(), **told})
