"""Characters as they are matched: one way of writing for each."""

import functools
import unicodedata

import opencc

from screener.understanding.kept import Kept

_FILLERS = frozenset("嗯呃啊哎诶欸唉哦噢喔呀嘛喽哟欤")
_STOPS = dict.fromkeys("。.!?;…！？；", ".") | dict.fromkeys("，、,：——", ",")
_ALIKE = {"帐": "账", "妳": "你", "佢": "他"}  # written either way in the same word
_QUOTES = dict.fromkeys("’‘`´ʼ＇", "'")


@functools.cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def fold(character: str) -> str:
    """One character as it is matched: half width, lower case, Simplified; a stop or comma for punctuation,
    a blank for what says nothing.
    """
    if character.isascii():
        return _STOPS.get(character, character.lower())
    if character in _FILLERS:
        return " "
    if character in _STOPS or character in _QUOTES:
        return _STOPS.get(character) or _QUOTES[character]
    if "\u3400" <= character <= "\u9fff":
        simple = _converter().convert(character)
        return _ALIKE.get(simple, simple) if len(simple) == 1 else character
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else " "


FOLDS: Kept[int, str] = Kept(lambda code: fold(chr(code)), 16384)
