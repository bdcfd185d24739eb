"""What a page costs at a million calls: log, filters, search and call page, as ratios to the same at a thousand.

Two SQLite databases, each with one subscriber of so many calls among 99 others; requests alternate between them, so
that a machine whose speed drifts slows both. Prints p50 and p95 in milliseconds and their ratios; aim: at most 1.5.
On a busy machine look at the p50s: the p95s then measure the neighbours. Filling the large one takes some minutes
and about 2 GB of disk.

Usage: python tests/bench/bench_pages.py [--calls 1000000] [--rounds 120]
"""

import argparse
import itertools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from screener import create_app
from screener.settings import Settings
from screener.store import Store, open_store, sessions
from screener.worker import migrate
from tests.signer import ACCOUNT, TOKEN
from tests.visit import add_owner

BASE = "http://127.0.0.1:8000"
OTHERS, EACH = 99, 100
CATEGORIES = ("bank", "collection_agency", "lender_platform", "marketing", "delivery", "unknown")
# A term, and in one of how many calls it is said.
SAID = {
    "还款": 1,
    "今天": 2,
    "银行": 3,
    "大新": 7,
    "催收": 11,
    "法院": 101,
    "调解": 1009,
    "律师": 10_007,
    "鸿远": 100_003,
}
START = datetime(2024, 1, 1, tzinfo=UTC)


def pages(count: int) -> dict[str, Iterator[str]]:
    """The pages that are measured, each with ever new arguments where it takes any."""
    chance = random.Random(7)
    sids = (f"/calls/CA{chance.randrange(count // 2, count):032x}" for _ in itertools.count())
    deep = (f"/calls?before={chance.randrange(count // 2, count)}" for _ in itertools.count())
    return {
        "first screen": itertools.repeat("/"),
        "log": itertools.repeat("/calls"),
        "log, deep": deep,
        "by category": itertools.repeat("/calls?category=delivery"),
        "by consent": itertools.repeat("/calls?consent=refused"),
        "with warning": itertools.repeat("/calls?warning=1"),
        "by date": itertools.repeat("/calls?since=2024-01-02&until=2024-01-02"),
        "search, common": itertools.repeat("/calls?q=还款"),
        "search, some": itertools.repeat("/calls?q=催收"),
        "search, two words": itertools.repeat("/calls?q=还款 催收"),
        "search, two common": itertools.repeat("/calls?q=银行 催收"),
        "search, number": itertools.repeat("/calls?q=35980007"),
        "call": sids,
    }


def fill(store: Store, count: int) -> str:
    """Fill a database; the session of the subscriber with the many calls."""
    owners = [add_owner(store, number).id for number in range(OTHERS + 1)]
    with store.write() as tx:
        token = sessions.start(tx, owners[0], "bench", datetime.now(UTC))
        tx.exec_driver_sql("DROP INDEX ix_term_call_id")
        raw: Any = tx.connection.cursor()
        raw.executemany(CALL, call_rows(owners, count))
        raw.executemany(TURN, ((number, f"{START}") for number in range(1, count + 1)))
        for term, every in sorted(SAID.items()):
            raw.executemany(TERM, ((owners[0], term, number) for number in range(1, count + 1) if number % every == 0))
        # Four digits at a time of a number that ends in the call's own, as the index cuts it.
        for place in range(10):
            terms = sorted((f"8523598{n % 20:04}"[place : place + 4], n) for n in range(1, count + 1))
            raw.executemany("INSERT OR IGNORE INTO term VALUES (?, ?, ?)", ((owners[0], *one) for one in terms))
        tx.exec_driver_sql("CREATE INDEX ix_term_call_id ON term (call_id)")
    return token


CALL = (
    "INSERT INTO call (id, sid, subscriber_id, caller, caller_kind, caller_raw, forwarded_from, carrier, turn, talk,"
    " consent, disposition, started_at, ended_at, seconds, category, organisation, warning, findings, advice, read_at)"
    " VALUES (?, ?, ?, ?, 'number', '', '', '{}', 1, '{}', ?, 'stated', ?, ?, 30, ?, 'hk-dahsing', ?, '{}', '{}', ?)"
)
TURN = (
    "INSERT INTO turn (call_id, number, step, language, said, version, reply, asked_at, words)"
    " VALUES (?, 1, 'statement', 'zh', '请说单位。', 'v', '<R/>', ?, '大新银行，请今天还款。')"
)
TERM = "INSERT INTO term VALUES (?, ?, ?)"


def call_rows(owners: list[int], count: int) -> Iterator[tuple[Any, ...]]:
    """The calls of the subscriber with many, a minute apart; then those of the others."""
    plan = itertools.chain(((owners[0], n) for n in range(count)), ((o, n) for o in owners[1:] for n in range(EACH)))
    for number, (owner, place) in enumerate(plan, 1):
        at = f"{START + timedelta(minutes=place):%Y-%m-%d %H:%M:%S.%f}"
        consent = "refused" if place % 25 == 0 else "recording"
        caller = f"+8523598{number % 20:04}"
        category = CATEGORIES[place % len(CATEGORIES)]
        yield (number, f"CA{number:032x}", owner, caller, consent, at, at, category, place % 25 == 1, at)


class Site:
    """An application on a filled database, asked in this process."""

    def __init__(self, folder: Path, count: int) -> None:
        url = f"sqlite:///{folder / f'{count}.db'}"
        store = open_store(url)
        store.upgrade(migrate)
        began = time.monotonic()
        token = fill(store, count)
        store.engine.dispose()
        print(f"filled {count} calls in {time.monotonic() - began:.0f} s", file=sys.stderr)
        settings = Settings(ACCOUNT, TOKEN, "k" * 32, BASE, folder, url, str(folder / "recordings"))
        self.client = create_app(settings).test_client()
        self.client.set_cookie("screener", token, domain="127.0.0.1")
        self.pages = pages(count)

    def ask(self, name: str) -> float:
        """One page; milliseconds."""
        path = next(self.pages[name])
        began = time.perf_counter()
        answer = self.client.get(path, base_url=BASE)
        spent = (time.perf_counter() - began) * 1000
        assert answer.status_code == 200, (path, answer.status_code)
        return spent


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--calls", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=120)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        small, large = Site(Path(folder), 1000), Site(Path(folder), asked.calls)
        print(
            f"{'page':20} {'1000 calls p50/p95':>22} {f'{asked.calls} p50/p95':>22} {'p50 ratio':>10} {'p95 ratio':>10}"
        )
        for name in small.pages:
            times: tuple[list[float], list[float]] = ([], [])
            for turn in range(asked.rounds + 5):
                for site, spent in zip((small, large), times, strict=True):
                    one = site.ask(name)
                    if turn >= 5:
                        spent.append(one)
            shown = [f"{statistics.median(spent):10.1f} /{p95(spent):7.1f} ms" for spent in times]
            ratios = [of(times[1]) / of(times[0]) for of in (statistics.median, p95)]
            print(f"{name:20} {shown[0]:>22} {shown[1]:>22} {ratios[0]:10.2f} {ratios[1]:10.2f}")


if __name__ == "__main__":
    main()
