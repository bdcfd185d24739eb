"""Pages for anybody: what is kept of a caller, a card for relatives, someone to talk to."""

import functools
from dataclasses import dataclass

from flask import Blueprint, render_template

from screener.model import Jurisdiction, Language
from screener.sheets import sheet
from screener.traditional import traditional
from screener.web.language import language
from screener.web.visitor import visitor
from screener.web.words import JURISDICTIONS

pages = Blueprint("open_pages", __name__)


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody to ring, free of charge; `source` and `date` say where and when the number was read."""

    name_zh: str
    name_en: str
    number: str
    source: str
    date: str

    @property
    def name(self) -> str:
        """The name in the language of the page."""
        if language() is Language.EN:
            return self.name_en
        return self.name_zh if language() is Language.ZH_HANS else traditional(self.name_zh)


@functools.cache
def someone_in(place: Jurisdiction) -> tuple[Line, ...]:
    """Whom one can talk to in a place, from seeds/someone.csv; none of them sells anything."""
    found = sheet("someone", ("country", "name_zh", "name_en", "number", "source", "date"))
    columns = ("name_zh", "name_en", "number", "source", "date")
    return tuple(Line(*(line[name] for name in columns)) for line in found if line["country"] == place)


@pages.get("/privacy")
def privacy() -> str:
    """What is kept of a call, for callers and everybody else, and how to have it deleted."""
    return render_template("privacy.html")


@pages.get("/card")
def card() -> str:
    """One page to print for relatives who pick up."""
    return render_template("card.html")


@pages.get("/someone")
def someone() -> str:
    """Someone to talk to, where the visitor lives; everywhere for a visitor whom we do not know."""
    found = visitor()
    places = [found.owner.jurisdiction] if found else list(Jurisdiction)
    return render_template("someone.html", places=[(JURISDICTIONS[place], someone_in(place)) for place in places])
