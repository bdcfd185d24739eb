"""Evidence bags: the standard tool and our own check both accept them, and one flipped byte is found and named."""

import csv
import io
import tracemalloc
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pytest
from click.testing import CliRunner
from sqlalchemy import update

from screener import cli
from screener.bags import Choice, note_export, pack, sheet_of
from screener.bags.check import check_bag
from screener.evidence.files import safe
from screener.settings import Settings
from screener.store import Store, calls, custody, heads
from screener.store.schema import call as call_table
from tests.desk import SOUND, Bench, call_sid, make_bench, recording_sid
from tests.signer import environment
from tests.test_chain import ended, held

AT = datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


@pytest.fixture
def bench(settings: Settings, store: Store) -> Bench:
    store.chain_heads = settings.data_dir / heads.NAME
    made = make_bench(settings, store)
    first = ended(made, 1, consent=_recording())
    held(made, first)
    second = ended(made, 2)
    with store.write() as tx:
        calls.save(tx, second.id, {"category": "bank", "organisation": "=1+1 大新"})
    return made


def _recording():  # type: ignore[no-untyped-def]
    from screener.model import Consent

    return Consent.RECORDING


def packed(bench: Bench, to: Path, choice: Choice | None = None) -> Path:
    choice = choice or Choice()
    note_export(bench.store, bench.owner, choice, "subscriber")
    with to.open("wb") as file:
        pack(bench.store, bench.desk.files, bench.owner, choice, (file, AT, lambda _done, _of: None))
    return to


def unpacked(bag: Path, to: Path) -> Path:
    with zipfile.ZipFile(bag) as opened:
        opened.extractall(to)
    return next(to.iterdir())


def test_a_bag_validates_with_the_standard_tool(bench: Bench, tmp_path: Path) -> None:
    """The Library of Congress's own library finds the unpacked bag complete and valid; so do we, packed and unpacked."""
    bag = packed(bench, tmp_path / "all.zip")
    folder = unpacked(bag, tmp_path / "out")
    bagit.Bag(str(folder)).validate()
    for form in (bag, folder):
        found = check_bag(form)
        assert (found.problems, found.calls) == ([], 2)


def test_a_bag_holds_what_a_reader_needs(bench: Bench, tmp_path: Path) -> None:
    """Untouched audio, the exact words asked and answered, the trail with this export, an index in their language."""
    folder = unpacked(packed(bench, tmp_path / "all.zip"), tmp_path / "out") / "data"
    call = folder / "calls" / call_sid(1)
    assert (call / "audio" / f"{recording_sid(1)}.wav").read_bytes() == SOUND
    assert "我是大新银行的" in (call / "transcript.txt").read_text()
    text = (call / "call.json").read_text()
    assert '"exported"' in text
    assert '"carrier"' in text
    page = (folder / "index.html").read_text()
    assert '<html lang="zh-Hant">' in page
    assert "留作證據的通話" in page
    rows = list(csv.reader(io.StringIO((folder / "calls.csv").read_text(encoding="utf-8-sig"), newline="")))
    assert "'=1+1 大新" in rows[2]


def test_every_flipped_byte_is_found(bench: Bench, tmp_path: Path) -> None:
    """Whichever byte of the zip is changed, in a file, a manifest or the zip's own tables, the check says so."""
    bag = packed(bench, tmp_path / "one.zip", Choice(sid=call_sid(1)))
    whole = bag.read_bytes()
    assert check_bag(bag).problems == []
    ends = [*range(60), *range(len(whole) - 400, len(whole))]
    missed = []
    for at in sorted({*ends, *range(60, len(whole), 97)}):
        bag.write_bytes(whole[:at] + bytes([whole[at] ^ 0x20]) + whole[at + 1 :])
        if not check_bag(bag).problems:
            missed.append(at)
    assert missed == []


