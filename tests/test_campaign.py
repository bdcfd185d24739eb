"""The fault campaign in short, on both databases; the long one is `python -m tests.campaign`."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.campaign.plan import Plan
from tests.campaign.run import hold


@pytest.mark.alone
@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_nothing_is_lost_and_nothing_doubled(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Processes are killed while callers ring and the carrier misbehaves: every call is told of once, every consented
    recording is held with the carrier's very bytes, and of no other is anything left."""
    url = f"sqlite:///{tmp_path / 'screener.db'}"
    if database == "postgres":
        make: Callable[[str], str] = request.getfixturevalue("new_postgres_database")
        url = make("campaign")
    found = hold(Plan(calls=18, kills=4, database=database, patience=90), tmp_path, url)
    print("\n".join(found.lines()))
    assert found.trouble == {}, (tmp_path / "server.log").read_text("utf-8", "replace")[-3000:]
    assert found.texts == found.calls
    assert sum(found.kills.values()) == 4
    assert found.recordings > 0
