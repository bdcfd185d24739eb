"""We call Twilio: send, find, list, fetch, delete, hang up. Every failure says what it means for what was asked."""

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from screener.settings import Settings
from screener.telephony.errors import Gone, NotReady, NotSent, Refused, TelephonyError, Uncertain, meaning

__all__ = [
    "Gone", "Listed", "Media", "NotReady", "NotSent", "Outgoing", "Refused", "Telephony", "TelephonyError", "Uncertain",
]  # fmt: skip

MEDIA_CHUNK = 64 * 1024  # bytes
MEDIA_SECONDS = 600  # for a whole recording; one that trickles in any slower is tried again
MEDIA_HOPS = 3  # redirects followed on the way to a recording
LOOKED_AT = 100  # newest messages looked through for one of ours
MOST_CALLS = 1000  # newest calls listed at once


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


@dataclass(frozen=True, slots=True)
class Listed:
    """One inbound call as the carrier lists it."""

    sid: str
    caller: str
    called: str
    status: str
    forwarded_from: str
    started_at: datetime
    ended_at: datetime | None
    seconds: int | None


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
        with meaning():
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
        with meaning():
            listed = self.client.messages.list(to=text.recipient, from_=text.sender, limit=LOOKED_AT)
        for message in listed:
            created = message.date_created
            recent = created is None or created >= since
            if recent and reference in (message.body or "") and message.sid:
                return message.sid, str(message.status or "queued")
        return None

    def message_status(self, sid: str) -> tuple[str, int | None]:
        """A text's status and error code, as the carrier has them. Gone when it knows no such text."""
        with meaning():
            message = self.client.messages(sid).fetch()
        return str(message.status), message.error_code if isinstance(message.error_code, int) else None

    @contextlib.contextmanager
    def media(self, recording_sid: str) -> Iterator[Media]:
        """A recording's WAV bytes. The address is built from the sid: credentials go to the configured host only."""
        base = self.settings.api_base_url
        url = f"{base}/2010-04-01/Accounts/{self.settings.account_sid}/Recordings/{recording_sid}.wav"
        with self._follow(url) as response:
            if response.status_code == 404:
                raise NotReady("the recording is not there yet")
            if response.status_code != 200:
                raise NotReady(f"the carrier answered {response.status_code}")
            media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            length = response.headers.get("Content-Length", "")
            yield Media(media_type, int(length) if length.isdigit() else None, _read(response))

    def _follow(self, url: str) -> requests.Response:
        """The answer at the end of a few redirects; another host gets no credentials."""
        ours = urlsplit(url)[:2]
        for _ in range(MEDIA_HOPS + 1):
            auth = (self.settings.account_sid, self.settings.auth_token) if urlsplit(url)[:2] == ours else None
            with meaning():
                # Not compressed: the announced length must be that of the bytes that are hashed.
                response = self.http.get(
                    url,
                    auth=auth or _no_auth,
                    headers={"Accept-Encoding": "identity"},
                    timeout=(self.timeout, 30),
                    stream=True,
                    allow_redirects=False,
                )
            if not response.is_redirect:
                return response
            url = urljoin(url, response.headers["Location"])
            response.close()
            if urlsplit(url).scheme not in ("https", ours[0]):
                raise NotReady("the carrier sends elsewhere without encryption")
        raise NotReady("the carrier sends round in circles")

    def recordings_of(self, call_sid: str) -> dict[str, str]:
        """The status of each recording that the carrier has of a call, by its sid."""
        with meaning():
            listed = self.client.recordings.list(call_sid=call_sid, limit=100)
        return {found.sid: str(found.status) for found in listed if found.sid}

    def recording_status(self, sid: str) -> str:
        """A recording's status, as the carrier has it. Gone when it knows no such recording."""
        with meaning():
            return str(self.client.recordings(sid).fetch().status)

    def stop_recording(self, call_sid: str, recording_sid: str) -> None:
        """Stop a running recording; one that has stopped already is as good."""
        with contextlib.suppress(Refused, Gone), meaning():
            self.client.calls(call_sid).recordings(recording_sid).update(status="stopped")  # type: ignore[arg-type]

    def delete_recording(self, recording_sid: str) -> None:
        """Delete the carrier's copy; one that is gone already is as good."""
        with contextlib.suppress(Gone), meaning():
            self.client.recordings(recording_sid).delete()

    def delete_text(self, sid: str) -> None:
        """Delete the carrier's record of a text, body included; refused while it is on its way."""
        with contextlib.suppress(Gone), meaning():
            self.client.messages(sid).delete()

    def delete_call(self, call_sid: str) -> None:
        """Delete the carrier's record of a call that is over."""
        with contextlib.suppress(Gone), meaning():
            self.client.calls(call_sid).delete()

    def texts_between(self, phone: str, number: str, until: datetime) -> list[str]:
        """The sids of all texts between a phone and a number of ours that were made before then, both ways."""
        with meaning():
            listed = [
                message
                for to, sender in ((phone, number), (number, phone))
                for message in self.client.messages.list(to=to, from_=sender, page_size=MOST_CALLS)
            ]
        return [one.sid for one in listed if one.sid and (one.date_created is None or one.date_created < until)]

    def call_status(self, call_sid: str) -> tuple[str, int | None]:
        """A call's status and its length in seconds, as the carrier has them. Gone when it knows no such call."""
        with meaning():
            call = self.client.calls(call_sid).fetch()
        duration = str(call.duration or "")
        return str(call.status), int(duration) if duration.isdigit() else None

    def hang_up(self, call_sid: str) -> None:
        """End a live call; one that is over already is as good."""
        with contextlib.suppress(Refused, Gone), meaning():
            self.client.calls(call_sid).update(status="completed")

    def calls_since(self, since: datetime) -> list[Listed]:
        """Inbound calls that began after then, newest first, at most MOST_CALLS."""
        with meaning():
            listed = self.client.calls.list(start_time_after=since, limit=MOST_CALLS, page_size=MOST_CALLS)
        return [_listed(call) for call in listed if call.sid and call.direction == "inbound" and call.start_time]

    def number(self, number: str) -> dict[str, Any] | None:
        """How one of the account's numbers is set up; None when the account has no such number."""
        with meaning():
            found = self.client.incoming_phone_numbers.list(phone_number=number, limit=1)
        if not found:
            return None
        fields = ("voice_url", "voice_method", "voice_fallback_url", "status_callback", "sms_url")
        return {name: getattr(found[0], name, "") or "" for name in fields}


def _listed(call: Any) -> Listed:
    duration = str(call.duration or "")
    return Listed(
        sid=call.sid,
        caller=str(getattr(call, "_from", None) or ""),
        called=str(call.to or ""),
        status=str(call.status),
        forwarded_from=str(call.forwarded_from or ""),
        started_at=call.start_time,
        ended_at=call.end_time,
        seconds=int(duration) if duration.isdigit() else None,
    )


def _no_auth(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No credentials at all; without this the library looks for some in a file of the user's."""
    return request


def _read(response: requests.Response) -> Iterator[bytes]:
    deadline = time.monotonic() + MEDIA_SECONDS
    with meaning():
        for chunk in response.iter_content(MEDIA_CHUNK):
            if time.monotonic() > deadline:
                raise Uncertain("a recording came in too slowly")
            yield chunk
