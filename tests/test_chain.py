"""The chain of seals: what is closed is sealed at once, and whatever is changed afterwards is found and named."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, event, insert, select, text, update

from screener.evidence import Entry, Part, canonical, link, part_digest
from screener.followup import clearing, expiring, forgetting, keeping, sealing, sweep, tidying
from screener.model import Consent, Treatment
from screener.settings import Settings
from screener.store import (
    Connection,
    Store,
    calls,
    chain,
    custody,
    erasing,
    heads,
    messages,
    proof,
    recordings,
    remnants,
    subscribers,
    talks,
)
from screener.store.marks import Preference, set_preference
from screener.store.records import Call
from screener.store.remnants import Kind
from screener.store.schema import call as call_table
from screener.store.schema import chain as chain_table
from screener.store.schema import custody as custody_table
from screener.store.schema import message, recording, seal, turn
from tests.desk import NOW, SOUND, Bench, call_sid, make_bench, recording_sid
from tests.signer import Carrier


def verify(bench: Bench) -> list[str]:
    return checked(bench).problems


def checked(bench: Bench) -> proof.Checked:
    def listen(sha256: str, size: int) -> str:
        return "" if bench.desk.files.size(sha256) == size else "its file is gone"

    with bench.store.snapshot() as tx:
        return proof.check(tx, bench.store.chain_heads, proof.Outside(listen))


def entries(tx: Connection) -> list[str]:
    return list(tx.execute(select(seal.c.kind).order_by(seal.c.position)).scalars())


@pytest.fixture
def bench(settings: Settings, store: Store) -> Bench:
    store.chain_heads = settings.data_dir / heads.NAME
    return make_bench(settings, store)


def ended(bench: Bench, number: int = 1, consent: Consent = Consent.NOTES) -> Call:
    """A call that was closed as a webhook closes it, one turn said."""
    call = bench.enter(number, consent, ended=False)
    with bench.store.write() as tx:
        call = calls.by_id(tx, call.id)
        talks.keep_partial(tx, call, call.turn, "我是大新银行的", 1)
        bench.desk.end(tx, call, 30)
        return calls.by_id(tx, call.id)


def held(bench: Bench, call: Call, number: int = 1) -> None:
    bench.note(call, recording_sid(number))
    bench.carrier.media_of[recording_sid(number)] = SOUND
    keeping.keep_recording(bench.desk, recording_sid(number))


def test_a_closed_call_is_sealed_in_the_same_transaction(bench: Bench) -> None:
    """The seal is there when the call is closed, and not when closing fails."""
    call = bench.enter(1, ended=False)

    def fail() -> None:
        with bench.store.write() as tx:
            bench.desk.end(tx, call, 30)
            assert entries(tx) == ["call"]
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with bench.store.read() as tx:
        assert entries(tx) == []
    assert not bench.store.chain_heads.exists()  # type: ignore[union-attr]
    with bench.store.write() as tx:
        bench.desk.end(tx, call, 30)
    with bench.store.read() as tx:
        assert entries(tx) == ["call"]
    assert verify(bench) == []


def test_what_follows_is_sealed_too(bench: Bench) -> None:
    """Findings, a held recording, a deed and a delivery each get their entry, and all of it checks."""
    call = ended(bench, consent=Consent.RECORDING)
    held(bench, call)
    bench.write(state="accepted", sid="SM1", carrier_status="delivered", call_id=call.id)
    with bench.store.write() as tx:
        calls.save(tx, call.id, {"category": "bank", "findings": "{}"})
        custody.note(tx, call, "subscriber", "listened")
    bench.later(minutes=1)
    assert sealing.seal_rest(bench.desk) == 1
    assert sealing.seal_rest(bench.desk) == 0
    with bench.store.read() as tx:
        assert entries(tx) == ["call", "recording", "findings", "custody", "delivery"]
    assert verify(bench) == []


def test_what_was_not_sealed_in_its_own_transaction_is_told_for_ever(bench: Bench) -> None:
    """Such a call is named as never sealed; after the worker's look it has an entry that says that it came late."""
    ended(bench, 2)
    bench.enter(1)
    bench.later(days=1)
    assert verify(bench) == [f"call {call_sid(1)} was never sealed, and should have been when it came in"]
    assert sweep.sweep(bench.desk, whole=True)
    with bench.store.read() as tx:
        assert entries(tx) == ["call", "call"]
    found = checked(bench)
    assert (found.problems, found.said) == ([], ["+85291234567: entry 2 (call) was sealed late"])
    with bench.store.engine.begin() as tx:
        tx.execute(update(seal).values(detail=""))
    assert any("entry 2" in problem for problem in verify(bench))


