"""The `screener` command. Each command lives in a module of its own and is imported only when it is asked for."""

import importlib
import logging
import sys

import click

COMMANDS = {
    "demo": "screener.cli.demo:demo",
    "serve": "screener.cli.serve:serve",
    "worker": "screener.cli.serve:worker",
    "db": "screener.cli.operate:db",
    "subscriber": "screener.cli.operate:subscriber",
    "channel": "screener.cli.channel:channel",
    "login": "screener.cli.operate:login",
    "doctor": "screener.cli.doctor:doctor",
    "call": "screener.cli.call:call",
    "analyse": "screener.cli.analyse:analyse",
    "verify": "screener.cli.evidence:verify",
    "export": "screener.cli.evidence:export",
    "explain": "screener.cli.explain:explain",
}


class Commands(click.Group):
    """The commands in the order a newcomer meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002
        if name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--verbose", is_flag=True, help="Say more about what happens, on standard error.")
@click.version_option(package_name="screener")
def cli(verbose: bool) -> None:
    """A call-screening phone assistant for people in debt.

    Start with `screener demo`: it needs no account and shows the whole way from a call to a text.
    """
    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        stream=sys.stderr,
    )
    # The SDK prints addresses with phone numbers in them.
    logging.getLogger("twilio").setLevel(logging.ERROR)


def main() -> None:
    """Run the command line; a wrong setting is told in plain words and ends with status 2."""
    from screener.settings import SettingsError
    from screener.store import SQLAlchemyError

    try:
        cli(prog_name="screener")
    except SettingsError as problem:
        click.echo(f"The settings need a look:\n{problem}", err=True)
        sys.exit(2)
    except SQLAlchemyError as problem:
        reason = str(getattr(problem, "orig", problem)).splitlines()[0]
        click.echo(f"The database does not answer: {reason}\nHas `screener db upgrade` been run?", err=True)
        sys.exit(1)
