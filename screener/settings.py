"""Settings: one frozen object, read once from the environment; unsafe values are refused with plain words."""

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


class SettingsError(ValueError):
    """A setting is missing or unsafe; the message names it and says what to write."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that an operator chooses. Durations are seconds; addresses are absolute URLs without a final slash."""

    account_sid: str
    auth_token: str = field(repr=False)
    secret_key: str = field(repr=False)
    public_url: str
    data_dir: Path
    database_url: str = field(repr=False)
    recordings_url: str
    api_base_url: str = "https://api.twilio.com"
    host: str = "127.0.0.1"
    port: int = 8000
    send_grace_seconds: int = 90
    max_concurrent_calls: int = 3
    max_calls_per_day: int = 200
    max_call_seconds: int = 900
    max_texts_per_day: int = 200
    drain_seconds: int = 60
    local_channels: bool = False
    trusted_proxies: int = 0
    metrics_token: str = field(default="", repr=False)
    reject_blocked: bool = False
    web_workers: int = 2
    web_threads: int = 4
    demo: bool = False
    tsa_url: str = ""
    tsa_roots: str = ""

    @property
    def https(self) -> bool:
        """Whether browsers reach us over https; cookies and HSTS follow."""
        return self.public_url.startswith("https://")


# Every variable that is read, with its default as README shows it. A test compares this with README.
VARIABLES: dict[str, str] = {
    "TWILIO_ACCOUNT_SID": "(required)",
    "TWILIO_AUTH_TOKEN": "(required)",
    "TWILIO_API_BASE_URL": "https://api.twilio.com",
    "SCREENER_PUBLIC_URL": "(required)",
    "SCREENER_SECRET_KEY": "(required)",
    "SCREENER_DATA_DIR": "./data",
    "SCREENER_DATABASE_URL": "sqlite:///DATA_DIR/screener.db",
    "SCREENER_RECORDINGS_URL": "DATA_DIR/recordings",
    "SCREENER_HOST": "127.0.0.1",
    "SCREENER_PORT": "8000",
    "SCREENER_SEND_GRACE_SECONDS": "90",
    "SCREENER_MAX_CONCURRENT_CALLS": "3",
    "SCREENER_MAX_CALLS_PER_DAY": "200",
    "SCREENER_MAX_CALL_SECONDS": "900",
    "SCREENER_MAX_TEXTS_PER_DAY": "200",
    "SCREENER_DRAIN_SECONDS": "60",
    "SCREENER_LOCAL_CHANNELS": "(off)",
    "SCREENER_TRUSTED_PROXIES": "0",
    "SCREENER_METRICS_TOKEN": "(none)",
    "SCREENER_BLOCKED_CALLS": "goodbye",
    "SCREENER_WEB_WORKERS": "2",
    "SCREENER_WEB_THREADS": "4",
    "SCREENER_TSA_URL": "(none)",
    "SCREENER_TSA_ROOTS": "(none)",
    "SCREENER_DEMO": "(off)",
}


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Settings from environment variables; SettingsError lists everything that is wrong at once."""
    reader = _Reader(environment)
    data_dir = Path(reader.text("SCREENER_DATA_DIR", "./data")).absolute()
    settings = Settings(
        account_sid=reader.account("TWILIO_ACCOUNT_SID"),
        auth_token=reader.required("TWILIO_AUTH_TOKEN", "the Auth Token that Twilio's console shows"),
        secret_key=reader.secret("SCREENER_SECRET_KEY"),
        public_url=reader.url("SCREENER_PUBLIC_URL"),
        data_dir=data_dir,
        database_url=reader.database("SCREENER_DATABASE_URL", f"sqlite:///{data_dir / 'screener.db'}"),
        recordings_url=reader.text("SCREENER_RECORDINGS_URL", str(data_dir / "recordings")),
        api_base_url=reader.url("TWILIO_API_BASE_URL", "https://api.twilio.com"),
        host=reader.text("SCREENER_HOST", "127.0.0.1"),
        port=reader.number("SCREENER_PORT", 8000, 1, 65535),
        send_grace_seconds=reader.number("SCREENER_SEND_GRACE_SECONDS", 90, 1, 3600),
        max_concurrent_calls=reader.number("SCREENER_MAX_CONCURRENT_CALLS", 3, 1, 1_000_000),
        max_calls_per_day=reader.number("SCREENER_MAX_CALLS_PER_DAY", 200, 1, 10_000_000),
        max_call_seconds=reader.number("SCREENER_MAX_CALL_SECONDS", 900, 60, 14_400),
        max_texts_per_day=reader.number("SCREENER_MAX_TEXTS_PER_DAY", 200, 1, 10_000_000),
        drain_seconds=reader.number("SCREENER_DRAIN_SECONDS", 60, 0, 3600),
        local_channels=reader.switch("SCREENER_LOCAL_CHANNELS"),
        trusted_proxies=reader.number("SCREENER_TRUSTED_PROXIES", 0, 0, 10),
        metrics_token=reader.text("SCREENER_METRICS_TOKEN", ""),
        reject_blocked=reader.choice("SCREENER_BLOCKED_CALLS", ("goodbye", "reject")) == "reject",
        web_workers=reader.number("SCREENER_WEB_WORKERS", 2, 1, 64),
        web_threads=reader.number("SCREENER_WEB_THREADS", 4, 1, 64),
        demo=reader.switch("SCREENER_DEMO"),
        tsa_url=reader.any_url("SCREENER_TSA_URL"),
        tsa_roots=reader.file("SCREENER_TSA_ROOTS", "SCREENER_TSA_URL"),
    )
    if reader.problems:
        raise SettingsError("\n".join(reader.problems))
    return settings


def is_loopback(host: str | None) -> bool:
    """Whether traffic to `host` stays on this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


