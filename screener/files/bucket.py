"""Recordings in an S3-compatible store: address s3://bucket/prefix, credentials and endpoint by the usual variables.

AWS_ENDPOINT_URL names a store that is not Amazon's; plain http is taken for this machine only.
"""

import os
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from screener.settings import is_loopback

CHUNK = 256 * 1024  # bytes
PATIENCE = timedelta(seconds=30)  # for one request; recordings go up in parts
TRIES = timedelta(seconds=20)  # for all tries of a request


class Bucket:
    """A bucket, or what lies under a prefix of one. `arriving` is where files are written before they go up."""

    def __init__(self, url: str, arriving: Path) -> None:
        local = is_loopback(urlsplit(os.environ.get("AWS_ENDPOINT_URL", "")).hostname)
        self._store = S3Store.from_url(
            url,
            client_options={"timeout": PATIENCE, "allow_http": local},
            retry_config={"max_retries": 3, "retry_timeout": TRIES},
        )
        self._arriving = arriving

    def arriving(self) -> Path:
        self._arriving.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._arriving

    def take(self, arrived: Path, name: str) -> None:
        """The store answers once the bytes are safe; a size that differs is not ours."""
        with _plain():
            obstore.put(self._store, name, arrived)
        if self.size(name) != arrived.stat().st_size:
            raise OSError("the store holds other bytes than were sent")

    def open(self, name: str, start: int, end: int) -> Iterator[bytes]:
        for at in range(start, end, CHUNK):
            with _plain():
                yield bytes(obstore.get_range(self._store, name, start=at, end=min(at + CHUNK, end)))

    def size(self, name: str) -> int | None:
        try:
            with _plain():
                return int(obstore.head(self._store, name)["size"])
        except FileNotFoundError:
            return None

    def delete(self, name: str) -> None:
        try:
            with _plain():
                obstore.delete(self._store, name)
        except FileNotFoundError:
            return

    def names(self) -> Iterator[tuple[str, datetime]]:
        with _plain():
            for some in obstore.list(self._store):
                for one in some:
                    yield one["path"], one["last_modified"]

    def writable(self) -> bool:
        probe = f"probe-{secrets.token_hex(8)}"
        try:
            with _plain():
                obstore.put(self._store, probe, b"x")
                obstore.delete(self._store, probe)
        except OSError:
            return False
        return True


class _plain:
    """The store's errors as OSError without their own text, which holds addresses and keys' names."""

    def __enter__(self) -> None: ...

    def __exit__(self, _kind: object, problem: BaseException | None, _trace: object) -> None:
        if isinstance(problem, FileNotFoundError):
            return
        if isinstance(problem, BaseError):
            raise OSError(f"the store of recordings failed: {type(problem).__name__}") from None
