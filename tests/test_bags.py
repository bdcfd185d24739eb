"""Evidence bags: the standard tool and our own check both accept them, and one flipped byte is found and named."""

import csv
import hashlib
import io
import json
import os
import re
import tracemalloc
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import bagit
import pytest
from click.testing import CliRunner
from sqlalchemy import update

from screener import cli
from screener.bags import Choice, note_export, pack, sheet_of, wanted
from screener.bags.check import check_bag
from screener.bags.container import MANIFEST, TAGS, manifest
from screener.evidence import Part, commitment, part_digest
from screener.evidence.files import safe
from screener.followup import clearing
from screener.settings import Settings
from screener.store import Store, calls, custody, heads, open_store, packings
from screener.store.schema import call as call_table
from tests.desk import SOUND, Bench, call_sid, make_bench, recording_sid
from tests.signer import ACCOUNT, BASE, TOKEN, environment
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


@pytest.fixture
def lone(sqlite_url: str, tmp_path: Path) -> Iterator[Bench]:
    """One recorded call, on one kind of database: a bag is the same from either."""
    settings = Settings(ACCOUNT, TOKEN, "k" * 32, BASE, tmp_path, sqlite_url, str(tmp_path / "recordings"))
    store = open_store(sqlite_url)
    made = make_bench(settings, store)
    held(made, ended(made, 1, consent=_recording()))
    yield made
    store.engine.dispose()


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


def test_organisations_stand_by_name(bench: Bench, tmp_path: Path) -> None:
    """Sheet and index name a known organisation as the subscriber reads it; its id alone would tell nobody anything."""
    with bench.store.write() as tx:
        known = calls.find(tx, call_sid(2))
        calls.save(tx, known.id, {"organisation": "鸿远", "on_behalf_of": "cn-cmb"})
    folder = unpacked(packed(bench, tmp_path / "all.zip"), tmp_path / "out") / "data"
    for text in ((folder / "calls.csv").read_text(), (folder / "index.html").read_text()):
        assert ("鴻遠" in text, "招商銀行" in text, "cn-cmb" in text) == (True, True, False)
    assert "招商銀行" in b"".join(sheet_of(bench.store, bench.owner, Choice())).decode()


def file_at(bag: Path) -> dict[int, str]:
    """For each byte of the zip, the file to which it belongs, header included; nothing for the zip's own list."""
    with zipfile.ZipFile(bag) as opened:
        starts = sorted((info.header_offset, info.filename.partition("/")[2]) for info in opened.infolist())
        ends = [start for start, _ in starts[1:]] + [opened.start_dir]
    return {at: name for (start, name), end in zip(starts, ends, strict=True) for at in range(start, end)}


def named(problems: list[str], name: str, bag: Path) -> bool:
    """Whether the problems say in which file the byte lies; in the zip's own list, that it is the zip."""
    return any(name in one if name else bag.name in one for one in problems)


def test_every_flipped_byte_is_found_and_named(lone: Bench, tmp_path: Path) -> None:
    """Whichever byte of the zip is changed, in a file, its header, a manifest or the zip's own list, the check says where.

    Every third byte of what frames the files is tried, and of each file enough; `EVERY=1` in the environment tries all.
    """
    bag = packed(lone, tmp_path / "one.zip", Choice(sid=call_sid(1)))
    whole, files = bag.read_bytes(), file_at(bag)
    assert check_bag(bag).problems == []
    edges = [at for at in range(len(whole)) if at not in files or files[at] != files.get(at - 130)]
    every = int(os.environ.get("EVERY", "0"))
    flips = {(at, 1 << at % 8) for at in {*edges[::3], *range(0, len(whole), every or 97)}}
    # That a file is compressed, in each of the ways that the library would then try.
    flips |= {(listed.start() + 10, method) for listed in re.finditer(b"PK\x01\x02", whole) for method in (8, 12, 14)}
    missed = []
    for at, bit in sorted(flips):
        bag.write_bytes(whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :])
        if not named(check_bag(bag).problems, files.get(at, ""), bag):
            missed.append((at, files.get(at), check_bag(bag).problems))
    assert missed == []


def test_every_flipped_byte_of_a_folder_is_found_and_named(lone: Bench, tmp_path: Path) -> None:
    """Unpacked as well, in each of its files, also by the independent tool; so are bytes added and files put in."""
    folder = unpacked(packed(lone, tmp_path / "one.zip", Choice(sid=call_sid(1))), tmp_path / "out")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    assert len(files) == 10
    for path in files:
        whole, name = path.read_bytes(), path.relative_to(folder).as_posix()
        for at in {*range(0, len(whole), 41), len(whole) - 1}:
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert named(check_bag(folder).problems, name, path), (name, at)
        if name.startswith("data/"):
            with pytest.raises(bagit.BagValidationError):
                bagit.Bag(str(folder)).validate()
        path.write_bytes(whole + b"\n")
        assert named(check_bag(folder).problems, name, path), name
        path.write_bytes(whole)
    (folder / "data" / "more.txt").write_text("put in")
    assert check_bag(folder).problems == [
        "data/more.txt is not in manifest-sha256.txt",
        "data/more.txt is in the bag, and no call speaks of it",
    ]


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
    assert any(f"{recording_sid(1)}.wav was not there when" in one for one in check_bag(folder).said)