class _Reader:
    """Reads variables one by one and gathers what is wrong with them."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = environment
        self.problems: list[str] = []

    def text(self, name: str, default: str) -> str:
        return self.environment.get(name, "").strip() or default

    def required(self, name: str, what: str) -> str:
        value = self.text(name, "")
        if not value:
            self.problems.append(f"{name} is missing: set it to {what}.")
        return value

    def account(self, name: str) -> str:
        value = self.required(name, "the Account SID that Twilio's console shows (AC and 32 hex digits)")
        if value and not re.fullmatch("AC[0-9a-fA-F]{32}", value):
            self.problems.append(f"{name} is not an Account SID: it is AC and 32 hex digits.")
        return value

    def secret(self, name: str) -> str:
        hint = "a long random text, such as the output of: python -c 'import secrets; print(secrets.token_hex(32))'"
        value = self.required(name, hint)
        if value and len(value) < 32:
            self.problems.append(f"{name} is too short: set it to {hint}.")
        return value

    def number(self, name: str, default: int, least: int, most: int) -> int:
        value = self.text(name, str(default))
        if value.isascii() and value.isdigit() and least <= int(value) <= most:
            return int(value)
        self.problems.append(f"{name} must be a whole number from {least} to {most}.")
        return default

    def database(self, name: str, default: str) -> str:
        """SQLite, or PostgreSQL through psycopg; hosts hand out addresses that begin with postgres:// ."""
        value = self.text(name, default)
        for prefix in ("postgres://", "postgresql://"):
            value = value.replace(prefix, "postgresql+psycopg://", 1) if value.startswith(prefix) else value
        if not value.startswith(("sqlite:///", "postgresql+psycopg://")):
            self.problems.append(f"{name} must begin with sqlite:/// or postgresql:// .")
        return value

    def switch(self, name: str) -> bool:
        value = self.text(name, "off").lower()
        if value not in ("on", "off", "1", "0", "true", "false"):
            self.problems.append(f"{name} must be on or off.")
        return value in ("on", "1", "true")

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, choices[0])
        if value not in choices:
            self.problems.append(f"{name} must be one of: {', '.join(choices)}.")
        return value

    def any_url(self, name: str) -> str:
        """An address that may be plain http, for what it carries is secret to nobody; empty when not set."""
        value = self.text(name, "")
        parts = urlsplit(value) if value.isprintable() else urlsplit("")
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            self.problems.append(f"{name} is not an address: it begins with https:// or http:// .")
        return value

    def file(self, name: str, needed_by: str) -> str:
        """A file that is there; it is needed once `needed_by` is set."""
        value = self.text(name, "")
        if value and not Path(value).is_file():
            self.problems.append(f"{name} names no file.")
        if not value and self.text(needed_by, ""):
            self.problems.append(f"{name} is missing: {needed_by} needs the service's root certificates, a PEM file.")
        return value

    def url(self, name: str, default: str = "") -> str:
        """An https address; plain http on loopback only, because both carry secrets or callers' words."""
        hint = "the https address that reaches this server from outside, such as https://screener.example.org"
        value = self.text(name, default) if default else self.required(name, hint)
        if not value:
            return value
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            self.problems.append(f"{name} is not an address: set it to {hint}.")
        elif parts.username or parts.password:
            self.problems.append(f"{name} must hold no user name or password.")
        elif parts.scheme == "http" and not is_loopback(parts.hostname):
            self.problems.append(f"{name} must begin with https://; plain http is for this machine only.")
        return value.rstrip("/")
