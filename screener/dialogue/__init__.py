"""The whole conversation with a caller: `begin` speaks first, `answer` turns what was heard into what comes next."""

from dataclasses import replace

from screener.dialogue import steps
from screener.dialogue.engine import (
    STEPS,
    Answer,
    Heard,
    Line,
    Listen,
    Reply,
    Talk,
    Words,
    answer,
    speak,
)

__all__ = [
    "STEPS", "Answer", "Heard", "Line", "Listen", "Reply", "Talk", "Words", "answer", "begin", "close_with", "speak",
    "steps",
]  # fmt: skip


def begin(talk: Talk) -> tuple[Talk, Reply]:
    """The first reply of a call: the consent question, or for an allowed contact the offer of a message."""
    opened = replace(talk, step="message_offer" if talk.allowed else "question", asks=1)
    return opened, speak(opened)


def close_with(talk: Talk, name: str) -> tuple[Talk, Reply]:
    """End a call before it begins: `name` is the farewell `blocked` or `busy`."""
    closed = replace(talk, step=name, disposition=STEPS[name].disposition)
    return closed, speak(closed)
