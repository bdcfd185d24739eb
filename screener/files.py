"""The only gate to recordings: each is kept under its SHA-256, written whole or not at all."""

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

NAME = re.compile(r"[0-9a-f]{64}")
MOST_BYTES = 512 * 1024 * 1024  # more than any call of ours can last, at 16 kB a second


class FilesError(Exception):
    """A recording could not be kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes that are safe: their SHA-256 in hex, and how many."""

    sha256: str
    size: int


class Files:
    """A folder of recordings."""

    def __init__(self, url: str) -> None:
        self.folder = Path(url.removeprefix("file://"))

    def keep(self, chunks: Iterable[bytes], announced: int | None = None) -> Kept:
        """Write bytes as they arrive, hashing them; then name them by their hash. FilesError when cut short."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        arriving = self.folder / f"arriving-{secrets.token_hex(8)}"
        digest, size = hashlib.sha256(), 0
        try:
            with arriving.open("xb") as file:
                for chunk in chunks:
                    size += len(chunk)
                    if size > MOST_BYTES:
                        raise FilesError("the recording is larger than any call can be")
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            if not size or (announced is not None and announced != size):
                raise FilesError("the recording was cut short")
            arriving.replace(self.path(digest.hexdigest()))
            self._settle()
        finally:
            arriving.unlink(missing_ok=True)
        return Kept(digest.hexdigest(), size)

    def path(self, sha256: str) -> Path:
        """Where the bytes with this hash are; only a hash can name a file here."""
        if not NAME.fullmatch(sha256):
            raise FilesError("not the name of a recording")
        return self.folder / f"{sha256}.wav"

    def holds(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def delete(self, sha256: str) -> None:
        """Delete a recording; one that is gone already is as good."""
        self.path(sha256).unlink(missing_ok=True)
        with contextlib.suppress(FileNotFoundError):
            self._settle()

    def writable(self) -> bool:
        """Whether a recording could be kept now."""
        probe = self.folder / f"probe-{secrets.token_hex(8)}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            probe.write_bytes(b"x")
            probe.unlink()
        except OSError:
            return False
        return True

    def _settle(self) -> None:
        """Make a rename or a deletion survive a power cut."""
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
