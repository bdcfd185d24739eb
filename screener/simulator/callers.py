"""Who rings: scripted callers from seeds/callers/, each a list of actions and what the call must come to."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal, Protocol, TypeVar

from screener.seeds import seeds

Kind = Literal["press", "say", "silence", "hang_up"]
T = TypeVar("T")
KINDS: tuple[Kind, ...] = ("press", "say", "silence", "hang_up")


class ScriptError(ValueError):
    """A script's file is wrong; the message names the file and the entry."""


class Mismatch(Exception):
    """The call did not go as the script says; the message names the action."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a caller does when listened to; with `over`, while the assistant is still speaking.

    `words` are the keys of a press or the words of a say. `partials` are what recognition makes of them on
    the way; on a hang-up they are all that was said. `hear` must be in what the assistant said since the last
    action. `confidence` is sent as it stands; None leaves it out.
    """

    kind: Kind
    words: str = ""
    partials: tuple[str, ...] = ()
    confidence: str | None = "0.9123"
    over: bool = False
    hear: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.words!r}" if self.words else self.kind


@dataclass(frozen=True, slots=True)
class Expect:
    """What must come of the call; None is not looked at. `organisation` is an id or a name as spoken."""

    disposition: str | None = None
    consent: str | None = None
    category: str | None = None
    organisation: str | None = None
    recordings: int = 0
    goodbye: str = ""  # must be in the assistant's last words
    text: bool = True  # whether a text must arrive
    text_contains: tuple[str, ...] = ()
    text_lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Script:
    """A whole scripted call. `subscriber` names whom it rings; `from_` is the caller as passed on."""

    name: str
    title: str
    lang: str
    from_: str
    subscriber: str
    actions: tuple[Action, ...]
    expect: Expect = field(default_factory=Expect)
    title_zh: str = ""  # for the rehearsal's page
    forwarded_from: str = ""  # what some carriers add to a forwarded call


class Caller(Protocol):
    """Somebody on the line. The carrier asks what they do; words are what the assistant said just now."""

    def over(self, words: str) -> Action | None:
        """What they do while the assistant speaks, if anything."""

    def answer(self, words: str) -> Action:
        """What they do when the assistant has spoken and listens."""

    def over_now(self) -> None:
        """The call has ended."""


class ScriptedCaller:
    """Plays a script; Mismatch where the conversation went elsewhere."""

    def __init__(self, script: Script) -> None:
        self.actions = script.actions
        self.done = 0

    def over(self, words: str) -> Action | None:
        following = self.actions[self.done : self.done + 1]
        return self._take(words) if following and following[0].over else None

    def answer(self, words: str) -> Action:
        if self.done == len(self.actions):
            raise Mismatch(f"after the last action the assistant still asks: {words!r}")
        return self._take(words)

    def over_now(self) -> None:
        if self.done < len(self.actions):
            raise Mismatch(f"the call ended before action {self.done + 1} ({self.actions[self.done]})")

    def _take(self, words: str) -> Action:
        action = self.actions[self.done]
        self.done += 1
        if action.hear.casefold() not in words.casefold():
            raise Mismatch(f"action {self.done} ({action}) expects to hear {action.hear!r}, but heard {words!r}")
        return action


@functools.cache
def scripts() -> Mapping[str, Script]:
    """Every script in seeds/callers/ by its file's name, in that order."""
    return {path.stem: load(path) for path in sorted((seeds() / "callers").glob("*.toml"))}


def load(path: Path) -> Script:
    """One script; ScriptError where it is not one."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        actions = tuple(_action(entry) for entry in data.pop("action"))
        expect = _known(Expect, data.pop("expect", {}))
        data["from_"] = data.pop("from")
        _only_fields(Script, data)
        return Script(name=path.stem, actions=actions, expect=expect, **data)
    except (tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as problem:
        raise ScriptError(f"{path.name}: {problem}") from problem


def _action(entry: dict[str, Any]) -> Action:
    """`{press = "1"}`, `{say = "..."}`, `{silence = true}` or `{hang_up = true}`, and what goes with it."""
    kinds = [kind for kind in KINDS if kind in entry]
    if len(kinds) != 1:
        raise ValueError(f"an action is exactly one of {', '.join(KINDS)}: {entry}")
    value = entry.pop(kinds[0])
    if kinds[0] in ("press", "say") and not (isinstance(value, str) and value):
        raise ValueError(f"{kinds[0]} needs its keys or words")
    if kinds[0] == "press" and not set(value) <= set("0123456789*#"):
        raise ValueError(f"no telephone has the keys {value!r}")
    if "confidence" in entry:
        entry["confidence"] = entry["confidence"] or None
    return _known(Action, {**entry, "kind": kinds[0], "words": value if isinstance(value, str) else ""})


def _known(kind: type[T], data: dict[str, Any]) -> T:
    _only_fields(kind, data)
    return kind(**{name: tuple(value) if isinstance(value, list) else value for name, value in data.items()})


def _only_fields(kind: Any, data: dict[str, Any]) -> None:
    unknown = data.keys() - {f.name for f in fields(kind)}
    if unknown:
        raise ValueError(f"unknown entries: {', '.join(sorted(unknown))}")
