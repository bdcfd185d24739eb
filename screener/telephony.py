"""We call Twilio: send, find, fetch, delete. Every failure says what it means for the thing that was asked."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from screener.settings import Settings

MEDIA_CHUNK = 64 * 1024  # bytes
LOOKED_AT = 100  # newest messages looked through for one of ours


class TelephonyError(Exception):
    """The carrier did not do what was asked. The text names no number and repeats no words."""


class NotSent(TelephonyError):
    """It certainly never reached the carrier, or was turned away to be tried again later."""


class Refused(TelephonyError):
    """The carrier said no for good; `code` is its error code."""

    def __init__(self, code: int | None) -> None:
        super().__init__(f"the carrier refused it (error {code})")
        self.code = code


class Uncertain(TelephonyError):
    """It may or may not have been done."""


class NotReady(TelephonyError):
    """The thing exists but cannot be fetched yet."""


class Gone(TelephonyError):
    """The carrier does not have it."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One text to be sent; `status_url` is where its fate is told."""

    sender: str
    recipient: str
    body: str
    status_url: str


@dataclass(frozen=True, slots=True)
class Media:
    """A recording on its way. `size` is the length in bytes that the carrier announces, if it does."""

    media_type: str
    size: int | None
    chunks: Iterator[bytes]


class Telephony:
    """The carrier's REST interface, for one account. Make one after a fork; it holds connections."""

    def __init__(self, settings: Settings, timeout: float | None = None) -> None:
        self.settings = settings
        # A third of the grace, so that an uncertain sending is settled before anybody looks it up.
        self.timeout = timeout or min(10.0, settings.send_grace_seconds / 3)
        # An empty environment: the SDK would silently take a region from ours and change the host.
        self.client = Client(
            settings.account_sid,
            settings.auth_token,
            http_client=TwilioHttpClient(timeout=self.timeout, max_retries=0),
            environment={"": ""},
        )
        self.client.api.base_url = settings.api_base_url
        self.http = requests.Session()

    def send(self, text: Outgoing) -> tuple[str, str]:
        """Hand a text to the carrier; its sid and first status. NotSent, Refused or Uncertain otherwise."""
        with _meaning():
            made = self.client.messages.create(
                to=text.recipient, from_=text.sender, body=text.body, status_callback=text.status_url
            )
        if not made.sid:
            raise Uncertain("the carrier's answer names no message")
        return made.sid, str(made.status or "queued")

    def find(self, text: Outgoing, reference: str, since: datetime) -> tuple[str, str] | None:
        """Look a text up by who, to whom and its reference; None only when the look-up worked and found nothing.

        `since` bounds the search by creation, not by sending: the carrier dates a queued text only once it is sent.
        """
        with _meaning():
            listed = self.client.messages.list(to=text.recipient, from_=text.sender, limit=LOOKED_AT)
        for message in listed:
            created = message.date_created
            recent = created is None or created >= since
            if recent and reference in (message.body or "") and message.sid:
                return message.sid, str(message.status or "queued")
        return None

    @contextlib.contextmanager
    def media(self, recording_sid: str) -> Iterator[Media]:
        """A recording's WAV bytes. The address is built from the sid: credentials go to the configured host only."""
        url = (
            f"{self.settings.api_base_url}/2010-04-01/Accounts/{self.settings.account_sid}"
            f"/Recordings/{recording_sid}.wav"
        )
        auth = (self.settings.account_sid, self.settings.auth_token)
        with _meaning():
            response = self.http.get(url, auth=auth, timeout=(self.timeout, 30), stream=True, allow_redirects=False)
        with response:
            if response.status_code == 404:
                raise NotReady("the recording is not there yet")
            if response.status_code != 200:
                raise NotReady(f"the carrier answered {response.status_code}")
            media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
            length = response.headers.get("Content-Length", "")
            chunks = _read(response)
            yield Media(media_type, int(length) if length.isdigit() else None, chunks)

    def recordings_of(self, call_sid: str) -> list[str]:
        """Sids of all recordings that the carrier has of a call."""
        with _meaning():
            return [found.sid for found in self.client.recordings.list(call_sid=call_sid, limit=100) if found.sid]

    def stop_recording(self, call_sid: str, recording_sid: str) -> None:
        """Stop a running recording; one that has stopped already is as good."""
        with contextlib.suppress(Refused, Gone), _meaning():
            self.client.calls(call_sid).recordings(recording_sid).update(status="stopped")  # type: ignore[arg-type]

    def delete_recording(self, recording_sid: str) -> None:
        """Delete the carrier's copy; one that is gone already is as good."""
        with contextlib.suppress(Gone), _meaning():
            self.client.recordings(recording_sid).delete()

    def call_status(self, call_sid: str) -> tuple[str, int | None]:
        """A call's status and its length in seconds, as the carrier has them. Gone when it knows no such call."""
        with _meaning():
            call = self.client.calls(call_sid).fetch()
        duration = str(call.duration or "")
        return str(call.status), int(duration) if duration.isdigit() else None

    def number(self, number: str) -> dict[str, Any] | None:
        """How one of the account's numbers is set up; None when the account has no such number."""
        with _meaning():
            found = self.client.incoming_phone_numbers.list(phone_number=number, limit=1)
        if not found:
            return None
        fields = ("voice_url", "voice_method", "voice_fallback_url", "status_callback", "sms_url")
        return {name: getattr(found[0], name, "") or "" for name in fields}


def _read(response: requests.Response) -> Iterator[bytes]:
    with _meaning():
        yield from response.iter_content(MEDIA_CHUNK)


@contextlib.contextmanager
def _meaning() -> Iterator[None]:
    """The carrier's and the network's errors, in our words. Their own texts hold numbers and are dropped."""
    try:
        yield
    except TwilioRestException as problem:
        raise _of_status(problem.status, problem.code) from None
    except requests.exceptions.ConnectTimeout:
        raise NotSent("the carrier could not be reached in time") from None
    except requests.exceptions.ConnectionError as problem:
        if _never_connected(problem):
            raise NotSent("the carrier could not be reached") from None
        raise Uncertain("the connection to the carrier broke") from None
    except requests.exceptions.RequestException:
        raise Uncertain("the carrier did not answer in time") from None
    except TwilioException as problem:
        status = getattr(problem, "status", None)
        raise _of_status(status, getattr(problem, "code", None)) from None


def _of_status(status: int | None, code: int | None) -> TelephonyError:
    """401, 408 and 429 were turned away before anything was done; 5xx and the unreadable may have been."""
    if status == 404:
        return Gone("the carrier does not know it")
    if status in (401, 408, 429):
        return NotSent("the carrier asks to wait")
    if status is not None and 400 <= status < 500:
        return Refused(code)
    return Uncertain(f"the carrier answered {status or 'something unreadable'}")


def _never_connected(problem: requests.exceptions.ConnectionError) -> bool:
    """Whether the connection was refused or the name unknown, so that nothing can have been received."""
    reason = getattr(problem.args[0], "reason", None) if problem.args else None
    return type(reason).__name__ in {"NewConnectionError", "ConnectTimeoutError", "NameResolutionError"}
