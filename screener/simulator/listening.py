"""A Gather at work: speaks what is nested, listens for keys and speech, says where the call goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin

from screener.simulator.callers import Action
from screener.simulator.speech import cut, seconds
from screener.simulator.twiml_rules import Refused

if TYPE_CHECKING:
    from screener.simulator.conversation import Conversation
    from screener.simulator.twiml_reader import Verb

LONGEST_SPEECH = 60.0  # seconds; recognition ends there
REACTION = 0.8  # seconds between the end of a prompt and a key
INTERRUPTED_AFTER = 0.5  # seconds of a nested prompt that a caller who talks over it has heard

Next = tuple[str, dict[str, str]]  # where a call goes on, and what is told there


class Over(Exception):
    """The call has ended."""


class Listening:
    """One Gather of one conversation. Either keys or speech is heard, never both."""

    def __init__(self, conversation: Conversation, verb: Verb) -> None:
        self.conversation = conversation
        self.verb = verb
        takes = verb.attributes.get("input", "dtmf").split(" ")
        self.takes_keys = "dtmf" in takes
        self.takes_speech = "speech" in takes
        self.timeout = float(verb.attributes.get("timeout", "5"))

    def listen(self) -> Next | None:
        """Where the call goes on and with what; None falls through to the verb after the Gather."""
        told = self._hear()
        if not told and self.verb.attributes.get("actionOnEmptyResult") != "true":
            return None
        self.conversation.empty = 0
        return urljoin(self.conversation.here, self.verb.attributes["action"]), told

    def _hear(self) -> dict[str, str]:
        tail, self.conversation.unheard = self.conversation.unheard, ""
        if tail and self.takes_speech:  # still talking when listening began
            return self._speech(self.conversation.answer(Action("say", tail)))
        interruption = self._prompt()
        action = self.conversation.answer(interruption)
        match action.kind:
            case "press" if self.takes_keys:
                return self._keys(action.words)
            case "say" if self.takes_speech:
                return self._speech(action)
            case "hang_up":
                self._leave(action)
            case "press" | "say":
                length = seconds(action.words) if action.kind == "say" else 0.0
                self.conversation.line("caller", action.words, length, heard=False, keys=action.kind == "press")
        self.conversation.call.seconds += self.timeout
        return {}

    def _prompt(self) -> Action | None:
        """Speak what is nested; a caller who is heard at once cuts it short, and their action is returned."""
        for verb in self.verb.inside:
            if verb.name == "Pause":
                self.conversation.call.seconds += float(verb.attributes.get("length", "1"))
                continue
            action = self.conversation.caller.over(f"{self.conversation.words} {verb.text}")
            if action is None:
                self.conversation.assistant_says(verb.text)
            elif self._hears(action):
                said = cut(verb.text, INTERRUPTED_AFTER)[0]
                self.conversation.line("assistant", f"{said} —", seconds(said))
                return action
            else:
                self.conversation.line("caller", action.words, 0.0, heard=False)
                self.conversation.assistant_says(verb.text)
        return None

    def _hears(self, action: Action) -> bool:
        listens = {"say": self.takes_speech, "press": self.takes_keys, "hang_up": True, "silence": False}
        return listens[action.kind]

    def _keys(self, pressed: str) -> dict[str, str]:
        """Digits without the finishing key, which acts only after at least one digit."""
        most = int(self.verb.attributes.get("numDigits", "64"))
        finish = self.verb.attributes.get("finishOnKey", "#")
        digits = ""
        for key in pressed:
            if key == finish:
                if digits:
                    break
                continue
            digits += key
            if len(digits) == most:
                break
        finished = len(digits) == most or pressed[-1] == finish
        self.conversation.line(
            "caller", pressed, REACTION + (0 if finished else self.timeout), heard=bool(digits), keys=True
        )
        return {"Digits": digits} if digits else {}

    def _speech(self, action: Action) -> dict[str, str]:
        words = cut(action.words, LONGEST_SPEECH)[0]
        self._partials(action.partials or _growing(words), words)
        wait = self.verb.attributes.get("speechTimeout", "")
        self.conversation.line("caller", words, seconds(words))
        self.conversation.call.seconds += float(wait) if wait.isdigit() else 1.0
        told = {"SpeechResult": words}
        if action.confidence is not None:
            told["Confidence"] = action.confidence
        return told

    def _leave(self, action: Action) -> None:
        """Hang up, perhaps in the middle of a sentence: no action is requested, only partials were sent."""
        if action.partials:
            last = action.partials[-1]
            if self.takes_speech:
                self._partials(action.partials, "")
            self.conversation.line("caller", f"{last} …", seconds(last), heard=self.takes_speech)
        raise Over

    def _partials(self, parts: tuple[str, ...], whole: str) -> None:
        """What recognition makes of the words on the way; `whole` is stable once it is said."""
        url = self.verb.attributes.get("partialResultCallback")
        if not url:
            return
        told = [{"UnstableSpeechResult": part, "StableSpeechResult": ""} for part in parts]
        if whole:
            told.append({"UnstableSpeechResult": "", "StableSpeechResult": whole})
        numbered = [{**fields, "SequenceNumber": str(number)} for number, fields in enumerate(told)]
        exchange = self.conversation.exchange
        if exchange.dice.chance(exchange.faults.partials_reordered):
            numbered.reverse()
        for fields in numbered:
            self._tell(urljoin(self.conversation.here, url), fields)

    def _tell(self, url: str, fields: dict[str, str]) -> None:
        exchange = self.conversation.exchange
        try:
            answer = exchange.webhooks.post(url, {**self.conversation.fields(), **fields})
            if not 200 <= answer.status < 300:
                raise Refused(11200, f"{url} answered {answer.status}")
        except Refused as refusal:
            exchange.problems.append(str(refusal))


def _growing(words: str) -> tuple[str, ...]:
    """Two partial results on the way to `words`."""
    third = len(words) // 3
    return tuple(words[: third * n] for n in (1, 2)) if third else ()
