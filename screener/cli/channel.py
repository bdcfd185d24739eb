"""The `channel` commands: where a subscriber is told when texts do not arrive."""

import click

from screener.cli.operate import PHONE, chosen_owner, opened
from screener.notify import ChannelRefused, Notifier
from screener.store import channels

TEST = "This is a test. / 这是一条测试。"
NONE = "No channels: only texts are sent. Add one with `screener channel add`."


@click.group()
def channel() -> None:
    """Other ways to reach a subscriber: e-mail, push and chat, tried in order when a text does not arrive."""


@channel.command()
@click.option("--phone", type=PHONE, required=True, help="The subscriber's own phone.")
@click.option("--address", required=True, help="An apprise address, such as mailtos://… , tgram://… or ntfys://… .")
def add(phone: str, address: str) -> None:
    """Add a channel after those that there are. The address is stored encrypted and shown masked."""
    settings, store = opened()
    owner = chosen_owner(store, phone)
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
    owner = chosen_owner(store, phone)
    with store.read() as tx:
        found = channels.of_subscriber(tx, owner.id)
    for one in found:
        click.echo(f"{one.id}  {one.shown}")
    if not found:
        click.echo(NONE)


@channel.command()
@click.option("--phone", type=PHONE, required=True, help="The subscriber's own phone.")
@click.argument("number", type=int)
def remove(phone: str, number: int) -> None:
    """Forget a channel, by the number that `list` shows."""
    _, store = opened()
    owner = chosen_owner(store, phone)
    with store.write() as tx:
        if not channels.remove(tx, owner.id, number):
            raise click.ClickException("This subscriber has no such channel.")
    click.echo("Removed.")


@channel.command()
@click.option("--phone", type=PHONE, required=True, help="The subscriber's own phone.")
def test(phone: str) -> None:
    """Send a test message to each channel. Exit status 1 if one does not take it, or there is none."""
    settings, store = opened()
    owner = chosen_owner(store, phone)
    with store.read() as tx:
        found = channels.of_subscriber(tx, owner.id)
    if not found:
        raise click.ClickException(NONE)
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