def test_what_was_never_sealed_long_ago_is_found_once_a_day(bench: Bench) -> None:
    """The looks of every few seconds go back two days only."""
    bench.enter(1)
    bench.later(days=10)
    assert sealing.seal_late(bench.desk, whole=True) == 0
    tidying.tidy(bench.desk)
    with bench.store.read() as tx:
        assert entries(tx) == ["call"]


def test_a_delivery_that_waits_for_its_seal_is_said(bench: Bench) -> None:
    """Deliveries are sealed by the worker once they are final: until then they are counted, not taken for sealed."""
    call = ended(bench)
    bench.write(state="accepted", sid="SM1", carrier_status="delivered", call_id=call.id)
    bench.later(minutes=1)
    found = checked(bench)
    assert (found.problems, found.said, found.waiting) == (
        [],
        ["delivery SM1 is not sealed yet; the worker does it"],
        1,
    )
    sealing.seal_rest(bench.desk)
    assert (checked(bench).said, checked(bench).waiting) == ([], 0)


def test_a_blocked_call_is_in_the_heads_file_at_once(app: Flask, carrier: Carrier, settings: Settings) -> None:
    """Its ring and its end are one transaction, and the file outside knows the head when the answer goes out."""
    store = app.extensions["screener"].store
    made = make_bench(settings, store)
    with store.write() as tx:
        subscribers.treat(tx, made.owner.id, "+85251230000", Treatment.BLOCK)
    form = {"CallSid": call_sid(1), "From": "+85251230000", "To": made.owner.twilio_number, "CallStatus": "ringing"}
    assert carrier.post("/voice/incoming", **form).status_code == 200
    with store.read() as tx:
        hashes = list(tx.execute(select(seal.c.hash)).scalars())
    assert [head.hash for head in heads.read(store.chain_heads)] == hashes
    assert len(hashes) == 1


EDITS = [
    (update(turn).values(said="something else"), "turn 1"),
    (update(turn).values(partial="我是另一家银行的"), "turn 1"),
    (delete(turn), "turn 1 is gone"),
    (update(call_table).values(caller="+85299990000"), "call CA"),
    (update(call_table).values(carrier='{"a":"b"}'), "call CA"),
    (update(call_table).values(organisation="hk-hsbc"), "findings"),
    (delete(call_table), "is gone"),
    (update(recording).values(sha256="0" * 64), f"recording {recording_sid(1)}"),
    (delete(recording), "recording in row"),
    (update(custody_table).values(who="nobody"), "custody listened"),
    (delete(custody_table), "custody in row"),
    (update(seal).where(seal.c.position == 2).values(digest="0" * 64), "entry 2"),
    (delete(seal).where(seal.c.position == 2), "entries 2 to 2"),
    (delete(seal).where(seal.c.position == 4), "cut short"),
    (update(seal).where(seal.c.position == 3).values(salt=None), "emptied"),
    (update(chain_table).values(length=9), "the chain has 4 entries where 9 are noted"),
    (update(chain_table).values(head="0" * 64), "the chain has 4 entries where 4 are noted, or another head"),
]


