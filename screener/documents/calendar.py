"""Deadlines as a calendar file: whole days, with titles that may lie on a lock screen."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from icalendar import Calendar, Event

from screener.letters import Deadline
from screener.model import Language


def calendar(letter_id: str, due: Iterable[Deadline], language: Language, at: datetime, page: str) -> bytes:
    """One event for each deadline. `at` is now; `page` is the address of the letter, the only thing told of it."""
    made = Calendar()
    made.add("prodid", "-//screener//letters//EN")
    made.add("version", "2.0")
    for one in due:
        event = Event()
        event.add("uid", f"{letter_id}-{one.counts_from}-{one.days}@screener")
        event.add("dtstamp", at)
        event.add("dtstart", one.on)
        event.add("dtend", one.on + timedelta(days=1))
        event.add("summary", one.title(language))
        event.add("url", page)
        event.add("class", "PRIVATE")
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    text: bytes = made.to_ical()
    return text
