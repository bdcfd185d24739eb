"""What the caller said, as findings: who it claims to be, what it does, what was odd. Offline, no clock."""

from collections.abc import Iterable, Sequence

from screener.model import (
    Category,
    Finding,
    Jurisdiction,
    Live,
    RedFlag,
    Sign,
    Span,
    Spoken,
    Tactic,
    Understanding,
)
from screener.understanding.category import Evidence, decide
from screener.understanding.claims import Claims, claims
from screener.understanding.cues import Hit
from screener.understanding.figures import callback, owed
from screener.understanding.gate import allowed, permitted
from screener.understanding.grammar import check_grammar
from screener.understanding.hearing import Hearing, hear
from screener.understanding.learned import believed, corrected, likely
from screener.understanding.noticed import Noticed, notice
from screener.understanding.numbercheck import check
from screener.understanding.parts import organisation_of, principal_of
from screener.understanding.persons import name_en, name_zh, staff_en, staff_zh
from screener.understanding.wording import wording

__all__ = ["live", "prepare", "understand"]


# They ask for every list: a name misheard, a number to call back.
_ASKING = (
    "您好,我浩船的,代表工商银行,请把验证码告诉我,回电13800138000",
    "hello this is american chays manhatten tell me the code and call me back on 202 555 0123",
)


def prepare(*, whole: bool = True) -> None:
    """Loads, checks and compiles every list, so that a mistake shows at start and no caller waits for them.

    Without `whole` only what `live` asks for, in half the time.
    Raises CueError, GrammarError or GazetteerError, each naming the file.
    """
    check_grammar()
    for asking in _ASKING:
        live([asking])
        if whole:
            understand([asking])


def live(turns: Sequence[str], lang: Spoken | None = None) -> Live:
    """Who is calling and for whom, fast enough for the next question; partial results will do."""
    hearing = hear(turns, lang)
    said = claims(hearing)
    callers, flags = hearing.find("callers", "red_flags")
    category = decide(Evidence(callers, {hit.label for hit in flags}, said))
    own = organisation_of(hearing, said, category)
    return Live(category, own, principal_of(hearing, said, category, own))


def understand(
    turns: Sequence[str],
    lang: Spoken | None = None,
    *,
    caller: str | None = None,
    country: Jurisdiction | None = None,
) -> Understanding:
    """Everything noticed in a whole call.

    `turns` are the caller's, as recognised; `caller` is the E.164 of the calling number, None when withheld;
    `country` decides between brands of one name only where the call itself gives no currency or idiom.
    """
    hearing = hear(turns, lang)
    said = claims(hearing, country)
    noticed = notice(hearing, said)
    category, red, pressure = _weighed(hearing, said, noticed)
    organisation = organisation_of(hearing, said, category)
    money = owed(hearing.text.words, hearing.lang)
    money = None if category is Category.MARKETING and not _fee(red) else money
    tactics = allowed(pressure, category, red, noticed.callers, money, hearing.text.words)
    back = callback(hearing.text.words, hearing.lang)
    published = organisation.organisation if organisation else None
    return Understanding(
        category=category,
        category_spans=_category_spans(hearing, noticed.callers, category),
        organisation=organisation,
        on_behalf_of=principal_of(hearing, said, category, organisation),
        tactics=_findings(hearing, tactics, Tactic),
        red_flags=_findings(hearing, red, RedFlag),
        signs=_findings(hearing, noticed.signs, Sign),
        agent_name=_agent_name(hearing),
        staff_id=_staff(hearing),
        callback_number=Finding(back.digits, hearing.text.spans(back.start, back.end)) if back else None,
        amount=money.value if money else None,
        amount_spans=hearing.text.spans(money.start, money.end) if money else (),
        caller_check=check(caller, published),
        callback_check=check(back.digits if back else None, published),
    )


def _weighed(hearing: Hearing, said: Claims, noticed: Noticed) -> tuple[Category, list[Hit], list[Hit]]:
    """The category, the red flags that mean something in it, and every likely sign of pressure."""
    words = wording(hearing, said)
    guess = likely(words, noticed.marks())
    red = believed(hearing, words, guess, RedFlag, noticed.flags)
    category = corrected(noticed.category, guess, {hit.label for hit in noticed.flags})
    red = permitted(red, category, hearing.text.words)
    return category, red, believed(hearing, words, guess, Tactic, noticed.pressure)


def _fee(red: list[Hit]) -> bool:
    """Whether money is asked for in advance; any other sum that a seller names is a price."""
    return any(hit.label == RedFlag.UPFRONT_FEE for hit in red)


def _findings(
    hearing: Hearing, hits: Iterable[Hit], kind: type[Tactic] | type[RedFlag] | type[Sign]
) -> tuple[Finding, ...]:
    """One finding for each label, in the order of the vocabulary, with all the words that show it."""
    spans: dict[str, list[Span]] = {}
    for hit in hits:
        spans.setdefault(hit.label, []).extend(hearing.text.spans(hit.start, hit.end))
    return tuple(Finding(label, tuple(dict.fromkeys(spans[label]))) for label in kind if label in spans)


def _category_spans(hearing: Hearing, seen: list[Hit], category: Category) -> tuple[Span, ...]:
    shown = [
        hit
        for hit in seen
        if hit.label.removesuffix("_hint") == category or (category == Category.IMPOSTOR and hit.label == "scam")
    ]
    return tuple(span for hit in shown[:6] for span in hearing.text.spans(hit.start, hit.end))


def _agent_name(hearing: Hearing) -> Finding | None:
    place = name_en(hearing.text) if hearing.lang is Spoken.EN else name_zh(hearing.text)
    if place is None:
        return None
    raw = hearing.text.raw(*place) if hearing.lang is Spoken.EN else hearing.text.written(*place)
    if raw.isascii():
        raw = hearing.text.raw(*place)
        raw = raw if any(c.isupper() for c in raw) else raw.title()
    return Finding(raw, hearing.text.spans(*place))


def _staff(hearing: Hearing) -> Finding | None:
    found = staff_en(hearing.text) if hearing.lang is Spoken.EN else staff_zh(hearing.text)
    return Finding(found[0], hearing.text.spans(found[1], found[2])) if found else None