def relisted(folder: Path) -> Path:
    """The bag with manifests that fit what lies in it, as whoever forges one would leave it."""
    for listing, below in ((MANIFEST, "data/**/*"), (TAGS, "*.txt")):
        files = [one for one in folder.glob(below) if one.is_file() and one.name != TAGS]
        digests = {one.relative_to(folder).as_posix(): hashlib.sha256(one.read_bytes()).digest() for one in files}
        (folder / listing).write_bytes(b"".join(manifest(digests)))
    return folder


def test_forged_files_are_named_though_every_manifest_fits(bench: Bench, tmp_path: Path) -> None:
    """A recording taken out, one put in, or words changed in a call: new manifests do not hide them."""
    folder = unpacked(packed(bench, tmp_path / "all.zip"), tmp_path / "out")
    assert check_bag(relisted(folder)).problems == []
    audio = folder / "data" / "calls" / call_sid(1) / "audio"
    sound = audio / f"{recording_sid(1)}.wav"
    sound.rename(audio / f"{recording_sid(9)}.wav")
    assert check_bag(relisted(folder)).problems == [
        f"data/calls/{call_sid(1)}/audio/{recording_sid(1)}.wav is not in the bag, and missing.txt does not name it",
        f"data/calls/{call_sid(1)}/audio/{recording_sid(9)}.wav is in the bag, and no call speaks of it",
    ]
    (audio / f"{recording_sid(9)}.wav").rename(sound)
    whole = folder / "data" / "calls" / call_sid(2) / "call.json"
    whole.write_text(whole.read_text().replace("我是大新银行的", "我是大同银行的"))
    assert ["is not what its entry" in one for one in check_bag(relisted(folder)).problems] == [True]
    told = json.loads(whole.read_text())
    first = told["sealed"][0]
    parts = [Part(one["name"], one["content"]) for one in first["parts"]]
    first["digest"] = commitment([part_digest(first["salt"], part) for part in parts])
    whole.write_text(json.dumps(told, ensure_ascii=False))
    position = first["position"]
    assert check_bag(relisted(folder)).problems == [f"entry {position} is not in the chain of this bag"]


def test_a_time_moved_in_the_chain_is_named_though_every_manifest_fits(bench: Bench, tmp_path: Path) -> None:
    """When a call was sealed is held by the links, and by nothing else."""
    folder = unpacked(packed(bench, tmp_path / "all.zip"), tmp_path / "out")
    spine = folder / "data" / "chain.csv"
    lines = spine.read_text().splitlines(keepends=True)
    lines[2] = re.sub(r",20\d\d-", ",2019-", lines[2], count=1)
    spine.write_text("".join(lines))
    position = lines[2].partition(",")[0]
    assert check_bag(relisted(folder)).problems == [f"entry {position} of the chain in this bag differs from its hash"]


def test_a_bag_that_is_asked_for_is_made_once(bench: Bench, tmp_path: Path) -> None:
    """The worker packs it, notes how far it is, and has nothing to do the second time; dropped, its file goes."""
    with bench.store.write() as tx:
        asked = packings.ask(tx, bench.owner.id, Choice(since=AT.replace(year=2020)), 2, AT)
        assert packings.ask(tx, bench.owner.id, Choice(since=AT.replace(year=2020)), 2, AT) == asked
        assert packings.unfinished(tx) == [asked.id]
    for _ in range(2):
        wanted.make(bench.desk, asked.id)
    with bench.store.write() as tx:
        found = packings.find(tx, asked.id)
        assert found
        assert (found.state, found.done, found.chosen, found.tries) == ("ready", 2, asked.chosen, 1)
        assert packings.untaken(tx, bench.owner.id)
        bag = tmp_path / "made.zip"
        bag.write_bytes(b"".join(bench.desk.files.open(found.file)))
        packings.drop(tx, packings.past(tx, bench.now[0].replace(year=2100)), bench.now[0])
    assert (check_bag(bag).problems, check_bag(bag).calls) == ([], 2)
    clearing.clear(bench.desk)
    assert not bench.desk.files.holds(found.file)


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
    code, said = run("export", "--phone", bench.owner.phone, "--to", str(tmp_path / "nowhere" / "x.zip"))
    assert (code, "no folder that can be written to" in said) == (1, True)
    assert run("verify", str(to))[0] == 0
    code, said = run("verify")
    assert (code, "2 calls" in said) == (0, True), said
    with bench.store.engine.begin() as tx:
        tx.execute(update(call_table).where(call_table.c.sid == call_sid(2)).values(caller="+85299990000"))
    code, said = run("verify")
    assert code == 1
    assert f"call {call_sid(2)} differs" in said
    assert run("export", "--phone", bench.owner.phone, "--csv", "--to", str(tmp_path / "c.csv"))[0] == 0
