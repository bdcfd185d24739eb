"""What the carrier's answers and silences mean, over real sockets."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from screener.settings import Settings
from screener.simulator import Carrier, Faults
from screener.telephony import Gone, NotReady, NotSent, Outgoing, Refused, Telephony, TelephonyError, Uncertain
from tests.answering import Server, Told
from tests.desk import SOUND, call_sid, recording_sid
from tests.signer import ACCOUNT, BASE, TOKEN

ROOT = f"/2010-04-01/Accounts/{ACCOUNT}"
TEXT = Outgoing("+85230001111", "+85291234567", "x #A7K2", f"{BASE}/sms/status/m1")
SETTINGS = Settings(
    account_sid=ACCOUNT, auth_token=TOKEN, secret_key="k" * 32, public_url=BASE, data_dir=Path("nowhere"),
    database_url="sqlite://", recordings_url="nowhere", send_grace_seconds=3,
)  # fmt: skip


def at(url: str) -> Telephony:
    return Telephony(replace(SETTINGS, api_base_url=url))


@contextmanager
def answers(status: int, body: bytes = b"{}") -> Iterator[Telephony]:
    """A carrier that answers everything so."""
    with raw(b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)) as url:
        yield at(url)


@contextmanager
def raw(answer: bytes, then: Callable[[socket.socket], None] = lambda _connection: None) -> Iterator[str]:
    """A server that gives these bytes to whatever is asked, and closes; its address."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(answer)
                then(connection)

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


@pytest.mark.parametrize(
    ("status", "code", "meaning"),
    [
        (429, 20429, NotSent),
        (401, 20003, NotSent),
        (403, 20005, NotSent),
        (400, 21610, Refused),
        (400, 21211, Refused),
        (404, 20404, Gone),
        (500, 20500, Uncertain),
        (503, 20503, Uncertain),
    ],
)
def test_an_answer_has_one_meaning(status: int, code: int, meaning: type[TelephonyError]) -> None:
    """Turned away before anything was done, refused for good, or nobody knows."""
    body = b'{"code": %d, "message": "+85291234567 x", "status": %d}' % (code, status)
    with answers(status, body) as telephony, pytest.raises(TelephonyError) as problem:
        telephony.send(TEXT)
    assert type(problem.value) is meaning
    assert "+852" not in str(problem.value)
    if isinstance(problem.value, Refused):
        assert problem.value.code == code


def test_a_refused_connection_sent_nothing() -> None:
    """Nobody listens, so nothing can have been received."""
    with pytest.raises(NotSent):
        at("http://127.0.0.1:9").send(TEXT)


def test_a_connection_that_breaks_leaves_doubt() -> None:
    """The request was written; whether it was read is not known."""
    with raw(b"") as url, pytest.raises(Uncertain):
        at(url).send(TEXT)


def test_silence_leaves_doubt_within_a_third_of_the_grace() -> None:
    """Long before anybody may look the text up, its sending has ended."""
    released = threading.Event()
    begun = datetime.now(UTC)
    with raw(b"", lambda _connection: released.wait(10)) as url:
        with pytest.raises(Uncertain):
            at(url).send(TEXT)
        assert datetime.now(UTC) - begun < timedelta(seconds=3)
        released.set()


def test_an_answer_that_makes_no_sense_leaves_doubt() -> None:
    """A proxy's page in the place of an answer."""
    with answers(201, b"<html>") as telephony, pytest.raises(TelephonyError) as problem:
        telephony.send(TEXT)
    assert isinstance(problem.value, Uncertain)


# Against the simulated carrier


@pytest.fixture
def carrier() -> Iterator[Carrier]:
    with Carrier(ACCOUNT, TOKEN) as made:
        made.add_number(TEXT.sender, f"{BASE}/voice/incoming")
        yield made


def since() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=5)


def test_a_text_is_found_by_its_reference(carrier: Carrier) -> None:
    """Also when the answer to its sending was lost; another reference finds nothing."""
    telephony = at(carrier.url)
    carrier.faults = Faults(lost_answer=1.0)
    with pytest.raises(Uncertain):
        telephony.send(TEXT)
    carrier.faults = Faults()
    found = telephony.find(TEXT, "#A7K2", since())
    assert found
    assert found[0] == carrier.messages[0].sid
    assert telephony.find(TEXT, "#B2C3", since()) is None
    assert telephony.message_status(found[0])[0] in ("queued", "sent", "delivered")


