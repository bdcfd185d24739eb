"""What an operator may set: unsafe values are refused in words that name the variable, and secrets stay unseen."""

from collections.abc import Mapping
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from click.testing import CliRunner

from screener import cli
from screener.settings import VARIABLES, Settings, SettingsError, is_loopback, read_settings

GOOD: Mapping[str, str] = {
    "TWILIO_ACCOUNT_SID": "AC" + "0123456789abcdef" * 2,
    "TWILIO_AUTH_TOKEN": "the-token-of-the-account",
    "SCREENER_PUBLIC_URL": "https://screener.example.org",
    "SCREENER_SECRET_KEY": "a long random text that nobody else knows",
}
REQUIRED = [name for name, default in VARIABLES.items() if default == "(required)"]


class Watched(dict[str, str]):
    """An environment that remembers which variables were asked for."""

    def __init__(self) -> None:
        super().__init__(GOOD)
        self.asked: set[str] = set()

    def get(self, name: str, default: str = "") -> str:  # type: ignore[override]
        self.asked.add(name)
        return super().get(name, default)


def refusal(**changes: str) -> str:
    """Why an environment with these changes is refused."""
    with pytest.raises(SettingsError) as refused:
        read_settings({**GOOD, **changes})
    return str(refused.value)


def test_the_required_ones_suffice() -> None:
    """Four variables make a safe installation; everything else has a default."""
    assert sorted(REQUIRED) == sorted(GOOD)
    settings = read_settings(GOOD)
    assert settings.public_url == "https://screener.example.org"
    assert settings.https
    assert settings.host == "127.0.0.1"
    assert settings.api_base_url == "https://api.twilio.com"
    assert not settings.demo


def test_every_variable_is_listed() -> None:
    """VARIABLES names exactly what is read, no more and no less."""
    environment = Watched()
    read_settings(environment)
    assert environment.asked == set(VARIABLES)


@pytest.mark.parametrize("name", [name for name, shown in VARIABLES.items() if shown.isdigit()])
def test_a_listed_default_is_the_real_one(name: str) -> None:
    """Writing a number's default down changes nothing."""
    assert read_settings({**GOOD, name: VARIABLES[name]}) == read_settings(GOOD)


@pytest.mark.parametrize("name", REQUIRED)
@pytest.mark.parametrize("value", ["", "   "])
def test_a_missing_one_is_named(name: str, value: str) -> None:
    """A required variable that is empty is named, with a word on what to write."""
    assert f"{name} is missing: set it to" in refusal(**{name: value})


def test_everything_wrong_is_told_at_once() -> None:
    """An operator mends all of it in one go: one line for each variable."""
    with pytest.raises(SettingsError) as refused:
        read_settings({"SCREENER_PORT": "none"})
    lines = str(refused.value).splitlines()
    assert {line.split()[0] for line in lines} == {*REQUIRED, "SCREENER_PORT"}
    assert len(lines) == len(REQUIRED) + 1


@pytest.mark.parametrize("sid", ["SK" + "0" * 32, "AC123", "AC" + "0" * 33])
def test_an_account_sid_is_one(sid: str) -> None:
    """An API key or a shortened sid is no account."""
    assert "TWILIO_ACCOUNT_SID is not an Account SID" in refusal(TWILIO_ACCOUNT_SID=sid)


@pytest.mark.parametrize("key", ["secret", "x" * 31])
def test_a_short_secret_is_refused_unseen(key: str) -> None:
    """A key that can be guessed is refused, and the refusal does not repeat it."""
    words = refusal(SCREENER_SECRET_KEY=key)
    assert "SCREENER_SECRET_KEY is too short" in words
    assert key not in words.replace("SCREENER_SECRET_KEY", "").replace("import secrets", "").replace("secrets.", "")


@pytest.mark.parametrize("name", ["SCREENER_PUBLIC_URL", "TWILIO_API_BASE_URL"])
@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://screener.example.org", "must begin with https://"),
        ("http://192.0.2.7:8000", "must begin with https://"),
        ("http://127.0.0.1.example.org", "must begin with https://"),
        ("https://user:pass@screener.example.org", "must hold no user name or password"),
        ("https://user@screener.example.org", "must hold no user name or password"),
        ("screener.example.org", "is not an address"),
        ("ftp://screener.example.org", "is not an address"),
        ("https://", "is not an address"),
        ("https://screener.example.org/?a=1", "is not an address"),
        ("https://screener.example.org/#part", "is not an address"),
    ],
)
def test_unsafe_addresses_are_refused(name: str, url: str, why: str) -> None:
    """Both addresses carry secrets or callers' words: https, or plain http on this machine, and no password."""
    assert f"{name} {why}" in refusal(**{name: url})


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:8000", "https://a.example/prefix/"]
)
def test_safe_addresses_are_taken(url: str) -> None:
    """Plain http on loopback is for trying out; a prefix is kept, without its last slash."""
    settings = read_settings({**GOOD, "SCREENER_PUBLIC_URL": url})
    assert settings.public_url == url.rstrip("/")
    assert settings.https == url.startswith("https://")


