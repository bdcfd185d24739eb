"""The name that an English-speaking caller gives as its own, as spoken."""

import re

from screener.understanding.grammar import listed, rule
from screener.understanding.names import first_word, name_at
from screener.understanding.spoken_en import given_names
from screener.understanding.text import Plain

_WORD = re.compile("[a-z]+")

# Where a name stands, and whether the words before it leave no doubt that one follows.
_PLACES = (
    ("named", True),
    ("am", True),
    ("this_is", False),
    ("speaking", True),
    ("beside", False),
    ("greeted", False),
    ("worker", False),
    ("after_body", False),
)


def name_en(text: Plain) -> tuple[int, int] | None:
    """Where an English-speaking caller gives its own name, in the plain words."""
    words = text.words
    cased = sum(map(str.isupper, text.spoken)) > 2
    for place, sure in _PLACES:
        for match in rule(f"persons.en_{place}").finditer(words):
            start, end = match.span(1)
            if not sure and rule("persons.en_called").search(words[max(0, start - 18) : start]):
                continue
            certain = sure and (cased or words.startswith("my name", match.start() - 3))
            end = _person(text, start, end, cased=cased, sure=certain or _employed(place, words, start))
            if end > start and not (place == "greeted" and _vocative(words, start, end)):
                return start, end
    return _titled(text, cased=cased)


def _employed(place: str, words: str, start: int) -> bool:
    """This is dre at: one word before the body that somebody is from."""
    if place not in ("this_is", "beside"):
        return False
    if place == "beside" and not rule("persons.en_opens").search(words[max(0, start - 12) : start]):
        return False
    if rule("persons.en_employed").match(words, start):
        return True
    alone = place == "this_is" and rule("persons.en_single").match(words, start)
    return bool(alone and rule("persons.en_body_before").search(words[max(0, start - 90) : start]))


def _vocative(words: str, start: int, end: int) -> bool:
    """Hello Joan, father mike here: who is greeted, for the caller's own name follows; Mr Ferris, good evening."""
    polite = rule("persons.courtesy").match(words, start) and not rule("persons.en_self_after").match(words, end)
    return bool(polite or rule("persons.en_own_follows").match(words, end))


def _titled(text: Plain, *, cased: bool) -> tuple[int, int] | None:
    """Officer Dunleavy, Mr Verma here: by a title, where the caller is not speaking to or of that person."""
    for match in rule("persons.en_titled").finditer(text.words):
        start = match.start(1)
        end = _person(text, start, match.end(1), cased=cased, sure=False)
        if end == start:
            continue
        before, after = text.words[max(0, start - 26) : start], text.words[end : end + 14]
        given = rule("persons.en_introducing").search(before) or rule("persons.en_self_after").match(after)
        polite = rule("persons.courtesy").match(text.words, start)
        if given or not (polite or rule("persons.en_spoken_to").search(before)):
            return start, end
    return None


def _person(text: Plain, start: int, end: int, *, cased: bool, sure: bool) -> int:
    """The end of the name that begins at a place: a title and a word, or a given name and perhaps a surname."""
    words = text.words[start:end]
    title = rule("persons.title").match(words)
    tokens = list(_WORD.finditer(words, title.end() if title else 0))[:2]
    if not tokens:
        return start
    capital = [text.spoken[text.origin[start + t.start()]].isupper() for t in tokens]
    if cased and not capital[0]:
        return start
    if not (_office(tokens[0].group()) if title else _first(text.words[start:], tokens[0], capital[0], sure=sure)):
        return start
    more = len(tokens) == 2 and tokens[1].group() not in listed("persons.not_names")
    if more and (capital[1] if cased else bool(title) and tokens[1].group() not in listed("lists.stop")):
        between = words[tokens[0].end() : tokens[1].start()]
        return start + (tokens[1].end() if between in (" ", "-") else tokens[0].end())
    return start + tokens[0].end()


def _office(word: str) -> bool:
    """Whether a word after a title is a name: no "officer attached to us"."""
    return len(word) > 1 and word not in listed("persons.not_names") and word not in listed("lists.stop")


def _first(words: str, token: re.Match[str], capital: bool, *, sure: bool) -> bool:
    """Whether a word is a person's name: by the list, or by a capital where only a name can stand."""
    word, after = token.group(), words[token.end() : token.end() + 12]
    if len(word) < 2 or word in listed("persons.not_names"):
        return False
    if word in listed("persons.also_words") and not (sure or capital or rule("persons.en_alone").match(after)):
        return False
    known = name_at(words, token.start(), first_word(words, token.start()))
    if word in given_names():
        return known is None or " " not in known.words
    if known or word in listed("lists.stop") or rule("persons.en_body_follows").match(words, token.start()):
        return False
    return sure
