"""What the operator is told is owed: counts by state, and the age of the oldest thing that is not settled."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from screener.cli.doctor import backlog
from screener.settings import Settings
from screener.store import Store, owed
from screener.store.owed import MESSAGE_STATES, RECORDING_STATES
from screener.store.schema import message, notice, recording
from tests.visit import add_call, add_owner, sid

NOW = datetime(2026, 11, 24, 8, tzinfo=UTC)
OLD = NOW - timedelta(hours=2)


def add_message(store: Store, owner_id: int, number: int, state: str) -> None:
    row = {"kind": "call", "style": "default", "recipient": "+85291234500", "sender": "+85230001100", "segments": 1}
    about = {"id": f"m{number}", "subscriber_id": owner_id, "reference": f"R{number}", "body": "words", "state": state}
    with store.write() as tx:
        tx.execute(insert(message).values(**row, **about, created_at=OLD, updated_at=OLD, sending_at=OLD))


def add_recording(store: Store, call_id: int, number: int, state: str, **values: object) -> None:
    row = {"call_id": call_id, "sid": sid("RE", number), "state": state, "noted_at": OLD} | values
    with store.write() as tx:
        tx.execute(insert(recording).values(**row))


def told_call(store: Store, owner_id: int, number: int = 1) -> int:
    """A call that a notice tells of."""
    call = add_call(store, add_owner(store), number, at=OLD)
    row = {"call_id": call.id, "subscriber_id": owner_id, "kind": "own", "bundle": "b", "caller": "+85235984471"}
    with store.write() as tx:
        tx.execute(insert(notice).values(**row, noted_at=OLD, fixed_at=OLD))
    return call.id


def test_every_state_is_counted(store: Store, settings: Settings) -> None:
    """Each state of texts and recordings has its own number, here and in the doctor's words."""
    call_id = told_call(store, 1)
    for number, state in enumerate(MESSAGE_STATES):
        for copy in range(number + 1):
            add_message(store, 1, number * 10 + copy, state)
    for number, state in enumerate(RECORDING_STATES):
        for copy in range(number + 1):
            add_recording(store, call_id, number * 10 + copy, state)
    with store.read() as tx:
        now = owed.owed(tx, NOW)
    assert now.messages == {state: number + 1 for number, state in enumerate(MESSAGE_STATES)}
    assert now.recordings == {state: number + 1 for number, state in enumerate(RECORDING_STATES)}
    words = next(backlog(settings, store)).what
    assert "texts: 1 pending, 2 sending, 3 accepted, 4 failed, 5 needs a look" in words
    assert "recordings: 1 running, 2 promised, 3 held, 4 absent, 5 unwanted, 6 deleted, 7 failed" in words


@pytest.mark.parametrize("state", MESSAGE_STATES)
def test_a_text_is_owed_until_it_is_decided(store: Store, state: str) -> None:
    """Pending and sending texts have an age; what was accepted, failed or waits for a person has none."""
    told_call(store, 1)
    add_message(store, 1, 1, state)
    with store.read() as tx:
        assert owed.owed(tx, NOW).oldest_seconds == (7200 if state in ("pending", "sending") else 0)


@pytest.mark.parametrize("state", RECORDING_STATES)
def test_a_recording_is_owed_until_it_is_held_and_gone_at_the_carrier(store: Store, state: str) -> None:
    """One that is promised, unwanted, or held here and at the carrier too has an age."""
    add_recording(store, told_call(store, 1), 1, state)
    with store.read() as tx:
        assert owed.owed(tx, NOW).oldest_seconds == (7200 if state in ("promised", "unwanted", "held") else 0)


def test_a_recording_that_only_we_hold_is_settled(store: Store) -> None:
    """Once the carrier's copy is deleted nothing is owed."""
    add_recording(store, told_call(store, 1), 1, "held", carrier_deleted_at=OLD)
    with store.read() as tx:
        assert owed.owed(tx, NOW).oldest_seconds == 0


def test_a_call_is_owed_until_it_is_told(store: Store) -> None:
    """An ended call without a notice has the age of its end; one on the line is counted as open."""
    owner = add_owner(store)
    add_call(store, owner, 1, at=OLD)
    add_call(store, owner, 2, at=OLD, ended_at=None)
    with store.read() as tx:
        now = owed.owed(tx, NOW)
    assert (now.oldest_seconds, now.calls_open) == (7200 - 30, 1)
