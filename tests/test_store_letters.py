"""Letters and attachments in the store, on both databases: kept, found again, and gone with what they rest on."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select

from screener.model import Jurisdiction, Language
from screener.store import Connection, Store, attachments, letters, recordings, subscribers
from screener.store.letters import NewLetter
from screener.store.records import Call, Subscriber
from screener.store.schema import attachment, letter, letter_call
from tests.visit import add_call, add_owner, add_recording

NEW = NewLetter("complaint_lender", Jurisdiction.CN, Language.ZH_HANS, '{"texts": {}, "rows": {}}')


@pytest.fixture
def owner(store: Store) -> Subscriber:
    return add_owner(store)


@pytest.fixture
def two(store: Store, owner: Subscriber) -> tuple[Call, Call]:
    return add_call(store, owner, 1), add_call(store, owner, 2)


def attach(tx: Connection, owner: Subscriber, sha256: str, **of: object) -> str:
    values = {"name": "x.png", "media_type": "image/png", "sha256": sha256 * 32, "size": 3}
    return attachments.add(tx, {"subscriber_id": owner.id, **values, **of})


def rows(tx: Connection) -> list[int]:
    return [tx.execute(select(func.count()).select_from(one)).scalar_one() for one in (letter, letter_call, attachment)]


def test_a_letter_is_found_again_as_it_was(store: Store, owner: Subscriber, two: tuple[Call, Call]) -> None:
    """Kind, place, language, typed words, calls in their order and the day of sending come back."""
    with store.write() as tx:
        made = letters.add(tx, owner.id, NEW, [two[1].id, two[0].id, two[1].id])
        letters.change(tx, made, {"typed": '{"texts": {"name": "王"}, "rows": {}}'})
        letters.sent(tx, made, date(2026, 11, 24))
    with store.read() as tx:
        found = letters.find(tx, made)
        assert found
        assert (found.kind, found.country, found.language) == (NEW.kind, NEW.country, NEW.language)
        assert "王" in found.typed
        assert found.sent_on == date(2026, 11, 24)
        assert found.updated_at >= found.created_at.replace(tzinfo=UTC) > datetime(2026, 1, 1, tzinfo=UTC)
        assert [one.id for one in letters.calls_of(tx, made)] == [two[0].id, two[1].id]
        assert [one.id for one in letters.of_call(tx, two[1].id)] == [made]
        assert letters.find(tx, "0" * 16) is None
    with store.write() as tx:
        letters.sent(tx, made, None)
        found = letters.find(tx, made, lock=True)
        assert found
        assert found.sent_on is None


def test_a_call_takes_its_letters_and_files_along(store: Store, owner: Subscriber, two: tuple[Call, Call]) -> None:
    """What rests on the call goes, with every file of it; what rests on another call stays."""
    with store.write() as tx:
        resting = letters.add(tx, owner.id, NEW, [two[0].id, two[1].id])
        other = letters.add(tx, owner.id, NEW, [two[1].id])
        attach(tx, owner, "aa", call_id=two[0].id)
        attach(tx, owner, "bb", letter_id=resting)
        attach(tx, owner, "cc", letter_id=other)
        attach(tx, owner, "cc", letter_id=resting)
    with store.write() as tx:
        assert attachments.forget_with_call(tx, two[0].id) == ["aa" * 32, "bb" * 32]
        assert rows(tx) == [1, 1, 1]
        assert [one.id for one in letters.of_call(tx, two[1].id)] == [other]


def test_bytes_that_a_recording_has_are_not_given_up(store: Store, owner: Subscriber, two: tuple[Call, Call]) -> None:
    """A file with the bytes of a recording, or a recording with those of a file, keeps them while either is there."""
    add_recording(store, two[0], "aa" * 32, 3)
    with store.write() as tx:
        made = attach(tx, owner, "aa", call_id=two[1].id)
        assert attachments.forget(tx, [made]) == []
        attach(tx, owner, "bb", call_id=two[1].id)
        assert recordings.still_used(tx, "bb" * 32)
        assert recordings.known_names(tx, ["aa" * 32, "bb" * 32, "cc" * 32]) == {"aa" * 32, "bb" * 32}


def test_a_subscriber_takes_everything_along(store: Store, owner: Subscriber, two: tuple[Call, Call]) -> None:
    """Nothing of a removed subscriber is left in any of the tables; another's rows stay."""
    other = add_owner(store, 1)
    with store.write() as tx:
        made = letters.add(tx, owner.id, NEW, [two[0].id])
        attach(tx, owner, "aa", letter_id=made)
        theirs = letters.add(tx, other.id, NEW, [])
        attach(tx, other, "bb", letter_id=theirs)
        assert attachments.forget_with_letter(tx, made) == ["aa" * 32]
        made = letters.add(tx, owner.id, NEW, [two[0].id])
        attach(tx, owner, "aa", letter_id=made)
    with store.write() as tx:
        subscribers.remove(tx, owner.id)
        assert rows(tx) == [1, 0, 1]
        assert attachments.forget_of(tx, other.id) == ["bb" * 32]
        assert rows(tx) == [0, 0, 0]
