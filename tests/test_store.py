"""The store, on SQLite and on PostgreSQL alike."""

import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from screener.dialogue import Heard, Talk
from screener.model import Consent, Disposition, Spoken, Treatment
from screener.numbers import read_caller
from screener.store import (
    SQLAlchemyError,
    Store,
    calls,
    messages,
    notices,
    open_store,
    recordings,
    sessions,
    subscribers,
    talks,
)
from screener.store.calls import Arrival, Ring
from screener.store.messages import ReferenceTaken
from screener.store.records import Call, Subscriber
from screener.store.schema import metadata
from screener.store.subscribers import AlreadyTaken
from screener.store.talks import Asked
from screener.worker import migrate

NOW = datetime(2026, 11, 23, 4, 5, 6, tzinfo=UTC)
WONG = {
    "phone": "+85291234567",
    "twilio_number": "+85230001111",
    "language": "zh-Hant",
    "jurisdiction": "HK",
    "time_zone": "Asia/Hong_Kong",
}


def sid(number: int) -> str:
    return f"CA{number:032x}"


@pytest.fixture
def owner(store: Store) -> Subscriber:
    with store.write() as tx:
        return subscribers.add(tx, WONG)


def enter(store: Store, owner: Subscriber, number: int = 1, caller: str = "+85251230000") -> Call:
    with store.write() as tx:
        return calls.by_id(tx, calls.open_(tx, arrival(owner), Ring(sid(number), read_caller(caller)), None, NOW))


def arrival(owner: Subscriber) -> Arrival:
    return Arrival(owner, None, is_own_number=False, is_crowded=False, is_known=False)


def text_values(owner: Subscriber, **changes: object) -> dict[str, object]:
    values = {
        "id": "m1",
        "subscriber_id": owner.id,
        "kind": "call",
        "style": "default",
        "reference": "A7K2",
        "recipient": owner.phone,
        "sender": owner.twilio_number,
        "body": "x #A7K2",
        "segments": 1,
        "state": "pending",
        "created_at": NOW,
        "updated_at": NOW,
    }
    return {**values, **changes}


def test_every_table_is_made_by_the_migrations(store: Store) -> None:
    """The migrations and the schema agree: nothing is left to generate."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with store.read() as tx:
        options = {
            "include_object": lambda _o, name, kind, _r, _t: kind != "table" or name in metadata.tables,
            "compare_type": True,
        }
        assert compare_metadata(MigrationContext.configure(tx, opts=options), metadata) == []


def test_upgrading_twice_at_once_is_safe(store: Store) -> None:
    """Two upgrades at the same time leave one good database."""
    problems: list[Exception] = []

    def upgrade() -> None:
        mine = open_store(store.engine.url.render_as_string(hide_password=False))
        try:
            mine.upgrade()
        except Exception as problem:
            problems.append(problem)
        finally:
            mine.engine.dispose()

    both = [threading.Thread(target=upgrade) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert problems == []
    assert store.is_current()


def test_a_fresh_database_is_not_current(tmp_path) -> None:
    """`serve` can tell that `db upgrade` was forgotten."""
    store = open_store(f"sqlite:///{tmp_path}/new.db")
    assert not store.is_current()
    store.upgrade(migrate)
    assert store.is_current()
    store.engine.dispose()


def test_a_phone_belongs_to_one_subscriber(store: Store, owner: Subscriber) -> None:
    """A second subscriber with the same phone is refused."""
    with pytest.raises(AlreadyTaken), store.write() as tx:
        subscribers.add(tx, {**WONG, "twilio_number": "+85230002222"})


def test_times_come_back_as_utc(store: Store, owner: Subscriber) -> None:
    """A time is the same moment after the database, and aware."""
    call = enter(store, owner)
    assert call.started_at == NOW
    assert call.started_at.tzinfo is not None


def test_a_time_without_a_zone_is_refused(store: Store, owner: Subscriber) -> None:
    """A naive time is a mistake and never stored."""
    with pytest.raises(Exception, match="without a zone"), store.write() as tx:
        calls.open_(tx, arrival(owner), Ring(sid(1), read_caller("")), None, NOW.replace(tzinfo=None))


def test_a_call_is_entered_once(store: Store, owner: Subscriber) -> None:
    """The carrier's sid is unique."""
    enter(store, owner)
    with pytest.raises(calls.AlreadyOpen):
        enter(store, owner)


