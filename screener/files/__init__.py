"""The only gate to recordings and made bags: under their names whole or not at all, in a folder or a bucket."""

import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Protocol

from screener.files.folder import Folder

__all__ = ["Files", "FilesError", "Kept", "is_recording"]

NAME = re.compile(r"[0-9a-f]{64}")
BAG = re.compile(r"bag-[0-9A-Za-z_-]{22}")  # a bag that is kept for its subscriber to fetch
MOST_BYTES = 512 * 1024 * 1024  # more than any call of ours can last, at 16 kB a second
BUCKET = "s3://"


class FilesError(Exception):
    """A recording could not be kept."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes with their SHA-256 in hex, and how many they are."""

    sha256: str
    size: int


class Shelf(Protocol):
    """Where the named files stand."""

    def arriving(self) -> Path:
        """A folder for a file that is still being written."""

    def take(self, arrived: Path, name: str) -> None:
        """Put a whole file under its name; it is safe afterwards."""

    def open(self, name: str, start: int, end: int) -> Iterator[bytes]:
        """The bytes from `start` up to and without `end`."""

    def size(self, name: str) -> int | None:
        """How many bytes; None when there is no such file."""

    def delete(self, name: str) -> None: ...

    def names(self) -> Iterator[tuple[str, datetime]]:
        """Every file with the time of its writing."""

    def writable(self) -> bool: ...


class Files:
    """Recordings at an address: a folder's path, or s3://bucket/prefix with the usual AWS_ variables."""

    def __init__(self, url: str) -> None:
        self.shelf = _shelf(url)

    def keep(
        self,
        chunks: Iterable[bytes],
        announced: int | None = None,
        naming: Callable[[Kept], None] = lambda _kept: None,
    ) -> Kept:
        """Write bytes as they arrive, hashing them; then name them by their hash. FilesError when cut short.

        `naming` is told the name before anything stands under it, so that no file is ever there unknown.
        """
        arriving = self.shelf.arriving() / f"arriving-{secrets.token_hex(8)}"
        try:
            kept, head = _write(arriving, chunks)
            if not kept.size or (announced is not None and announced != kept.size) or _is_cut(head, kept, announced):
                raise FilesError("the recording was cut short")
            naming(kept)
            self.shelf.take(arriving, named(kept.sha256))
        finally:
            arriving.unlink(missing_ok=True)
        return kept

    @contextmanager
    def making(self, name: str) -> Iterator[IO[bytes]]:
        """A new file, which stands under its name once it is whole; after an error nothing does."""
        arriving = self.shelf.arriving() / f"arriving-{secrets.token_hex(8)}"
        try:
            with arriving.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            self.shelf.take(arriving, named(name))
        finally:
            arriving.unlink(missing_ok=True)

    def path(self, sha256: str) -> Path:
        """Where the bytes with this hash are in the folder; only a hash can name a file here."""
        if not isinstance(self.shelf, Folder):
            raise FilesError("recordings are not kept in a folder")
        return self.shelf.folder / named(sha256)

    def open(self, sha256: str, start: int = 0, end: int | None = None) -> Iterator[bytes]:
        """A recording's bytes, or a range of them without its `end`. FilesError when it is not there."""
        size = self.size(sha256)
        if size is None:
            raise FilesError("the recording is not there")
        return self.shelf.open(named(sha256), start, size if end is None else min(end, size))

    def digest(self, sha256: str) -> str:
        """The SHA-256 that a recording's bytes have now."""
        digest = hashlib.sha256()
        for chunk in self.open(sha256):
            digest.update(chunk)
        return digest.hexdigest()

    def size(self, sha256: str) -> int | None:
        """Bytes of a recording; None when it is not there."""
        return self.shelf.size(named(sha256))

    def holds(self, sha256: str) -> bool:
        return self.size(sha256) is not None

    def delete(self, sha256: str) -> None:
        """Delete a recording; one that is gone already is as good."""
        self.shelf.delete(named(sha256))

    def names(self, before: datetime) -> Iterator[str]:
        """The hashes of all recordings written before then."""
        for name, written in self.shelf.names():
            if written < before and NAME.fullmatch(name.removesuffix(".wav")):
                yield name.removesuffix(".wav")

    def clear_unfinished(self, before: datetime) -> int:
        """Delete halves of files that a crash left behind before then; how many."""
        cleared = 0
        for half in self.shelf.arriving().glob("arriving-*"):
            if datetime.fromtimestamp(half.stat().st_mtime, UTC) < before:
                half.unlink(missing_ok=True)
                cleared += 1
        return cleared

    def writable(self) -> bool:
        """Whether a recording could be kept now."""
        return self.shelf.writable()


def is_recording(name: str) -> bool:
    """Whether it is a hash, and no bag's name."""
    return NAME.fullmatch(name) is not None


def named(name: str) -> str:
    """The file of this name: a recording's hash, or a bag's own name."""
    if BAG.fullmatch(name):
        return f"{name}.zip"
    if not NAME.fullmatch(name):
        raise FilesError("not the name of a recording")
    return f"{name}.wav"


def _shelf(url: str) -> Shelf:
    if url.startswith(BUCKET):
        from screener.files.bucket import Bucket

        return Bucket(url, Path(tempfile.gettempdir()) / f"screener-{os.getuid()}")
    return Folder(Path(url.removeprefix("file://")))


def _write(path: Path, chunks: Iterable[bytes]) -> tuple[Kept, bytes]:
    """Write and hash, then wait for the disk; what was written, with its first bytes."""
    digest, size, head = hashlib.sha256(), 0, b""
    with path.open("xb") as file:
        for chunk in chunks:
            size += len(chunk)
            if size > MOST_BYTES:
                raise FilesError("the recording is larger than any call can be")
            head = (head + chunk[:12])[:12]
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    return Kept(digest.hexdigest(), size), head


def _is_cut(head: bytes, kept: Kept, announced: int | None) -> bool:
    """Where no length was announced, whether the WAV header promises more than came. A header written before the
    length was known, as streams have it, promises nothing that can be believed."""
    if announced is not None or head[:4] != b"RIFF":
        return False
    promised = int.from_bytes(head[4:8], "little") + 8
    return kept.size < promised < MOST_BYTES
