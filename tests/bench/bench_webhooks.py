"""What a webhook costs: /voice/incoming and a whole call's webhooks, against a bare signed Flask route.

Both run under gunicorn with 2 processes of 4 threads, ours with SQLite; short slices alternate between them, so
that a machine whose speed drifts slows both. Prints requests per second, latency and the ratio. Aim: at least 0.6.

Usage: python tests/bench/bench_webhooks.py [--seconds 1.5] [--slices 8]
"""

import argparse
import os
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parents[2]))

from screener.store import open_store, subscribers
from tests.signer import ACCOUNT, TOKEN, signature

CLIENTS = 4
SUBSCRIBERS = 500
FORM = "application/x-www-form-urlencoded"


@dataclass
class Measured:
    """Requests counted and timed over all slices of one server."""

    rates: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def gunicorn(target: str, folder: str) -> Iterator[str]:
    """A server under gunicorn, the base URL it signs for."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "TWILIO_ACCOUNT_SID": ACCOUNT,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "SCREENER_PUBLIC_URL": base,
        "SCREENER_SECRET_KEY": "k" * 32,
        "SCREENER_DATA_DIR": folder,
        "SCREENER_MAX_CONCURRENT_CALLS": "1000000",
        "SCREENER_MAX_CALLS_PER_DAY": "1000000",
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    if target.startswith("screener"):
        subprocess.run([sys.executable, "-m", "screener.cli", "db", "upgrade"], env=environment, check=True, stdout=-3)
        add_subscribers(f"sqlite:///{folder}/screener.db")
    options = [f"--bind=127.0.0.1:{port}", "--workers=2", "--threads=4", "--worker-class=gthread", "--log-level=error"]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", target, *options, "--no-control-socket"], env=environment
    )
    try:
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.05)
        time.sleep(0.5)
        yield base
    finally:
        server.terminate()
        server.wait()


def add_subscribers(url: str) -> None:
    """Calls are spread over many subscribers, as they are in life: nobody has a thousand open at once."""
    store = open_store(url)
    common = {"language": "zh-Hans", "jurisdiction": "HK", "time_zone": "Asia/Hong_Kong"}
    with store.write() as tx:
        for number in range(SUBSCRIBERS):
            phones = {"phone": f"+8529{number:07}", "twilio_number": f"+8523{number:07}"}
            subscribers.add(tx, {**phones, **common})
    store.engine.dispose()


def post(connection: HTTPConnection, base: str, path: str, form: dict[str, str]) -> None:
    headers = {"X-Twilio-Signature": signature(base + path, form), "Content-Type": FORM}
    connection.request("POST", path, urlencode(form), headers)
    reply = connection.getresponse()
    reply.read()
    if reply.status not in (200, 204):
        raise RuntimeError(f"{path}: {reply.status}")


def ring() -> dict[str, str]:
    sid = f"CA{secrets.token_hex(16)}"
    geography = {
        f"{side}{part}": "" for side in ("From", "To", "Caller", "Called") for part in ("City", "State", "Zip")
    }
    called = f"+8523{secrets.randbelow(SUBSCRIBERS):07}"
    numbers = {"From": "+85251230000", "To": called, "Caller": "+85251230000", "Called": called}
    status = {"CallStatus": "ringing", "Direction": "inbound", "ApiVersion": "2010-04-01"}
    return {"AccountSid": ACCOUNT, "CallSid": sid, **numbers, **geography, **status}


def only_ring(connection: HTTPConnection, base: str) -> int:
    post(connection, base, "/voice/incoming", ring())
    return 1


def whole_call(connection: HTTPConnection, base: str) -> int:
    form = ring()
    post(connection, base, "/voice/incoming", form)
    answers = [{"SpeechResult": "同意", "Confidence": "0.9"}, {"SpeechResult": "我是大新银行信用卡中心的小陈"}]
    for number, heard in enumerate([*answers, {"SpeechResult": "工号三零二一"}], 1):
        post(connection, base, f"/voice/turn/{number}", {**form, "CallStatus": "in-progress", **heard})
    post(connection, base, "/voice/ended", {**form, "CallStatus": "completed", "CallDuration": "31"})
    return 5


def load(base: str, work: Callable[[HTTPConnection, str], int], seconds: float, into: Measured) -> None:
    """Several clients at once for one slice."""
    counts: list[int] = []
    until = time.monotonic() + seconds

    def client() -> None:
        connection = HTTPConnection(base.removeprefix("http://"))
        done = 0
        while time.monotonic() < until:
            started = time.perf_counter()
            requests = work(connection, base)
            into.latencies.append((time.perf_counter() - started) / requests * 1000)
            done += requests
        counts.append(done)
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    into.rates.append(sum(counts) / (time.perf_counter() - started))


def compare(
    name: str, work: Callable[[HTTPConnection, str], int], bases: tuple[str, str], options: argparse.Namespace
) -> None:
    ours, bare = Measured(), Measured()
    for base in bases:
        load(base, work, 0.5, Measured())
    for _ in range(options.slices):
        load(bases[0], work, options.seconds, ours)
        load(bases[1], work, options.seconds, bare)
    print(f"{name}")
    for label, measured in (("screener", ours), ("bare", bare)):
        cuts = statistics.quantiles(measured.latencies, n=100)
        print(
            f"  {label:<9}{statistics.median(measured.rates):8.0f} requests/s   "
            f"latency ms  p50 {cuts[49]:6.2f}  p95 {cuts[94]:6.2f}  p99 {cuts[98]:6.2f}"
        )
    ratios = sorted(a / b for a, b in zip(ours.rates, bare.rates, strict=True))
    print(
        f"  ratio screener/bare, slice by slice: median {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.5, help="length of one slice")
    parser.add_argument("--slices", type=int, default=8, help="slices of each server")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        gunicorn("screener:create_app()", folder) as ours,
        gunicorn("tests.bench.bare:create_app()", folder) as bare,
    ):
        compare("/voice/incoming", only_ring, (ours, bare), options)
        compare("a whole call (5 webhooks)", whole_call, (ours, bare), options)


if __name__ == "__main__":
    main()
