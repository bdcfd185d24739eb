"""Replies as TwiML. Every URL carries the turn; every listening reply ends in a redirect to the same turn."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from twilio.twiml.voice_response import Gather, Recording, Start, Stop, VoiceResponse

from screener.dialogue import Line, Listen, Reply
from screener.model import Spoken

# Names that Twilio accepts; `language` of Say and of Gather are different tags for the same Mandarin.
# No speech model is named: the models that can be named do not list Mandarin, and the Gather would fail (13331).
VOICES = {Spoken.ZH: ("Google.cmn-CN-Wavenet-A", "cmn-CN"), Spoken.EN: ("Polly.Joanna-Neural", "en-US")}
RECOGNISED = {Spoken.ZH: "cmn-Hans-CN", Spoken.EN: "en-US"}
RECORDING_NAME = "screening"
# Twilio repeats a callback on connect failure only, unless told otherwise; not part of the signed URL.
RETRY = "#rc=3&rp=ct,rt,5xx"
# Characters that XML 1.0 cannot hold; the SDK writes them as they are and the caller would hear an error.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
SORRY = {
    Spoken.ZH: ("抱歉，请稍等。", "抱歉，线路有问题。再见。"),
    Spoken.EN: ("Sorry, one moment please.", "Sorry, there is a problem on the line. Goodbye."),
}


def clean(text: str) -> str:
    """Text that is safe inside XML, whatever a caller put in it."""
    return ILLEGAL.sub("", text)


@dataclass(frozen=True, slots=True)
class Urls:
    """Where Twilio is to come back to. `base` is the public URL."""

    base: str

    def turn(self, number: int) -> str:
        return f"{self.base}/voice/turn/{number}"

    def partial(self, number: int) -> str:
        return f"{self.base}/voice/partial/{number}{RETRY}"

    @property
    def recording(self) -> str:
        return f"{self.base}/voice/recording{RETRY}"


@lru_cache(maxsize=1024)  # the replies are few: our words, and the turn's number
def render(reply: Reply, turn: int, urls: Urls) -> str:
    """A reply of ours, as the answer to the request that leads to turn number `turn`."""
    response = VoiceResponse()
    if reply.recording == "start":
        start = Start()
        start.recording(
            name=RECORDING_NAME,
            recording_status_callback=urls.recording,
            recording_status_callback_event="in-progress completed absent",
            track="both",
        )
        response.append(start)
    if reply.recording == "stop":
        stop = Stop()
        stop.append(Recording(name=RECORDING_NAME))
        response.append(stop)
    _speak(response, reply.says)
    if reply.listen is None:
        _speak(response, reply.prompt)
        response.hangup()
        return str(response)
    gather = Gather(**_gather(reply.listen, reply.language, turn, urls))
    _speak(gather, reply.prompt)
    response.append(gather)
    response.redirect(urls.turn(turn), method="POST")
    return str(response)


def _gather(listen: Listen, language: Spoken, turn: int, urls: Urls) -> dict[str, Any]:
    """Gather's attributes. An integer speech time-out, because `auto` ends at the first breath."""
    attributes: dict[str, Any] = {
        "input": "dtmf speech" if listen.speech else "dtmf",
        "action": urls.turn(turn),
        "method": "POST",
        "timeout": listen.timeout,
    }
    if listen.digits:
        attributes["num_digits"] = listen.digits
    if listen.speech:
        attributes["language"] = RECOGNISED[language]
        attributes["speech_timeout"] = 3 if listen.partial else 2
        attributes["profanity_filter"] = "false"
        if listen.hints:
            attributes["hints"] = listen.hints.in_(language)
    if listen.partial:
        attributes["partial_result_callback"] = urls.partial(turn)
        attributes["partial_result_callback_method"] = "POST"
    return attributes


def _speak(verb: Any, lines: tuple[Line, ...]) -> None:
    for line in lines:
        if line.silence:
            verb.pause(length=line.silence)
        else:
            voice, language = VOICES[line.language]
            verb.say(clean(line.text), voice=voice, language=language)


def apology(languages: tuple[Spoken, ...], again_at: str | None) -> str:
    """Our own trouble: a short apology, then the same turn once more at `again_at`, or goodbye when it is None."""
    response = VoiceResponse()
    words = tuple(Line(SORRY[language][0 if again_at else 1], language) for language in languages)
    _speak(response, words)
    if again_at:
        response.redirect(again_at, method="POST")
    else:
        response.hangup()
    return str(response)


def reject() -> str:
    """Turn a call away unanswered; the only ending that costs nothing."""
    response = VoiceResponse()
    response.reject(reason="busy")
    return str(response)


def hang_up() -> str:
    """End a call that is already over for us."""
    response = VoiceResponse()
    response.hangup()
    return str(response)


def text_reply(body: str) -> str:
    """The answer to an inbound text; an empty body answers nothing."""
    from twilio.twiml.messaging_response import MessagingResponse

    response = MessagingResponse()
    if body:
        response.message(clean(body))
    return str(response)
