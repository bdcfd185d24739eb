"""Names of organisations in plain words: the gazetteer's, and others that callers are known to give."""

import functools
import re
import tomllib
from collections.abc import Iterator, Set
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from screener.model import Jurisdiction, Organisation
from screener.organisations import organisations
from screener.seeds import seeds
from screener.understanding.grammar import listed
from screener.understanding.sound import skeleton
from screener.understanding.text import plain

# Brands that bear one name in several countries; the first is taken when nothing said points elsewhere.
_REGIONS = {"CN": 0, "US": 1, "GB": 2, "HK": 3, "SG": 4, "TW": 5}


@dataclass(frozen=True, slots=True)
class Name:
    """A known name as it is matched; `kind` is the gazetteer's category or the table of names.toml."""

    words: str
    kind: str
    owners: tuple[Organisation, ...]

    @property
    def ordinary(self) -> bool:
        """An ordinary word too: believed only where a caller introduces itself."""
        return self.words in listed("lists.ordinary") or len(self.words) < 2


@dataclass(frozen=True, slots=True)
class Mention:
    """A known name at its place in the plain words."""

    name: Name
    start: int
    end: int


def _spellings(organisation: Organisation) -> set[str]:
    """Every way in which an organisation is called, in plain words."""
    said: set[str] = set()
    for name in (organisation.name_zh, organisation.name_en, *organisation.aliases):
        bare = re.sub(r"[((].*?[))]", "", name)
        for part in re.split(r"[/／]", bare):
            words = plain([part]).words.strip()
            if len(words) >= 2:
                said.add(words)
    return said


@functools.cache
def known_names() -> dict[str, Name]:
    """Every known name by its plain words; the gazetteer's win over names.toml."""
    owners: dict[str, list[Organisation]] = {}
    for organisation in organisations().values():
        for words in _spellings(organisation):
            owners.setdefault(words, []).append(organisation)
    names = {words: Name(words, found[0].category, tuple(found)) for words, found in owners.items()}
    tables = tomllib.loads((seeds() / "cues" / "names.toml").read_text("utf-8"))
    for kind, table in tables.items():
        for lang in ("zh", "en"):
            for name in table.get(lang, []):
                words = plain([name]).words
                names.setdefault(words, Name(words, kind, ()))
    return names


@functools.cache
def _by_start() -> dict[str, list[Name]]:
    """Names by their first two Chinese characters or first English word, longest first."""
    index: dict[str, list[Name]] = {}
    for name in sorted(known_names().values(), key=lambda n: len(n.words), reverse=True):
        index.setdefault(_key(name.words, 0), []).append(name)
    return index


@functools.cache
def _chinese() -> frozenset[str]:
    """What Chinese names begin with."""
    return frozenset(key for key in _by_start() if not key[0].isascii())


_WORD = re.compile(r"[a-z0-9]+")
_FEW = [re.compile(rf"[a-z0-9]+(?:(?: | \. )[a-z0-9]+){{0,{more}}}") for more in range(6)]
_MISHEARD = frozenset({"in", "on"})  # what is heard of names that begin so: in trum, on track
_LETTERS = re.compile(r"(?<=\b[a-z]) (?=[a-z]\b)")  # between letters that are said one by one


def _key(words: str, at: int) -> str:
    latin = _WORD.match(words, at)
    return latin.group() if latin else words[at : at + 2]


def mentions(words: str, pairs: Set[str] | None = None) -> list[Mention]:
    """Known names in order; at each place the longest. `pairs` may tell which pairs of characters the words have."""
    index, found, free = _by_start(), [], 0
    places = [(m.start(), m.group()) for m in _WORD.finditer(words) if m.group() in index]
    if not words.isascii():
        for pair in _chinese() & (set(map("".join, pairwise(words))) if pairs is None else pairs):
            at = words.find(pair)
            while at >= 0:
                places.append((at, pair))
                at = words.find(pair, at + 1)
        places.sort()
    for at, key in places:
        if at < free:
            continue
        for name in index[key]:
            end = at + len(name.words)
            if words.startswith(name.words, at) and not _runs_on(words, end):
                found.append(Mention(name, at, end))
                free = end
                break
    return found


