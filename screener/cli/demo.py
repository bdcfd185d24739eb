"""`screener demo`: the main job with no account, from scripted callers to the texts that the subscribers get."""

import secrets
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import click

from screener.cli.demo_ladder import show_ladder
from screener.model import Consent
from screener.simulator import CallRecord, Carrier, Script, scripts
from screener.simulator.premises import RESIDENTS, Premises, PremisesError
from screener.simulator.shown import shown
from screener.store import Store, calls, messages, notices, open_store, recordings

PATIENCE = 10.0  # seconds after a call until its text and recording must be there
SETTLED = 0.15  # seconds between looks


@dataclass(frozen=True, slots=True)
class Observed:
    """What came of a call: what the server keeps, and the text as the phone got it, None until it is there."""

    disposition: str | None = None
    consent: str = Consent.UNASKED
    category: str | None = None
    organisation: str = ""
    recordings: int = 0
    text: str | None = None
    told: bool = False  # its one notice is fixed


def observed(store: Store, carrier: Carrier, call_sid: str) -> Observed:
    """Read one call back from the server's database, and its text from the carrier that delivered it."""
    with store.read() as tx:
        call = calls.find(tx, call_sid)
        if call is None:
            return Observed()
        notice = notices.of_call(tx, call.id)
        sids = [m.sid for m in messages.of_call(tx, call.id)]
        held = [r for r in recordings.of_call(tx, call.id) if r.state == "held"]
    got = [m.body for m in carrier.messages if m.sid in sids and m.status == "delivered"]
    return Observed(
        call.disposition,
        call.consent,
        call.category,
        call.organisation or "",
        len(held),
        got[-1] if got else None,
        notice is not None,
    )


def differences(script: Script, seen: Observed) -> list[str]:
    """How what was kept and sent differs from what the script expects, in plain words."""
    expect = script.expect
    wrong = [
        f"{name} is {found or 'none'}, not {wanted}"
        for name, wanted, found in (
            ("disposition", expect.disposition, seen.disposition),
            ("consent", expect.consent, seen.consent),
            ("category", expect.category, seen.category),
        )
        if wanted is not None and wanted != found
    ]
    if expect.organisation is not None and expect.organisation not in seen.organisation:
        wrong.append(f"organisation is {seen.organisation or 'none'}, not {expect.organisation}")
    if seen.recordings != expect.recordings:
        wrong.append(f"{seen.recordings} recordings are held, not {expect.recordings}")
    if expect.text != (seen.text is not None) or not seen.told:
        wrong.append("no text arrived" if expect.text else "a text was sent, or none is decided on")
    text = seen.text or ""
    wrong += [f"the text does not say {words!r}" for words in expect.text_contains if words not in text]
    wrong += [f"the text says {words!r}" for words in expect.text_lacks if words in text]
    return wrong


@click.command()
@click.option("--exit", "ends", is_flag=True, help="End after the last call instead of keeping the pages open.")
@click.option(
    "--evidence", type=click.Path(dir_okay=False, path_type=Path), help="Also write a bag of calls to this file."
)
def demo(ends: bool, evidence: Path | None) -> None:
    """Show the main job with no account: callers ring, are screened, and the texts arrive.

    Everything runs on this machine, in a temporary folder that is removed at the end. Ends with status 1 if a
    call came out otherwise than its script expects.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with ExitStack() as stack:
            failed = run(stack, evidence, ends=ends)
    except PremisesError as problem:
        raise click.ClickException(str(problem)) from problem
    except KeyboardInterrupt:
        sys.exit(130)
    if failed:
        raise click.ClickException(f"otherwise than expected: {', '.join(failed)}")


def run(stack: ExitStack, evidence: Path | None, *, ends: bool) -> list[str]:
    """The whole demo; what came out otherwise. `stack` is closed afterwards, whatever happens."""
    begun = time.monotonic()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="screener-demo-")))
    carrier = stack.enter_context(Carrier("AC" + secrets.token_hex(16), secrets.token_hex(16)))
    premises = Premises(folder, carrier)
    failed = show(premises, stack)
    if evidence:
        show_evidence(premises, evidence)
    click.echo(f"{time.monotonic() - begun:.0f} seconds in all.")
    if not ends:
        keep_open(premises)
    return failed


def show(premises: Premises, stack: ExitStack) -> list[str]:
    """Start the server, play every script and print it; the names of those that came out otherwise."""
    click.echo("Starting a server, a worker and a simulated carrier. Nothing leaves this machine.")
    premises.prepare()
    stack.callback(premises.stop)
    premises.start()
    store = open_store(f"sqlite:///{premises.folder / 'data' / 'screener.db'}")
    stack.callback(store.engine.dispose)
    played = scripts()
    failed = []
    for number, (script, call) in enumerate(play(premises.carrier, list(played.values())), 1):
        click.echo(f"\n{number} of {len(played)}  {script.name}: {script.title}")
        if not tell(script, call, store, premises.carrier):
            failed.append(script.name)
    return failed + afterwards(premises.carrier) + show_ladder(premises, stack)


def show_evidence(premises: Premises, to: Path) -> None:
    """One subscriber's calls as an evidence bag, and what its check says."""
    path = str(to.absolute())
    click.echo(f"\n{premises.run('export', '--phone', RESIDENTS['hk'].phone, '--to', path).strip()}")
    click.echo(premises.run("verify", path).strip())


