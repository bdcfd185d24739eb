"""A PostgreSQL server of the tests' own, on a socket in a temporary folder."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def programs() -> Path | None:
    """Where initdb and pg_ctl are; None when PostgreSQL is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb")) if Path("/usr/lib/postgresql").is_dir() else []
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def _as_nobody(command: list[str]) -> list[str]:
    """PostgreSQL refuses to run as root."""
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *command] if os.getuid() == 0 else command


@contextmanager
def a_server() -> Iterator[str]:
    """Start one and stop it afterwards; its URL with `{database}` where the database's name belongs."""
    here = programs()
    assert here, "PostgreSQL is not installed (Debian: apt-get install postgresql)"
    folder = Path(tempfile.mkdtemp(prefix="screener-pg-"))
    if os.getuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    _run([str(here / "initdb"), "-D", str(folder / "data"), "-U", "screener", "-A", "trust", "--no-sync"])
    start(folder)
    try:
        yield f"postgresql+psycopg://screener@/{{database}}?host={folder}"
    finally:
        stop(folder, "immediate")
        shutil.rmtree(folder, ignore_errors=True)


def folder_of(url: str) -> Path:
    """Where the server that a URL names has its files."""
    return Path(url.partition("?host=")[2])


def start(folder: Path) -> None:
    options = f"-c listen_addresses='' -c unix_socket_directories='{folder}' -c fsync=off -c max_connections=100"
    _run([str(programs() / "pg_ctl"), "-D", str(folder / "data"), "-w", "-o", options, "start"])  # type: ignore[operator]


def stop(folder: Path, how: str = "fast") -> None:
    _run([str(programs() / "pg_ctl"), "-D", str(folder / "data"), "-m", how, "stop"])  # type: ignore[operator]


def _run(command: list[str]) -> None:
    quiet = subprocess.DEVNULL
    subprocess.run(_as_nobody(command), stdout=quiet, stderr=quiet, check=True, cwd="/")
