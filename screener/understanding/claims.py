"""The organisation that a caller claims to be, and whom it acts for, in either language."""

from dataclasses import dataclass
from functools import cached_property

from screener.model import Claim, Jurisdiction, Spoken
from screener.understanding import claims_zh, spoken_zh
from screener.understanding.claims_en import Introductions
from screener.understanding.claims_zh import Named
from screener.understanding.grammar import keys, rule
from screener.understanding.hearing import Hearing
from screener.understanding.keys import CHINESE
from screener.understanding.names import mentions, owner


@dataclass(frozen=True)
class Claims:
    """What a caller gives as names, before it is known what kind of call this is."""

    hearing: Hearing
    said: Introductions | None  # what an English call says in the places where names are given
    own: tuple[Named, ...]
    others: tuple[Named, ...]  # known Chinese names that are not the caller's own
    hint: Jurisdiction | None

    def best(self) -> Named | None:
        """The name that the caller most surely gives as its own."""
        return self.own[0] if self.own else None

    @cached_property
    def principals(self) -> tuple[Named, ...]:
        """For whom the caller says it acts, most surely first."""
        if self.said:
            return tuple(self.said.principals())
        return tuple(n for n in self.others if n.weight == -1)

    @cached_property
    def passing(self) -> tuple[Named, ...]:
        """Names that fall in passing."""
        return tuple(n for n in self.others if n.weight == 0 and n.name and not n.name.ordinary)

    @cached_property
    def couriers(self) -> tuple[Named, ...]:
        """Couriers and shops, wherever they are named."""
        words = self.hearing.text.words
        if self.hearing.lang is Spoken.EN:
            return _couriers(words)
        bought = rule("claims_zh.bought_or_near")
        return tuple(
            n
            for n in self.others
            if n.weight == 0 and n.name and n.name.kind in ("delivery", "platform") and not bought.match(words, n.end)
        )


def country(words: str, hint: Jurisdiction | None) -> Jurisdiction | None:
    """Where the call plays, by currency and idiom; else the hint."""
    for jurisdiction in keys("country"):
        if rule(f"country.{jurisdiction}").search(words):
            return Jurisdiction(jurisdiction)
    return hint


def claims(hearing: Hearing, hint: Jurisdiction | None = None) -> Claims:
    """Every name in the call by the part it plays."""
    words = hearing.text.words
    if hearing.lang is Spoken.EN:
        said = Introductions(hearing.text, hearing.keys.places)
        return Claims(hearing, said, tuple(n for n in said.claimed() if n.weight > 0), (), hint)
    names = claims_zh.known(words, hearing.keys.found)
    own = [n for n in names if n.weight > 0]
    free = [
        n
        for n in spoken_zh.free(words)
        if not any(
            k.start < n.end
            and n.start < k.end
            and k.weight != 0
            and (len(n.words) <= len(k.words) + 4 or k.words.isdigit())
            and not _longer(n, k)
            for k in names
        )
    ]
    longer = [_as_sure(f, own) for f in free if f.weight > 0]
    own = [n for n in own if not any(f.start <= n.start < f.end and _longer(f, n) for f in longer)]
    own += longer
    own.sort(key=lambda n: (-n.weight, n.start))
    return Claims(hearing, None, tuple(own), tuple(n for n in names if n.weight <= 0), hint)


def _as_sure(free: Named, known: list[Named]) -> Named:
    """A longer name is given as surely as the known one that it holds."""
    held = [n.weight for n in known if free.start <= n.start < free.end]
    return free._replace(weight=max([free.weight, *held]))


def _couriers(words: str) -> tuple[Named, ...]:
    """Couriers named early on, wherever: "hey mailman here usps"."""
    early = mentions(words[:120])
    return tuple(Named(m.name.words, m.start, m.end, 1, m.name) for m in early if m.name.kind == "delivery")


def _longer(free: Named, known: Named) -> bool:
    """A firm or local body whose name holds a known one: 海淀区人民法院, 德瀚(成都)律师事务所."""
    return (free.end > known.end and bool(rule("claims_zh.whole").search(free.words))) or (
        known.name is not None and not known.name.owners and len(free.words) > len(known.words)
    )


def claim(hearing: Hearing, named: Named | None, hint: Jurisdiction | None) -> Claim | None:
    """A name as a claim, with the organisation of the gazetteer that bears it where the call plays."""
    if named is None:
        return None
    text = hearing.text
    several = named.name and len(named.name.owners) > 1
    where = country(text.words, hint) if several else None
    organisation = owner(named.name, where) if named.name else None
    raw = text.raw(named.start, named.end)
    if organisation is None:
        raw = _written(hearing, named) if CHINESE.search(raw) else _title(named, raw)
    return Claim(raw.strip(), organisation, text.spans(named.start, named.end))


def _written(hearing: Hearing, named: Named) -> str:
    """A Chinese name as the caller's words write it; one that was told by its sound, as it is known."""
    if named.name and named.name.words != named.words:
        return named.name.words
    return hearing.text.written(named.start, named.end)


def _title(named: Named, raw: str) -> str:
    """A name with capitals; the recogniser gives none, and a known name is written as it is known."""
    if any(c.isupper() for c in raw):
        return raw.strip()
    known = named.name.words if named.name else named.words
    return " ".join(word if word in ("and", "of", "the", "for") else word.capitalize() for word in known.split())
