"""The operator's commands ask and answer in the right order: first whether there is such a subscriber at all."""

import pytest
from click.testing import CliRunner, Result

from screener import cli
from screener.settings import Settings
from screener.store import Store, subscribers
from tests.desk import WONG
from tests.signer import environment


@pytest.fixture(autouse=True)
def _environment(settings: Settings, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environment(settings).items():
        monkeypatch.setenv(name, value)
    with store.write() as tx:
        subscribers.add(tx, WONG)


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(cli.cli, arguments, input=typed)


def test_removing_an_unknown_subscriber_asks_nothing() -> None:
    """A mistyped phone is told at once, before anybody is asked whether everything should go."""
    told = run("subscriber", "remove", "--phone", "+85290000000", typed="y\n")
    assert (told.exit_code, "Delete" in told.output) == (1, False)
    assert "no subscriber with this phone" in told.output


def test_removing_asks_first(store: Store) -> None:
    """Without a yes nothing goes."""
    told = run("subscriber", "remove", "--phone", WONG["phone"], typed="n\n")
    assert (told.exit_code, "Delete this subscriber" in told.output) == (1, True)
    with store.read() as tx:
        assert subscribers.by_phone(tx, WONG["phone"]) is not None


def test_a_test_without_channels_says_so() -> None:
    """With nothing to test the command says it, and does not end as if all were well."""
    told = run("channel", "test", "--phone", WONG["phone"])
    assert (told.exit_code, "No channels" in told.output) == (1, True)


@pytest.mark.parametrize(
    "command",
    [
        ("login",),
        ("channel", "list"),
        ("channel", "test"),
        ("channel", "add", "--address", "json://localhost"),
        ("export", "--to", "never.zip"),
    ],
)
def test_an_unknown_phone_is_told(command: tuple[str, ...]) -> None:
    """Every command that is about one subscriber says when there is none."""
    told = run(*command, "--phone", "+85290000000")
    assert (told.exit_code, "There is no subscriber with this phone." in told.output) == (1, True)