AT = {"at": NOW - timedelta(hours=1)}
BY_HAND = [
    (
        insert(call_table).values(
            sid=call_sid(9), subscriber_id=1, caller_kind="number", caller_raw="x", carrier="{}", talk="{}",
            started_at=AT["at"], ended_at=AT["at"],
        ),
        f"call {call_sid(9)} was never sealed",
    ),
    (
        insert(turn).values(
            call_id=1, number=7, step="statement", language="zh", said="?", version="v", reply="", asked_at=AT["at"]
        ),
        "turn 7 was added",
    ),
    (
        insert(recording).values(
            call_id=1, sid=recording_sid(9), state="held", source="", noted_at=AT["at"], held_at=AT["at"]
        ),
        f"recording {recording_sid(9)} was never sealed",
    ),
    (insert(custody_table).values(subscriber_id=1, call_id=1, who="x", deed="listened", **AT), "custody listened was"),
    (
        insert(message).values(
            id="m9", subscriber_id=1, call_id=1, kind="call", style="default", reference="B2C3", recipient="x",
            sender="y", body="z", segments=1, state="accepted", carrier_status="delivered",
            created_at=AT["at"], updated_at=AT["at"],
        ),
        "delivery m9 is not sealed yet",
    ),
    (
        insert(seal).values(subscriber_id=1, position=9, kind="call", digest="0" * 64, hash="0" * 64, **AT),
        "entries 4 to 8",
    ),
    (
        insert(seal).values(subscriber_id=1, position=4, kind="call", digest="0" * 64, hash="0" * 64, **AT),
        "entry 4 of the chain (call) differs",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("row", "named"), BY_HAND)
def test_each_row_put_in_by_hand_is_named(bench: Bench, row: object, named: str) -> None:
    """A row that no deed of ours put in, in any table that is sealed or in the chain itself, is named."""
    call = ended(bench, consent=Consent.RECORDING)
    held(bench, call)
    with bench.store.write() as tx:
        custody.note(tx, call, "subscriber", "listened")
    assert verify(bench) == []
    with bench.store.engine.begin() as tx:
        tx.execute(row)  # type: ignore[call-overload]
    found = checked(bench)
    assert any(named in one for one in found.problems + found.said), found


@pytest.mark.parametrize(("edit", "named"), EDITS)
def test_each_edit_is_found_and_named(bench: Bench, edit: object, named: str) -> None:
    """One changed or removed row, of the log or of the chain itself, is found, and the finding says which."""
    call = ended(bench, consent=Consent.RECORDING)
    with bench.store.write() as tx:
        calls.save(tx, call.id, {"category": "bank"})
    held(bench, call)
    with bench.store.write() as tx:
        custody.note(tx, call, "subscriber", "listened")
    assert verify(bench) == []
    with bench.store.engine.begin() as tx:
        tx.execute(edit)  # type: ignore[call-overload]
    assert any(named in problem for problem in verify(bench)), verify(bench)


def test_a_changed_call_cannot_be_sealed_once_more(bench: Bench) -> None:
    """Whoever changes a call and has it sealed anew, as the program would, is told of: a call is sealed once."""
    call = ended(bench)
    with bench.store.write() as tx:
        tx.execute(update(turn).values(said="something else"))
        chain.seal_call(tx, call.id, call.subscriber_id)
    assert verify(bench) == [f"{bench.owner.phone}: call in row {call.id} was sealed 2 times, which never happens"]


def test_entries_that_come_at_once_take_their_turns(bench: Bench) -> None:
    """Several processes add to one chain at the same time: none is refused, and every link holds."""
    call = ended(bench)

    def listen(_: int) -> None:
        for _ in range(5):
            with bench.store.write() as tx:
                custody.note(tx, call, "subscriber", "listened")

    with ThreadPoolExecutor(4) as several:
        list(several.map(listen, range(4)))
    with bench.store.read() as tx:
        assert entries(tx).count("custody") == 20
    assert verify(bench) == []


def test_a_cut_tail_is_found_even_when_every_trace_is_removed(bench: Bench) -> None:
    """Rows, entries and the noted head are all put back to the first call; the file outside still tells."""
    ended(bench, 1)
    with bench.store.read() as tx:
        first = tx.execute(select(seal.c.hash)).scalar_one()
    second = ended(bench, 2)
    with bench.store.engine.begin() as tx:
        tx.execute(delete(call_table).where(call_table.c.id == second.id))
        tx.execute(delete(seal).where(seal.c.position > 1))
        tx.execute(text("UPDATE chain SET length = 1, head = :head"), {"head": first})
    assert [one for one in verify(bench) if "cut short" in one]


def test_a_chain_written_anew_does_not_match_the_heads(bench: Bench) -> None:
    """Whoever rebuilds the chain from changed rows cannot rebuild what was written down outside."""
    call = ended(bench)
    with bench.store.engine.begin() as tx:
        tx.execute(delete(seal))
        tx.execute(text("UPDATE chain SET length = 0, head = :head"), {"head": "0" * 64})
        tx.execute(update(call_table).values(caller="+85299990000"))
        chain.seal_call(tx, call.id, call.subscriber_id)
    assert any("written down outside" in one for one in verify(bench))


def test_deleting_words_leaves_a_stone_and_the_chain_checks(bench: Bench) -> None:
    """The salts of what was deleted are gone, a tombstone names the entries, and what is left is sealed anew."""
    call = ended(bench)
    with bench.store.write() as tx:
        calls.save(tx, call.id, {"findings": "{}", "category": "bank"})
        erasing.words(tx, calls.by_id(tx, call.id))
    with bench.store.read() as tx:
        assert entries(tx)[-3:] == ["tombstone", "call", "findings"]
        assert set(tx.execute(select(seal.c.salt).where(seal.c.position <= 3)).scalars()) == {None}
    assert verify(bench) == []


def test_deleting_everything_leaves_stones_alone(bench: Bench) -> None:
    """Nothing in the chain points to the deleted call any more, and a later call in the same row is not mistaken."""
    call = ended(bench)
    with bench.store.write() as tx:
        custody.note(tx, call, "subscriber", "deleted", "all")
        assert erasing.everything(tx, calls.by_id(tx, call.id), "secret")
    with bench.store.read() as tx:
        assert tx.execute(select(seal.c.subject).where(seal.c.kind == "call")).scalars().all() == [None]
        assert erasing.erased_of(tx, [call.sid, "CA2"], "secret") == {call.sid}
    ended(bench, 2)
    assert verify(bench) == []


def test_an_erased_recording_is_buried(bench: Bench) -> None:
    """A recording that the subscriber deletes is no longer looked for."""
    call = ended(bench, consent=Consent.RECORDING)
    held(bench, call)
    with bench.store.write() as tx:
        assert erasing.sound(tx, call) == [recording_sid(1)]
    assert verify(bench) == []
    keeping.keep_recording(bench.desk, recording_sid(1))
    assert list(bench.desk.files.names(NOW + timedelta(days=9999))) == []
    assert verify(bench) == []


def test_old_calls_go_at_the_age_that_was_chosen(bench: Bench) -> None:
    """Past the chosen age a call is erased with its file; a younger one, and every other subscriber's, stays."""
    old, young = ended(bench, 1, Consent.RECORDING), ended(bench, 2)
    held(bench, old)
    long_ago = {name: NOW - timedelta(days=31) for name in ("started_at", "ended_at")}
    with bench.store.write() as tx:
        set_preference(tx, bench.owner.id, Preference(30))
        tx.execute(update(call_table).where(call_table.c.id == old.id).values(**long_ago))
        tx.execute(delete(seal))  # sealed as if it had ended then
        tx.execute(text("UPDATE chain SET length = 0, head = :head"), {"head": "0" * 64})
        found = recordings.find(tx, recording_sid(1))
        assert found is not None
        assert found.sha256
    expiring.expire(bench.desk)
    with bench.store.read() as tx:
        assert calls.find(tx, old.sid) is None
        assert calls.find(tx, young.sid) is not None
    clearing.clear(bench.desk)
    assert not bench.desk.files.holds(found.sha256)


def test_a_call_stays_while_a_text_about_it_goes_out(bench: Bench) -> None:
    """Nobody knows yet under which sid the carrier has the text: the call waits for that, then goes by itself."""
    call = ended(bench, consent=Consent.RECORDING)
    bench.write(call_id=call.id, state="sending")
    with bench.store.write() as tx:
        assert not erasing.everything(tx, call, "secret")
        erasing.later(tx, call)
    assert forgetting.erase_promised(bench.desk) == 0
    with bench.store.write() as tx:
        messages.adopt(tx, "m1", "SM1", NOW)
    assert forgetting.erase_promised(bench.desk) == 1
    with bench.store.read() as tx:
        assert calls.find(tx, call.sid) is None
        assert [one.name for one in remnants.due(tx, NOW, [Kind.TEXT], 9)] == ["SM1"]


def test_the_digest_of_a_part_needs_its_salt() -> None:
    """The same content under another salt has another digest, and canonical writing does not depend on order."""
    part = Part("call", {"caller": "+85251230000", "at": NOW})
    assert part_digest("a", part) != part_digest("b", part)
    assert canonical({"b": 1, "a": "电"}) == canonical({"a": "电", "b": 1}) == '{"a":"电","b":1}'.encode()
    assert link("n", "p", Entry(1, "call", NOW, "d")) != link("n", "q", Entry(1, "call", NOW, "d"))


def test_sealing_costs_the_same_however_long_the_chain(bench: Bench) -> None:
    """A call's seal takes a handful of statements, the first as the hundredth."""
    many = [ended(bench, number) for number in range(1, 6)]
    asked: list[str] = []
    event.listen(bench.store.engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    counts = []
    with bench.store.write() as tx:
        for call in many * 20:
            asked.clear()
            chain.seal_call(tx, call.id, call.subscriber_id)
            counts.append(len(asked))
    assert len(set(counts)) == 1
    assert counts[0] <= 8, asked
