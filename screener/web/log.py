"""The log: first what to do, which is mostly nothing, then every call as one sentence; search and filters."""

from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, url_for

from screener.house import house
from screener.letters import kinds
from screener.model import Category, Consent
from screener.store import Connection, logbook, marks, packings
from screener.store.logbook import Wanted
from screener.store.records import Call
from screener.web import letters
from screener.web.findings import NextStep, steps, urgent
from screener.web.language import language
from screener.web.live import fresh
from screener.web.visitor import owner
from screener.web.words import CATEGORIES, CONSENTS

pages = Blueprint("log", __name__)

FIRST_CALLS = 10
PAGE_CALLS = 30
SOON = timedelta(days=7)  # how far ahead the first screen reminds of a letter's days
FRESH = timedelta(days=2)  # how long a call may ask for something on the first screen
QUERY_LENGTH = 100
ASKED = ("q", "category", "consent", "warning", "since", "until")


@pages.get("/")
def first() -> str:
    """The first screen: the one thing to do, or that there is none; then the latest calls."""
    with house().store.read() as tx:
        latest = logbook.page(tx, owner().id, Wanted(), FIRST_CALLS)
        tag, todo = etag(tx), one_thing(tx, latest)
        packed = packings.untaken(tx, owner().id)
        due = letters.coming(letters.known(tx), SOON)
    return render_template("first.html", calls=latest, todo=todo, etag=tag, packed=packed, due=due, kinds=kinds())


@pages.get("/calls/latest")
def latest() -> Response:
    """The first screen's part that changes, for a page that asks again and again; 304 while nothing has."""
    with house().store.read() as tx:
        tag = etag(tx)
        if tag in request.if_none_match:
            return fresh("", tag)
        calls = logbook.page(tx, owner().id, Wanted(), FIRST_CALLS)
        todo = one_thing(tx, calls)
    return fresh(render_template("latest.html", calls=calls, todo=todo), tag)


def etag(tx: Connection) -> str:
    """Names what the first screen shows; it also changes with the language and at midnight."""
    today = datetime.now(owner().zone).date()
    state = (owner().id, *logbook.state(tx, owner().id), language(), today)
    return sha256(repr(state).encode()).hexdigest()[:20]


def one_thing(tx: Connection, latest: list[Call]) -> tuple[Call, NextStep] | None:
    """The first step not yet ticked of the newest call of the last days that guidance puts before all else, or none."""
    since = datetime.now(UTC) - FRESH
    for call in latest:
        if call.started_at > since and urgent(call):
            done = marks.ticked(tx, call.id)
            left = [step for step in steps(call) if step.id not in done]
            if left:
                return call, left[0]
    return None


@pages.get("/calls")
def every() -> str:
    """The whole log, newest first, a page at a time; narrowed by words, category, consent, warning and dates."""
    wanted = asked_for()
    with house().store.read() as tx:
        found = logbook.page(tx, owner().id, wanted, PAGE_CALLS + 1)
    page = found[:PAGE_CALLS]
    older = None
    if len(found) > PAGE_CALLS:
        asked = {name: value for name, value in request.args.items() if name in ASKED}
        older = f"{url_for('log.every')}?{urlencode({**asked, 'before': page[-1].id})}"
    return render_template(
        "calls.html", calls=page, older=older, wanted=wanted, categories=CATEGORIES, consents=CONSENTS
    )


def asked_for() -> Wanted:
    """What the query asks for; what cannot be understood asks for nothing."""
    asked = request.args
    category, consent, before = asked.get("category"), asked.get("consent"), asked.get("before", "")
    return Wanted(
        text=asked.get("q", "").strip()[:QUERY_LENGTH],
        category=Category(category) if category in set(Category) else None,
        consent=Consent(consent) if consent in set(Consent) else None,
        warning=asked.get("warning") == "1",
        since=midnight(asked.get("since", "")),
        until=midnight(asked.get("until", ""), timedelta(days=1)),
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None,
    )


def midnight(text: str, later: timedelta = timedelta()) -> datetime | None:
    """The start of a day in the subscriber's zone, and so much later."""
    try:
        return datetime.combine(date.fromisoformat(text) + later, time(), owner().zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
