"""`screener verify` and `screener export`: the log against its chains, a bag by itself, calls as a bag or sheet."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from screener.bags import Choice, note_export, pack, sheet_of
from screener.bags.check import check_bag
from screener.cli.operate import PHONE, chosen_owner, opened
from screener.files import Files, FilesError
from screener.store import Store, proof
from screener.store.proof import Outside
from screener.store.records import Subscriber
from screener.timestamps import Roots, StampError, read_roots
from screener.timestamps import check as check_token

DIFFERS = 1  # the exit status when anything is not as it was sealed
EVERY = 500  # calls between two lines of progress


@click.command()
@click.argument("bag", type=click.Path(exists=True, path_type=Path), required=False)
@click.option("--no-audio", is_flag=True, help="Do not read the recordings again; only look whether they are there.")
@click.option(
    "--tsa-roots",
    type=click.Path(exists=True, dir_okay=False),
    help="Root certificates (PEM) by which time-stamps are checked; without it, SCREENER_TSA_ROOTS.",
)
def verify(bag: Path | None, no_audio: bool, tsa_roots: str | None) -> None:
    """Check a BAG (zip or folder), or without one the whole database, and name whatever differs.

    Exits with 1 when anything does.
    """
    try:
        roots = read_roots(tsa_roots or os.environ.get("SCREENER_TSA_ROOTS", ""))
    except StampError as problem:
        raise click.ClickException(str(problem)) from problem
    if bag:
        found = check_bag(bag, roots)
        tell(found.problems, found.said, f"{bag.name}: {found.calls} calls, {len(found.digests)} files")
        return
    settings, store = opened()
    files = Files(settings.recordings_url)
    attest = (lambda token, data: attested(token, data, roots)) if roots else None
    outside = Outside(lambda *held: listen(files, *held, whole=not no_audio), attest, counting())
    with store.snapshot() as tx:
        checked = proof.check(tx, store.chain_heads, outside)
    waiting = f"; {checked.waiting} rows are not sealed yet" if checked.waiting else ""
    tell(checked.problems, checked.said, f"{checked.calls} calls, {checked.entries} entries{waiting}")


def attested(token: bytes, data: bytes, roots: Roots) -> tuple[bool, str]:
    """Whether a token holds, and what it says."""
    try:
        stamped = check_token(token, data, roots)
    except StampError as problem:
        return False, str(problem)
    return True, f"it was there at {stamped.at:%Y-%m-%d %H:%M:%S} UTC, says {stamped.signer}"


def tell(problems: list[str], said: list[str], what: str) -> None:
    """Everything that differs or is worth knowing, one line each; then how much was looked at."""
    for line in [*said, *problems]:
        click.echo(line)
    if problems:
        click.echo(f"{what}: {len(problems)} findings need a look.", err=True)
        sys.exit(DIFFERS)
    click.echo(f"{what}: everything sealed is as it was sealed.")


def listen(files: Files, sha256: str, size: int, *, whole: bool) -> str:
    """What is wrong with a recording's bytes, or nothing."""
    try:
        if files.size(sha256) != size:
            return "its file is gone or has another size"
        return "its file was changed" if whole and files.digest(sha256) != sha256 else ""
    except (FilesError, OSError) as problem:
        return f"its file cannot be read ({type(problem).__name__})"


def counting() -> proof.Progress:
    """Says on a terminal how far the check has come."""
    done = 0

    def progress(more: int) -> None:
        nonlocal done
        done += more
        if sys.stderr.isatty():
            click.echo(f"\r{done} entries", nl=False, err=True)

    return progress


DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--phone", type=PHONE, required=True, help="The subscriber's own phone.")
@click.option("--call", "sid", default="", metavar="SID", help="One call.")
@click.option("--number", type=PHONE, help="Calls from this number.")
@click.option("--organisation", default="", metavar="KEY", help="Calls that claimed this organisation.")
@click.option("--from", "since", type=DAY, help="Calls from this day on, in the subscriber's time zone.")
@click.option("--until", type=DAY, help="Calls before this day.")
@click.option("--csv", "as_csv", is_flag=True, help="A sheet of the calls instead of a bag.")
@click.option("--to", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The file to write.")
def export(phone: str, sid: str, to: Path, *, as_csv: bool, **given: datetime | str | None) -> None:
    """Write calls as an evidence bag (a zip in BagIt's form), or as CSV. The export is entered in each call's trail."""
    settings, store = opened()
    files = Files(settings.recordings_url)
    owner = chosen_owner(store, phone)
    since, until = (_day(given[name], owner) for name in ("since", "until"))
    choice = Choice(sid, str(given["number"] or ""), str(given["organisation"] or ""), since, until)
    if to.exists():
        raise click.ClickException(f"{to} is there already; name another file.")
    if not os.access(to.parent, os.W_OK | os.X_OK):
        raise click.ClickException(f"{to.parent} is no folder that can be written to.")
    if not note_export(store, owner, choice, "operator", form="table" if as_csv else "bag"):
        raise click.ClickException("No call that is over matches.")
    part = to.with_name(f"{to.name}.part")
    try:
        said = write_sheet(store, owner, choice, part) if as_csv else write_bag(store, files, owner, (choice, part))
        part.rename(to)
    except OSError as problem:
        raise click.ClickException(f"{to} could not be written: {problem.strerror}") from problem
    finally:
        part.unlink(missing_ok=True)
    click.echo(f"{to}: {said}")


def _day(day: object, owner: Subscriber) -> datetime | None:
    """The beginning of a day where the subscriber lives."""
    return day.replace(tzinfo=owner.zone) if isinstance(day, datetime) else None


def write_sheet(store: Store, owner: Subscriber, choice: Choice, to: Path) -> str:
    with to.open("xb") as file:
        file.writelines(sheet_of(store, owner, choice))
    return "the calls as CSV."


def write_bag(store: Store, files: Files, owner: Subscriber, what: tuple[Choice, Path]) -> str:
    choice, to = what
    with to.open("xb") as file:
        packed = pack(store, files, owner, choice, (file, datetime.now(UTC), progress))
    missing = f" {len(packed.missing)} recordings are not there; missing.txt names them." if packed.missing else ""
    return f"{packed.calls} calls.{missing}"


def progress(done: int, of: int) -> None:
    if done % EVERY == 0 or done == of:
        click.echo(f"{done} of {of} calls", err=True)
