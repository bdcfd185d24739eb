"""A BagIt bag (RFC 8493) written as one zip, file after file, so that no size of it ever stands in memory.

Nothing is compressed and every date is the same: the same files always give the same bytes, and a changed byte of the
zip itself can be told as well.
"""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Protocol

MANIFEST, TAGS = "manifest-sha256.txt", "tagmanifest-sha256.txt"
DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD = "data/"


class Sink(Protocol):
    def write(self, data: bytes, /) -> object: ...


class OneWay:
    """A file that can only be written to, from its beginning to its end."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def write(self, data: bytes) -> int:
        self._sink.write(bytes(data))
        return len(data)

    def flush(self) -> None: ...


class Zip:
    """Files one after the other, without compression, each with the same date and rights."""

    def __init__(self, sink: Sink) -> None:
        self._zip = zipfile.ZipFile(OneWay(sink), "w", zipfile.ZIP_STORED)  # type: ignore[call-overload]

    def add(self, name: str, chunks: Iterable[bytes]) -> tuple[str, int]:
        """Write one file; its SHA-256 and size."""
        info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        info.create_system, info.external_attr = 3, 0o644 << 16
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w") as file:
            for chunk in chunks:
                digest.update(chunk)
                size += len(chunk)
                file.write(chunk)
        return digest.hexdigest(), size

    def close(self) -> None:
        self._zip.close()


class Bag:
    """A bag under way: payload first, then what describes it. `name` is its one folder."""

    def __init__(self, sink: Sink, name: str) -> None:
        self._zip, self._name = Zip(sink), name
        self._payload: dict[str, bytes] = {}
        self._tags: dict[str, bytes] = {}
        self._bytes = 0
        self._tag("bagit.txt", [DECLARATION])

    def add(self, path: str, chunks: Iterable[bytes]) -> str:
        """Add a payload file by its path below data/; its SHA-256."""
        digest, size = self._zip.add(f"{self._name}/{PAYLOAD}{path}", chunks)
        self._payload[PAYLOAD + path] = bytes.fromhex(digest)
        self._bytes += size
        return digest

    def close(self, made_on: date, info: Mapping[str, str]) -> None:
        lines = {**info, "Bagging-Date": made_on.isoformat(), "Payload-Oxum": f"{self._bytes}.{len(self._payload)}"}
        self._tag("bag-info.txt", ["".join(f"{name}: {value}\n" for name, value in lines.items()).encode()])
        self._tag(MANIFEST, manifest(self._payload))
        self._tag(TAGS, manifest(self._tags))
        self._zip.close()

    def _tag(self, path: str, content: Iterable[bytes]) -> None:
        self._tags[path] = bytes.fromhex(self._zip.add(f"{self._name}/{path}", content)[0])


def manifest(digests: Mapping[str, bytes]) -> Iterator[bytes]:
    """The lines of a manifest, sorted by path, so that the same files have the same manifest."""
    for path in sorted(digests):
        yield f"{digests[path].hex()}  {path}\n".encode()
