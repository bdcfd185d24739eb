"""Commands that run: web and worker under one supervisor, or a worker alone."""

import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from functools import partial

import click

from screener import draining
from screener.cli.web_process import die_with_parent
from screener.guidance import check
from screener.settings import Settings, read_settings
from screener.store import open_store

log = logging.getLogger(__name__)

GRACE_SECONDS = 20  # for live requests and running follow-ups at a stop
LOOK_SECONDS = 0.1
YOUNG = 5  # seconds; what dies sooner than that is likely to die again
LONGEST_PAUSE = 15  # seconds between restarts of something that keeps dying young


@dataclass(slots=True)
class Child:
    """A process that is kept running."""

    name: str
    command: list[str]
    dies_by: signal.Signals = signal.SIGTERM  # what it gets when the supervisor is killed
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0


def web_command(settings: Settings) -> list[str]:
    """Gunicorn with threads; no access log of its own, which would show numbers and tokens."""
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "screener:create_app()",
        f"--bind={settings.host}:{settings.port}",
        f"--workers={settings.web_workers}",
        f"--threads={settings.web_threads}",
        "--worker-class=gthread",
        "--timeout=30",
        f"--graceful-timeout={GRACE_SECONDS - 5}",
        "--log-level=warning",
        "--no-control-socket",
        "--config=python:screener.cli.web_process",
    ]


@click.command()
def serve() -> None:
    """Run web and worker together and restart what dies.

    On Ctrl-C or SIGTERM it takes no new calls, lets those on the line come to their end, and stops; on a second one it
    stops at once.
    """
    settings = read_settings()
    store = open_store(settings.database_url)
    if not store.is_current():
        raise click.ClickException("the database is not up to date; run `screener db upgrade` first")
    store.engine.dispose()
    problems = check()
    if problems:
        raise click.ClickException("the data in seeds/ needs a look:\n" + "\n".join(problems))
    if settings.demo:
        log.warning("SCREENER_DEMO is set: never do that where real calls arrive")
    children = [
        # Killed with its supervisor, it must not drain: the next server wants the port.
        Child("web", web_command(settings), signal.SIGQUIT),
        Child("worker", [sys.executable, "-m", "screener.cli", "worker"]),
    ]
    click.echo(f"screener answers at {settings.public_url} (listening on {settings.host}:{settings.port})", err=True)
    supervise(children, settings.drain_seconds)


class Told:
    """What SIGTERM and SIGINT have told us: the first to stop, one that comes later to stop at once."""

    def __init__(self) -> None:
        self._first: float | None = None
        self.at_once = False

    def listen(self) -> None:
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._hear)

    def _hear(self, *_: object) -> None:
        now = time.monotonic()
        if self._first is None:
            self._first = now
        elif now - self._first > draining.ONE_WISH:
            self.at_once = True

    @property
    def to_stop(self) -> bool:
        return self._first is not None


def supervise(children: list[Child], drain_seconds: float) -> None:
    """Keep every child running until told to stop; then web drains first, and when it has ended so does the rest."""
    told = Told()
    told.listen()
    try:
        while not told.to_stop:
            for child in children:
                keep_running(child)
            time.sleep(LOOK_SECONDS)
        click.echo("stopping: no new calls are taken; a second signal ends at once", err=True)
        drain(children, drain_seconds, told)
    finally:
        stop(children, told)


def drain(children: list[Child], seconds: float, told: Told) -> None:
    """The first child, which is web, ends when its calls are over; until then the others go on."""
    web, *others = children
    if web.process and web.process.poll() is None:
        web.process.terminate()
    end = time.monotonic() + seconds + GRACE_SECONDS
    while web.process and web.process.poll() is None and time.monotonic() < end and not told.at_once:
        for child in others:
            keep_running(child)
        time.sleep(LOOK_SECONDS)


def keep_running(child: Child) -> None:
    """Start a child that is not running; one that keeps dying young is given longer and longer pauses."""
    now = time.monotonic()
    if child.process:
        if child.process.poll() is None or now < child.started + child.pause:
            return
        lived = now - child.started
        child.pause = 0.0 if lived > YOUNG + child.pause else min(LONGEST_PAUSE, child.pause * 2 + 0.5)
        log.warning("%s ended with status %s; starting it again", child.name, child.process.returncode)
    child.started = now
    child.process = subprocess.Popen(child.command, preexec_fn=partial(be_a_child, os.getpid(), child.dies_by))  # noqa: S603


def be_a_child(supervisor: int, dies_by: signal.Signals) -> None:
    """In a new child, before its command. Ctrl-C reaches the whole group, and only the supervisor is to heed it."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    die_with_parent(supervisor, dies_by)


def stop(children: list[Child], told: Told | None = None) -> None:
    """End what still runs: by request and with time for what is under way, or at once."""
    left = [child.process for child in children if child.process and child.process.poll() is None]
    deadline = time.monotonic() + GRACE_SECONDS
    for process in left:
        process.terminate()
    while any(process.poll() is None for process in left):
        if time.monotonic() > deadline or (told and told.at_once):
            for process in left:
                process.kill()
        time.sleep(0.05)


@click.command()
def worker() -> None:
    """Run a worker alone. On SQLite one at a time; on PostgreSQL as many as you like."""
    from screener.worker import WorkerBusy, work

    settings = read_settings()
    store = open_store(settings.database_url)
    if not store.is_current():
        raise click.ClickException("the database is not up to date; run `screener db upgrade` first")
    store.engine.dispose()
    try:
        work(settings)
    except WorkerBusy as problem:
        raise click.ClickException(str(problem)) from problem
