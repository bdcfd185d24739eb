"""How fast the whole log is checked and exported, and with how much memory: python -m tests.bench.bench_verify [CALLS]"""

import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from screener.evidence import Kind
from screener.model import Consent
from screener.settings import Settings
from screener.store import calls, chain, open_store, talks
from screener.worker import migrate
from tests.desk import NOW, Bench, make_bench
from tests.signer import ACCOUNT, BASE, TOKEN

TURNS = 4
AT_ONCE = 200


def fill(bench: Bench, count: int) -> None:
    """Calls of some turns each, sealed as they are closed, findings too."""
    from screener.dialogue import Talk
    from screener.model import Spoken
    from screener.numbers import read_caller
    from screener.store.calls import Arrival, Ring
    from screener.store.talks import Asked

    arrival = Arrival(bench.owner, None, is_own_number=False, is_crowded=False, is_known=False)
    for start in range(0, count, AT_ONCE):
        with bench.store.write() as tx:
            for number in range(start, min(start + AT_ONCE, count)):
                at = NOW - timedelta(minutes=count - number)
                ring = Ring(f"CA{number:032x}", read_caller("+85251230000"))
                call = calls.by_id(tx, calls.open_(tx, arrival, ring, None, at))
                for _ in range(TURNS):
                    talk = Talk(Spoken.ZH, step="statement", consent=Consent.NOTES)
                    talks.ask(tx, call, talk, Asked("statement", Spoken.ZH, "请问您是哪家单位的？", "v", "<R/>"))
                    call = calls.by_id(tx, call.id)
                calls.close(tx, call, at, 30)
                chain.seal_call(tx, call.id, bench.owner.id)
                chain.add(tx, chain.Subject(Kind.FINDINGS, bench.owner.id, str(call.id), call.id))


def main() -> None:
    """Fills a database, then times each command in a process of its own, with that process's peak memory."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'screener.db'}"
        store = open_store(url)
        store.upgrade(migrate)
        bench = make_bench(Settings(ACCOUNT, TOKEN, "k" * 32, BASE, folder, url, str(folder / "recordings")), store)
        fill(bench, count)
        to = str(folder / "bag.zip")
        run(folder, count, "verify")
        run(folder, count, "export", "--phone", bench.owner.phone, "--to", to)
        run(folder, count, "verify", to)


def run(folder: Path, count: int, *command: str) -> None:
    environment = {
        **os.environ,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "SCREENER_PUBLIC_URL": BASE,
        "SCREENER_SECRET_KEY": "k" * 32,
        "SCREENER_DATA_DIR": str(folder),
    }
    begun = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "screener.cli", *command], env=environment, stderr=subprocess.DEVNULL
    )
    peak = 0
    while child.poll() is None:
        peak = max(peak, peak_of(child.pid))
        time.sleep(0.05)
    spent = time.perf_counter() - begun
    assert child.returncode == 0
    rate = f"{count / spent:.0f} calls per second, peak memory {peak / 1024:.0f} MB"
    print(f"{command[0]}: {count} calls in {spent:.1f} s, {rate}", flush=True)


def peak_of(pid: int) -> int:
    """Peak memory of a process in kB; what wait4 tells would include its parent's at the fork. Linux only."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


if __name__ == "__main__":
    sys.exit(main())
