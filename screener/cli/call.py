"""`screener call`: a simulated, signed call against a running server; you type what the caller says."""

import sys
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

import click

from screener.cli.operate import PHONE
from screener.settings import Settings, is_loopback, read_settings
from screener.simulator import Action, Carrier, Faults, Line, ScriptedCaller, scripts
from screener.simulator.callers import Caller
from screener.simulator.premises import add_number, listens
from screener.simulator.shown import shown

FICTION = "+442079460958"  # a number that Ofcom keeps for drama
TEXT_SECONDS = 15
KEYS = set("0123456789*#")


class TypedCaller:
    """Somebody at the keyboard of this machine."""

    def over(self, words: str) -> Action | None:  # noqa: ARG002
        return None

    def answer(self, words: str) -> Action:  # noqa: ARG002
        click.echo("> ", nl=False)
        typed = sys.stdin.readline()
        if not sys.stdin.isatty():
            click.echo(typed, nl=False)
        if not typed:
            click.echo()
            return Action("hang_up")
        said = typed.strip()
        if not said:
            return Action("silence")
        return Action("press" if set(said) <= KEYS else "say", said)

    def over_now(self) -> None:
        pass


@click.command()
@click.option("--to", type=PHONE, required=True, help="The subscriber's Twilio number.")
@click.option("--from", "from_", default="", metavar="E164", help=f"The caller's number [default: {FICTION}].")
@click.option("--url", default="", metavar="BASE", help="Where the server listens [default: SCREENER_PUBLIC_URL].")
@click.option("--script", "name", default="", metavar="NAME", help="Play a script from seeds/callers/.")
def call(to: str, from_: str, url: str, name: str) -> None:
    """Ring a running server with a simulated, signed call.

    Without a script you type what the caller does: digits are keys, other words are spoken, an empty line is
    silence, Ctrl-D hangs up. Uses the server's own settings. If TWILIO_API_BASE_URL is a port of this machine on
    which nothing listens, the text that the subscriber gets is received there and printed.
    """
    settings = read_settings()
    if name and name not in scripts():
        raise click.BadParameter(f"there is no such script; there are: {', '.join(scripts())}", param_hint="--script")
    caller: Caller = ScriptedCaller(scripts()[name]) if name else TypedCaller()
    number = from_ or (scripts()[name].from_ if name else FICTION)
    with ExitStack() as stack:
        carrier, receives = at_the_carrier(settings, url.rstrip("/"), stack)
        add_number(carrier, to, settings.public_url)
        record = carrier.place(number, to, caller, on_line=lambda line: show(line, typed=not name))
        click.echo(f"{record.seconds:6.1f}  the call is over")
        carrier.settle(TEXT_SECONDS)
        if receives:
            receive(carrier)
        problems = [*record.problems, *carrier.problems]
    if problems:
        raise click.ClickException("\n".join(problems))


def show(line: Line, *, typed: bool) -> None:
    """Print a line, unless it is what was typed just now."""
    if line.who == "assistant" or not typed:
        click.echo(shown(line))


def at_the_carrier(settings: Settings, url: str, stack: ExitStack) -> tuple[Carrier, bool]:
    """A carrier that rings the server, and whether its REST side is where the server looks for one."""
    parts = urlsplit(settings.api_base_url)
    port = parts.port if parts.scheme == "http" and is_loopback(parts.hostname) else None
    receives = port is not None and not listens(port)
    # A recording that the server could not fetch here is reported as absent.
    faults = Faults() if receives else Faults(recording_absent=1)
    reach = {settings.public_url: url} if url else {}
    carrier = Carrier(settings.account_sid, settings.auth_token, faults, reach=reach)
    carrier.start((port or 0) if receives else 0)
    stack.callback(carrier.stop)
    return carrier, receives


def receive(carrier: Carrier) -> None:
    """Print the text that arrives, and stay until the recording has been fetched and deleted."""
    end = time.monotonic() + TEXT_SECONDS
    while time.monotonic() < end and not (carrier.messages and all(r.deleted for r in carrier.recordings)):
        time.sleep(0.1)
    for message in carrier.messages:
        click.echo(f"\nText to {message.to}:\n{message.body}")
    if not carrier.messages:
        click.echo(f"No text arrived within {TEXT_SECONDS} seconds.")
    carrier.settle(5)
