"""What each TwiML verb may carry; what the carrier would ignore with a warning is refused here."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from screener.simulator.speech import RECOGNISED, VOICES, too_long


class Refused(Exception):
    """The carrier would refuse this or warn about it; `code` is the carrier's own error code."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(f"{code}: {why}")
        self.code = code
        self.why = why


Attributes = Mapping[str, str]
Check = Callable[[str], bool]


def one_of(*words: str) -> Check:
    return lambda value: value in words


def whole(least: int, most: int) -> Check:
    return lambda value: value.isascii() and value.isdigit() and least <= int(value) <= most


def events(value: str) -> bool:
    return bool(value) and set(value.split(" ")) <= {"in-progress", "completed", "absent"}


def absolute_url(value: str) -> bool:
    """A callback's address: absolute, and without an underscore in its host name."""
    parts = urlsplit(value)
    return parts.scheme in ("http", "https") and bool(parts.hostname) and "_" not in (parts.hostname or "")


def any_url(value: str) -> bool:
    return bool(value.strip()) and not re.search(r"\s", value)


def hints(value: str) -> bool:
    entries = value.split(",")
    return len(entries) <= 500 and all(0 < len(entry) <= 100 for entry in entries)


POST = one_of("POST")  # GET would put the caller's words into addresses and logs
TRUTH = one_of("true", "false")
SECONDS = whole(1, 600)


@dataclass(frozen=True, slots=True)
class Rule:
    """One verb: its attributes with their checks, which of them must be there, what may stand inside."""

    attributes: Mapping[str, Check]
    required: frozenset[str] = frozenset()
    inside: frozenset[str] = frozenset()
    text: bool = False


RULES: dict[str, Rule] = {
    "Say": Rule(
        {
            "voice": VOICES.__contains__,
            "language": lambda value: value in VOICES.values(),
            "loop": whole(1, 10),
        },
        frozenset({"voice", "language"}),
        text=True,
    ),
    "Pause": Rule({"length": whole(1, 120)}),
    "Redirect": Rule({"method": POST}, text=True),
    "Hangup": Rule({}),
    "Reject": Rule({"reason": one_of("rejected", "busy")}),
    "Gather": Rule(
        {
            "input": one_of("dtmf", "speech", "dtmf speech"),
            "action": any_url,
            "method": POST,
            "timeout": SECONDS,
            "speechTimeout": lambda value: value == "auto" or SECONDS(value),
            "numDigits": whole(1, 64),
            "finishOnKey": one_of(*"0123456789#*", ""),
            "language": lambda value: any(value in languages for languages in RECOGNISED.values()),
            "speechModel": RECOGNISED.__contains__,
            "hints": hints,
            "profanityFilter": TRUTH,
            "actionOnEmptyResult": TRUTH,
            "partialResultCallback": any_url,
            "partialResultCallbackMethod": POST,
        },
        frozenset({"action"}),
        frozenset({"Say", "Pause"}),
    ),
    "Start": Rule({}, inside=frozenset({"Recording"})),
    "Stop": Rule({}, inside=frozenset({"Recording"})),
    "Recording": Rule(
        {
            "recordingStatusCallback": absolute_url,
            "recordingStatusCallbackMethod": POST,
            "recordingStatusCallbackEvent": events,
            "track": one_of("inbound", "outbound", "both"),
            "channels": one_of("mono", "dual"),
            "trim": one_of("trim-silence", "do-not-trim"),
            "name": lambda value: bool(value.strip()),
        }
    ),
}
VOICE_VERBS = frozenset(RULES) - {"Recording"}
FINAL = frozenset({"Redirect", "Hangup", "Reject"})
# Known to the carrier, not imitated here: a reply that uses one needs a look before a caller meets it.
NOT_IMITATED = frozenset({"Play", "Record", "Dial", "Connect", "Enqueue", "Leave", "Queue", "Sms", "Pay", "Prompt"})
ONLY_SPEECH = (
    "speechTimeout",
    "language",
    "speechModel",
    "hints",
    "profanityFilter",
    "partialResultCallback",
)
ONLY_KEYS = ("numDigits", "finishOnKey")
CODES = {
    "voice": 13511,
    "recordingStatusCallback": 11200,
    "recordingStatusCallbackEvent": 13621,
    "language": 13512,
}


def check_attributes(name: str, attributes: Attributes) -> None:
    """Refused where one attribute is unknown, missing or out of range."""
    rule = RULES[name]
    for attribute, value in attributes.items():
        check = rule.attributes.get(attribute)
        if check is None:
            raise Refused(12200, f"<{name}> has no attribute {attribute!r}")
        if not check(value):
            raise Refused(CODES.get(attribute, 12200), f"<{name} {attribute}={value!r}> is not allowed")
    for missing in sorted(rule.required - attributes.keys()):
        raise Refused(12200, f"<{name}> needs {missing!r}: its default is not what is wanted")


def check_say(attributes: Attributes, words: str) -> None:
    if not words.strip():
        raise Refused(13520, "<Say> is empty")
    if VOICES[attributes["voice"]] != attributes["language"]:
        raise Refused(13511, f"voice {attributes['voice']} does not speak {attributes['language']}")
    if too_long(words, attributes["voice"]):
        raise Refused(13521, f"<Say> of {len(words)} characters is too long for {attributes['voice']}")


def check_gather(attributes: Attributes) -> None:
    listens = attributes.get("input", "dtmf")
    idle = ONLY_SPEECH if "speech" not in listens else ONLY_KEYS if "dtmf" not in listens else ()
    for attribute in idle:
        if attribute in attributes:
            raise Refused(12200, f"<Gather input={listens!r}> has no use for {attribute!r}")
    model, language = attributes.get("speechModel", "default"), attributes.get("language", "en-US")
    if language not in RECOGNISED[model]:
        raise Refused(13331, f"<Gather> model {model} does not recognise {language}; the Gather would fail")
    if "speechModel" in attributes and not attributes.get("speechTimeout", "").isdigit():
        raise Refused(13331, "<Gather> with a speechModel needs a speechTimeout in whole seconds")


def check_recording(parent: str, attributes: Attributes) -> None:
    if parent == "Stop" and set(attributes) != {"name"}:
        raise Refused(12200, "<Stop><Recording> takes the recording's name and nothing else")
    if parent == "Start" and "name" not in attributes:
        raise Refused(12200, "<Start><Recording> has no name, so that no reply could stop it")
