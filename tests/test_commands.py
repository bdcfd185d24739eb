"""Commands by text, in both languages and as people write them."""

from datetime import time

import pytest

from screener import commands
from screener.commands import Command, Verb, read
from screener.policy import names_debt

HK = "+85291234567"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("LIST", Command(Verb.LIST)),
        (" list ", Command(Verb.LIST)),
        ("清單", Command(Verb.LIST)),
        ("最近", Command(Verb.LAST)),
        ("9123 4567", Command(Verb.NUMBER, HK)),
        ("+852 9123 4567.", Command(Verb.NUMBER, HK)),
        ("mute 91234567", Command(Verb.MUTE, HK)),
        ("靜音+85291234567", Command(Verb.MUTE, HK)),
        ("拉黑 91234567", Command(Verb.BLOCK, HK)),
        ("Allow: 91234567", Command(Verb.ALLOW, HK)),
        ("BLOCK", Command(Verb.BLOCK)),
        ("quiet 22-8", Command(Verb.QUIET, hours=(time(22), time(8)))),
        ("勿扰 22:30到7:15", Command(Verb.QUIET, hours=(time(22, 30), time(7, 15)))),
        ("QUIET OFF", Command(Verb.QUIET, off=True)),
        ("安静 关", Command(Verb.QUIET, off=True)),
        ("quiet 25-8", Command(Verb.QUIET)),
        ("Stop", Command(Verb.CARRIER)),
        ("帮助", Command(Verb.HELP)),
        ("listen to me", Command(Verb.UNKNOWN)),
        ("I paid 91234567 already", Command(Verb.UNKNOWN, HK)),
        ("", Command(Verb.UNKNOWN)),
    ],
)
def test_what_people_write_is_read(body: str, expected: Command) -> None:
    """Case, width, Traditional forms and spacing make no difference; a word must be a word."""
    assert read(body, "HK") == expected


def test_no_answer_names_a_debt() -> None:
    """Answers may lie on a lock screen."""
    answers = [value for value in vars(commands).values() if isinstance(value, commands.Words)]
    assert len(answers) > 8
    for words in answers:
        assert not names_debt(words.zh)
        assert not names_debt(words.en)
