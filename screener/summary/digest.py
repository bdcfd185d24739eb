"""Several calls as one text: how many, of what kind, and that nothing is due; a line in it is a call's first notice."""

from collections import Counter
from collections.abc import Sequence

from screener.model import Category, Jurisdiction, Language
from screener.segments import measure
from screener.summary.told import Text
from screener.traditional import traditional

# Who they said they were, in the order in which a reader wants to know. No word here names a debt.
KINDS = {
    Category.IMPOSTOR: ("像冒充", "like an impostor"),
    Category.PERSONAL: ("私人", "personal"),
    Category.BANK: ("自称银行", "said a bank"),
    Category.LENDER_PLATFORM: ("自称平台", "said a platform"),
    Category.COLLECTION_AGENCY: ("自称第三方", "said a third party"),
    Category.LAW_FIRM: ("自称律所", "said a law firm"),
    Category.GOVERNMENT: ("自称公务", "said an office"),
    Category.DELIVERY: ("送货", "delivery"),
    Category.DEBT_RELIEF_SELLER: ("自称代理", "said an adviser"),
    Category.MARKETING: ("推销", "marketing"),
    Category.UNKNOWN: ("不清楚", "not clear"),
}


def digest(
    told: Sequence[Category], reference: str, language: Language, jurisdiction: Jurisdiction = Jurisdiction.HK
) -> Text:
    """The calls that were held back, counted by kind."""
    counts = Counter(told)
    place = 1 if language is Language.EN else 0
    kinds = [f"{KINDS[kind][place]} {counts[kind]}" for kind in KINDS if counts[kind]]
    if language is Language.EN:
        calls = "1 call" if len(told) == 1 else f"{len(told)} calls"
        body = f"{calls} while you had quiet: {', '.join(kinds)}. No answer is due now; see your call log. #{reference}"
    else:
        body = f"安静时段来电{len(told)}个：{'，'.join(kinds)}。现在不必答复，详情见来电记录。#{reference}"
    if language is Language.ZH_HANT:
        body = traditional(body, jurisdiction)
    billed = measure(body)
    return Text(body, billed.encoding, billed.segments, billed.cost_class)
