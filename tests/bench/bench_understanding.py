"""How long understanding takes: python -m tests.bench.bench_understanding"""

import statistics
import sys
import time

begun = time.perf_counter()
from screener.understanding import live, understand  # noqa: E402  (the import is what is timed)

imported = time.perf_counter() - begun

from tests.scoring import calls  # noqa: E402


def milliseconds(function: object, turns: list[str]) -> float:
    """One call's time."""
    assert callable(function)
    start = time.perf_counter()
    function(turns)
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Prints import, first call, medians and the hostile worst, in milliseconds."""
    heard = [call["turns"] for call in calls("data/calls.jsonl")]
    print(f"import {imported * 1000:.0f} ms; first call {milliseconds(understand, heard[0]):.0f} ms")
    for function in (understand, live):
        times = [milliseconds(function, turns) for _ in range(3) for turns in heard]
        print(f"{function.__name__}: median {statistics.median(times):.2f} ms, worst {max(times):.1f} ms")
    hostile = ["啊" * 100_000, "x" * 100_000, "一" * 100_000, "我是" * 50_000, "send me the code " * 6_000]
    print(f"100 kB of hostile text: worst {max(milliseconds(understand, [words]) for words in hostile):.0f} ms")


if __name__ == "__main__":
    sys.exit(main())
