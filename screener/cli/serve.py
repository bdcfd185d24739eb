"""Commands that run: web and worker under one supervisor, or a worker alone."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from functools import partial

import click

from screener.cli.web_process import die_with_parent
from screener.guidance import check
from screener.settings import Settings, read_settings
from screener.store import open_store

log = logging.getLogger(__name__)

GRACE_SECONDS = 20  # for live requests and running follow-ups at a stop
YOUNG = 5  # seconds; what dies sooner than that is likely to die again
LONGEST_PAUSE = 15  # seconds between restarts of something that keeps dying young


@dataclass(slots=True)
class Child:
    """A process that is kept running."""

    name: str
    command: list[str]
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
    """Run web and worker together and restart what dies. Stops gracefully on Ctrl-C or SIGTERM."""
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
        Child("web", web_command(settings)),
        Child("worker", [sys.executable, "-m", "screener.cli", "worker"]),
    ]
    click.echo(f"screener answers at {settings.public_url} (listening on {settings.host}:{settings.port})", err=True)
    supervise(children)


def supervise(children: list[Child]) -> None:
    """Keep every child running until told to stop; then stop them all and wait."""
    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    try:
        while not stopping.is_set():
            for child in children:
                keep_running(child)
            stopping.wait(0.2)
    finally:
        stop(children)


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
    child.process = subprocess.Popen(child.command, preexec_fn=partial(die_with_parent, os.getpid()))  # noqa: S603


def stop(children: list[Child]) -> None:
    for child in children:
        if child.process and child.process.poll() is None:
            child.process.terminate()
    deadline = time.monotonic() + GRACE_SECONDS
    for child in children:
        if child.process:
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.process.kill()


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
