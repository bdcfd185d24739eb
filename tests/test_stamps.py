"""Time-stamps by a third party: had in time, kept, put into bags, and checked against the roots that are trusted."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, text, update

from screener import cli
from screener.bags.check import check_bag
from screener.cli import doctor
from screener.followup import stamping
from screener.settings import Settings, SettingsError, read_settings
from screener.store import Store, heads, proof, stamps
from screener.store.schema import stamp
from screener.timestamps import StampError, ask, check, read_roots
from tests.authority import Authority, an_authority, has_openssl
from tests.desk import Bench, make_bench
from tests.signer import environment
from tests.test_bags import packed, unpacked
from tests.test_chain import ended

DATA = b"name 12 hash\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    if not has_openssl():
        pytest.skip("openssl is not installed (Debian: apt-get install openssl)")
    with an_authority(tmp_path_factory.mktemp("tsa") / "service") as made:
        yield made


@pytest.fixture
def authority(service: Authority) -> Authority:
    service.broken, service.asked = None, 0
    return service


@pytest.fixture
def bench(settings: Settings, store: Store, authority: Authority) -> Bench:
    """One call sealed, and a service named."""
    store.chain_heads = settings.data_dir / heads.NAME
    made = make_bench(replace(settings, tsa_url=authority.url, tsa_roots=str(authority.root)), store)
    ended(made, 1)
    return made


def stamped(bench: Bench) -> None:
    assert stamping.owed_stamps(bench.desk) == 1
    stamping.stamp(bench.desk, bench.owner.id)


def stamped_at(bench: Bench) -> datetime | None:
    with bench.store.read() as tx:
        return stamps.latest(tx)


def verified(bench: Bench) -> tuple[list[str], list[str]]:
    """Problems, and what is said, of a check of the database."""
    roots = read_roots(bench.desk.settings.tsa_roots)

    def attest(token: bytes, data: bytes) -> tuple[bool, str]:
        try:
            return True, check(token, data, roots).signer
        except StampError as problem:
            return False, str(problem)

    with bench.store.snapshot() as tx:
        found = proof.check(tx, bench.store.chain_heads, proof.Outside(lambda *_: "", attest))
    return found.problems, found.said


def test_a_token_speaks_of_its_data_alone(authority: Authority) -> None:
    """It holds for the data and the root that it was made with, and for no others, nor cut, nor with a byte changed."""
    roots = read_roots(authority.root)
    token = ask(authority.url, DATA, roots)
    assert check(token, DATA, roots).signer == "CN=Test root"
    with pytest.raises(StampError, match="does not hold"):
        check(token, DATA + b"x", roots)
    with pytest.raises(StampError, match="does not hold"):
        check(token, DATA, ())
    for at in (0, len(token) - 1):
        with pytest.raises(StampError):
            check(token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :], DATA, roots)
    with pytest.raises(StampError):
        check(token[:-1], DATA, roots)


def test_another_root_proves_nothing(authority: Authority, tmp_path: Path) -> None:
    """A token by somebody whom the operator does not trust is refused."""
    with an_authority(tmp_path / "other") as other, pytest.raises(StampError, match="does not hold"):
        ask(authority.url, DATA, read_roots(other.root))


@pytest.mark.parametrize("answer", [503, b"", b"no token", b"x" * 70_000])
def test_a_service_that_answers_otherwise(authority: Authority, answer: int | bytes) -> None:
    """Whatever it sends instead of a token is an error."""
    authority.broken = answer
    with pytest.raises(StampError):
        ask(authority.url, DATA, read_roots(authority.root))


def test_an_old_token_is_no_answer(authority: Authority) -> None:
    """The same data stamped before: the nonce tells that it is not the answer to this question."""
    roots = read_roots(authority.root)
    authority.broken = ask(authority.url, DATA, roots)
    with pytest.raises(StampError, match="Nonce"):
        ask(authority.url, DATA, roots)


def test_nobody_there() -> None:
    """A service that cannot be reached is told of in a word."""
    with pytest.raises(StampError, match="could not be asked"):
        ask("http://127.0.0.1:9", DATA, ())


def test_a_head_is_stamped_once_a_day_and_after_many_entries(
    bench: Bench, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chain that has not grown is left alone; one that has waits a day, or for many entries."""
    stamped(bench)
    at = stamped_at(bench)
    assert at
    bench.now[0] = at + timedelta(hours=1)
    assert stamping.owed_stamps(bench.desk) == 0
    ended(bench, 2)
    assert stamping.owed_stamps(bench.desk) == 0
    monkeypatch.setattr(stamps, "MANY", 1)
    assert stamping.owed_stamps(bench.desk) == 1
    monkeypatch.setattr(stamps, "MANY", 1000)
    bench.now[0] += timedelta(days=1, minutes=1)
    stamped(bench)
    with bench.store.read() as tx:
        assert [one.position for one in stamps.of_chain(tx, bench.owner.id)] == [1, 2]
    assert authority.asked == 2
    ids = [one for kind, one, _ in bench.promised if kind == "stamp"]
    assert all(len(one.removeprefix(f"{bench.owner.id}:")) == 10 for one in ids)  # a day and an hour


def test_without_a_service_nothing_is_asked(bench: Bench) -> None:
    """No address, no follow-up."""
    bench.desk = replace(bench.desk, settings=replace(bench.desk.settings, tsa_url=""))
    assert stamping.owed_stamps(bench.desk) == 0


def test_a_service_that_is_down_leaves_the_chain_due(bench: Bench, authority: Authority) -> None:
    """Nothing is kept, nothing breaks, and the chain stays due."""
    authority.broken = 503
    stamped(bench)
    assert stamping.owed_stamps(bench.desk) == 1
    authority.broken = None
    stamped(bench)
    assert stamped_at(bench)


