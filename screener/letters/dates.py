"""Dates and times as a letter writes them, a month never taken for a day."""

from datetime import date, datetime

from screener.model import Language

MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


def day_text(day: date, language: Language) -> str:
    """`20 November 2026`, `2026年11月20日`."""
    if language is Language.EN:
        return f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"{day.year}年{day.month}月{day.day}日"


def time_text(at: datetime, language: Language) -> str:
    """A local time with its day."""
    comma = ", " if language is Language.EN else " "
    return f"{day_text(at.date(), language)}{comma}{at:%H:%M}"