@pytest.mark.parametrize("name", [name for name, shown in VARIABLES.items() if shown.isdigit()])
@pytest.mark.parametrize("value", ["-1", "1.5", "ten", "1e3", "99999999999", "٣"])
def test_numbers_have_bounds(name: str, value: str) -> None:
    """Anything but a whole number within the bounds is refused with the bounds."""
    assert f"{name} must be a whole number from " in refusal(**{name: value})


@pytest.mark.parametrize("name", ["SCREENER_DEMO", "SCREENER_LOCAL_CHANNELS"])
def test_switches_are_on_or_off(name: str) -> None:
    """A switch takes on and off, in any case, and nothing that could mean either."""
    assert f"{name} must be on or off" in refusal(**{name: "yes please"})
    values = {word: read_settings({**GOOD, name: word}) for word in ("on", "ON", "1", "true", "off", "0", "false", "")}
    states = {word: settings.demo or settings.local_channels for word, settings in values.items()}
    assert [word for word, state in states.items() if state] == ["on", "ON", "1", "true"]


def test_a_choice_lists_what_there_is() -> None:
    """What becomes of blocked calls is one of two."""
    assert "SCREENER_BLOCKED_CALLS must be one of: goodbye, reject." in refusal(SCREENER_BLOCKED_CALLS="hang up")
    assert read_settings({**GOOD, "SCREENER_BLOCKED_CALLS": "reject"}).reject_blocked


@pytest.mark.parametrize("scheme", ["postgres", "postgresql"])
def test_postgresql_is_spoken_through_psycopg(scheme: str) -> None:
    """Hosts hand out postgres:// addresses; the driver that we install is named for them."""
    settings = read_settings(
        {**GOOD, "SCREENER_DATABASE_URL": f"{scheme}://user:word@db.example/calls?sslmode=require"}
    )
    assert settings.database_url == "postgresql+psycopg://user:word@db.example/calls?sslmode=require"


def test_a_named_driver_stays() -> None:
    """An address that names its driver is left as it is."""
    url = "postgresql+psycopg://db.example/calls"
    assert read_settings({**GOOD, "SCREENER_DATABASE_URL": url}).database_url == url


def test_data_stays_together_by_default(tmp_path: Path) -> None:
    """Database and recordings lie in the data folder unless they are sent elsewhere."""
    settings = read_settings({**GOOD, "SCREENER_DATA_DIR": str(tmp_path)})
    assert settings.database_url == f"sqlite:///{tmp_path}/screener.db"
    assert settings.recordings_url == str(tmp_path / "recordings")


def test_reading_makes_nothing(tmp_path: Path) -> None:
    """To read settings is to look, not to make folders."""
    read_settings({**GOOD, "SCREENER_DATA_DIR": str(tmp_path / "data")})
    assert list(tmp_path.iterdir()) == []


def test_secrets_are_not_shown() -> None:
    """What may end up in a log or a traceback holds no token, key or password."""
    secrets = {
        "TWILIO_AUTH_TOKEN": "token-nobody-sees",
        "SCREENER_SECRET_KEY": "key-nobody-sees-" + "k" * 32,
        "SCREENER_METRICS_TOKEN": "metrics-nobody-sees",
        "SCREENER_DATABASE_URL": "postgres://user:password-nobody-sees@db.example/calls",
    }
    settings = read_settings({**GOOD, **secrets})
    assert "nobody-sees" not in f"{settings!r} {settings}"
    assert settings.auth_token == "token-nobody-sees"
    assert "nobody-sees" not in refusal(**secrets, SCREENER_PORT="none")


def test_settings_are_frozen() -> None:
    """Settings are read once; nothing changes them while the program runs."""
    with pytest.raises(FrozenInstanceError):
        read_settings(GOOD).port = 1  # type: ignore[misc]
    assert isinstance(read_settings(GOOD), Settings)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("example.org", False),
        (None, False),
    ],
)
def test_loopback_is_this_machine(host: str | None, local: bool) -> None:
    """Only names and addresses that cannot leave this machine count as loopback."""
    assert is_loopback(host) is local


def test_the_command_says_what_to_set(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A command without settings ends with status 2 and names what is missing, without a traceback."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.argv", ["screener", "doctor"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    told = capsys.readouterr().err
    assert told.startswith("The settings need a look:\n")
    assert all(name in told for name in REQUIRED)


def test_help_needs_no_settings() -> None:
    """Whoever asks for help has nothing set yet."""
    for command in cli.COMMANDS:
        done = CliRunner(env=dict.fromkeys(VARIABLES)).invoke(cli.cli, [command, "--help"])
        assert done.exit_code == 0, command
        assert "Usage:" in done.output