def test_a_look_up_that_fails_is_no_answer(carrier: Carrier) -> None:
    """None means that the carrier has nothing; trouble is an error."""
    carrier.faults = Faults(server_error=1.0)
    with pytest.raises(TelephonyError):
        at(carrier.url).find(TEXT, "#A7K2", since())


def test_an_old_text_is_not_taken_for_a_new_one(carrier: Carrier) -> None:
    """The same reference from before the text was written belongs to another."""
    telephony = at(carrier.url)
    telephony.send(TEXT)
    assert telephony.find(TEXT, "#A7K2", datetime.now(UTC) + timedelta(minutes=1)) is None


def test_what_the_carrier_does_not_know_is_gone(carrier: Carrier) -> None:
    """Calls, texts and recordings alike; deleting and hanging up what is gone is as good as done."""
    telephony = at(carrier.url)
    for ask in (telephony.call_status, telephony.recording_status, telephony.message_status):
        with pytest.raises(Gone):
            ask(call_sid(1))
    telephony.delete_recording(recording_sid(1))
    telephony.stop_recording(call_sid(1), recording_sid(1))
    telephony.hang_up(call_sid(1))
    assert telephony.recordings_of(call_sid(1)) == {}


def test_texts_and_calls_are_deleted_there(carrier: Carrier) -> None:
    """Not while they are under way, which is refused; then for good, and a second time is as good as done."""
    telephony = at(carrier.url)
    call = carrier.account.add_call("+85251230000", TEXT.sender)
    with pytest.raises(Refused):
        telephony.delete_call(call.sid)
    call.status, call.ended, call.seconds = "completed", datetime.now(UTC), 42.0
    sid, _ = telephony.send(TEXT)
    carrier.messages[0].status = "sending"
    with pytest.raises(Refused):
        telephony.delete_text(sid)
    carrier.messages[0].status = "delivered"
    assert telephony.texts_between(TEXT.recipient, TEXT.sender, datetime.now(UTC) + timedelta(minutes=1)) == [sid]
    assert telephony.texts_between(TEXT.recipient, TEXT.sender, since()) == []
    for _ in range(2):
        telephony.delete_text(sid)
        telephony.delete_call(call.sid)
    for ask, name in ((telephony.call_status, call.sid), (telephony.message_status, sid)):
        with pytest.raises(Gone):
            ask(name)


def test_calls_are_listed_with_all_that_an_entry_needs(carrier: Carrier) -> None:
    """Who called whom, when, how it ended and how long it was."""
    call = carrier.account.add_call("+85251230000", TEXT.sender)
    call.status, call.ended, call.seconds = "completed", datetime.now(UTC), 42.0
    (one,) = at(carrier.url).calls_since(since())
    assert (one.sid, one.caller, one.called, one.status) == (call.sid, "+85251230000", TEXT.sender, "completed")
    assert (one.seconds, one.started_at.tzinfo) == (42, UTC)


def test_a_recording_is_not_ready_until_it_is(carrier: Carrier) -> None:
    """404 is no failure but a reason to come again."""
    with pytest.raises(NotReady), at(carrier.url).media(recording_sid(1)):
        pass


def test_a_redirect_is_followed_without_credentials() -> None:
    """Sound may lie elsewhere; our password does not go there."""
    told: list[Told] = []

    def elsewhere(request: Told) -> bytes:
        told.append(request)
        return SOUND

    with Server({"/sound.wav": elsewhere}, content_type="audio/x-wav") as other:
        place = f"HTTP/1.1 302 X\r\nLocation: {other.url}/sound.wav\r\nContent-Length: 0\r\n\r\n".encode()
        with raw(place) as url, at(url).media(recording_sid(1)) as media:
            assert b"".join(media.chunks) == SOUND
            assert media.size == len(SOUND)
    assert "AUTHORIZATION" not in told[0].headers


def test_a_stream_that_breaks_off_is_an_error() -> None:
    """Fewer bytes than announced are never taken for all of them."""
    head = b"HTTP/1.1 200 X\r\nContent-Type: audio/x-wav\r\nContent-Length: 1000\r\n\r\n"
    with raw(head + SOUND) as url, at(url).media(recording_sid(1)) as media, pytest.raises(Uncertain):
        b"".join(media.chunks)


def test_a_stream_that_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some bytes now and then would hold a worker's place for ever."""
    monkeypatch.setattr("screener.telephony.MEDIA_SECONDS", -1)
    head = b"HTTP/1.1 200 X\r\nContent-Type: audio/x-wav\r\n\r\n"
    with raw(head + SOUND) as url, at(url).media(recording_sid(1)) as media, pytest.raises(Uncertain, match="slow"):
        b"".join(media.chunks)