def test_stamps_are_checked_with_the_database(bench: Bench) -> None:
    """The check says what each stamp proves; a changed one, a removed one and one of another entry are named."""
    stamped(bench)
    assert verified(bench) == ([], ["the time-stamp of entry 1: CN=Test root"])
    with bench.store.engine.begin() as tx:
        token = tx.execute(select(stamp.c.token)).scalar_one()
        tx.execute(update(stamp).values(token=token[:-1] + bytes([token[-1] ^ 1])))
    assert "does not hold" in str(verified(bench)[0])
    with bench.store.engine.begin() as tx:
        tx.execute(update(stamp).values(token=token, hash="0" * 64))
    assert "speaks of another entry" in str(verified(bench)[0])
    with bench.store.engine.begin() as tx:
        tx.execute(delete(stamp))
    assert "gone from the database" in str(verified(bench)[0])


def test_a_stamp_tells_of_a_cut_tail_where_the_heads_were_rewritten(bench: Bench) -> None:
    """Whoever cuts the chain and writes the heads' file anew still has the stamps' file against them."""
    ended(bench, 2)
    stamped(bench)
    heads_file = bench.store.chain_heads
    assert heads_file
    with bench.store.engine.begin() as tx:
        tx.execute(text("DELETE FROM stamp"))
        tx.execute(text("DELETE FROM seal WHERE position = 2"))
        first = tx.execute(text("SELECT hash FROM seal")).scalar_one()
        tx.execute(text("UPDATE chain SET length = 1, head = :first"), {"first": first})
    heads_file.write_text(heads_file.read_text().splitlines(keepends=True)[0])
    assert "the chain is cut short" in str(verified(bench)[0])


def test_a_bag_holds_its_stamps(bench: Bench, authority: Authority, tmp_path: Path) -> None:
    """They are checked with the bag, by our command and by openssl; without roots the check says that it did not."""
    stamped(bench)
    bag = packed(bench, tmp_path / "all.zip")
    roots = read_roots(authority.root)
    found = check_bag(bag, roots)
    assert found.problems == []
    assert any("entry 1 was there at 20" in one and "CN=Test root" in one for one in found.said)
    assert "were not checked" in str(check_bag(bag).said)
    folder = unpacked(bag, tmp_path / "out") / "data" / "stamps"
    command = ["openssl", "ts", "-verify", "-in", folder / "1.tsr", "-data", folder / "1.txt"]
    subprocess.run([*command, "-CAfile", authority.root], check=True, capture_output=True, timeout=20)
    for name in ("1.txt", "1.tsr"):
        whole = (folder / name).read_bytes()
        (folder / name).write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        wrong = check_bag(folder.parent.parent, roots).problems
        said = "speaks of another chain" if name == "1.txt" else "does not hold"
        assert any("time-stamp of entry 1" in one and said in one for one in wrong), name
        (folder / name).write_bytes(whole)


def test_the_command_checks_stamps(bench: Bench, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """With roots it says what each stamp proves; a file that holds none is told."""
    stamped(bench)
    for name, value in environment(bench.desk.settings).items():
        monkeypatch.setenv(name, value)
    done = CliRunner().invoke(cli.cli, ["verify", "--tsa-roots", str(authority.root)])
    assert (done.exit_code, "entry 1: it was there at 20" in done.output) == (0, True), done.output
    assert "1 time-stamps were not checked" in CliRunner().invoke(cli.cli, ["verify"]).output
    wrong = CliRunner().invoke(cli.cli, ["verify", "--tsa-roots", str(authority.folder / "serial")])
    assert (wrong.exit_code, "no certificate" in wrong.output) == (1, True)


def test_a_service_needs_its_roots(authority: Authority) -> None:
    """An address without roots, an odd one and a file that is not there each stop every command."""
    base = {"TWILIO_ACCOUNT_SID": "AC" + "0" * 32, "TWILIO_AUTH_TOKEN": "t", "SCREENER_PUBLIC_URL": "https://x.example"}
    base["SCREENER_SECRET_KEY"] = "k" * 32
    good = {"SCREENER_TSA_URL": "http://tsa.example/", "SCREENER_TSA_ROOTS": str(authority.root)}
    assert read_settings(base | good).tsa_url == "http://tsa.example/"
    for wrong in ({"SCREENER_TSA_ROOTS": ""}, {"SCREENER_TSA_ROOTS": "nowhere"}, {"SCREENER_TSA_URL": "ftp://x"}):
        with pytest.raises(SettingsError, match="SCREENER_TSA"):
            read_settings(base | good | wrong)


def test_the_operator_is_told_of_stamps_that_fail(bench: Bench) -> None:
    """A chain that is overdue needs a look; one that was stamped does not; without a service nothing is said."""
    settings = bench.desk.settings
    assert [one.good for one in doctor.stamped(settings, bench.store)] == [False]
    stamped(bench)
    assert [one.good for one in doctor.stamped(settings, bench.store)] == [True]
    assert list(doctor.stamped(replace(settings, tsa_url=""), bench.store)) == []


def test_a_stamp_of_a_head_that_is_gone_is_not_kept(bench: Bench) -> None:
    """Another head stands there, or none, after the service was asked; and one head is kept once."""
    with bench.store.write() as tx:
        head = stamps.head(tx, bench.owner.id)
        assert head
        stamps.keep(tx, bench.owner.id, bench.now[0], replace(head, hash="0" * 64), b"x")
        stamps.keep(tx, bench.owner.id + 1, bench.now[0], head, b"x")
        assert tx.execute(select(stamp)).all() == []
        for _ in range(2):
            stamps.keep(tx, bench.owner.id, bench.now[0], head, b"x")
        assert len(tx.execute(select(stamp)).all()) == 1
