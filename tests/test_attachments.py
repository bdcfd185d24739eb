"""Files that a subscriber added: sealed as they come in, in the bag, named when changed, a stone when deleted."""

import re
import shutil
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pytest
from sqlalchemy import delete, update

from screener.bags.check import check_bag
from screener.followup import sealing
from screener.followup.expiring import expire
from screener.model import Jurisdiction, Language
from screener.settings import Settings
from screener.store import Store, attachments, calls, heads, letters, proof, recordings
from screener.store.letters import NewLetter
from screener.store.marks import Preference, set_preference
from screener.store.records import Call
from screener.store.schema import attachment
from tests.desk import Bench, make_bench
from tests.test_bags import packed, unpacked
from tests.test_chain import ended, verify

LETTER = NewLetter("complaint_lender", Jurisdiction.HK, Language.EN, '{"texts": {}, "rows": {}}')
PNG = b"\x89PNG\r\n\x1a\n and a picture"


@pytest.fixture
def bench(settings: Settings, store: Store) -> Bench:
    store.chain_heads = settings.data_dir / heads.NAME
    return make_bench(settings, store)


@pytest.fixture
def call(bench: Bench) -> Call:
    return ended(bench)


@pytest.fixture
def added(bench: Bench, call: Call) -> str:
    """A screenshot of a call, kept; its id."""
    made = []

    def enter(kept) -> None:
        values = {"name": "=shot.png", "media_type": "image/png", "sha256": kept.sha256, "size": kept.size}
        with bench.store.write() as tx:
            made.append(attachments.add(tx, {"subscriber_id": bench.owner.id, "call_id": call.id, **values}))

    bench.desk.files.keep([PNG], naming=enter)
    return made[0]


def listened(bench: Bench) -> list[str]:
    """The check of the database, with the bytes of what is held."""
    files = bench.desk.files
    with bench.store.snapshot() as tx:
        listen = lambda sha256, size: "" if files.digest(sha256) == sha256 and files.size(sha256) == size else "differs"  # noqa: E731
        return proof.check(tx, bench.store.chain_heads, proof.Outside(listen)).problems


def test_it_is_sealed_at_once(bench: Bench, added: str) -> None:
    """The chain holds it from its first moment, and checks; an edit of its row or its bytes is named."""
    assert listened(bench) == []
    with bench.store.read() as tx:
        sha256 = attachments.find(tx, added).sha256
    file = bench.desk.files.path(sha256)
    file.write_bytes(PNG.replace(b"picture", b"pictorE"))
    assert listened(bench) == [f"{bench.owner.phone}: attachment {added}: differs"]
    file.write_bytes(PNG)
    with bench.store.write() as tx:
        tx.execute(update(attachment).values(name="other.png"))
    assert f"attachment {added} differs from what was sealed" in verify(bench)[0]
    with bench.store.write() as tx:
        tx.execute(delete(attachment))
    assert "is gone" in verify(bench)[0]


def test_deleting_leaves_a_stone(bench: Bench, call: Call, added: str) -> None:
    """A deleted file is nothing that the check would miss."""
    with bench.store.write() as tx:
        assert attachments.forget(tx, [added])
    assert verify(bench) == []


def test_a_row_put_in_by_hand_is_sealed_late(bench: Bench, call: Call) -> None:
    """What came in without an entry gets one at the worker's next look."""
    row = {"id": "f" * 16, "subscriber_id": bench.owner.id, "call_id": call.id, "name": "x", "media_type": "image/png"}
    with bench.store.write() as tx:
        tx.execute(attachment.insert().values(sha256="a" * 64, size=1, added_at=datetime.now(UTC), **row))
    sealing.seal_rest(bench.desk, whole=True)
    bench.later(days=3650)
    sealing.seal_rest(bench.desk, whole=True)
    with bench.store.write() as tx:
        tx.execute(update(attachment).values(size=2))
    assert any("attachment" in one for one in verify(bench))


def test_it_is_in_the_bag(bench: Bench, call: Call, added: str, tmp_path: Path) -> None:
    """The standard tool and our own check accept the bag; the bytes are those that came; another file is named."""
    folder = unpacked(packed(bench, tmp_path / "all.zip"), tmp_path / "out")
    bagit.Bag(str(folder)).validate()
    path = f"data/calls/{call.sid}/files/{added}.png"
    assert (folder / path).read_bytes() == PNG
    index = (folder / "data" / "index.html").read_text()
    link = re.search(r'<a href="([^"]+)">=shot\.png</a>', index)
    assert link
    assert (folder / "data" / link[1]).read_bytes() == PNG
    assert "'=shot.png" in (folder / "data" / "calls.csv").read_text()
    assert check_bag(folder).problems == []
    assert check_bag(tmp_path / "all.zip").problems == []
    shutil.copytree(folder, tmp_path / "forged")
    forged = tmp_path / "forged"
    (forged / path).write_bytes(PNG + b"!")
    assert f"{path} is not the file that was sealed" in check_bag(forged).problems


def test_they_go_with_a_call_that_is_past_its_time(bench: Bench, call: Call, added: str) -> None:
    """Deletion by age takes a call's files and the letters that rest on it; nothing holds on to the bytes."""
    with bench.store.write() as tx:
        resting = letters.add(tx, bench.owner.id, LETTER, [call.id])
        sha256 = attachments.find(tx, added).sha256
        set_preference(tx, bench.owner.id, Preference(30))
    bench.later(days=31)
    expire(bench.desk)
    with bench.store.read() as tx:
        assert attachments.find(tx, added) is None
        assert letters.find(tx, resting) is None
        assert not recordings.still_used(tx, sha256)
    assert verify(bench) == []


def test_they_go_before_a_call_about_which_a_text_is_being_sent(bench: Bench, call: Call, added: str) -> None:
    """Past its time the call's row waits for the text to be out; its files and letters do not."""
    bench.write("m1", call_id=call.id, state="sending")
    with bench.store.write() as tx:
        resting = letters.add(tx, bench.owner.id, LETTER, [call.id])
        set_preference(tx, bench.owner.id, Preference(30))
    bench.later(days=31)
    expire(bench.desk)
    with bench.store.read() as tx:
        assert calls.find(tx, call.sid) is not None
        assert attachments.find(tx, added) is None
        assert letters.find(tx, resting) is None
