"""A whole server of ours in a folder of its own: database, subscribers, web and worker, with a carrier beside it."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import requests

from screener.simulator.carrier import Carrier

START_SECONDS = 40
STOP_SECONDS = 25  # a little more than the server gives its own children
OURS = ("SCREENER_", "TWILIO_")


@dataclass(frozen=True, slots=True)
class Resident:
    """A made-up subscriber. Numbers lie in ranges kept for fiction, or in none that is given out."""

    phone: str
    twilio_number: str
    language: str
    jurisdiction: str
    time_zone: str


RESIDENTS: Mapping[str, Resident] = {
    "hk": Resident("+85210000001", "+85210000002", "zh-Hant", "HK", "Asia/Hong_Kong"),
    "us": Resident("+12025550101", "+12025550199", "en", "US", "America/New_York"),
    "gb": Resident("+447700900101", "+442079460101", "zh-Hans", "GB", "Europe/London"),
}


class PremisesError(Exception):
    """A command of ours failed or the server did not come up; the message holds what it said."""


class Premises:
    """`prepare`, then `start`; `stop` ends every process. Settings go by environment, as for any operator."""

    def __init__(self, folder: Path, carrier: Carrier, environment: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self.carrier = carrier
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self._server: subprocess.Popen[bytes] | None = None
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        self.environment = {**inherited, **self._settings(), **(environment or {})}

    def _settings(self) -> dict[str, str]:
        return {
            "SCREENER_DATA_DIR": str(self.folder / "data"),
            "SCREENER_PUBLIC_URL": self.url,
            "SCREENER_SECRET_KEY": secrets.token_hex(32),
            "SCREENER_HOST": "127.0.0.1",
            "SCREENER_PORT": str(self.port),
            "SCREENER_SEND_GRACE_SECONDS": "5",
            "SCREENER_WEB_WORKERS": "1",
            "SCREENER_DRAIN_SECONDS": "0",
            "SCREENER_MAX_CONCURRENT_CALLS": "50",  # callers here do not wait for one another
            "SCREENER_DEMO": "1",
            "SCREENER_LOCAL_CHANNELS": "on",
            "TWILIO_ACCOUNT_SID": self.carrier.account.sid,
            "TWILIO_AUTH_TOKEN": self.carrier.account.auth_token,
            "TWILIO_API_BASE_URL": self.carrier.url,
        }

    def prepare(self) -> None:
        """Create the database, and each resident here and at the carrier."""
        self.run("db", "upgrade")
        for one in RESIDENTS.values():
            self.add(one)
            add_number(self.carrier, one.twilio_number, self.url)

    def add(self, one: Resident) -> None:
        """Add a subscriber as an operator does."""
        self.run(
            "subscriber", "add", "--phone", one.phone, "--twilio-number", one.twilio_number,
            "--language", one.language, "--jurisdiction", one.jurisdiction, "--time-zone", one.time_zone,
        )  # fmt: skip

    def write_environment(self) -> Path:
        """A file, for this user's eyes only, with the settings of this server as a shell reads them."""
        path = self.folder / "environment"
        path.touch(mode=0o600)
        path.write_text(
            "".join(f"{name}={value}\n" for name, value in self.environment.items() if name.startswith(OURS))
        )
        return path

    def run(self, *arguments: str) -> str:
        """What one `screener` command printed; PremisesError when it fails."""
        done = subprocess.run(  # noqa: S603 - our own command
            self._command(*arguments), env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )
        if done.returncode:
            raise PremisesError(f"`screener {' '.join(arguments)}` failed:\n{done.stdout}{done.stderr}")
        return done.stdout.strip()

    def start(self) -> None:
        """Run the server and wait until it answers."""
        with self.log.open("ab") as log:
            self._server = subprocess.Popen(  # noqa: S603 - our own command
                self._command("serve"), env=self.environment, stdout=log, stderr=log
            )
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if time.monotonic() > end or self._server.poll() is not None:
                self.stop()
                raise PremisesError(f"the server did not come up:\n{self.log_tail()}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End the server gracefully, or by force when it takes too long; its children die with it."""
        if self._server is None:
            return
        self._server.terminate()
        try:
            self._server.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        self._server = None

    def log_tail(self, lines: int = 20) -> str:
        text = self.log.read_text("utf-8", "replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    @property
    def alive(self) -> bool:
        return self._server is not None and self._server.poll() is None

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/healthz", timeout=1).status_code == 200
        except requests.RequestException:
            return False

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "screener.cli", *arguments]


def add_number(carrier: Carrier, phone: str, base: str) -> None:
    """A number with the addresses that README tells an operator to enter for it."""
    ended = f"{base}/voice/ended#rc=3&rp=ct,rt,5xx"
    carrier.add_number(phone, f"{base}/voice/incoming", ended, f"{base}/sms/incoming")


def free_port() -> int:
    """A loopback port on which nothing listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether something answers on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
