"""A call as one text: wording, encoding, segments, shortening."""

from screener.model import Language
from screener.segments import measure
from screener.summary import chinese, english
from screener.summary.parts import fit
from screener.summary.told import Style, Text, Told
from screener.traditional import traditional

__all__ = ["Style", "Text", "Told", "compose"]

MOST_SEGMENTS = {Style.DEFAULT: 2, Style.DISCREET: 1, Style.FULL: 4}


def compose(told: Told, language: Language, style: Style = Style.DEFAULT) -> Text:
    """The text in the reader's language, shortened to what its style may cost; it ends with `#reference`."""

    def written(body: str) -> str:
        return traditional(body, told.jurisdiction) if language is Language.ZH_HANT else body

    tongue = english if language is Language.EN else chinese
    body = fit(
        tongue.parts(told, style),
        lambda parts: written(tongue.join(parts, told.reference)),
        measure,
        MOST_SEGMENTS[style],
    )
    billed = measure(body)
    return Text(body, billed.encoding, billed.segments, billed.cost_class)