def play(carrier: Carrier, wanted: list[Script]) -> Iterator[tuple[Script, CallRecord]]:
    """Every script in turn, each call dialled while the text of the one before is on its way."""
    with ThreadPoolExecutor(1, "caller") as line:
        placed = [line.submit(carrier.dial, s, RESIDENTS[s.subscriber].twilio_number) for s in wanted]
        try:
            for script, call in zip(wanted, placed, strict=True):
                yield script, call.result()
        finally:
            line.shutdown(cancel_futures=True)


def tell(script: Script, call: CallRecord, store: Store, carrier: Carrier) -> bool:
    """Print one call with its text; whether it came out as its script expects."""
    resident = RESIDENTS[script.subscriber]
    click.echo(f"   {call.from_} rings {call.to}; its subscriber reads {resident.language}")
    for line in call.lines:
        click.echo("   " + shown(line))
    seen, wrong = wait(script, call, lambda: observed(store, carrier, call.sid))
    if seen.text is not None:
        click.echo(f"   Text to {resident.phone}:")
        click.echo("\n".join(f"     {line}" for line in seen.text.splitlines()))
    kept = "1 recording held" if seen.recordings == 1 else f"{seen.recordings} recordings held"
    who = f", {seen.organisation}" if seen.organisation else ""
    click.echo(f"   Kept: {seen.disposition}, consent {seen.consent}, {seen.category or 'no category'}{who}, {kept}")
    for problem in wrong:
        click.echo(f"   NOT AS EXPECTED: {problem}")
    return not wrong


def wait(script: Script, call: CallRecord, look: Callable[[], Observed]) -> tuple[Observed, list[str]]:
    """What is kept once it is as expected, or once patience is at its end; and what is wrong with it."""
    spoken = list(call.problems)
    if script.expect.goodbye not in ([""] + [x.words for x in call.lines if x.who == "assistant"])[-1]:
        spoken.append(f"the last words are not {script.expect.goodbye!r}")
    end = time.monotonic() + PATIENCE
    while True:
        seen = look()
        wrong = differences(script, seen)
        if not wrong or time.monotonic() > end:
            return seen, spoken + wrong
        time.sleep(SETTLED)


def afterwards(carrier: Carrier) -> list[str]:
    """Look at the carrier once all is over: one text for each call, and no recording left behind."""
    end = time.monotonic() + PATIENCE
    while (left := [r for r in carrier.recordings if not r.deleted]) and time.monotonic() < end:
        time.sleep(SETTLED)
    texts = [message for message in carrier.messages if message.direction == "outbound-api"]
    click.echo(f"\n{len(carrier.calls)} calls, {len(texts)} texts, {len(left)} recordings left at the carrier.")
    wrong = [f"{len(left)} recordings left at the carrier"] if left else []
    expected = sum(script.expect.text for script in scripts().values())
    if len(texts) != expected:
        wrong.append(f"{len(texts)} texts instead of {expected}")
    return wrong + carrier.problems


def keep_open(premises: Premises) -> None:
    """Print the ways in, and the texts that further calls bring, until Ctrl-C."""
    click.echo("\nThe call logs stay open until you press Ctrl-C. Each link works once, for ten minutes:")
    for one in RESIDENTS.values():
        click.echo(f"   {one.language:8} {premises.run('login', '--phone', one.phone)}")
    command = sys.argv[0] if sys.argv[0].endswith("screener") else "screener"
    click.echo("To ring them yourself, in another terminal:")
    click.echo(f"   (set -a; . {premises.write_environment()}; {command} call --to {RESIDENTS['gb'].twilio_number})")
    printed = len(premises.carrier.messages)
    try:
        while premises.alive:
            for message in premises.carrier.messages[printed:]:
                click.echo(f"\nText to {message.to}:\n{message.body}")
                printed += 1
            time.sleep(0.3)
    except KeyboardInterrupt:
        click.echo("\nStopping.")
        return
    raise PremisesError(f"the server has ended:\n{premises.log_tail()}")
