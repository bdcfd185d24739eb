"""The `explain` command: which row of the guidance fired for a call, from which findings, on whose word."""

import json

import click

from screener.cli.operate import opened
from screener.model import Language
from screener.store import calls


@click.command()
@click.argument("sid", metavar="SID")
@click.option(
    "--language", type=click.Choice([language.value for language in Language]), default="en", show_default=True,
    help="Language of the explanation.",
)  # fmt: skip
def explain(sid: str, language: str) -> None:
    """Say why a call got its next steps: the rows that fired, their findings, the source behind each step."""
    _, store = opened()
    with store.read() as tx:
        call = calls.find(tx, sid)
    if call is None:
        raise click.ClickException("There is no call with this sid in the log.")
    if not call.advice:
        raise click.ClickException("This call has not been advised on yet: its follow-up has not run.")
    found, advice = call.found, json.loads(call.advice)
    click.echo(f"{call.category} (consent {call.consent}, {call.disposition})")
    for kind in ("organisation", "on_behalf_of"):
        claim = found.get(kind)
        if claim:
            click.echo(f"{kind}: says it is {claim['names'][language]}" if kind == "organisation" else
                       f"{kind}: says it acts for {claim['names'][language]}")  # fmt: skip
    for kind in ("red_flags", "signs", "tactics"):
        for finding in found.get(kind, []):
            click.echo(f"{kind}: {finding['value']} {finding['spans']}")
    for conduct in found.get("conduct", []):
        click.echo(f"conduct: {conduct['words'][language]}")
    for row in advice["rows"]:
        because = f" (from {', '.join(row['because'])})" if row["because"] else ""
        click.echo(f"row {row['id']}: {row['why'][language]}{because}")
    for step in advice["steps"]:
        click.echo(f"step {step['id']}: {step['text'][language]}\n     source: {step['source'][language]}")