def test_treatment_can_be_changed_and_forgotten(store: Store, owner: Subscriber) -> None:
    """A contact has one treatment at a time, and a withheld caller none."""
    with store.write() as tx:
        subscribers.treat(tx, owner.id, "+85251230000", Treatment.MUTE)
        subscribers.treat(tx, owner.id, "+85251230000", Treatment.BLOCK)
        assert subscribers.treatment_of(tx, owner.id, "+85251230000") is Treatment.BLOCK
        assert subscribers.treatment_of(tx, owner.id, None) is None
        subscribers.treat(tx, owner.id, "+85251230000", None)
        assert subscribers.treatment_of(tx, owner.id, "+85251230000") is None


def test_where_the_dialogue_stands_survives_the_database(store: Store, owner: Subscriber) -> None:
    """What is loaded is what was saved, and kept statements are read from the turns."""
    call = enter(store, owner)
    talk = Talk(Spoken.EN, step="statement", consent=Consent.NOTES, asked=("organisation",), keys_only=True)
    with store.write() as tx:
        talks.ask(tx, call, talk, Asked("statement", Spoken.EN, "Who?", "v", "<Response/>"))
        call = calls.by_id(tx, call.id)
        talks.hear(tx, call, Heard(words="This is Sam", confidence="0.9"))
        loaded = talks.talk_of(tx, call)
    assert loaded.statements == ("This is Sam",)
    assert loaded == Talk(**{**{f: getattr(talk, f) for f in talk.__slots__}, "statements": ("This is Sam",)})


def test_partials_keep_only_the_latest(store: Store, owner: Subscriber) -> None:
    """A partial that was overtaken does not come back, and the final answer replaces them all."""
    call = enter(store, owner)
    with store.write() as tx:
        talks.ask(tx, call, Talk(Spoken.ZH, step="statement"), Asked("statement", Spoken.ZH, "谁?", "v", ""))
        call = calls.by_id(tx, call.id)
        talks.keep_partial(tx, call, 1, "我是大", 0)
        talks.keep_partial(tx, call, 1, "我是大新银行", 2)
        talks.keep_partial(tx, call, 1, "我是大新", 1)
        assert [said for _, said in talks.statements(tx, call)] == ["我是大新银行"]
        talks.hear(tx, call, Heard(words="我是大新银行的"))
        talks.keep_partial(tx, call, 1, "late", 9)
        assert [said for _, said in talks.statements(tx, call)] == ["我是大新银行的"]


def test_a_call_is_closed_once(store: Store, owner: Subscriber) -> None:
    """Only the first ending counts; without a farewell the call was abandoned."""
    call = enter(store, owner)
    with store.write() as tx:
        assert calls.close(tx, call, NOW + timedelta(seconds=30), 30)
        assert not calls.close(tx, call, NOW + timedelta(seconds=60), 60)
        closed = calls.by_id(tx, call.id)
    assert (closed.disposition, closed.seconds) == (Disposition.ABANDONED, 30)


def test_a_text_is_claimed_by_one_sender(store: Store, owner: Subscriber) -> None:
    """Of two workers only one gets to send."""
    with store.write() as tx:
        messages.freeze(tx, text_values(owner))
        assert messages.claim(tx, "m1", NOW) is not None
        assert messages.claim(tx, "m1", NOW) is None


def test_a_text_is_not_claimed_before_its_time(store: Store, owner: Subscriber) -> None:
    """A text that waits is left alone until it is due."""
    with store.write() as tx:
        messages.freeze(tx, text_values(owner, not_before=NOW + timedelta(seconds=5)))
        assert messages.claim(tx, "m1", NOW) is None
        assert messages.claim(tx, "m1", NOW + timedelta(seconds=5)) is not None


def test_a_reference_is_used_once(store: Store, owner: Subscriber) -> None:
    """Two texts to one subscriber never share a reference, and the transaction survives the try."""
    with store.write() as tx:
        messages.freeze(tx, text_values(owner))
        with pytest.raises(ReferenceTaken):
            messages.freeze(tx, text_values(owner, id="m2"))
        messages.freeze(tx, text_values(owner, id="m3", reference="B2C3"))


def test_a_call_has_one_first_notice(store: Store, owner: Subscriber) -> None:
    """The database refuses a second first notice."""
    call = enter(store, owner)
    with store.write() as tx:
        notices.add(tx, notice_values(call))
    with pytest.raises(IntegrityError), store.write() as tx:
        notices.add(tx, notice_values(call))


def notice_values(call: Call, **changes: object) -> dict[str, object]:
    values = {"call_id": call.id, "subscriber_id": call.subscriber_id, "kind": "own", "bundle": "b", "caller": "x"}
    return {**values, "noted_at": NOW, **changes}


