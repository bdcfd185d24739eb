"""A call as one text: wording, encoding, segments, shortening."""

from collections.abc import Sequence

from screener.model import Language
from screener.policy import soften
from screener.segments import measure
from screener.summary import chinese, english
from screener.summary.digest import digest_body
from screener.summary.names import claims
from screener.summary.parts import Part, fit
from screener.summary.told import Style, Text, Told
from screener.traditional import traditional

__all__ = ["Style", "Text", "Told", "compose", "compose_digest"]

MOST_SEGMENTS = {Style.DEFAULT: 2, Style.DISCREET: 1, Style.FULL: 4}


def compose(told: Told, language: Language, style: Style = Style.DEFAULT) -> Text:
    """The text in the reader's language, shortened to what its style may cost; it ends with `#reference`."""

    tongue = english if language is Language.EN else chinese

    def written(parts: list[Part]) -> str:
        body = soften(tongue.join(parts, told.reference), told.jurisdiction, keep=claims(told, language))
        return traditional(body, told.jurisdiction) if language is Language.ZH_HANT else body

    body = fit(
        tongue.parts(told, style),
        written,
        measure,
        MOST_SEGMENTS[style],
    )
    return _billed(body)


def compose_digest(calls: Sequence[Told], language: Language, reference: str) -> Text:
    """The morning's text for the calls of one subscriber, at least one; discreet, two segments at most."""
    body = digest_body(calls, language, reference)
    return _billed(traditional(body, calls[0].jurisdiction) if language is Language.ZH_HANT else body)


def _billed(body: str) -> Text:
    billed = measure(body)
    return Text(body, billed.encoding, billed.segments, billed.cost_class)
