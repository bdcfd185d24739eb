"""The log: first what to do, which is mostly nothing, then every call as one sentence."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, render_template, request

from screener.house import house
from screener.store import calls
from screener.store.records import Call
from screener.web.findings import steps, urgent
from screener.web.sentence import number, sentence
from screener.web.visitor import owner

pages = Blueprint("log", __name__)

FIRST_CALLS = 10
PAGE_CALLS = 30
FRESH = timedelta(days=2)  # how long a call may ask for something on the first screen


@pages.get("/")
def first() -> str:
    """The first screen: the one thing to do, or that there is none; then the latest calls."""
    with house().store.read() as tx:
        latest = calls.log(tx, owner().id, limit=FIRST_CALLS)
    return render_template("first.html", calls=latest, todo=one_thing(latest), sentence=sentence, number=number)


def one_thing(latest: list[Call]) -> Call | None:
    """The newest call of the last days that guidance puts before all else, or none."""
    since = datetime.now(UTC) - FRESH
    return next((call for call in latest if call.started_at > since and urgent(call) and steps(call)), None)


@pages.get("/calls")
def every() -> str:
    """The whole log, newest first, a page at a time."""
    before = request.args.get("before", "")
    before_id = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else None
    with house().store.read() as tx:
        found = calls.log(tx, owner().id, limit=PAGE_CALLS + 1, before_id=before_id)
    page, more = found[:PAGE_CALLS], len(found) > PAGE_CALLS
    older = page[-1].id if more else None
    return render_template("calls.html", calls=page, older=older, sentence=sentence, number=number)