@pytest.mark.parametrize("order", [("sent", "delivered"), ("delivered", "sent"), ("queued", "delivered", "sending")])
def test_delivery_only_moves_forward(store: Store, owner: Subscriber, order: tuple[str, ...]) -> None:
    """Callbacks out of order end at the furthest status."""
    with store.write() as tx:
        messages.freeze(tx, text_values(owner))
        for status in order:
            message = messages.find(tx, "m1")
            assert message is not None
            messages.progress(tx, message, status, None, NOW)
        final = messages.find(tx, "m1")
    assert final is not None
    assert final.carrier_status == "delivered"


def test_a_recording_never_goes_back(store: Store, owner: Subscriber) -> None:
    """A late `in-progress` does not undo `completed`."""
    call = enter(store, owner)
    with store.write() as tx:
        assert recordings.note(tx, call, "RE1", "promised", {}) == "promised"
        assert recordings.note(tx, call, "RE1", "running", {}) == "promised"
        assert recordings.note(tx, call, "RE1", "unwanted", {}) == "unwanted"
        assert recordings.note(tx, call, "RE1", "promised", {}) == "unwanted"


def test_a_sign_in_link_works_once_and_for_ten_minutes(store: Store, owner: Subscriber) -> None:
    """A link signs in once; a used or old one does not; only hashes are stored."""
    with store.write() as tx:
        token = sessions.new_link(tx, owner.id, NOW)
        old = sessions.new_link(tx, owner.id, NOW)
        session = sessions.sign_in(tx, token, "browser", NOW + timedelta(minutes=9))
        assert session is not None
        assert sessions.find(tx, session, NOW + timedelta(days=1)) is not None
        assert sessions.sign_in(tx, token, "browser", NOW + timedelta(minutes=9)) is None
        assert sessions.sign_in(tx, old, "browser", NOW + timedelta(minutes=11)) is None
        stored = [row for table in ("login", "session") for row in tx.execute(select(metadata.tables[table])).all()]
    assert not any(token in str(row) or session in str(row) for row in stored)


def test_removing_a_subscriber_takes_everything_along(store: Store, owner: Subscriber) -> None:
    """No row of a removed subscriber is left in any table."""
    call = enter(store, owner)
    with store.write() as tx:
        talks.ask(tx, call, Talk(Spoken.ZH), Asked("question", Spoken.ZH, "?", "v", ""))
        recordings.note(tx, call, "RE1", "held", {})
        messages.freeze(tx, text_values(owner, call_id=call.id))
        notices.add(tx, notice_values(call, message_id="m1", fixed_at=NOW))
        sessions.start(tx, owner.id, "browser", NOW)
        subscribers.treat(tx, owner.id, "+85251230000", Treatment.MUTE)
        subscribers.remove(tx, owner.id)
    with store.read() as tx:
        left = {name: tx.execute(select(table)).all() for name, table in metadata.tables.items()}
    assert {name: rows for name, rows in left.items() if rows} == {}


def test_a_turn_is_answered_once(store: Store, owner: Subscriber) -> None:
    """Of many who answer the same turn at once, one moves the call on."""
    call = enter(store, owner)
    moved: list[bool] = []

    def answer() -> None:
        with store.write() as tx:
            moved.append(talks.ask(tx, call, Talk(Spoken.ZH), Asked("question", Spoken.ZH, "?", "v", "")))

    threads = [threading.Thread(target=answer) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(moved) == [False] * 7 + [True]


def test_an_ended_call_moves_no_further(store: Store, owner: Subscriber) -> None:
    """An answer that comes after the end changes nothing."""
    call = enter(store, owner)
    with store.write() as tx:
        calls.close(tx, call, NOW, None)
        assert not talks.ask(tx, call, Talk(Spoken.ZH), Asked("question", Spoken.ZH, "?", "v", ""))


# The job engine's connections are ours

PRAGMAS = {"journal_mode": "wal", "foreign_keys": 1, "synchronous": 2, "secure_delete": 1, "busy_timeout": 5000}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_every_connection_to_sqlite_is_set_up(store: Store) -> None:
    """The engine's own would be in another journal mode, which locks out readers."""
    with store.engine.connect() as tx:
        told = {name: tx.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in PRAGMAS}
    assert told == PRAGMAS


@pytest.mark.parametrize("replaced", [True, False])
def test_a_database_that_is_replaced_while_it_is_open_is_written_to_no_more(sqlite_url: str, replaced: bool) -> None:
    """What was written would be in a file without a name. The server says so until it is started again."""
    store = open_store(sqlite_url)
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    assert store.answers()
    copy = path.with_suffix(".copy")
    shutil.copy(path, copy)
    if replaced:
        copy.replace(path)
    else:
        path.unlink()
    for _ in range(2):
        with pytest.raises(SQLAlchemyError, match="replaced or removed"), store.write():
            pass
    assert not store.answers()
    store.engine.dispose()
    again = open_store(sqlite_url)
    assert again.answers()
    again.engine.dispose()
