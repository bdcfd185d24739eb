"""What `/readyz` may say: the truth about database, disk, files and worker."""

from datetime import timedelta
from pathlib import Path

import pytest

from screener import readiness
from screener.settings import Settings
from screener.store import Store, beats, open_store
from tests.desk import NOW


@pytest.fixture
def well(settings: Settings, store: Store) -> Store:
    """A house in which a worker has just looked."""
    with store.write() as tx:
        beats.beat(tx, "0", NOW)
        beats.beat(tx, "0", NOW)
    return store


def test_a_house_that_is_well_has_no_troubles(settings: Settings, well: Store) -> None:
    """And a second or two after its worker's last look it still has none."""
    assert readiness.troubles(settings, well, NOW + timedelta(seconds=30)) == []


def test_a_worker_that_is_gone_is_missed(settings: Settings, well: Store) -> None:
    """Killed: its heartbeat grows old. Stopped: there is none. One of two is enough."""
    late = NOW + timedelta(seconds=90)
    assert readiness.troubles(settings, well, late) == [
        "no worker has looked after anything for 90 s; texts wait",
    ]
    with well.write() as tx:
        beats.beat(tx, "1", late)
    assert readiness.troubles(settings, well, late) == []
    with well.write() as tx:
        beats.stop(tx, "0")
        beats.stop(tx, "1")
    assert "no worker is running" in readiness.troubles(settings, well, late)[0]


def test_a_beat_from_a_future_that_was_taken_back_counts_for_nothing(settings: Settings, well: Store) -> None:
    """After the clock was set back by an hour a dead worker does not look alive for that hour."""
    assert "no worker is running" in readiness.troubles(settings, well, NOW - timedelta(hours=1))[0]


def test_a_full_disk_is_seen(settings: Settings, well: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before SQLite and recordings meet it."""
    monkeypatch.setattr(readiness, "LEAST_FREE", 10**18)
    assert readiness.troubles(settings, well, NOW) == ["the disk is almost full"]


def test_recordings_that_cannot_be_kept_are_seen(settings: Settings, well: Store, tmp_path: Path) -> None:
    """The folder's place is taken by a file."""
    (tmp_path / "recordings").write_text("")
    assert readiness.troubles(settings, well, NOW) == ["recordings cannot be kept"]


def test_a_database_that_is_not_there_is_seen(settings: Settings, tmp_path: Path) -> None:
    """Nothing else is looked at then, and nothing is raised."""
    new = open_store(f"sqlite:///{tmp_path}/other.db")
    assert readiness.troubles(settings, new, NOW)[0].startswith("the database is not up to date")
    new.engine.dispose()
    gone = open_store("postgresql+psycopg://nobody@127.0.0.1:1/none")
    assert readiness.troubles(settings, gone, NOW) == ["the database does not answer"]
    gone.engine.dispose()
