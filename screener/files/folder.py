"""Recordings in a folder of this machine."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

CHUNK = 256 * 1024  # bytes


class Folder:
    """One flat folder, for this user's eyes only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def arriving(self) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self.folder

    def take(self, arrived: Path, name: str) -> None:
        arrived.replace(self.folder / name)
        self._settle()

    def open(self, name: str, start: int, end: int) -> Iterator[bytes]:
        with (self.folder / name).open("rb") as file:
            file.seek(start)
            left = end - start
            while left > 0 and (chunk := file.read(min(CHUNK, left))):
                left -= len(chunk)
                yield chunk

    def size(self, name: str) -> int | None:
        try:
            return (self.folder / name).stat().st_size
        except FileNotFoundError:
            return None

    def delete(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            (self.folder / name).unlink()
            self._settle()

    def names(self) -> Iterator[tuple[str, datetime]]:
        for path in self.arriving().iterdir():
            with contextlib.suppress(FileNotFoundError):
                yield path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC)

    def writable(self) -> bool:
        probe = self.folder / f"probe-{secrets.token_hex(8)}"
        try:
            self.arriving()
            probe.write_bytes(b"x")
        except OSError:
            return False
        finally:
            with contextlib.suppress(OSError):
                probe.unlink(missing_ok=True)
        return True

    def _settle(self) -> None:
        """Make a rename or a deletion survive a power cut."""
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
