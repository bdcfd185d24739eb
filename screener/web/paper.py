"""What every template is given: navigation, forms' tokens, filters."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from flask import Flask
from flask_babel import lazy_gettext as later
from markupsafe import Markup, escape

from screener.numbers import display
from screener.store.records import Call
from screener.web import findings, words
from screener.web.guard import csrf_token
from screener.web.language import day
from screener.web.sentence import number, sentence
from screener.web.transcript import plain
from screener.web.visitor import known_visitor

NAVIGATION = (
    ("log.first", later("Today")),
    ("log.every", later("All calls")),
    ("numbers.every", later("Numbers")),
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
    app.jinja_env.filters.update(plain=plain, groupby_day=groupby_day, phone=display)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.context_processor(lambda: {"visitor": known_visitor()})


def csrf() -> Markup:
    """The hidden field that makes a form ours."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(escape(csrf_token()))


def groupby_day(calls: Iterable[Call]) -> Iterator[Day]:
    """Calls under the day on which they came, in the subscriber's zone."""
    gathered: dict[str, list[Call]] = {}
    for call in calls:
        gathered.setdefault(day(call.started_at), []).append(call)
    for name, group in gathered.items():
        yield Day(name, tuple(group))