def test_a_changed_file_is_named(bench: Bench, tmp_path: Path) -> None:
    """Audio, words, manifest and chain: what differs is called by its name, also where the manifests were redone."""
    folder = unpacked(packed(bench, tmp_path / "all.zip"), tmp_path / "out")
    audio = folder / "data/calls" / call_sid(1) / f"audio/{recording_sid(1)}.wav"
    audio.write_bytes(SOUND[:-1] + b"x")
    assert any(f"{recording_sid(1)}.wav differs" in one for one in check_bag(folder).problems)
    bag = bagit.Bag(str(folder))
    bag.save(manifests=True)
    assert any("not the recording that was sealed" in one for one in check_bag(folder).problems)
    audio.write_bytes(SOUND)
    words = folder / "data/calls" / call_sid(2) / "call.json"
    words.write_text(words.read_text().replace("大新银行", "小新银行"))
    bagit.Bag(str(folder)).save(manifests=True)
    assert any(call_sid(2) in one and "commits to" in one for one in check_bag(folder).problems)
    (folder / "data/chain.csv").unlink()
    assert any("chain.csv is missing" in one for one in check_bag(folder).problems)


def test_calls_are_chosen_by_number_organisation_and_period(bench: Bench, tmp_path: Path) -> None:
    """Each way of choosing takes the calls that match and no others, and only those get a deed in their trail."""
    with bench.store.write() as tx:
        other = update(call_table).where(call_table.c.sid == call_sid(2)).values(caller="+85299990000")
        tx.execute(other)
    for choice, expected in (
        (Choice(number="+85299990000"), [call_sid(2)]),
        (Choice(organisation="=1+1 大新"), [call_sid(2)]),
        (Choice(until=datetime(2020, 1, 1, tzinfo=UTC)), []),
        (Choice(since=datetime(2020, 1, 1, tzinfo=UTC)), [call_sid(1), call_sid(2)]),
    ):
        text = b"".join(sheet_of(bench.store, bench.owner, choice)).decode("utf-8-sig")
        assert [row[0] for row in csv.reader(io.StringIO(text, newline=""))][1:] == expected
    assert note_export(bench.store, bench.owner, Choice(number="+85299990000"), "subscriber") == 1
    with bench.store.read() as tx:
        assert [len(custody.of_call(tx, calls.find(tx, call_sid(n)).id)) for n in (1, 2)] == [0, 1]  # type: ignore[union-attr]


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_a_formula_is_text(cell: str) -> None:
    """A spreadsheet takes no cell of ours for a formula."""
    assert safe(cell).startswith("'")
    assert safe("大新") == "大新"


def test_a_missing_recording_is_told(bench: Bench, tmp_path: Path) -> None:
    """A recording whose file is gone does not spoil the bag, and the bag says which it is."""
    bench.desk.files.delete(next(iter(bench.desk.files.names(datetime.now(UTC).replace(year=2100)))))
    folder = unpacked(packed(bench, tmp_path / "all.zip"), tmp_path / "out")
    assert (folder / "data/missing.txt").read_text() == f"{recording_sid(1)}\n"
    assert check_bag(folder).problems == []


def test_a_large_recording_streams(bench: Bench, tmp_path: Path) -> None:
    """Audio passes through in pieces: 64 MB of it take a few MB of memory."""
    from screener.bags.container import Bag

    class Nowhere:
        def write(self, data: bytes) -> int:
            return len(data)

    piece = bytes(256 * 1024)
    tracemalloc.start()
    bag = Bag(Nowhere(), "large")
    bag.add("x.wav", (piece for _ in range(256)))
    bag.close(AT.date(), {})
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


def test_the_commands(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Export says how many calls, verify accepts bag and database, and names a changed row with status 1."""
    for name, value in environment(bench.desk.settings).items():
        monkeypatch.setenv(name, value)
    to = tmp_path / "bag.zip"

    def run(*arguments: str) -> tuple[int, str]:
        result = CliRunner().invoke(cli.cli, arguments)
        return result.exit_code, result.output

    code, said = run("export", "--phone", bench.owner.phone, "--from", "2020-01-01", "--to", str(to))
    assert (code, "2 of 2 calls" in said) == (0, True), said
    assert run("export", "--phone", bench.owner.phone, "--to", str(to))[0] == 1
    assert run("verify", str(to))[0] == 0
    code, said = run("verify")
    assert (code, "2 calls" in said) == (0, True), said
    with bench.store.engine.begin() as tx:
        tx.execute(update(call_table).where(call_table.c.sid == call_sid(2)).values(caller="+85299990000"))
    code, said = run("verify")
    assert code == 1
    assert f"call {call_sid(2)} differs" in said
    assert run("export", "--phone", bench.owner.phone, "--csv", "--to", str(tmp_path / "c.csv"))[0] == 0
