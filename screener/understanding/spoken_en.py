"""Names that no list holds, as far as they run in an English call."""

import functools
import re
from itertools import islice

from screener.seeds import seeds
from screener.understanding.grammar import listed, rule
from screener.understanding.naming import kind_of_name
from screener.understanding.text import Plain


@functools.cache
def given_names() -> frozenset[str]:
    """English given names, lower case."""
    return frozenset((seeds() / "cues" / "given_names.txt").read_text("utf-8").split())


_CAPITAL, _STOP = re.compile("[A-Z]"), frozenset(".,?!")
words_in = re.compile(r"[a-z0-9]+").finditer
_LOOSE_END = re.compile(r"(?: (?:of|and|the|for|a|i|it|he|she|we|you|on|to|in))+$")


def bodily(name: str) -> bool:
    """Whether a name has a word with which names of bodies end."""
    words = name.split()
    return bool(words) and (not listed("lists.body_words").isdisjoint(words) or words[-1] in listed("lists.body_ends"))


class Running:
    """Where names run on in a call, and whether they are names at all."""

    def __init__(self, text: Plain) -> None:
        self.text = text
        self.words = text.words
        self.cased = not _STOP.isdisjoint(text.spoken) and (
            len(_CAPITAL.findall(text.spoken)) > 0.01 * len(text.spoken)
        )

    def run(self, start: int, *, cased: bool) -> tuple[int, bool] | None:
        """How far a name runs: capitals where the transcript has them, else up to a word of no name."""
        end, sure = start, False
        for count, token in enumerate(islice(words_in(self.words, start, start + 70), 7)):
            low, high = token.span()
            gap = self.words[end:low] if count else ""
            if gap.strip() not in ("", "&") and not (
                gap == " . " and self.words[start:end] in ("st", "dr", "u", "u . s", "s", "i", "mt")
            ):
                break
            if cased:
                if (
                    not self.upper(low)
                    and token.group() not in ("of", "and", "the", "for", "a")
                    and not (count and rule("claims_en.body").match(token.group()))
                    and not token.group()[0].isdigit()
                ):
                    break
                sure = True
            elif token.group() in listed("lists.stop") and not (token.group() in ("and", "of") and count):
                break
            end = high
        name = _LOOSE_END.sub("", self.words[start:end])
        return (start + len(name), sure) if name else None

    def upper(self, place: int) -> bool:
        return self.text.spoken[self.text.origin[place]].isupper()

    def shown(self, end: int) -> bool:
        return bool(rule("claims_en.shown").match(self.words[end : end + 16]))

    def namelike(self, name: str, start: int, needs_tail: bool, body: bool) -> bool:
        """Whether a run is a name, `body` where it ends as names of bodies do."""
        first = name.split(" ")[0]
        if len(name) < 3 or first in listed("lists.stop"):
            return False
        if rule("claims_en.generic").match(name):
            return False
        if rule("claims_en.stated").search(name) and not (self.cased and self.upper(start)):
            return False
        if rule("claims_en.titled").match(first) or (body and " " not in name):
            return False
        if first in given_names() and not body and " and " not in name:
            return False
        if body:
            return not _passing_words(self.words, start)
        if kind_of_name(name) in ("government", "authority"):
            return " " in name
        return self._capitals(name, start, needs_tail)

    def _capitals(self, name: str, start: int, needs_tail: bool) -> bool:
        """Whether capitals alone show a name: two words of them, or one that stands alone at the start."""
        if not (self.cased and self.upper(start)) or _passing_words(self.words, start) or _place(self.words, start):
            return False
        after = self.words[start + len(name) :][:24]
        opens = start < 60 and bool(rule("claims_en.alone").match(after))
        here = opens and bool(rule("claims_en.alone_here").match(after))
        near = max(0, start - 24)
        given = re.search(r"\b([a-z]+) (?:from|at|with) $", self.words[near:start])
        if given and (given.group(1) in given_names() or self.upper(near + given.start())):
            here = here or (start < 60 and after.startswith((" .", " ,")))
        return (opens or here or not needs_tail) and (" " in name or here)


def _passing_words(words: str, start: int) -> bool:
    return bool(rule("claims_en.passing_words").search(words[max(0, start - 24) : start]))


def _place(words: str, start: int) -> bool:
    return bool(rule("claims_en.place_words").search(words[max(0, start - 24) : start]))
