"""One signed request to the server's public address, with the carrier's time-outs, retries and token."""

import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urldefrag

import requests
from urllib3.exceptions import NewConnectionError

from screener.simulator.signing import signature, signed_url
from screener.simulator.twiml_rules import Refused

Fields = Mapping[str, str]
RETRY_POLICIES = {"4xx", "5xx", "ct", "rt", "all"}
WHOLE = {
    "ct": (100, 10_000),
    "rt": (100, 15_000),
    "tt": (100, 15_000),
    "rc": (0, 5),
}  # milliseconds, and a count


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a URL's fragment asks for (`#rc=2&rp=ct,5xx`); seconds."""

    connect: float = 5.0
    read: float = 15.0
    total: float = 15.0
    retries: int = 1
    policy: frozenset[str] = frozenset({"ct"})


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    content_type: str
    body: bytes


def overrides(fragment: str) -> Overrides:
    """The connection overrides of a fragment; Refused (11241) where one cannot be understood."""
    given = dict(part.partition("=")[::2] for part in fragment.split("&") if part)
    for key, value in given.items():
        low, high = WHOLE.get(key, (0, 0))
        if key in WHOLE and not (value.isdigit() and low <= int(value) <= high):
            raise Refused(11241, f"connection override {key}={value} is out of range")
        if key not in {*WHOLE, "rp", "e", "sni"}:
            raise Refused(11241, f"connection override {key!r} is unknown")
    policy = frozenset(given.get("rp", "ct").split(","))
    if not policy <= RETRY_POLICIES:
        raise Refused(11243, f"retry policy rp={given['rp']} is unknown")
    return Overrides(
        int(given.get("ct", 5000)) / 1000,
        int(given.get("rt", 15000)) / 1000,
        int(given.get("tt", 15000)) / 1000,
        int(given.get("rc", 1)),
        policy,
    )


def check_url(url: str) -> None:
    """Refused unless the carrier would call this address: https, plain http on this machine only."""
    parts = re.match(r"^(https?)://(?:[^/@]*@)?(\[[^]]*\]|[^/:?#]+)", url)
    if not parts or "_" in parts.group(2):
        raise Refused(11206, f"{url!r} is not an address that can be called")
    if parts.group(1) == "http" and parts.group(2) not in ("127.0.0.1", "localhost", "[::1]"):
        raise Refused(11206, f"{url!r}: all webhooks need https")
    overrides(urldefrag(url).fragment)


class Webhooks:
    """Posts as the carrier does: signs the public address, then goes where `reach` says that it is."""

    def __init__(self, auth_token: str, reach: Mapping[str, str]) -> None:
        self.auth_token = auth_token
        self.reach = dict(reach)

    def post(self, url: str, fields: Fields, *, voice: bool = True) -> Answer:
        """The server's answer; Refused where there is none. Retries as the URL's fragment asks."""
        check_url(url)
        bare, fragment = urldefrag(url)
        ask = overrides(fragment)
        headers = {
            "X-Twilio-Signature": signature(self.auth_token, signed_url(url, voice=voice), fields.items()),
            "I-Twilio-Idempotency-Token": str(uuid.uuid4()),  # the same for each try
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "Connection": "close",
        }
        end = time.monotonic() + ask.total
        for attempt in range(ask.retries + 1):
            outcome, answer = self._try(bare, fields, headers, ask)
            again = bool(ask.policy & {outcome, "all"}) and outcome != "ok"
            if not again or attempt == ask.retries or time.monotonic() >= end:
                break
            time.sleep(min(0.2 * 2**attempt, max(0.0, end - time.monotonic())))
        if isinstance(answer, Refused):
            raise answer
        return answer

    def _try(
        self, url: str, fields: Fields, headers: Mapping[str, str], ask: Overrides
    ) -> tuple[str, Answer | Refused]:
        """One try, and what became of it in the words of a retry policy."""
        try:
            answer = self._once(self._connect_to(url), fields, headers, ask)
        except requests.ReadTimeout:
            return "rt", Refused(11203, f"{url} did not answer within {ask.read:g} s")
        except requests.ConnectionError as error:
            if isinstance(error, requests.ConnectTimeout) or _never_connected(error):
                return "ct", Refused(11205, f"cannot connect to {url}")
            return "rt", Refused(11205, f"the connection with {url} broke")
        except requests.RequestException:  # the server died in the middle of its answer
            return "rt", Refused(11205, f"the answer of {url} was cut off")
        return f"{answer.status // 100}xx" if answer.status >= 400 else "ok", answer

    def _once(self, url: str, fields: Fields, headers: Mapping[str, str], ask: Overrides) -> Answer:
        reply = requests.post(
            url,
            data=dict(fields),
            headers=dict(headers),
            timeout=(ask.connect, ask.read),
            allow_redirects=False,
        )
        if 300 <= reply.status_code < 400:
            raise Refused(11200, f"{url} answered with a redirect; keys and words would not be sent again")
        return Answer(reply.status_code, reply.headers.get("Content-Type", ""), reply.content)

    def _connect_to(self, url: str) -> str:
        for public, actual in self.reach.items():
            if url == public or url.startswith((public + "/", public + "?")):
                return actual + url.removeprefix(public)
        return url


def _never_connected(error: requests.ConnectionError) -> bool:
    """Whether the connection was refused, as opposed to lost when the server may already have acted."""
    return bool(error.args) and isinstance(getattr(error.args[0], "reason", None), NewConnectionError)
