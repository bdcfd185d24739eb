"""One call as it is understood: repaired plain words, the language, and every cue found in them."""

import functools
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from screener.model import Spoken
from screener.seeds import seeds
from screener.understanding.classes import classes
from screener.understanding.cues import Hit, together
from screener.understanding.keys import CHINESE, Keys, keys_of, pairs_of
from screener.understanding.names import known_names
from screener.understanding.sound import Homophones, Mishearings, read_common
from screener.understanding.text import Plain, plain

_CHINESE_RUN = re.compile(r"[\u3400-\u9fff]+")
_LATIN_WORD = re.compile(r"[a-z]+")


@functools.cache
def _table() -> dict[str, Any]:
    return tomllib.loads((seeds() / "cues" / "heard.toml").read_text("utf-8"))


@functools.cache
def _heard() -> tuple[Homophones, Mishearings]:
    """The words of heard.toml, and every name in Chinese that is long enough to be told by its sound."""
    read_common()
    table = _table()
    names = [
        words for words, name in known_names().items() if CHINESE.match(words) and (len(words) > 2 or words in _SHORT)
    ]
    names = [words for words in names if len(CHINESE.findall(words[:2])) == 2]
    long = [words for words in classes().chinese() if len(words) > 2 and len(CHINESE.findall(words[:2])) == 2]
    long = [words for words in long if not words.startswith("我是")]  # a name follows these, whatever it sounds like
    return Homophones([*table["zh"], *names, *long], table["kept"]), Mishearings(table["en"])


# Two-character names that are told by their sound alone: no common word sounds like them.
_SHORT = frozenset(
    [
        "招行",
        "建行",
        "工行",
        "农行",
        "中行",
        "交行",
        "邮储",
        "浦发",
        "花呗",
        "借呗",
        "还呗",
        "京东",
        "微众",
        "招联",
        "捷信",
        "度小满",
        "韵达",
        "德邦",
        "广发",
        "平安",
        "美团",
        "兴业",
        "极兔",
        "丰巢",
        "菜鸟",
        "闪送",
    ]
)


@dataclass(frozen=True, slots=True)
class Hearing:
    """The call's words with all that was looked up in them once."""

    text: Plain
    lang: Spoken
    keys: Keys

    def find(self, *files: str) -> list[list[Hit]]:
        """The hits of some cue files, a list for each."""
        return together(*files).find(self.text.words, self.keys)


def _corrected(words: str) -> str:
    """Whole Chinese phrases that are always heard as others of the same length."""
    table: dict[str, str] = _table()["zh_heard"]
    for heard, said in table.items():
        words = words.replace(heard, said)
    return words


def language(words: str) -> Spoken:
    """Mandarin when a fair part of what is said is written in Chinese characters."""
    if words.isascii():
        return Spoken.EN
    chinese = len(words) - len(_CHINESE_RUN.sub("", words))
    return Spoken.ZH if chinese > len(_LATIN_WORD.findall(words)) else Spoken.EN


def hear(turns: Sequence[str], lang: Spoken | None = None) -> Hearing:
    """The turns made ready for every question that is asked of them."""
    text = plain(turns)
    chosen = lang or language(text.words)
    homophones, mishearings = _heard()
    pairs = pairs_of(text.words)
    said = _corrected(homophones.repair(text.words, pairs)) if pairs else text.words
    if said != text.words:
        text, pairs = text.with_words(said), pairs_of(said)
    keys = keys_of(text.words, pairs)
    if keys.places and mishearings.may_be_in(text.words, keys.found):
        repaired = mishearings.repair(text)
        keys = keys if repaired is text else keys_of(repaired.words)
        text = repaired
    return Hearing(text, chosen, keys)
