"""The demo plays every script against a real server, worker and carrier, and each call ends as its script expects."""

import subprocess
import sys
import time

import pytest

from screener.simulator import scripts


@pytest.mark.alone
def test_the_demo_ends_well_and_in_time() -> None:
    """Every call is printed with its text; the status is 0; it takes less than forty seconds; nothing is left over."""
    begun = time.monotonic()
    command = [sys.executable, "-m", "screener.cli", "demo", "--exit"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert time.monotonic() - begun < 40
    assert done.stdout.count("   Text to +") == len(scripts()) >= 14
    assert all(f"  {name}: " in done.stdout for name in scripts())
    assert f"{len(scripts())} calls, {len(scripts())} texts, 0 recordings left" in done.stdout
