"""The names and numbers that a text may carry: claims as spoken, published numbers to ring, the caller's own."""

import re

import phonenumbers

from screener.model import Category, Claim, Jurisdiction, Language, Organisation
from screener.numbers import last_four
from screener.policy import names_debt, policies
from screener.summary.clean import clean, clip, folded, romanised
from screener.summary.told import Style, Told
from screener.traditional import simplified

REPEATED = re.compile(r"(?:(?:（略）|\(\.\.\.\))\s*){2,}")
BRACKETED = re.compile(r"\s*[(（][^)）]*[)）]")
MOST_ZH, MOST_EN = 20, 32  # UTF-16 units of one name
RINGABLE = frozenset(
    {
        Category.BANK,
        Category.LENDER_PLATFORM,
        Category.COLLECTION_AGENCY,
        Category.LAW_FIRM,
        Category.GOVERNMENT,
    }
)


def name(claim: Claim | None, language: Language) -> str:
    """The claimed name, safe for a text; empty when none was given or none can be written."""
    if claim is None:
        return ""
    spoken = claim.organisation.name(language) if claim.organisation else claim.spoken
    short = BRACKETED.sub("", spoken).split("/")[0] if claim.organisation else spoken
    plain = clean(short).strip("\"'“”‘’「」『』 ")
    if language is Language.EN:
        return clip(romanised(plain).replace('"', "'"), MOST_EN, "...")
    return clip(simplified(plain), MOST_ZH, "…")


def hotline(told: Told) -> tuple[Organisation, str] | None:
    """The lender's published, high-confidence number, as dialled from the subscriber's country."""
    known = told.understanding
    claim = known.on_behalf_of or known.organisation
    if told.category not in RINGABLE or told.suspect or claim is None or claim.organisation is None:
        return None
    organisation = claim.organisation
    if organisation.confidence != "high" or not organisation.hotlines:
        return None
    return organisation, _dialled(organisation.hotlines[0], told.jurisdiction)


def claims(told: Told, language: Language) -> tuple[str, ...]:
    """The claimed names as a text writes them: no wording list may touch them."""
    spoken = language if language is Language.EN else Language.ZH_HANS
    known = told.understanding
    return name(known.organisation, spoken), name(known.on_behalf_of, spoken)


def ending(told: Told) -> str:
    """The last four digits of the caller's number, all that a warning shows of it."""
    return last_four(told.caller.number) if told.caller.number else ""


def said(told: Told, language: Language) -> str:
    """The caller's message in the reader's encoding where nothing is lost by it."""
    left_out = "(...)" if language is Language.EN else "（略）"
    words = clean(told.words, left_out).replace("”", "’").replace("“", "‘")
    words = REPEATED.sub(left_out, words)
    if language is not Language.EN:
        return simplified(words)
    plain = folded(words)
    return plain if len(plain) >= len(words) else words


def veiled(told: Told, style: Style) -> bool:
    """Whether the caller's message names a debt, so that a text only says that there is one."""
    shown = style is Style.FULL and not policies()[told.jurisdiction].neutral
    return not shown and names_debt(simplified(told.words))


def _dialled(number: str, jurisdiction: Jurisdiction) -> str:
    """A domestic number as the gazetteer has it; an international one without its code where that is ours."""
    if not number.startswith("+"):
        return number
    parsed = phonenumbers.parse(number)
    if phonenumbers.region_code_for_number(parsed) != jurisdiction:
        return number
    return phonenumbers.national_significant_number(parsed)
