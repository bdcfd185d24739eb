"""`screener analyse`: calls in, what was understood of each out, one JSON object a line."""

import json
from collections.abc import Iterator
from typing import IO, Any

import click

from screener.model import Claim, Finding, Spoken, Understanding
from screener.understanding import understand


def _number(understanding: Understanding) -> int | float | None:
    amount = understanding.amount
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)


def _text(found: Finding | None) -> str | None:
    return found.value if found else None


def _key(claim: Claim | None) -> str | None:
    return claim.key if claim else None


def record(call: dict[str, Any]) -> dict[str, Any]:
    """What is understood of one call, as it is printed. ValueError when the call cannot be read."""
    turns, lang = call.get("turns"), call.get("lang")
    if not isinstance(turns, list) or not all(isinstance(turn, str) for turn in turns):
        raise ValueError("`turns` must be a list of strings")
    found = understand(turns, Spoken(lang) if lang in set(Spoken) else None)
    return {
        "id": call.get("id"),
        "category": found.category.value,
        "organisation": _key(found.organisation),
        "on_behalf_of": _key(found.on_behalf_of),
        "tactics": [finding.value for finding in found.tactics],
        "red_flags": [finding.value for finding in found.red_flags],
        "agent_name": _text(found.agent_name),
        "staff_id": _text(found.staff_id),
        "callback_number": _text(found.callback_number),
        "amount": _number(found),
    }


def lines(file: IO[str]) -> Iterator[str]:
    """The file's lines; a plain error where it is not text in UTF-8."""
    try:
        yield from file
    except UnicodeDecodeError as problem:
        raise click.ClickException(f"{getattr(file, 'name', '<stdin>')} is not UTF-8 text") from problem


@click.command()
@click.argument("file", type=click.File("r", encoding="utf-8-sig"), default="-")
def analyse(file: IO[str]) -> None:
    """Say what each call is about: JSON Lines in (id, lang, turns), JSON Lines out.

    FILE is read from standard input when it is missing. Exits with 1 at the first line that is not a call.
    """
    for number, line in enumerate(lines(file), 1):
        if not line.strip():
            continue
        try:
            call = json.loads(line)
            if not isinstance(call, dict):
                raise ValueError("not a JSON object")
            answer = record(call)
        except ValueError as problem:
            source = getattr(file, "name", "<stdin>")
            raise click.ClickException(f"{source}:{number}: {problem}") from problem
        click.echo(json.dumps(answer, ensure_ascii=False))


if __name__ == "__main__":
    analyse()
