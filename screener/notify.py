"""Other channels for the same message: e-mail, push, chat. Addresses are kept encrypted and shown masked."""

import base64
import hashlib
import ipaddress
import logging
import re
import socket
import threading
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from screener.settings import Settings

# What a subscriber may choose. Behind these stands one service each, and what looks like a host is a token ...
SERVICES = frozenset(
    {"discord", "gchat", "line", "msteams", "pover", "schan", "slack", "tgram", "wecombot", "wxpusher"}
)
# ... while these name a server, which must be a public one unless the operator allows others.
SERVERS = frozenset(
    {"bark", "barks", "gotify", "gotifys", "json", "jsons", "mailto", "mailtos", "matrix", "matrixs"}
    | {"ntfy", "ntfys", "signal", "signals"}
)
TITLE = "Call log / 来电记录"


class ChannelRefused(Exception):
    """An address that cannot be used, or a channel that took no message. The text shows no address."""


class ChannelUnsure(ChannelRefused):
    """The channel may have taken the message: it did not answer in time, broke off, or failed after it had listened."""


# What the library says of a connection that broke; and the ends that show that nothing was handed over.
BROKE = re.compile(r"Socket Exception|error=5\d\d")
NEVER_MADE = re.compile(
    r"NewConnectionError|ConnectTimeout|NameResolutionError|Connection refused|not known|SSLError|\(\s*[45]\d\d, b"
)


class Notifier:
    """Sends to channels; `local_channels` lets them be on this machine or network."""

    def __init__(self, settings: Settings) -> None:
        key = hashlib.sha256(b"channels:" + settings.secret_key.encode()).digest()
        self._vault = Fernet(base64.urlsafe_b64encode(key))
        self._local = settings.local_channels

    def seal(self, address: str) -> tuple[str, str]:
        """An address as it is stored, and as it is shown. ChannelRefused when it may not be used."""
        target = self._open(address.strip())
        shown = target.url(privacy=True).partition("?")[0]
        return self._vault.encrypt(address.strip().encode()).decode(), shown[:120]

    def send(self, sealed: str, body: str) -> None:
        """Send a message to a stored address.

        ChannelRefused when it was not taken, ChannelUnsure when it may have been. No channel can be asked
        afterwards what it has, nor told that a message is the same as an earlier one.
        """
        try:
            address = self._vault.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise ChannelRefused("the address cannot be read; was SCREENER_SECRET_KEY changed?") from None
        target = self._open(address)
        with _Overheard() as overheard:
            taken = target.notify(body=body, title=TITLE, body_format="text")
        if taken:
            return
        if BROKE.search(overheard.text) and not NEVER_MADE.search(overheard.text):
            raise ChannelUnsure("the channel may have taken the message")
        raise ChannelRefused("the channel did not take the message")

    def _open(self, address: str) -> Any:
        """The library's object for an address, if its kind is allowed and it leads outside."""
        from apprise import Apprise

        # The library logs addresses and answers; none of that belongs in our log.
        logging.getLogger("apprise").propagate = False
        scheme = address.partition("://")[0].lower()
        if scheme not in SERVICES | SERVERS:
            raise ChannelRefused(f"addresses begin with one of: {', '.join(sorted(SERVICES | SERVERS))}")
        target = Apprise.instantiate(address, suppress_exceptions=True)
        if target is None:
            raise ChannelRefused("this address is not complete; see the notification library's page for its form")
        if scheme in SERVERS and not self._local:
            check_public(target)
        return target


class _Overheard(logging.Handler):
    """What the library logs in this thread meanwhile: it gives no other reason for a failure."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text = ""
        self._mine = threading.get_ident()
        self._log = logging.getLogger("apprise")

    def __enter__(self) -> "_Overheard":
        self._log.setLevel(logging.DEBUG)
        self._log.addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._log.removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._mine:
            self.text += record.getMessage() + "\n"


def check_public(target: Any) -> None:
    """ChannelRefused when the server that an address names is on a private network."""
    if getattr(target, "mode", "") == "cloud":  # a topic on the public ntfy server, and no host at all
        return
    for host in {getattr(target, name, None) for name in ("host", "smtp_host")}:
        if host and not is_public(host):
            raise ChannelRefused("this address leads to a private network, which the operator has not allowed")


def is_public(host: str) -> bool:
    """Whether every address of a host is outside; a name that cannot be looked up fails later by itself."""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except OSError:
        return "." in host and not host.endswith((".local", ".internal", ".localhost"))
    return all(ipaddress.ip_address(str(address).partition("%")[0]).is_global for address in found)
