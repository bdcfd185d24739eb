"""Channels: allowed kinds only, no private network unless the operator says so, addresses encrypted and masked."""

import dataclasses
import logging
import time
from typing import Any

import pytest

from screener.notify import ChannelRefused, ChannelUnsure, Notifier
from screener.settings import Settings
from screener.simulator.receiver import Receiver
from tests.answering import Server, Told

GOOD = [
    "ntfys://my-topic",
    "ntfys://ntfy.example.org/topic",
    "schan://SCT1234567890abcdefghijklmnop",
    "wecombot://693axxx6-7aoc-4bc4-97a0-0ec2sifa5aaa",
    "tgram://123456789:abcdefg_hijklmnop/12315544",
    "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js",
    "mailtos://user:secret@example.org?to=me@example.org",
    "bark://bark.example.org/devicekey",
]


@pytest.fixture
def notifier(settings: Settings) -> Notifier:
    return Notifier(settings)


@pytest.mark.parametrize("address", GOOD)
def test_common_services_are_taken(notifier: Notifier, address: str) -> None:
    """Push, chat and mail addresses can be stored; nothing of their secrets is shown or readable."""
    sealed, shown = notifier.seal(address)
    secret = address.partition("://")[2][:12]
    assert secret not in sealed
    assert shown.partition("://")[0] == address.partition("://")[0]
    assert "secret" not in shown


@pytest.mark.parametrize(
    "address", ["", "x", "file:///etc/passwd", "exec://rm", "http://example.org", "json://", "dbus://"]
)
def test_other_kinds_are_refused(notifier: Notifier, address: str) -> None:
    """What runs programs, reads files or is not an address at all is refused in plain words."""
    with pytest.raises(ChannelRefused):
        notifier.seal(address)


@pytest.mark.parametrize(
    "address",
    [
        "json://127.0.0.1:9",
        "jsons://localhost/",
        "ntfy://10.0.0.5/topic",
        "gotify://192.168.1.4/token123",
        "json://[::1]/",
        "json://169.254.169.254/",
    ],
)
def test_private_networks_are_refused(notifier: Notifier, address: str) -> None:
    """A channel cannot be used to reach into the operator's network."""
    with pytest.raises(ChannelRefused, match=r"private|not complete"):
        notifier.seal(address)


def test_a_message_really_arrives_where_the_operator_allows_it(settings: Settings) -> None:
    """With local channels allowed, the library delivers the text over HTTP."""
    notifier = Notifier(dataclasses.replace(settings, local_channels=True))
    with Receiver() as receiver:
        sealed, _ = notifier.seal(receiver.address)
        notifier.send(sealed, "来电小结 #A7K2")
        assert receiver.messages == ["来电小结 #A7K2"]
    with pytest.raises(ChannelRefused):
        notifier.send(sealed, "nobody is there")


def test_another_key_cannot_read_an_address(settings: Settings, notifier: Notifier) -> None:
    """After a change of the secret key an address is refused, not misread."""
    sealed, _ = notifier.seal(GOOD[0])
    with pytest.raises(ChannelRefused, match="SECRET_KEY"):
        Notifier(dataclasses.replace(settings, secret_key="other" * 10)).send(sealed, "x")


def late(_: Told) -> int:
    time.sleep(0.6)
    return 200


@pytest.mark.parametrize(("answer", "unsure"), [(late, True), (502, True), (404, False), (429, False)])
def test_what_may_have_arrived_is_told_from_what_did_not(settings: Settings, answer: Any, unsure: bool) -> None:
    """No answer in time, or a failure behind the door, may mean that it arrived; a refusal means that it did not."""
    notifier = Notifier(dataclasses.replace(settings, local_channels=True))
    with Server({"/": answer}) as server:
        sealed, _ = notifier.seal(server.url.replace("http", "json") + "/?rto=0.2")
        with pytest.raises(ChannelRefused) as raised:
            notifier.send(sealed, "x")
    assert isinstance(raised.value, ChannelUnsure) is unsure
    with pytest.raises(ChannelRefused) as raised:
        notifier.send(sealed, "nobody listens there any more")
    assert not isinstance(raised.value, ChannelUnsure)


def test_nothing_of_an_address_reaches_the_log(settings: Settings) -> None:
    """The library's own log lines hold addresses and answers; they go nowhere."""
    notifier = Notifier(dataclasses.replace(settings, local_channels=True))
    logged: list[str] = []
    root = logging.getLogger()
    handler = logging.Handler()
    handler.emit = lambda record: logged.append(record.name)  # type: ignore[method-assign]
    root.addHandler(handler)
    level, _ = root.level, root.setLevel(logging.DEBUG)
    try:
        with Server({"/secret": 404}) as server, pytest.raises(ChannelRefused):
            notifier.send(notifier.seal(server.url.replace("http", "json") + "/secret")[0], "x")
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
    assert "apprise" not in logged
