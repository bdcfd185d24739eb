"""How a text is billed: its encoding, its exact segments, its cost class (GSM 03.38; 3GPP TS 23.038 and 23.040)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")  # an escape and a character: two septets, never parted


class Encoding(StrEnum):
    GSM7 = "GSM-7"
    UCS2 = "UCS-2"


class CostClass(StrEnum):
    """What a text costs beside an ordinary one: one segment, two, or more than an ordinary call should."""

    SINGLE = "single"
    DOUBLE = "double"
    LONG = "long"


# Units in a text of one segment, and in each segment of a longer one, whose header takes the difference.
ROOM = {Encoding.GSM7: (160, 153), Encoding.UCS2: (70, 67)}


@dataclass(frozen=True, slots=True)
class Measure:
    """`units` are septets or UTF-16 code units."""

    encoding: Encoding
    units: int
    segments: int

    @property
    def cost_class(self) -> CostClass:
        return {0: CostClass.SINGLE, 1: CostClass.SINGLE, 2: CostClass.DOUBLE}.get(self.segments, CostClass.LONG)


def measure(body: str) -> Measure:
    """The cheapest encoding that holds every character, and its segments; no character is parted between two."""
    encoding = Encoding.GSM7 if is_gsm(body) else Encoding.UCS2
    widths = [_width(character, encoding) for character in body]
    return Measure(encoding, sum(widths), _segments(widths, *ROOM[encoding]))


def is_gsm(text: str) -> bool:
    return all(character in BASIC or character in EXTENDED for character in text)


def _width(character: str, encoding: Encoding) -> int:
    if encoding is Encoding.GSM7:
        return 2 if character in EXTENDED else 1
    return 2 if ord(character) > 0xFFFF else 1


def _segments(widths: Sequence[int], single: int, joined: int) -> int:
    if sum(widths) <= single:
        return 1
    segments, free = 1, joined
    for width in widths:
        if width > free:
            segments, free = segments + 1, joined
        free -= width
    return segments
