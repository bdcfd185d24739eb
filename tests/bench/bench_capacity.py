"""What one machine carries: whole simulated calls at a rising rate, until the texts no longer keep up.

Each call rings, consents by key, speaks twice and hangs up: five webhooks, a recording, a text. Callers, carrier and
server share the machine, so these numbers are a floor. Prints, for each rate, the calls per second that were
completed, the webhooks' latency, and the time from hang-up to the text's acceptance; the knee is the last rate at
which the texts kept up. Then the cost of each stage in one call.

Usage: python tests/bench/bench_capacity.py [--database sqlite|postgres] [--seconds 12] [--rates 2,5,10,20,40]
"""

import argparse
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from screener.simulator import scripts
from screener.simulator.webhook import Webhooks
from tests.campaign.grounds import SUBSCRIBERS, Grounds, resident
from tests.campaign.plan import Plan
from tests.postgres import a_server

ON_THE_LINE = 64  # calls at a time
KEEPS_UP = 5.0  # seconds from hang-up to text at p95, above which the texts do not keep up
SCRIPT = "bank-zh"


@dataclass
class Measured:
    """One rate: what was asked for, and what came of it."""

    rate: float
    seconds: float = 0.0
    calls: int = 0
    failed: int = 0
    webhooks: list[float] = field(default_factory=list)
    texts: list[float] = field(default_factory=list)

    @property
    def kept_up(self) -> bool:
        return self.failed == 0 and p(self.texts, 95) < KEEPS_UP and self.calls / self.seconds > self.rate * 0.9

    def line(self) -> str:
        return (
            f"{self.rate:7.1f} {self.calls / self.seconds:9.1f} {self.failed:6d} "
            f"{p(self.webhooks, 50) * 1000:8.1f} {p(self.webhooks, 95) * 1000:8.1f} "
            f"{p(self.texts, 50):8.2f} {p(self.texts, 95):8.2f}  {'yes' if self.kept_up else 'NO'}"
        )


def p(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100)[percent - 1] if len(values) > 1 else 0.0


def timed(into: list[float]) -> None:
    """Every webhook of the carrier's is timed from here on."""
    once = Webhooks._once

    def measured(self, *arguments):  # type: ignore[no-untyped-def]
        begun = time.perf_counter()
        try:
            return once(self, *arguments)
        finally:
            into.append(time.perf_counter() - begun)

    Webhooks._once = measured  # type: ignore[method-assign]


def ring(grounds: Grounds, number: int) -> None:
    script = replace(scripts()[SCRIPT], from_=f"+8526{number:07}", forwarded_from="")
    grounds.carrier.dial(script, resident(number * 3 % SUBSCRIBERS + 2 - number * 3 % SUBSCRIBERS % 3)["twilio_number"])


def at_rate(grounds: Grounds, rate: float, seconds: float, first: int, webhooks: list[float]) -> Measured:
    """Calls at an even rate for so long, then a while for the texts to come."""
    measured = Measured(rate)
    webhooks.clear()
    known = {one.sid for one in grounds.carrier.calls}
    texts_before = len(sent(grounds))
    begun = time.monotonic()
    with ThreadPoolExecutor(ON_THE_LINE) as lines:
        for number in range(int(rate * seconds)):
            time.sleep(max(0.0, begun + number / rate - time.monotonic()))
            lines.submit(ring, grounds, first + number)
    measured.seconds = time.monotonic() - begun
    placed = [one for one in grounds.carrier.calls if one.sid not in known]
    end = time.monotonic() + 20
    while len(sent(grounds)) - texts_before < len(placed) and time.monotonic() < end:
        time.sleep(0.05)
    measured.calls = len(placed)
    measured.failed = sum(bool(one.problems) for one in placed) + len(placed) - len(sent(grounds)) + texts_before
    measured.webhooks = list(webhooks)
    measured.texts = waits(grounds, {one.from_: one.ended for one in placed})
    return measured


def sent(grounds: Grounds) -> list[object]:
    return [one for one in grounds.carrier.messages if one.direction == "outbound-api"]


def waits(grounds: Grounds, ended: dict[str, object]) -> list[float]:
    """Hang-up to acceptance of each text; calls and texts are matched by the caller's number in the text."""
    found = []
    for one in sent(grounds):
        for caller, end in ended.items():
            if caller in one.body and end:  # type: ignore[attr-defined]
                found.append((one.created - end).total_seconds())  # type: ignore[attr-defined, operator]
    return found


def stages(grounds: Grounds) -> list[str]:
    """What the parts of one text cost on this machine, by the clock, in this process with the same database."""
    from screener.model import Spoken
    from screener.store import calls
    from screener.understanding import understand

    words = ["您好，我是招商银行信用卡中心的陈晓明，工号6037。您这个月的账单还没有还，请您尽快处理，回电请打95555。"]
    understand(words, Spoken.ZH)

    def looked() -> None:
        with grounds.store.read() as tx:
            calls.find(tx, "CA" + "0" * 32)

    def written() -> None:
        with grounds.store.write() as tx:
            calls.find(tx, "CA" + "0" * 32, lock=True)

    parts = {
        "understanding one statement": lambda: understand(words, Spoken.ZH),
        "one look into the database": looked,
        "one empty durable transaction": written,
    }
    return [f"  {name:<32}{each(part) * 1000:8.2f} ms" for name, part in parts.items()]


def each(part, times: int = 50) -> float:  # type: ignore[no-untyped-def]
    begun = time.perf_counter()
    for _ in range(times):
        part()
    return (time.perf_counter() - begun) / times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--seconds", type=float, default=12)
    parser.add_argument("--rates", default="2,5,10,20,40")
    options = parser.parse_args()
    webhooks: list[float] = []
    timed(webhooks)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="screener-capacity-")))
        url = f"sqlite:///{folder / 'screener.db'}"
        if options.database == "postgres":
            url = stack.enter_context(a_server()).format(database="postgres")
        grounds = Grounds(Plan(0, 0, options.database), folder, url)
        stack.callback(grounds.close)
        grounds.open()
        for number in range(5):
            ring(grounds, 9_000_000 + number)
        time.sleep(3)
        print(f"{options.database}: {'2 web + 2 worker' if grounds.second else '1 web + 1 worker'} processes")
        print("  asked/s   calls/s failed  webhook p50, p95 ms  to text p50, p95 s  kept up")
        knee, first = 0.0, 0
        for rate in (float(one) for one in options.rates.split(",")):
            measured = at_rate(grounds, rate, options.seconds, first, webhooks)
            first += int(rate * options.seconds)
            print(measured.line(), flush=True)
            if not measured.kept_up:
                break
            knee = rate
        print(f"knee: {knee:.0f} calls a second\nstages, alone:")
        print("\n".join(stages(grounds)))


if __name__ == "__main__":
    main()
