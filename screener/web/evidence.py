"""Evidence to take along: a bag of one call, a number, an organisation, a period or everything."""

import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import IO

from flask import Blueprint, Response, abort, flash, redirect, render_template, request
from flask import url_for as to
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from screener.bags import Choice, note_export, pack
from screener.files import Files
from screener.house import house
from screener.numbers import E164
from screener.store import Connection, dossiers, packings
from screener.store.packings import Packing
from screener.web.call import ranged
from screener.web.language import language
from screener.web.live import fresh
from screener.web.log import midnight
from screener.web.visitor import owner

pages = Blueprint("evidence", __name__)

SID = re.compile("CA[0-9a-f]{32}")
AT_ONCE = 3  # calls that are packed while the browser waits; more are left to the worker
CHUNK = 256 * 1024  # bytes


@pages.get("/evidence")
def show() -> str:
    """What can be taken along, and the bags that were asked for."""
    with house().store.read() as tx:
        mine = packings.of_subscriber(tx, owner().id)
    return render_template("evidence.html", packings=mine, tag=tag_of(mine))


@pages.get("/evidence/latest")
def latest() -> Response:
    """The list of bags, for a page that asks again and again; 304 while nothing has changed."""
    with house().store.read() as tx:
        mine = packings.of_subscriber(tx, owner().id)
    if tag_of(mine) in request.if_none_match:
        return fresh("", tag_of(mine))
    return fresh(render_template("packings.html", packings=mine), tag_of(mine))


def tag_of(mine: list[Packing]) -> str:
    state = [(one.id, one.state, one.done, one.taken_at) for one in mine]
    return sha256(repr((language(), state)).encode()).hexdigest()[:20]


@pages.post("/evidence")
def ask() -> AnyResponse:
    """Pack what was chosen: a few calls at once, more by the worker."""
    choice = chosen()
    if choice is None:
        return back(gettext("Nothing was packed: the choice could not be read."))
    with house().store.write() as tx:
        calls = len(dossiers.chosen(tx, owner().id, choice))
        if calls > AT_ONCE:
            wanted = packings.ask(tx, owner().id, choice, calls, datetime.now(UTC))
            house().promise(tx, "pack", wanted.id)
            return back(gettext("It is being packed. This page tells you when it is ready."))
    if not calls:
        return back(gettext("Nothing was packed: no call that is over matches."))
    return at_once(choice)


def back(said: str) -> AnyResponse:
    flash(said)
    return redirect(to("evidence.show"), 303)


def chosen() -> Choice | None:
    """Which calls the form names; None when a part of it makes no sense."""
    form = request.form
    sid, number = form.get("call", ""), form.get("number", "")
    since, until = form.get("since", ""), form.get("until", "")
    first, end = midnight(since), midnight(until, timedelta(days=1))
    sound = (not sid or SID.fullmatch(sid)) and (not number or E164.match(number))
    if not sound or (since and not first) or (until and not end) or (first and end and first >= end):
        return None
    return Choice(sid, number, form.get("organisation", "")[:200], first, end)


def at_once(choice: Choice) -> Response:
    """A small bag, packed into a file without a name while the browser waits."""
    note_export(house().store, owner(), choice, "subscriber")
    now = datetime.now(UTC)
    file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115
    files = Files(house().settings.recordings_url)
    pack(house().store, files, owner(), choice, (file, now, lambda _done, _of: None))
    size = file.tell()
    return attached(Response(whole(file), mimetype="application/zip"), now, size)


def whole(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(CHUNK):
            yield chunk


def attached(response: Response, at: datetime, size: int) -> Response:
    """An answer that the browser keeps as a file; its name tells nothing of what it holds."""
    name = f"calls-{at.astimezone(owner().zone):%Y-%m-%d}.zip"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    response.content_length = size
    return response


def own(tx: Connection, packing_id: str) -> Packing:
    """A packing of the signed-in subscriber; anybody else's looks exactly like one that never was."""
    found = packings.find(tx, packing_id)
    if found is None or found.subscriber_id != owner().id:
        abort(404)
    return found


@pages.get("/evidence/<packing_id>")
def fetch(packing_id: str) -> Response:
    """A bag that is ready, whole or in ranges, so that a download that broke off goes on."""
    with house().store.read() as tx:
        found = own(tx, packing_id)
    files = Files(house().settings.recordings_url)
    size = files.size(found.file) if found.state == "ready" else None
    if size is None or found.ready_at is None:
        abort(404)
    if found.taken_at is None:
        with house().store.write() as tx:
            packings.change(tx, found.id, taken_at=datetime.now(UTC))
    response, length = ranged(files, found.file, size, "application/zip")
    return attached(response, found.ready_at, length)


@pages.post("/evidence/<packing_id>")
def remove(packing_id: str) -> AnyResponse:
    """A bag is not needed any more: its file goes."""
    with house().store.write() as tx:
        packings.drop(tx, [own(tx, packing_id)], datetime.now(UTC))
        house().promise(tx, "clear", f"due:{int(datetime.now(UTC).timestamp())}")
    return back(gettext("The bag is removed; the calls stay."))