@functools.cache
def begins_none() -> frozenset[str]:
    """Words with which no name begins, so that none need be looked for."""
    return listed("lists.stop") - _by_start().keys() - _MISHEARD


def first_word(words: str, start: int) -> str:
    """The Latin word that begins at a place, if any does."""
    match = _WORD.match(words, start)
    return match.group() if match else ""


@functools.cache
def _most() -> dict[str, int]:
    """How many words the longest name has that begins with a Latin word."""
    return {first: max(len(_WORD.findall(name.words)) for name in names) for first, names in _by_start().items()}


@functools.cache
def _seconds() -> dict[str, frozenset[str]]:
    """With which words names go on that begin with a Latin word; none where one is that word alone."""
    return {first: frozenset((*name.words.split(" "), "")[1] for name in names) for first, names in _by_start().items()}


def _goes_on(words: str, end: int, first: str) -> bool:
    """Whether what follows a name's first word may belong to it: for one letter, any other letter too."""
    following = words[end + 1 : end + 24].partition(" ")[0]
    seconds = _seconds().get(first, frozenset())
    return (
        not seconds.isdisjoint({"", following, following.removesuffix("s")})
        or following == "."
        or (len(first) == 1 and len(following) == 1)
    )


def name_at(words: str, start: int, first: str) -> Name | None:
    """The longest known Latin name that begins with this word at a place; "u . s . bank" is "us bank" too."""
    most = 6 if len(first) == 1 else min(_most().get(first, int(first.endswith("s"))), 6)
    if not most or not (first[-1] == "s" or _goes_on(words, start + len(first), first)):
        return None
    tokens = _FEW[most - 1].match(words, start, start + 60)
    if not tokens:
        return None
    said, known, stop = tokens.group(), known_names(), listed("lists.stop")
    while said:
        for spelled in (said, *_spelt(said)):
            if spelled in known and spelled not in stop:
                name = known[spelled]
                return name if said == spelled else Name(said, name.kind, name.owners)
        said = said.rpartition(" ")[0].removesuffix(" .")
    return None


def _spelt(said: str) -> Iterator[str]:
    """A few heard words as a list may write them: u . s . bank, t s i, Monzo's (which plain words write as monzos)."""
    if " . " in said:
        yield said.replace(" . ", " ")
    if said[1:2] == " ":
        yield _LETTERS.sub("", said)
    if said[-1] == "s" and len(said) > 3:
        yield said[:-1]


def _runs_on(words: str, end: int) -> bool:
    """Whether a Latin word goes on after `end`."""
    inside = words[end - 1]
    return inside.isascii() and inside.isalnum() and end < len(words) and words[end].isascii() and words[end].isalnum()


@functools.cache
def _skeletons() -> dict[str, list[Name]]:
    """Latin names by how they sound."""
    index: dict[str, list[Name]] = {}
    for name in known_names().values():
        if name.words.isascii():
            index.setdefault(skeleton(name.words), []).append(name)
    return index


def _alike(heard: str, name: str) -> float:
    """How alike two spellings are, from 0 to 1, by the letters that must change."""
    a, b = heard.replace(" ", ""), name.replace(" ", "")
    return Levenshtein.normalized_similarity(a, b) if a and b and abs(len(a) - len(b)) <= 4 else 0.0


def sounds_like(heard: str) -> Name | None:
    """The known Latin name that a few heard words sound like, where an introduction leads to expect one."""
    shape = skeleton(heard)
    best, score = None, 0.0
    for name in _skeletons().get(shape, ()):
        likeness = _alike(heard, name.words)
        if likeness > score:
            best, score = name, likeness
    least = 0.5 if len(shape) >= 4 else 0.62
    return best if best and score >= least else None


def owner(name: Name, country: Jurisdiction | None) -> Organisation | None:
    """Which organisation of that name is meant in a country; the best known when the country is open."""
    if not name.owners:
        return None
    here = [o for o in name.owners if country and o.country == country]
    ordered = here or sorted(name.owners, key=lambda o: _REGIONS.get(o.country, 9))
    named = [o for o in ordered if o.country == ordered[0].country and name.words in o.name_zh]
    return (named or ordered)[0]
