"""Doctor says what to mend, in plain words, and ends with the status to match."""

import dataclasses
from pathlib import Path

from screener.cli.doctor import Finding, examine
from screener.settings import Settings
from screener.simulator import Carrier
from screener.store import Store, open_store, subscribers

ACCOUNT, TOKEN = "AC" + "0" * 32, "t" * 32
WONG = {
    "phone": "+85291234567",
    "twilio_number": "+85230001111",
    "language": "zh-Hant",
    "jurisdiction": "HK",
    "time_zone": "Asia/Hong_Kong",
}
PUBLIC = "https://screener.example"


def looked_at(settings: Settings, store: Store, carrier: Carrier) -> list[Finding]:
    mine = dataclasses.replace(settings, api_base_url=carrier.url, account_sid=ACCOUNT, auth_token=TOKEN)
    return list(examine(mine, store))


def wrong(findings: list[Finding]) -> list[str]:
    return [finding.what for finding in findings if not finding.good]


def test_a_good_installation_is_well(settings: Settings, store: Store) -> None:
    """With every webhook set as README says, and a fallback elsewhere, nothing is left to mend."""
    with store.write() as tx:
        subscribers.add(tx, WONG)
    with Carrier(ACCOUNT, TOKEN) as carrier:
        urls = (f"{PUBLIC}/voice/incoming", f"{PUBLIC}/voice/ended#rc=3&rp=ct,rt,5xx", f"{PUBLIC}/sms/incoming")
        carrier.add_number(WONG["twilio_number"], *urls, fallback_url="https://static.example/sorry.xml")
        assert wrong(looked_at(settings, store, carrier)) == []


def test_each_wrong_webhook_is_named(settings: Settings, store: Store) -> None:
    """A forgotten address is named with what to enter in the console."""
    with store.write() as tx:
        subscribers.add(tx, WONG)
    with Carrier(ACCOUNT, TOKEN) as carrier:
        carrier.add_number(WONG["twilio_number"], "https://old.example/voice")
        found = "\n".join(wrong(looked_at(settings, store, carrier)))
    for field in ("voice_url", "status_callback", "sms_url", "voice_fallback_url"):
        assert field in found
    assert f"{PUBLIC}/voice/incoming" in found


def test_a_number_of_another_account_is_named(settings: Settings, store: Store) -> None:
    """A Twilio number that the account does not have is said so."""
    with store.write() as tx:
        subscribers.add(tx, WONG)
    with Carrier(ACCOUNT, TOKEN) as carrier:
        assert "no such number" in "\n".join(wrong(looked_at(settings, store, carrier)))


def test_a_forgotten_upgrade_is_named(settings: Settings, tmp_path: Path) -> None:
    """A database without tables is told with the command that makes them."""
    store = open_store(f"sqlite:///{tmp_path / 'empty.db'}")
    with Carrier(ACCOUNT, TOKEN) as carrier:
        assert "screener db upgrade" in "\n".join(wrong(looked_at(settings, store, carrier)))
    store.engine.dispose()


def test_a_carrier_that_cannot_be_reached_is_named(settings: Settings, store: Store) -> None:
    """Wrong credentials or no connection are one plain line."""
    with store.write() as tx:
        subscribers.add(tx, WONG)
    with Carrier(ACCOUNT, "another token") as carrier:
        assert "TWILIO_" in "\n".join(wrong(looked_at(settings, store, carrier)))
