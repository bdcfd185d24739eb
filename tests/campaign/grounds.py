"""Where a campaign is held: a whole server with its processes, which can be killed and come back."""

import os
import random
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

from screener.simulator import Carrier
from screener.simulator.premises import RESIDENTS, Premises, add_number, listens
from screener.store import Store, open_store, subscribers
from tests.campaign.plan import GRACE, Plan

SUBSCRIBERS = 24
KINDS = ("hk", "us", "gb")  # as the scripts name whom they ring


class Grounds:
    """One server, on PostgreSQL with a second worker, and its carrier."""

    def __init__(self, plan: Plan, folder: Path, url: str) -> None:
        self.carrier = Carrier("AC" + "0" * 31 + "7", "a token of the campaign").start()
        several = "2" if plan.database == "postgres" else "1"
        changes = {
            "SCREENER_DATABASE_URL": url,
            "SCREENER_SEND_GRACE_SECONDS": str(GRACE),
            "SCREENER_MAX_CONCURRENT_CALLS": "1000",
            "SCREENER_MAX_CALLS_PER_DAY": "100000",
            "SCREENER_MAX_CALL_SECONDS": "60",
            "SCREENER_WEB_WORKERS": several,
        }
        self.premises = Premises(folder, self.carrier, changes)
        self.second = plan.database == "postgres"
        self.store: Store = open_store(url)
        self._worker: subprocess.Popen[bytes] | None = None
        self._ending = threading.Event()

    def open(self) -> None:
        """Database, subscribers, server; a watch keeps the second worker running, as a host's supervisor would."""
        self.premises.run("db", "upgrade")
        with self.store.write() as tx:
            for number in range(SUBSCRIBERS):
                subscribers.add(tx, resident(number))
        for number in range(SUBSCRIBERS):
            add_number(self.carrier, resident(number)["twilio_number"], self.premises.url)
        self.premises.start()
        if self.second:
            self._watch = threading.Thread(target=self._keep_worker)
            self._watch.start()

    def close(self) -> None:
        self._ending.set()
        if self.second:
            self._watch.join()
        if self._worker:
            self._worker.kill()
            self._worker.wait()
        self.premises.stop()
        self.carrier.stop()
        self.store.engine.dispose()

    def _keep_worker(self) -> None:
        with self.premises.log.open("ab") as log:
            while not self._ending.wait(0.2):
                if self._worker is None or self._worker.poll() is not None:
                    command = self.premises._command("worker")
                    self._worker = subprocess.Popen(command, env=self.premises.environment, stdout=log, stderr=log)

    def wait_for_web(self) -> None:
        """Callers ring while somebody answers; a kill meets them in the middle, and some as they ring."""
        end = time.monotonic() + 20
        while not listens(self.premises.port) and time.monotonic() < end:
            time.sleep(0.05)

    # What can be killed

    def web(self) -> list[int]:
        """Gunicorn's master and its processes."""
        master = self._child("gunicorn")
        return [*master, *(pid for one in master for pid in children(one))]

    def workers(self) -> list[int]:
        second = [self._worker.pid] if self._worker and self._worker.poll() is None else []
        return self._child("screener.cli worker") + second

    def _child(self, word: str) -> list[int]:
        server = self.premises._server
        return [pid for pid in children(server.pid) if word in command_of(pid)] if server else []

    def kill(self, dice: random.Random) -> str:
        """Kill -9 something; what it was, or nothing when there was nothing to kill."""
        what = dice.choices(("a web process", "all of web", "a worker", "web and worker"), (3, 2, 4, 2))[0]
        web, workers = self.web(), self.workers()
        aims = {
            "a web process": dice.sample(web, min(1, len(web))),
            "all of web": web,
            "a worker": dice.sample(workers, min(1, len(workers))),
            "web and worker": web + workers,
        }[what]
        for pid in aims:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return what if aims else ""

    def restart_workers(self) -> None:
        """A worker that starts looks through everything once."""
        for pid in self.workers():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(1)


def resident(number: int) -> dict[str, str]:
    """One of the subscribers; every third is of the same kind."""
    like = RESIDENTS[KINDS[number % len(KINDS)]]
    return {
        "phone": f"{like.phone[:-4]}{number + 1000:04}",
        "twilio_number": f"{like.twilio_number[:-4]}{number + 5000:04}",
        "language": like.language,
        "jurisdiction": like.jurisdiction,
        "time_zone": like.time_zone,
    }


def children(pid: int) -> list[int]:
    """The processes whose parent is `pid`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(folder.name))
    return found


def command_of(pid: int) -> str:
    with suppress(OSError):
        return (Path("/proc") / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""
