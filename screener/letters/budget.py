"""The arithmetic of a budget and of instalments, in whole cents: every total is the sum of what stands above it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from screener.letters.blanks import Row, Typed, amount, blanks, count

CENT = Decimal("0.01")
CURRENCIES = {"CN": "CNY", "HK": "HKD", "TW": "TWD", "SG": "SGD", "US": "USD", "GB": "GBP"}


@dataclass(frozen=True, slots=True)
class Sums:
    """Labelled sums."""

    lines: tuple[tuple[str, Decimal], ...]

    @property
    def total(self) -> Decimal:
        return sum((one for _, one in self.lines), Decimal("0.00"))


def sums(rows: Iterable[Row]) -> Sums:
    """Typed rows as sums; a row that cannot be read is not counted, and the form has said so."""
    read = ((label, amount(text)) for label, text in rows)
    return Sums(tuple((label, one) for label, one in read if one is not None))


@dataclass(frozen=True, slots=True)
class Instalments:
    """A sum in equal parts of whole cents; the last one takes what is left over."""

    balance: Decimal
    months: int
    each: Decimal
    last: Decimal


def instalments(balance: Decimal, months: int) -> Instalments:
    """The parts of `balance`; ValueError for less than one month."""
    if months < 1:
        raise ValueError("a plan has at least one month")
    cents = int(balance / CENT)
    each = cents // months
    last = cents - each * (months - 1)
    return Instalments(balance, months, each * CENT, last * CENT)


def left_over(typed: Typed) -> Decimal | None:
    """What is left each month, below zero where spending is more than income; None before anything was typed."""
    income, spending = (sums(typed.rows.get(name, ())) for name in ("income", "spending"))
    return income.total - spending.total if income.lines or spending.lines else None


def wanted_plan(typed: Typed) -> Instalments | None:
    """The instalments that were typed; None before balance and months are known."""
    balance = amount(typed.texts.get("balance", ""))
    months = count(typed.texts.get("months", ""), blanks()["months"].most)
    return instalments(balance, months) if balance and months else None


def money(value: Decimal) -> str:
    """`12,345.60`."""
    return f"{value:,.2f}"
