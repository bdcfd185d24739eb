"""What the caller said, as findings."""

from collections.abc import Sequence

from screener.model import Category, Jurisdiction, Live, Spoken, Understanding


def live(turns: Sequence[str], lang: Spoken | None = None) -> Live:
    """The part that the dialogue needs at once."""
    text = " ".join(turns)
    return Live(Category.BANK if "银行" in text or "bank" in text.casefold() else Category.UNKNOWN)


def understand(
    turns: Sequence[str],
    lang: Spoken | None = None,
    *,
    caller: str | None = None,
    country: Jurisdiction | None = None,
) -> Understanding:
    """Everything noticed in a whole call."""
    return Understanding(category=live(turns, lang).category)
