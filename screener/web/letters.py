"""Letters: every one that was begun with what is due, and the choice of a new one's kind, calls and language."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from screener.house import house
from screener.letters import (
    Addressee,
    Deadline,
    LetterKind,
    Typed,
    blanks,
    deadlines,
    from_json,
    kinds,
    offered,
    to_json,
)
from screener.model import Jurisdiction, Language
from screener.numbers import E164
from screener.store import Connection, calls, letters, logbook, numbers_seen, talks
from screener.store.letters import KeptLetter, NewLetter
from screener.store.logbook import Wanted
from screener.store.records import Call
from screener.web.language import language
from screener.web.letter_facts import (
    AGENCIES,
    can_be_written_about,
    categories_of,
    collector_of,
    language_for,
    lender_of,
    lenders_of,
)
from screener.web.numbers import KEY_LENGTH, country_of
from screener.web.visitor import owner
from screener.web.words import JURISDICTIONS

pages = Blueprint("letters", __name__)

SHOWN_CALLS = 30


@dataclass(frozen=True, slots=True)
class Choice:
    """The calls that are offered for a letter, those that are chosen, and the country whose rules it names."""

    calls: tuple[Call, ...]
    chosen: frozenset[str]
    country: Jurisdiction

    @property
    def some(self) -> list[Call]:
        return [call for call in self.calls if call.sid in self.chosen]


@pages.get("/letters")
def every() -> str:
    """The letters that were begun, what is due after them, and the way to a new one."""
    with house().store.read() as tx:
        mine = known(tx)
    named = {one.id: from_json(one.typed).texts.get("recipient", "") for one in mine}
    return render_template(
        "letters.html", letters=mine, due=coming(mine), recipients=named, kinds=kinds(), reader=language()
    )


def known(tx: Connection) -> list[KeptLetter]:
    """The subscriber's letters, without those of a kind that is there no more."""
    return [one for one in letters.of_subscriber(tx, owner().id) if one.kind in kinds()]


def coming(mine: Iterable[KeptLetter], within: timedelta = timedelta.max) -> list[tuple[Deadline, KeptLetter]]:
    """What is due from today on, earliest first."""
    today = datetime.now(owner().zone).date()
    due = [(one, letter) for letter in mine for one in due_after(letter)]
    soon = [pair for pair in due if timedelta(0) <= pair[0].on - today <= within]
    return sorted(soon, key=lambda pair: pair[0].on)


def due_after(letter: KeptLetter) -> tuple[Deadline, ...]:
    return deadlines(letter.kind, letter.country, from_json(letter.typed), letter.sent_on)


@pages.get("/letters/new")
def new() -> str:
    """Choose a letter's kind, calls and language."""
    with house().store.read() as tx:
        choice = choice_of(tx)
    return page(choice)


def choice_of(tx: Connection) -> Choice:
    """What the address asks for: one call, a number's, an organisation's, or the newest calls."""
    wanted, number, key = (request.args.get(name, "") for name in ("call", "number", "organisation"))
    mine, chosen = owner().id, True
    one = calls.find(tx, wanted) if wanted else None
    if one and one.subscriber_id == mine:
        found = [one]
    elif E164.fullmatch(number):
        found = numbers_seen.calls_from(tx, mine, number, SHOWN_CALLS)
    elif key:
        found = numbers_seen.calls_claiming(tx, mine, key[:KEY_LENGTH], SHOWN_CALLS)
    else:
        found, chosen = logbook.page(tx, mine, Wanted(), SHOWN_CALLS), False
    some = [call for call in found if can_be_written_about(call)]
    sids = frozenset(call.sid for call in some) if chosen else frozenset[str]()
    return Choice(tuple(some), sids, asked_country(request.args.get("country", ""), some if chosen else []))


def asked_country(wanted: str, some: list[Call]) -> Jurisdiction:
    return Jurisdiction(wanted) if wanted in set(Jurisdiction) else Jurisdiction(country_of(some))


def page(choice: Choice, kind: str = "", problem: str = "") -> str:
    some = choice.some
    suited = offered(choice.country, categories_of(some), lenders_of(some))
    return render_template(
        "new_letter.html",
        choice=choice,
        kinds=suited,
        wanted=kind or request.args.get("kind", ""),
        problem=problem,
        reader=language(),
        letter_language=language_for(choice.country, owner().language),
        jurisdictions=JURISDICTIONS,
    )


@pages.post("/letters")
def begin() -> AnyResponse | tuple[str, int]:
    """Begin a letter, if its kind suits the country and the calls; else say so with the choice kept."""
    form = request.form
    with house().store.read() as tx:
        some = own_calls(tx, form.getlist("call"))
        newest = [call for call in logbook.page(tx, owner().id, Wanted(), SHOWN_CALLS) if can_be_written_about(call)]
    shown = {call.sid: call for call in (*some, *newest)}
    chosen = frozenset(call.sid for call in some)
    choice = Choice(tuple(shown.values()), chosen, asked_country(form.get("country", ""), some))
    kind = kinds().get(form.get("kind", ""))
    if kind is None:
        return page(choice, problem=gettext("Choose a letter.")), 422
    if not kind.suits(choice.country, categories_of(some), lenders_of(some)):
        return page(choice, kind.id, gettext("This letter does not suit these calls or this country.")), 422
    wanted = form.get("language", "")
    spoken = Language(wanted) if wanted in set(Language) else language_for(choice.country, owner().language)
    with house().store.write() as tx:
        typed = beginning(tx, kind, some, spoken)
        new = NewLetter(kind.id, choice.country, spoken, to_json(typed))
        made = letters.add(tx, owner().id, new, [call.id for call in some])
    return redirect(url_for("letter.fill", letter_id=made), 303)


def own_calls(tx: Connection, sids: list[str]) -> list[Call]:
    """The subscriber's own among the calls that a form names."""
    found = (calls.find(tx, sid) for sid in dict.fromkeys(sids[:SHOWN_CALLS]))
    return [one for one in found if one and one.subscriber_id == owner().id and can_be_written_about(one)]


def beginning(tx: Connection, kind: LetterKind, some: list[Call], spoken: Language) -> Typed:
    """What can be proposed: what the last letter says of the subscriber, today's date, whom the calls name."""
    before = letters.of_subscriber(tx, owner().id)
    last = from_json(before[0].typed).texts if before else {}
    texts = {name: text for name, text in last.items() if name in blanks() and blanks()[name].own}
    texts["dated"] = datetime.now(owner().zone).date().isoformat()
    named = recipient(kind, some, spoken)
    texts |= {"recipient": named} if named else {}
    texts |= {"quote": "yes"} if any(talks.statements(tx, call) for call in some) else {}
    return Typed(texts).only(kind)


def recipient(kind: LetterKind, some: list[Call], spoken: Language) -> str:
    """The organisation of the gazetteer that all calls name; a proposal, for the subscriber to look at."""
    named = collector_of if kind.addressee is Addressee.COLLECTOR else lender_of
    found = [known for call in some if (known := named(call))]
    names = {known.name(spoken) for known in found if named is collector_of or known.category not in AGENCIES}
    return names.pop() if len(names) == 1 else ""
