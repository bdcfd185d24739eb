"""Simplified Chinese into Traditional, and back, with our own corrections."""

import functools

from opencc import OpenCC

from screener.model import Jurisdiction, Language
from screener.sheets import sheet


@functools.lru_cache(maxsize=4096)
def traditional(text: str, jurisdiction: Jurisdiction = Jurisdiction.HK) -> str:
    """The text as read in Taiwan, or as read in Hong Kong and everywhere else."""
    place = "tw" if jurisdiction is Jurisdiction.TW else "hk"
    converted: str = _converter(f"s2{place}").convert(text)
    for wrong, right in _corrections(place):
        converted = converted.replace(wrong, right)
    return converted


@functools.lru_cache(maxsize=4096)
def simplified(text: str) -> str:
    """A name written in Traditional characters, for a reader of Simplified ones."""
    converted: str = _converter("t2s").convert(text)
    return converted


def as_read(name: str, language: Language, jurisdiction: Jurisdiction = Jurisdiction.HK) -> str:
    """A name in the characters that its reader reads; in English it stays as it was said."""
    if language is Language.EN:
        return name
    return simplified(name) if language is Language.ZH_HANS else traditional(name, jurisdiction)


@functools.cache
def _converter(name: str) -> OpenCC:
    return OpenCC(name)


@functools.cache
def _corrections(place: str) -> tuple[tuple[str, str], ...]:
    """(as converted, as it should read), for `hk` or `tw`."""
    corrections = sheet("traditional", ("place", "converted", "reads"))
    return tuple((line["converted"], line["reads"]) for line in corrections if line["place"] in (place, "any"))
