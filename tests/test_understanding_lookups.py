"""What is looked up first, so that few expressions are tried, hides nothing that they would find."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screener.understanding import grammar
from screener.understanding.cues import cues, together
from screener.understanding.grammar import LED, GrammarError, led
from screener.understanding.hearing import hear
from screener.understanding.keys import keys_of
from screener.understanding.sound import Mishearings
from screener.understanding.text import _latin, _pieces, plain
from tests.scoring import calls


@pytest.fixture(scope="module")
def texts():
    """Every second development call and a few of another author's, as plain words."""
    some = [*calls("data/calls.jsonl")[::2], *calls("unseen/nineteenth.jsonl")[::5]]
    return [hear(call["turns"]).text.words for call in some]


@pytest.mark.parametrize("file", ["callers", "red_flags", "tactics", "signs"])
def test_every_phrase_is_found_wherever_its_expression_matches(file, texts):
    """The words by which a phrase is looked up are in every text that it matches, and every place is tried."""
    index, limits_of = together(file), cues(file).limits
    found = 0
    for words in texts:
        keys = keys_of(words)
        likely = set(index.phrases.among(keys.found))
        for number, (_, cue) in enumerate(index.cues):
            spans = [match.span() for match in cue.pattern.regex.finditer(words)]
            if spans and (cue.lang == "en" or not words.isascii()):
                assert number in likely, (cue.pattern.expression, words)
                assert [match.span() for match in cue.pattern.matches(words, keys.places)] == spans
                found += len(spans)
        for limits in limits_of.values():
            likely = set(limits.among(keys.found))
            for number, pattern in enumerate(limits.patterns):
                assert number in likely or not pattern.regex.search(words), (pattern.expression, words)
    assert found > 20


@pytest.mark.parametrize("name", LED)
def test_introductions_are_found_wherever_their_expression_matches(name, texts):
    """An expression that is tried only at the words that can begin it finds what it finds everywhere."""
    pattern, found = led(f"claims_en.{name}"), 0
    for words in texts:
        spans = [match.span() for match in pattern.regex.finditer(words)]
        assert [match.span() for match in pattern.matches(words, keys_of(words).places)] == spans
        found += len(spans)
    assert found or name == "practice"


@pytest.mark.parametrize("expression", [r"\b(?:(?:my )?name|call) ", r"\b(?:at|[a-z]+ from) ", r"\bofficer|a[bc] "])
def test_an_expression_that_may_begin_in_any_way_is_refused(expression, monkeypatch):
    """Who edits such an expression learns that its beginnings cannot be told."""
    monkeypatch.setattr(grammar, "_tables", lambda: {"tried": {expression: expression}})
    with pytest.raises(GrammarError, match=r"grammar\.toml"):
        led(f"tried.{expression}")


def test_misheard_phrases_are_looked_up_by_their_rarest_words():
    """A phrase is replaced where all of it stands; a text without one is not gone through word by word."""
    table = Mishearings({"wes cot": "wescot", "b of a": "bofa"})
    said, other = "this is wes cot credit", "option b of the head of a department"
    assert table.may_be_in(said, keys_of(said).found)
    assert not table.may_be_in(other, keys_of(other).found)
    assert table.repair(plain(["this is b of a"])).words == "this is bofa"


@pytest.mark.parametrize(
    ("spoken", "words"),
    [
        (["ally auto the the uh the truck payment"], "ally auto the truck payment"),
        (["um I'm like calling calling about five five two"], "i am calling about five five two"),
        (["so the", "the bank"], "so the . the bank"),
        (["we don't don't uh owe"], "we do not do not owe"),
        (["in the  the bank um uh the bank"], "in the bank the bank"),
    ],
)
def test_hums_and_stutters_say_nothing(spoken, words):
    """They are left out wherever they stand in a run of words, and every place still leads back."""
    text = plain(spoken)
    assert text.words == words
    assert text.raw(0, len(words)) == "\n".join(spoken)[text.origin[0] :]


_SAID = ["the", "bank", "um", "i'm", "don't", "five", "5.50,", "co-op", "a5", "$", "&", "like,", "", ".", "it's\nthat"]


@given(st.lists(st.sampled_from(_SAID)).map(" ".join))
def test_words_read_by_themselves_are_what_reading_in_a_row_gives(folded):
    """A word that was read before is not read again, and the places of all that is said are the same."""
    words, places = _latin(folded)
    row, each = _pieces(folded)
    assert (words or "") == (row or "")
    assert [at for at, sign in zip(places, words or "", strict=True) if sign != " "] == [
        at for at, sign in zip(each, row or "", strict=True) if sign != " "
    ]


_WITHOUT_LOADING = """
import pathlib, re
from screener.understanding import live, prepare, understand
from tests.scoring import calls
heard = [call["turns"] for call in calls("unseen/nineteenth.jsonl")[::6]]
read, opened, compiled = pathlib.Path.read_text, pathlib.Path.open, re.compile
for whole, asked in ((False, live), (True, understand)):
    prepare(whole=whole)
    pathlib.Path.read_text = pathlib.Path.open = re.compile = lambda *given, **more: 1 / 0
    print(len([asked(turns).category for turns in heard]))
    pathlib.Path.read_text, pathlib.Path.open, re.compile = read, opened, compiled
"""


def test_no_caller_waits_for_a_list():
    """Once a process is prepared, a call reads no file and compiles no expression."""
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_LOADING],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    asked, understood = map(int, done.stdout.split())
    assert asked == understood > 20
