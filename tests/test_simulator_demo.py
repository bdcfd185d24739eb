"""The demo plays every script against a real server, worker and carrier, and each call ends as its script expects."""

import subprocess
import sys
import zipfile
from pathlib import Path

import bagit
import pytest

from screener.simulator import scripts


@pytest.mark.alone
def test_the_demo_ends_well(tmp_path: Path) -> None:
    """Every call is printed with its text; the status is 0; nothing is left over.

    The bag of its calls validates with the Library of Congress's own tool, which knows nothing of ours.
    """
    command = [sys.executable, "-m", "screener.cli", "demo", "--exit", "--evidence", str(tmp_path / "bag.zip")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("   Text to +") == len(scripts()) >= 14
    assert all(f"  {name}: " in done.stdout for name in scripts())
    assert f"{len(scripts())} calls, {len(scripts())} texts, 0 recordings left" in done.stdout
    with zipfile.ZipFile(tmp_path / "bag.zip") as packed:
        packed.extractall(tmp_path / "out")
    (folder,) = (tmp_path / "out").iterdir()
    bagit.Bag(str(folder)).validate()
    assert len(list((folder / "data" / "calls").glob("*/audio/*.wav"))) >= 3
    assert "everything sealed is as it was sealed" in done.stdout
