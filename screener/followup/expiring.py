"""Once a day: sound, words and whole calls older than their subscriber wished are deleted, a call at a time."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from screener.followup import clearing
from screener.house import Desk
from screener.letters import deadlines, from_json
from screener.store import Connection, calls, custody, erasing, letters, marks, old, packings, subscribers
from screener.store.records import Call

log = logging.getLogger(__name__)

AT_ONCE = 200
WHO = "retention"

Deed = Callable[[Desk, Connection, Call], None]


def expire(desk: Desk) -> int:
    """Delete what is past its time; of how many calls."""
    with desk.store.read() as tx:
        wishes = marks.retentions(tx)
    done = 0
    for owner_id, wish in wishes.items():
        # The whole call first: what goes with it need not be deleted before.
        for days, find, deed in (
            (wish.retention_days, old.ended, delete_all),
            (wish.words_days, old.with_words, delete_words),
            (wish.sound_days, old.with_sound, delete_sound),
        ):
            before = desk.now() - timedelta(days=days) if days else None
            done += sum(delete(desk, sid, deed) for sid in _found(desk, find, owner_id, before))
    with desk.store.write() as tx:
        packings.drop(tx, packings.past(tx, desk.now() - packings.KEPT), desk.now())
    if done:
        log.info("deleted what was past its time of %d calls", done)
    return done


def _found(desk: Desk, find: old.Find, owner_id: int, before: datetime | None) -> Iterator[str]:
    after = 0
    while before:
        with desk.store.read() as tx:
            some = find(tx, owner_id, before, after, AT_ONCE)
        yield from (sid for _, sid in some)
        if not some:
            return
        after = some[-1][0]


def delete(desk: Desk, sid: str, deed: Deed) -> bool:
    """Delete something of one call, if it is there still and no letter needs it."""
    with desk.store.write() as tx:
        call = calls.find(tx, sid, lock=True)
        if call is None or answer_is_due(tx, call, desk.now()):
            return False
        deed(desk, tx, call)
        return True


def answer_is_due(tx: Connection, call: Call, now: datetime) -> bool:
    """Whether a letter that rests on the call has a day to remember that is not over where the subscriber lives."""
    resting, owner = letters.of_call(tx, call.id), subscribers.by_id(tx, call.subscriber_id)
    if not resting or owner is None:
        return False
    today = now.astimezone(owner.zone).date()
    due = (deadlines(one.kind, one.country, from_json(one.typed), one.sent_on) for one in resting)
    return any(day.on >= today for days in due for day in days)


def delete_all(desk: Desk, tx: Connection, call: Call) -> None:
    """The call goes; while a text about it is being sent, its words and sound go before it."""
    custody.note(tx, call, WHO, "deleted", "all")
    if erasing.everything(tx, call, desk.settings.secret_key, desk.now()):
        clearing.promise(desk, tx)
        return
    erasing.words(tx, call)
    _sound(desk, tx, call)
    erasing.added(tx, call)
    erasing.later(tx, call)


def delete_words(_desk: Desk, tx: Connection, call: Call) -> None:
    erasing.words(tx, call)
    custody.note(tx, call, WHO, "deleted", "words")


def delete_sound(desk: Desk, tx: Connection, call: Call) -> None:
    _sound(desk, tx, call)
    custody.note(tx, call, WHO, "deleted", "sound")


def _sound(desk: Desk, tx: Connection, call: Call) -> None:
    for sid in erasing.sound(tx, call):
        desk.promise_later(tx, "recording", f"{sid}:r{int(desk.now().timestamp())}", 0)
