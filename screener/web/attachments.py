"""Files that the subscriber adds to a call or a letter: screenshots, papers, own recordings; hashed as they arrive."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import IO
from urllib.parse import quote

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from screener.files import Files, FilesError, Kept
from screener.house import house
from screener.store import Connection, attachments, calls, custody, letters, remnants
from screener.store.attachments import Attachment
from screener.web.file_kinds import HEAD, kind_of
from screener.web.transcript import plain
from screener.web.visitor import owner

pages = Blueprint("attachments", __name__)

MEBIBYTE = 1024 * 1024
MOST_BYTES = 20 * MEBIBYTE  # of one file: a screenshot, a scan, twenty minutes of a phone's recording
MOST_FILES = 200  # of one subscriber
NAME_LENGTH = 100
CHUNK = 64 * 1024
LETTER_ID = re.compile("[0-9a-f]{16}")


class Refused(ValueError):
    """A file that is not taken; the message says why."""


@pages.post("/attachments")
def add() -> AnyResponse:
    """Keep a file with a call or with a letter."""
    of = belonging()
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Refused(gettext("Choose a file first."))
        take(file.stream, of, plain(" ".join(file.filename.split()))[-NAME_LENGTH:])
    except Refused as problem:
        flash(str(problem))
    else:
        flash(gettext("The file is kept."))
    return redirect(back_to(of), 303)


def belonging() -> dict[str, object]:
    """Whose the new file is: one of the subscriber's calls or letters."""
    sid, letter_id = request.form.get("call", ""), request.form.get("letter", "")
    with house().store.read() as tx:
        call = calls.find(tx, sid) if sid else None
        letter = letters.find(tx, letter_id) if LETTER_ID.fullmatch(letter_id) else None
        found = call or letter
        if found is None or found.subscriber_id != owner().id:
            abort(404)
        if call:
            return {"call_id": call.id}
        # With the letter's first call it also goes into the bag.
        return {"letter_id": letter_id, "call_id": next((one.id for one in letters.calls_of(tx, letter_id)), None)}


def take(stream: IO[bytes], of: dict[str, object], name: str) -> None:
    """Keep the bytes under their hash; the row is there before the file. Refused when it cannot be taken."""
    head = stream.read(HEAD)
    kind = kind_of(head)
    if kind is None:
        raise Refused(gettext("Pictures, PDF and sound can be added; this is something else."))
    entered: list[str] = []

    def enter(kept: Kept) -> None:
        values = {"name": name, "media_type": kind, "sha256": kept.sha256, "size": kept.size, **of}
        with house().store.write() as tx:
            if attachments.count(tx, owner().id) >= MOST_FILES:
                raise Refused(gettext("There are too many files; delete some first."))
            entered.append(attachments.add(tx, {"subscriber_id": owner().id, **values}))
            note(tx, of.get("call_id"), "added", kept.sha256)

    try:
        Files(house().settings.recordings_url).keep(chunks(head, stream), naming=enter)
    except (FilesError, OSError) as problem:
        with house().store.write() as tx:
            attachments.forget(tx, entered)
        raise Refused(gettext("The file did not arrive whole. Try again.")) from problem


def chunks(head: bytes, stream: IO[bytes]) -> Iterator[bytes]:
    """The bytes from the first on. Refused when they are too many."""
    size, chunk = 0, head
    while chunk:
        size += len(chunk)
        if size > MOST_BYTES:
            raise Refused(gettext("A file may have %(most)d MB at most.", most=MOST_BYTES // MEBIBYTE))
        yield chunk
        chunk = stream.read(CHUNK)


def note(tx: Connection, call_id: object, deed: str, detail: str) -> None:
    """What was done with a call's file goes into the call's trail."""
    call = calls.by_id(tx, call_id) if isinstance(call_id, int) else None
    if call:
        custody.note(tx, call, "subscriber", deed, detail)


def back_to(of: dict[str, object]) -> str:
    """The page of the letter or of the call."""
    call_id = of.get("call_id")
    if of.get("letter_id") or not isinstance(call_id, int):
        return url_for("letter.show", letter_id=of["letter_id"])
    with house().store.read() as tx:
        return url_for("call.show", sid=calls.by_id(tx, call_id).sid)


def own_attachment(tx: Connection, attachment_id: str) -> Attachment:
    found = attachments.find(tx, attachment_id) if LETTER_ID.fullmatch(attachment_id) else None
    if found is None or found.subscriber_id != owner().id:
        abort(404)
    return found


@pages.get("/attachments/<attachment_id>")
def show(attachment_id: str) -> Response:
    """A file as it came; never shown inside a page of ours."""
    with house().store.read() as tx:
        found = own_attachment(tx, attachment_id)
    files = Files(house().settings.recordings_url)
    if files.size(found.sha256) is None:
        abort(404)
    answer = Response(files.open(found.sha256), mimetype=found.media_type)
    answer.content_length = found.size
    answer.headers["Content-Disposition"] = f"attachment; {filename(found.name)}"
    return answer


def filename(name: str) -> str:
    """A file's name for a header, in any script (RFC 6266): headers themselves are Latin-1."""
    plain = re.sub(r"[^ !#-\[\]-~]", "_", name)
    return f"filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


@pages.post("/attachments/<attachment_id>/delete")
def delete(attachment_id: str) -> AnyResponse:
    """Delete a file."""
    with house().store.write() as tx:
        found = own_attachment(tx, attachment_id)
        note(tx, found.call_id, "deleted", "file")
        clear(tx, attachments.forget(tx, [found.id]))
    flash(gettext("The file is deleted."))
    return redirect(back_to({"call_id": found.call_id, "letter_id": found.letter_id}), 303)


def clear(tx: Connection, files: Iterable[str]) -> None:
    """Have files deleted that nothing names any more; by the worker, which tries again where one cannot be."""
    now = datetime.now(UTC)
    remnants.note(tx, remnants.Kind.FILE, files, now)
    house().promise(tx, "clear", f"due:{int(now.timestamp())}")
