"""The `channel` commands: where a subscriber is told when texts do not arrive."""

import click

from screener.cli.operate import PHONE, opened
from screener.notify import ChannelRefused, Notifier
from screener.store import channels, subscribers
from screener.store.records import Subscriber

TEST = "This is a test. / 这是一条测试。"


@click.group()
def channel() -> None:
    """Other ways to reach a subscriber: e-mail, push and chat, tried in order when a text does not arrive."""


def owner_of(phone: str) -> Subscriber:
    _, store = opened()
    with store.read() as tx:
        owner = subscribers.by_phone(tx, phone)
    if owner is None:
        raise click.ClickException("There is no subscriber with this phone.")
    return owner


@channel.command()
@click.option("--phone", type=PHONE, required=True, help="The subscriber's own phone.")
@click.option("--address", required=True, help="An apprise address, such as mailtos://… , tgram://… or ntfys://… .")
def add(phone: str, address: str) -> None:
    """Add a channel after those that there are. The address is stored encrypted and shown masked."""
    settings, store = opened()
    owner = owner_of(phone)
    try:
        sealed, shown = Notifier(settings).seal(address)
    except ChannelRefused as problem:
        raise click.ClickException(str(problem)) from problem
    with store.write() as tx:
        number = channels.add(tx, owner.id, sealed, shown)
    click.echo(f"Added channel {number}: {shown}")


@channel.command("list")
@click.option("--phone", type=PHONE, required=True, help="The subscriber's own phone.")
def list_(phone: str) -> None:
    """List a subscriber's channels in the order in which they are tried."""
    _, store = opened()
    with store.read() as tx:
        found = channels.of_subscriber(tx, owner_of(phone).id)
    for one in found:
        click.echo(f"{one.id}  {one.shown}")
    if not found:
        click.echo("No channels: only texts are sent.")


@channel.command()
@click.option("--phone", type=PHONE, required=True, help="The subscriber's own phone.")
@click.argument("number", type=int)
def remove(phone: str, number: int) -> None:
    """Forget a channel, by the number that `list` shows."""
    _, store = opened()
    owner = owner_of(phone)
    with store.write() as tx:
        if not channels.remove(tx, owner.id, number):
            raise click.ClickException("This subscriber has no such channel.")
    click.echo("Removed.")


@channel.command()
@click.option("--phone", type=PHONE, required=True, help="The subscriber's own phone.")
def test(phone: str) -> None:
    """Send a test message to each channel. Exit status 1 if one does not take it."""
    settings, store = opened()
    with store.read() as tx:
        found = channels.of_subscriber(tx, owner_of(phone).id)
    failed = 0
    for one in found:
        try:
            Notifier(settings).send(one.address, TEST)
            click.echo(f"{one.id}  {one.shown}: taken")
        except ChannelRefused as problem:
            failed += 1
            click.echo(f"{one.id}  {one.shown}: {problem}")
    if failed:
        raise SystemExit(1)
