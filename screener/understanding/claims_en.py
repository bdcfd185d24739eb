"""Whom an English-speaking caller claims to be, and for whom it claims to act."""

import re
from collections.abc import Iterator
from itertools import islice

from screener.understanding.claims_zh import Named
from screener.understanding.grammar import led, listed, rule
from screener.understanding.keys import Places
from screener.understanding.names import Name, begins_none, first_word, known_names, name_at, sounds_like
from screener.understanding.naming import kind_of_name
from screener.understanding.spoken_en import Running, bodily, given_names, words_in
from screener.understanding.text import Plain

_PLAIN = frozenset(
    {
        "credit union",
        "law firm",
        "law office",
        "the bank",
        "credit card",
        "a bank",
        "your bank",
        "city council",
        "what is up",
        "whats up",
        "what is",
        "human resource",
        "human resources",
    }
)


_FIRST = re.compile("[a-z]+ ")
_GAPS = frozenset({"", " ", ".", ","})
_SENTENCE = re.compile(r"\. ").finditer


class Introductions(Running):
    """Everything that an English call says in the places where names are given."""

    def __init__(self, text: Plain, places: Places) -> None:
        super().__init__(text)
        self._places = places
        self._sentences = [0, *(stop.start() for stop in _SENTENCE(self.words))]

    def _led(self, name: str) -> list[re.Match[str]]:
        return led(f"claims_en.{name}").matches(self.words, self._places)

    def claimed(self) -> list[Named]:
        """Names in the order of how surely they are the caller's own."""
        found = [*self._introduced(), *self._beside()]
        for match in self._led("ranked") if not self.cased else ():
            found += self._at(match.end(), 2, free=False)
        for match in self._led("practice"):
            if rule("claims_en.practice_before").search(self.words[max(0, match.start() - 9) : match.start()]):
                found.append(Named(match.group(), match.start(), match.end(), 3))
        for match in self._opened():
            if match.end() < len(self.words) and (match.start() < 160 or match.group()):
                found += self._at(match.end(), 2, opening=True)
        for match in self._led("self_after"):
            found += self._ending(match.start())
        return sorted(found, key=lambda named: (-named.weight, named.start))

    def _introduced(self) -> list[Named]:
        """Names after "this is", "from" and the like."""
        found: list[Named] = []
        for match in self._led("self"):
            said = match.group()
            first = said[: said.index(" ")]
            loose = first in ("at", "with", "of", "in")
            if (loose or first == "from") and rule("claims_en.not_own").search(
                self.words[max(0, match.start() - 12) : match.start()]
            ):
                continue
            strong = 2 if loose else 3
            found += self._at(match.end() - 2, strong, article=True) if said.endswith(" a ") else []
            described = said.endswith(" a ") and not self.cased
            found += self._at(match.end(), strong, free=not described)
            called = None if self.cased else _FIRST.match(self.words, match.end())
            if called and called.group().strip() in given_names():
                found += self._at(called.end(), 2)
        return found

    def _beside(self) -> list[Named]:
        """Names beside a person's: "hello, john, chase", "officer lee, metro police"."""
        found: list[Named] = []
        hailed, beside, free = rule("claims_en.hailed"), led("claims_en.beside"), 0
        for at in sorted([*self._sentences, *beside.spots(self._places)]):
            match = (hailed.match(self.words, at) or beside.regex.match(self.words, at)) if at >= free else None
            if not match:
                continue
            free = match.end()
            greeted, reached, titled = (*match.groups(), None, None)[:3]
            first = greeted or reached or ""
            if titled or first in given_names() or rule("claims_en.officer").match(first):
                found += self._at(match.end(), 3)
            elif greeted and self.cased:
                found += [n for n in self._at(match.end(), 2) if bodily(n.words)]
        return found

    def _opened(self) -> Iterator[re.Match[str]]:
        """Where a sentence begins after its greetings."""
        second = [2] if self.words[1:2] == " " else []
        free = 0
        for at in sorted([0, *second, *(stop + 2 for stop in self._sentences[1:])]):
            match = rule("claims_en.open").match(self.words, at) if at >= free else None
            if match:
                free = match.end()
                yield match

    def principals(self) -> list[Named]:
        """Names for which the caller says it acts, most surely first."""
        found: list[Named] = []
        for match in self._led("acts_for"):
            for named in self._at(match.end(), 2, free=False):
                if named.name is not None:
                    sure = 3 if rule("claims_en.acts_surely").match(match.group()) else 1
                    found.append(Named(named.words, named.start, named.end, sure, named.name))
        return sorted(found, key=lambda named: (-named.weight, named.start))

    def _at(
        self, start: int, weight: int, *, opening: bool = False, article: bool = False, free: bool = True
    ) -> list[Named]:
        """The name that begins at a place: one that is known, one that sounds like it, or one as spoken."""
        first = first_word(self.words, start)
        if not first or first in begins_none():
            return []
        exact = name_at(self.words, start, first)
        free = free and first not in listed("lists.stop")
        if exact and not self._person(exact, start):
            end = start + len(exact.words)
            if exact.kind == "platform" and rule("claims_en.support_at").match(self.words, end):
                weight -= 2  # Zelle support at a bank
            passing = _passing(self.words, exact) or (opening and exact.ordinary and not self.shown(end))
            if passing:
                return self._spoken(start, weight, opening) if free and opening and self.cased else []
            return [Named(exact.words, start, end, weight + 2, exact)]
        heard = None if self.cased else self._heard(start)  # capitals come with right spelling
        if heard and article:
            after = re.match(r" (?:calling|here|,|\.)", self.words[heard[1] : heard[1] + 8])
            heard = heard if after and heard[1] > start + 2 else None
        if heard and (article or not (free and self._outruns(start, heard[1]))):
            return [Named(heard[0].words, start, heard[1], weight + 1, heard[0])]
        return self._spoken(start, weight, opening) if free and not article else []

    def _person(self, name: Name, start: int) -> bool:
        """Dave, Bea: a lender or bank that bears a given name, where nothing shows that it is meant."""
        if name.words not in given_names():
            return False
        return not rule("claims_en.lender_shown").match(self.words, start + len(name.words))

    def _spoken(self, start: int, weight: int, opening: bool) -> list[Named]:
        """A name that no list holds, as far as it runs."""
        run = self.run(start, cased=self.cased)
        if not run and self.cased and not opening:
            run = self.run(start, cased=False)
            public = run and kind_of_name(self.words[start : run[0]]) in ("government", "personal", "authority")
            run = run if public else None
        if not run:
            return []
        name = rule("claims_en.department").sub("", self.words[start : run[0]])
        end = start + len(name)
        body = bodily(name)
        if not self.namelike(name, start, opening and not run[1], body):
            return []
        weight -= opening
        if body:
            weight += 1
        elif not (opening and rule("claims_en.alone").match(self.words[end : end + 24])):
            weight -= 1
        weight += 2 * bool(rule("claims_en.firm_follows").match(self.words[end : end + 20]))
        return [Named(name, start, end, weight + (" and " in name))]

    def _outruns(self, start: int, heard: int) -> bool:
        """Whether a name that ends as names do goes on beyond the known one that its first word sounds like."""
        run = self.run(start, cased=self.cased)
        end = run[0] if run else heard
        return end > heard and end - start < 45 and bodily(self.words[heard:end])

    def _heard(self, start: int) -> tuple[Name, int] | None:
        """The known name that the next one to five words sound like, the longest first."""
        tokens = list(islice(words_in(self.words[start : start + 50]), 5))
        for count in range(len(tokens), 0, -1):
            end = tokens[count - 1].end()
            heard = self.words[start : start + end]
            if "." in heard or "," in heard or tokens[0].start() > 0:
                continue
            if heard in _PLAIN:
                return None
            if count == 1 and (
                heard in listed("lists.stop") or heard in given_names() or len(heard) < 4 or self.upper(start)
            ):
                continue
            if tokens[count - 1].group() in listed("lists.stop") and tokens[count - 1].group() not in (
                "us",
                "one",
            ):
                continue
            name = sounds_like(heard)
            if name and (len(name.words) > 3 or heard.replace(" ", "") == name.words.replace(" ", "")):
                return name, start + end
        return None

    def _ending(self, end: int) -> list[Named]:
        """A name right before "here" or "calling"."""
        before = self.words[:end].rstrip(" ,")
        tokens = list(words_in(before, max(0, len(before) - 100)))[-5:]
        for count in range(len(tokens), 0, -1):
            start = tokens[-count].start()
            words = before[start:]
            if words.count(" ") != count - 1 or "." in words or "," in words or before[start - 1 : start] not in _GAPS:
                continue
            name = known_names().get(words)
            if (
                name is None
                and 1 < count < 5
                and not self.cased
                and bodily(words)
                and not (set(words.split()) & listed("lists.stop"))
                and not rule("claims_en.generic").match(words)
                and rule("claims_en.opens").search(self.words[:start])
            ):
                return [Named(words, start, start + len(words), 2)]
            if name and not name.ordinary and not _passing(self.words[:start], name):
                return [Named(words, start, start + len(words), 4, name)]
        return []


def _passing(words: str, name: Name) -> bool:
    place = words.find(name.words)
    return bool(rule("claims_en.landmark").match(words[place + len(name.words) :])) and "account holder" not in words
