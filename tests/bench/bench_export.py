"""How fast calls with their sound become a bag, with how much memory: python -m tests.bench.bench_export [CALLS] [MB]"""

import hashlib
import sys
import tempfile
from pathlib import Path

from sqlalchemy import insert, select

from screener.evidence import Kind
from screener.settings import Settings
from screener.store import chain, open_store
from screener.store.schema import call, recording
from screener.worker import migrate
from tests.bench.bench_verify import fill, run
from tests.desk import NOW, Bench, make_bench
from tests.signer import ACCOUNT, BASE, TOKEN

SOUNDS = 20  # different ones; calls share them, and each still takes its whole size in the bag
AT_ONCE = 500


def sounds(folder: Path, size: int) -> list[str]:
    """WAV files of so many bytes; their names."""
    folder.mkdir()
    names = []
    for number in range(SOUNDS):
        sound = b"RIFF" + (size - 8).to_bytes(4, "little") + b"WAVE" + bytes([number]) * (size - 12)
        names.append(hashlib.sha256(sound).hexdigest())
        (folder / f"{names[-1]}.wav").write_bytes(sound)
    return names


def record(bench: Bench, names: list[str], size: int) -> None:
    """A held recording for each call, sealed."""
    with bench.store.read() as tx:
        ids = list(tx.execute(select(call.c.id)).scalars())
    for start in range(0, len(ids), AT_ONCE):
        with bench.store.write() as tx:
            for one in ids[start : start + AT_ONCE]:
                values = {"call_id": one, "sid": f"RE{one:032x}", "state": "held", "source": "", "noted_at": NOW}
                values |= {"sha256": names[one % SOUNDS], "size": size, "held_at": NOW, "carrier_deleted_at": NOW}
                made = tx.execute(insert(recording).values(**values).returning(recording.c.id)).scalar_one()
                chain.add(tx, chain.Subject(Kind.RECORDING, bench.owner.id, str(made), one))


def main() -> None:
    """Fills a database and a folder of sounds, then times export and verify, each in a process of its own."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000
    megabytes = int(sys.argv[2]) if len(sys.argv) > 2 else 100
    size = megabytes * 1_000_000 // count
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = f"sqlite:///{folder / 'screener.db'}"
        store = open_store(url)
        store.upgrade(migrate)
        bench = make_bench(Settings(ACCOUNT, TOKEN, "k" * 32, BASE, folder, url, str(folder / "recordings")), store)
        fill(bench, count)
        record(bench, sounds(folder / "recordings", size), size)
        to = folder / "bag.zip"
        run(folder, count, "export", "--phone", bench.owner.phone, "--to", str(to))
        print(f"{to.stat().st_size / 1e6:.0f} MB of bag")
        run(folder, count, "verify", str(to))


if __name__ == "__main__":
    sys.exit(main())
