"""Recordings in a folder and in an S3-compatible store alike: whole under their hash, or not at all."""

import hashlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from screener.files import Files, FilesError, Kept

SOUND = b"RIFF" + (5000 - 8).to_bytes(4, "little") + b"WAVE" + bytes(range(256)) * 19 + b"x" * 124
HASH = hashlib.sha256(SOUND).hexdigest()


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """A server on this machine that speaks S3."""
    pytest.importorskip("moto")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_for(port)
        yield url
    finally:
        server.kill()
        server.wait()


def wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the S3 server did not come up")


@pytest.fixture
def bucket(s3_server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty bucket's address; endpoint and credentials by environment, as an operator gives them."""
    values = {
        "AWS_ENDPOINT_URL": s3_server, "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "us-east-1",
    }  # fmt: skip
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    name = f"calls{os.urandom(4).hex()}"
    import requests

    assert requests.put(f"{s3_server}/{name}", timeout=5).ok
    return f"s3://{name}/recordings"


@pytest.fixture(params=["folder", "bucket"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> Files:
    """Each kind in turn."""
    if request.param == "bucket":
        return Files(request.getfixturevalue("bucket"))
    return Files(str(tmp_path / "recordings"))


def halves(files: Files) -> list[Path]:
    return list(files.shelf.arriving().glob("arriving-*"))


def test_what_is_kept_comes_back_byte_for_byte(files: Files) -> None:
    """Whole and in ranges, under the hash of its bytes."""
    kept = files.keep(iter([SOUND[:100], SOUND[100:]]), len(SOUND))
    assert kept == Kept(HASH, len(SOUND))
    assert b"".join(files.open(HASH)) == SOUND
    assert b"".join(files.open(HASH, 10, 20)) == SOUND[10:20]
    assert b"".join(files.open(HASH, len(SOUND) - 1)) == SOUND[-1:]
    assert (files.size(HASH), files.holds(HASH), halves(files)) == (len(SOUND), True, [])


def test_keeping_twice_is_keeping_once(files: Files) -> None:
    """A repeated step is harmless."""
    assert files.keep(iter([SOUND])) == files.keep(iter([SOUND]))
    assert list(files.names(datetime.now(UTC) + timedelta(minutes=1))) == [HASH]


def test_what_is_deleted_is_gone_and_deleting_twice_is_fine(files: Files) -> None:
    """The second deletion finds nothing, which is as good."""
    files.keep(iter([SOUND]))
    files.delete(HASH)
    files.delete(HASH)
    assert not files.holds(HASH)
    with pytest.raises(FilesError):
        list(files.open(HASH))


@pytest.mark.parametrize("announced", [len(SOUND) + 1, None, 0], ids=["short of length", "short of header", "empty"])
def test_what_is_cut_short_leaves_nothing(files: Files, announced: int | None) -> None:
    """Against the announced length, or against the WAV header where none is announced."""
    chunks = iter([] if announced == 0 else [SOUND[:-1]])
    with pytest.raises(FilesError, match="short"):
        files.keep(chunks, announced)
    assert list(files.names(datetime.now(UTC) + timedelta(minutes=1))) == []
    assert halves(files) == []


def test_a_connection_that_breaks_leaves_nothing(files: Files) -> None:
    """The half that came is removed, and the error goes on to the caller."""

    def breaks() -> Iterator[bytes]:
        yield SOUND[:100]
        raise OSError("reset")

    with pytest.raises(OSError, match="reset"):
        files.keep(breaks())
    assert halves(files) == []


def test_a_stream_whose_header_promises_too_much_is_not_believed(files: Files) -> None:
    """Headers written before the length was known carry the largest one that there is."""
    sound = b"RIFF\xff\xff\xff\xffWAVE" + b"x" * 100
    assert files.keep(iter([sound])).size == len(sound)


def test_the_name_is_told_before_the_file_has_it(files: Files) -> None:
    """So that a crash in between leaves no file that nobody knows of."""
    seen: list[bool] = []
    files.keep(iter([SOUND]), None, lambda kept: seen.append(files.holds(kept.sha256)))
    assert seen == [False]


def test_halves_left_by_a_kill_are_cleared_away(files: Files) -> None:
    """Old ones; a young one may still be written."""
    half = files.shelf.arriving() / "arriving-0123"
    half.write_bytes(b"half")
    assert files.clear_unfinished(datetime.now(UTC) - timedelta(hours=6)) == 0
    assert files.clear_unfinished(datetime.now(UTC) + timedelta(hours=6)) == 1
    assert not half.exists()


def test_whether_recordings_can_be_kept_is_known(files: Files) -> None:
    """A probe that leaves nothing behind."""
    assert files.writable()
    assert list(files.names(datetime.now(UTC) + timedelta(minutes=1))) == []


def test_a_store_that_does_not_answer_is_an_os_error(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a full disk is: the recording stays at the carrier and is tried again. The error names no address."""
    monkeypatch.setattr("screener.files.bucket.TRIES", timedelta(seconds=0.2))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    files = Files(bucket)
    assert not files.writable()
    with pytest.raises(OSError, match="the store of recordings failed") as problem:
        files.keep(iter([SOUND]))
    assert "127.0.0.1" not in str(problem.value)
    assert halves(files) == []


def test_plain_http_is_for_this_machine_only(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Recordings and keys travel encrypted."""
    monkeypatch.setattr("screener.files.bucket.TRIES", timedelta(seconds=0.2))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://storage.example.org")
    assert not Files(bucket).writable()


def test_a_folder_that_cannot_be_written_is_known(tmp_path: Path) -> None:
    """As `/readyz` and `doctor` say it."""
    (tmp_path / "file").write_text("not a folder")
    assert not Files(str(tmp_path / "file" / "recordings")).writable()
