"""Several calls as one text for the morning: how many, of whom, and whether anything is urgent."""

from collections import Counter
from collections.abc import Sequence

from screener.model import Category, Disposition, Language
from screener.summary.told import Told

BUSY = Disposition.BUSY  # counted apart: nobody was asked who it is
ORDER = (*Category, BUSY)
ZH = {
    Category.BANK: "自称银行",
    Category.LENDER_PLATFORM: "自称平台",
    Category.COLLECTION_AGENCY: "自称第三方",
    Category.LAW_FIRM: "自称律所",
    Category.DEBT_RELIEF_SELLER: "代理推销",
    Category.IMPOSTOR: "像冒充",
    Category.DELIVERY: "送货",
    Category.PERSONAL: "私人",
    Category.GOVERNMENT: "自称公务",
    Category.MARKETING: "推销",
    Category.UNKNOWN: "不清楚",
    BUSY: "占线未接",
}
EN = {
    Category.BANK: "say bank",
    Category.LENDER_PLATFORM: "say platform",
    Category.COLLECTION_AGENCY: "say third party",
    Category.LAW_FIRM: "say law firm",
    Category.DEBT_RELIEF_SELLER: "paid agents",
    Category.IMPOSTOR: "likely impostors",
    Category.DELIVERY: "delivery",
    Category.PERSONAL: "personal",
    Category.GOVERNMENT: "say public office",
    Category.MARKETING: "sales",
    Category.UNKNOWN: "unclear",
    BUSY: "line busy",
}


def digest_body(calls: Sequence[Told], language: Language, reference: str) -> str:
    """One line for any number of calls; Chinese in Simplified characters. It names no one and no number."""
    count: Counter[Category | Disposition] = Counter()
    for call in calls:
        count[BUSY if call.busy else call.category] += call.burst
    kinds = sorted(count, key=ORDER.index)
    total = count.total()
    suspect = any(call.suspect for call in calls)
    if language is Language.EN:
        parts = ", ".join(f"{count[kind]} {EN[kind]}" for kind in kinds)
        warning = " Do not call suspicious callers back, give codes or pay." if suspect else ""
        return f"Digest: {total} call{'s' if total != 1 else ''} ({parts}). Nothing is due today.{warning} #{reference}"
    parts = "、".join(f"{ZH[kind]}{count[kind]}" for kind in kinds)
    warning = "可疑的别回拨、别给密码、别付钱。" if suspect else ""
    return f"来电汇总：共{total}通（{parts}）。今天没有必须马上做的事。{warning}详情见来电记录 #{reference}"
