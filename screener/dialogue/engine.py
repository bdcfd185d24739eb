"""How one turn leads to the next: admit what may be heard, look for a withdrawal, ask twice, then move on."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from screener.dialogue.consent import withdrawal
from screener.model import Category, Consent, Disposition, Greeting, Spoken

Recording = Literal["start", "stop"]
CAPTURING = frozenset({Consent.RECORDING, Consent.NOTES})


@dataclass(frozen=True, slots=True)
class Words:
    """The same words in each spoken language, side by side."""

    zh: str
    en: str

    def in_(self, language: Spoken) -> str:
        return self.zh if language is Spoken.ZH else self.en


@dataclass(frozen=True, slots=True)
class Line:
    """One stretch of speech in one voice, or a silence in whole seconds."""

    text: str = ""
    language: Spoken = Spoken.ZH
    silence: int = 0


@dataclass(frozen=True, slots=True)
class Listen:
    """How a step listens. `digits` is how many keys end it, 0 for any number up to the hash key."""

    digits: int = 1
    speech: bool = False
    timeout: int = 6
    hints: Words | None = None
    partial: bool = False


KEYS = Listen()


@dataclass(frozen=True, slots=True)
class Heard:
    """What the caller gave us; an empty one is silence."""

    words: str = ""
    digits: str = ""
    confidence: str = ""

    def __bool__(self) -> bool:
        return bool(self.words or self.digits)


NOTHING = Heard()


@dataclass(frozen=True, slots=True)
class Talk:
    """Where a conversation stands. `statements` holds the caller's kept words; all the rest is free of them."""

    language: Spoken
    step: str = "question"
    asks: int = 1
    consent: Consent = Consent.UNASKED
    asked: tuple[str, ...] = ()
    keyed: Category | None = None
    keys_only: bool = False
    us_subscriber: bool = False
    switched: bool = False
    allowed: bool = False
    greeting: Greeting = Greeting.PLAIN
    disposition: Disposition | None = None
    statements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """What we say next: `says` cannot be interrupted, `prompt` is spoken while listening; no `listen`, we hang up."""

    step: str
    language: Spoken
    says: tuple[Line, ...]
    prompt: tuple[Line, ...] = ()
    listen: Listen | None = None
    recording: Recording | None = None

    @property
    def said(self) -> str:
        """Every word of ours in this reply, in order."""
        return " ".join(line.text for line in (*self.says, *self.prompt) if line.text)

    @property
    def version(self) -> str:
        """Names this exact wording; a changed word changes it."""
        return hashlib.sha256(self.said.encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Move:
    """Where a step leads, what changes on the way, and the phrase that decided where it was a choice."""

    to: str
    talk: Talk
    recording: Recording | None = None
    matched: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One turn's outcome. `kept` is all of what was heard that consent lets us store."""

    talk: Talk
    reply: Reply
    kept: Heard
    withdrawn: bool = False


Opening = tuple[Words | int, ...]  # words, or whole seconds of silence
Choose = Callable[[Talk, Heard], Move | None]


@dataclass(frozen=True, slots=True)
class Step:
    """A place in the dialogue: words, how we listen, and what follows."""

    name: str
    ask: Callable[[Talk], tuple[Words, ...]]
    listen: Callable[[Talk], Listen] | None
    choose: Choose | None
    opening: Callable[[Talk], Opening] = lambda _talk: ()
    other_voice: Words | None = None
    disposition: Disposition | None = None
    # True where an answer is a statement and may be kept; elsewhere only keys and matched phrases are.
    statement: bool = False


STEPS: dict[str, Step] = {}


def speak(talk: Talk, recording: Recording | None = None) -> Reply:
    """The reply that opens the step where `talk` stands; the opening is spoken on the first asking only."""
    step = STEPS[talk.step]
    language = talk.language
    opening = [
        Line(silence=part) if isinstance(part, int) else Line(part.in_(language), language)
        for part in (step.opening(talk) if talk.asks == 1 else ())
    ]
    prompt = [Line(words.in_(language), language) for words in step.ask(talk)]
    if step.other_voice and talk.asks == 1 and not talk.switched:
        other = Spoken.EN if language is Spoken.ZH else Spoken.ZH
        prompt.append(Line(step.other_voice.in_(other), other))
    if step.listen is None:
        return Reply(step.name, language, (*opening, *prompt), recording=recording)
    return Reply(step.name, language, tuple(opening), tuple(prompt), step.listen(talk), recording)


def admit(listen: Listen, heard: Heard) -> Heard:
    """Only what this step listens for: speech where it listens to speech, and keys that exist."""
    keys = "".join(key for key in heard.digits if key in "0123456789*")[: listen.digits or 24]
    if keys:
        return Heard(digits=keys)
    return Heard(words=heard.words, confidence=heard.confidence) if listen.speech else NOTHING


def answer(talk: Talk, heard: Heard) -> Answer:
    """What follows when `heard` answers the step where `talk` stands. The step must be one that listens."""
    step = STEPS[talk.step]
    assert step.listen is not None
    assert step.choose is not None
    heard = admit(step.listen(talk), heard)
    if talk.consent in CAPTURING:
        phrase = heard.digits if heard.digits == "2" else withdrawal(heard.words)
        if phrase:
            return withdraw(talk, heard, phrase)
    if step.statement and heard.words:
        talk = replace(talk, statements=(*talk.statements, heard.words))
    move = step.choose(talk, heard) if heard else None
    if move is None and talk.asks == 1:
        again = replace(talk, asks=2)
        return Answer(again, speak(again), keep(step, talk, heard, ""))
    if move is None:
        move = step.choose(talk, NOTHING)
    assert move is not None, f"{step.name} has no way on from silence"
    arrived = replace(move.talk, step=move.to, asks=1, disposition=STEPS[move.to].disposition)
    return Answer(arrived, speak(arrived, move.recording), keep(step, talk, heard, move.matched))


def keep(step: Step, talk: Talk, heard: Heard, matched: str) -> Heard:
    """What may be stored of an answer: a statement that consent covers, else keys and the matched phrase alone."""
    if step.statement and talk.consent in CAPTURING:
        return heard
    return Heard(words=matched, digits=heard.digits, confidence=heard.confidence if matched else "")


def withdraw(talk: Talk, heard: Heard, phrase: str) -> Answer:
    """Consent taken back: recording stops, kept words go, and the call goes on by keypad."""
    after = replace(talk, consent=Consent.WITHDRAWN, step="keypad", asks=1, statements=(), asked=())
    reply = speak(after, "stop" if talk.consent is Consent.RECORDING else None)
    evidence = Heard(words="" if heard.digits else phrase, digits=heard.digits, confidence=heard.confidence)
    return Answer(after, reply, evidence, withdrawn=True)
