"""What every template is given: navigation, forms' tokens, filters."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import Flask
from flask_babel import format_date
from flask_babel import lazy_gettext as later
from markupsafe import Markup, escape

from screener.letters import LetterKind, kinds_of_step, offered
from screener.model import Jurisdiction
from screener.numbers import display
from screener.store.records import Call
from screener.web import findings, words
from screener.web.file_kinds import ACCEPTED
from screener.web.findings import NextStep
from screener.web.guard import csrf_token
from screener.web.language import day
from screener.web.letter_facts import categories_of, lenders_of
from screener.web.numbers import country_of
from screener.web.sentence import number, sentence
from screener.web.trail import deed_told
from screener.web.transcript import plain
from screener.web.visitor import known_visitor

NAVIGATION = (
    ("log.first", later("Today")),
    ("log.every", later("All calls")),
    ("numbers.every", later("Numbers")),
    ("letters.every", later("Letters")),
    ("settings.show", later("Settings")),
)


@dataclass(frozen=True, slots=True)
class Day:
    """The calls of one day, in the order given."""

    day: str
    calls: tuple[Call, ...]


def install_paper(app: Flask) -> None:
    """Give the templates what they share."""
    app.jinja_env.globals.update(
        csrf=csrf,
        demo=app.extensions["screener"].settings.demo,
        navigation=NAVIGATION,
        kept=words.KEPT,
        treatments=words.CHOICES,
        choices_told=words.TREATMENTS,
        sentence=sentence,
        number=number,
    )
    app.jinja_env.filters.update(why=findings.why, rung=findings.rung, hotlines=findings.hotlines)
    app.jinja_env.filters.update(letter_kinds=letter_kinds, shortdate=format_date, deed_told=deed_told)
    app.jinja_env.globals.update(accepted=ACCEPTED)
    app.jinja_env.filters.update(plain=plain, groupby_day=groupby_day, phone=display)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(lambda: {"visitor": known_visitor()})


def csrf() -> Markup:
    """The hidden field that makes a form ours."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(escape(csrf_token()))


def letter_kinds(step: NextStep, call: Call) -> tuple[LetterKind, ...]:
    """The letters that carry out a next step, as far as they suit the call."""
    country = Jurisdiction(country_of([call]))
    suited = offered(country, categories_of([call]), lenders_of([call]))
    return tuple(kind for kind in kinds_of_step(step.id, country) if kind in suited)


def groupby_day(calls: Iterable[Call]) -> Iterator[Day]:
    """Calls under the day on which they came, in the subscriber's zone."""
    gathered: dict[str, list[Call]] = {}
    for call in calls:
        gathered.setdefault(day(call.started_at), []).append(call)
    for name, group in gathered.items():
        yield Day(name, tuple(group))
