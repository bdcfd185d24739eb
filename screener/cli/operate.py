"""Commands of the operator: the database, the subscribers, a way in."""

import sys
from datetime import UTC, datetime
from math import inf
from zoneinfo import available_timezones

import click

from screener.model import Jurisdiction, Language
from screener.numbers import e164
from screener.settings import Settings, read_settings
from screener.store import Store, departures, open_store, remnants, sessions, subscribers
from screener.store.records import Subscriber
from screener.store.subscribers import AlreadyTaken


class PhoneNumber(click.ParamType[str]):
    """A phone number with its country code; becomes E.164."""

    name = "E164"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return e164(value)
        except ValueError as problem:
            self.fail(str(problem), param, ctx)


class TimeZone(click.ParamType[str]):
    """An IANA time zone, such as Asia/Hong_Kong."""

    name = "IANA"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in available_timezones():
            self.fail("no such time zone; write it like Asia/Hong_Kong or America/New_York", param, ctx)
        return value


PHONE = PhoneNumber()


def opened() -> tuple[Settings, Store]:
    """The settings and the store that they name, which is closed when the command ends."""
    settings = read_settings()
    store = open_store(settings.database_url, data_dir=settings.data_dir)
    click.get_current_context().call_on_close(store.engine.dispose)
    return settings, store


def chosen_owner(store: Store, phone: str) -> Subscriber:
    """The subscriber with this phone; without one the command ends, and says so."""
    with store.read() as tx:
        owner = subscribers.by_phone(tx, phone)
    if owner is None:
        raise click.ClickException("There is no subscriber with this phone.")
    return owner


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
def upgrade() -> None:
    """Create the tables or bring them up to date, ours and the job engine's. Safe to run again."""
    from screener.worker import migrate

    _, store = opened()
    before = store.upgrade(migrate)
    after = store.version()
    click.echo(f"The database is up to date ({after})." if before == after else f"Upgraded to {after}.")


@click.group()
def subscriber() -> None:
    """Add, list and remove the people whose calls are screened."""


@subscriber.command()
@click.option("--phone", type=PHONE, required=True, help="The subscriber's own phone; the texts go there.")
@click.option("--twilio-number", type=PHONE, required=True, help="The number to which calls are forwarded.")
@click.option(
    "--language",
    type=click.Choice([language.value for language in Language]),
    required=True,
    help="What the subscriber reads.",
)
@click.option(
    "--jurisdiction",
    type=click.Choice([place.value for place in Jurisdiction]),
    required=True,
    help="Whose rules and help lines apply.",
)
@click.option("--time-zone", type=TimeZone(), required=True, help="The subscriber's time zone.")
@click.option("--name", "nickname", default="", metavar="NICKNAME", help="For the pages only; callers never hear it.")
def add(phone: str, twilio_number: str, language: str, jurisdiction: str, time_zone: str, nickname: str) -> None:
    """Add a subscriber."""
    if phone == twilio_number:
        raise click.UsageError("--phone and --twilio-number must differ: the one is forwarded to the other.")
    _, store = opened()
    values = {
        "phone": phone,
        "twilio_number": twilio_number,
        "language": str(Language(language)),
        "jurisdiction": str(Jurisdiction(jurisdiction)),
        "time_zone": time_zone,
        "nickname": nickname,
    }
    try:
        with store.write() as tx:
            subscribers.add(tx, values)
    except AlreadyTaken as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"Added {phone}; calls to {twilio_number} are screened for it.")
    if phone.startswith("+86"):
        click.echo(
            "Note: carriers in mainland China forward to no foreign number, and texts to +86 need approved "
            "templates. Calls to the Twilio number itself work; see README, “What cannot work”."
        )


@subscriber.command("list")
def list_() -> None:
    """List the subscribers."""
    _, store = opened()
    with store.read() as tx:
        found = subscribers.every(tx)
    for one in found:
        name = f"  {one.nickname}" if one.nickname else ""
        click.echo(f"{one.phone}  {one.twilio_number}  {one.language}  {one.jurisdiction}  {one.time_zone}{name}")
    if not found:
        click.echo("No subscribers yet; add one with `screener subscriber add`.")


@subscriber.command()
@click.option("--phone", type=PHONE, required=True, help="The subscriber's own phone.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def remove(phone: str, *, yes: bool) -> None:
    """Remove a subscriber with all calls, words, recordings and texts, here and at the carrier.

    What cannot go yet, because the carrier is down or a call is on the line, is left to the worker and told by
    `screener doctor`.
    """
    from screener.followup import clearing, leaving
    from screener.worker import make_desk

    settings, store = opened()
    owner = chosen_owner(store, phone)
    if not yes:
        click.confirm("Delete this subscriber with all calls, words and texts?", abort=True)
    desk = make_desk(settings, store)
    with store.write() as tx:
        going = departures.begin(tx, owner, datetime.now(UTC), whole=True)
    with click.progressbar(length=going.calls, label="Calls", file=sys.stderr) as bar:
        done = leaving.leave(desk, owner.id, bar.update, seconds=inf)
    clearing.clear(desk, seconds=inf)
    store.settle()
    with store.read() as tx:
        left = sum(remnants.left(tx).counts.values())
    click.echo(f"Removed {phone} and everything kept for it here." if done else f"{phone} is being removed.")
    if left or not done:
        click.echo(f"{left} things are still to be deleted elsewhere; the worker does it, `screener doctor` tells.")


@click.command()
@click.option("--phone", type=PHONE, required=True, help="The subscriber's own phone.")
def login(phone: str) -> None:
    """Print a sign-in link for a subscriber: good once, for ten minutes."""
    settings, store = opened()
    owner = chosen_owner(store, phone)
    with store.write() as tx:
        token = sessions.new_link(tx, owner.id, datetime.now(UTC))
    click.echo(f"{settings.public_url}/sign-in?link={token}")
