"""Recordings: started by a reply; stopped by a reply, a request or the end; to be heard when completed."""

from collections.abc import Mapping

from screener.simulator.account import CallRecord, Recording, new_sid
from screener.simulator.exchange import API_VERSION, Exchange, rfc_2822
from screener.simulator.sound import wav
from screener.simulator.twiml_rules import Refused

SOURCE = "StartCallRecordingTwiML"


class Recorder:
    """Keeps each recording's status and tells the server about it."""

    def __init__(self, exchange: Exchange) -> None:
        self.exchange = exchange
        self.api_url = ""  # set when the REST side listens

    def start(self, call: CallRecord, attributes: Mapping[str, str]) -> None:
        """Begin recording from this spoken second on; Refused where one of that name runs already."""
        name = attributes["name"]
        if self._running(call, name):
            raise Refused(16114, f"recording {name!r} is already running on this call")
        recording = Recording(
            new_sid("RE"),
            call.sid,
            name,
            attributes.get("recordingStatusCallback", ""),
            frozenset(attributes.get("recordingStatusCallbackEvent", "completed").split(" ")),
            attributes.get("track", "both"),
            since=call.seconds,
        )
        self.exchange.account.add_recording(call, recording)
        self._tell(recording, self.exchange.faults.step)

    def stop_named(self, call: CallRecord, name: str) -> None:
        """Stop by name; Refused where this call never had such a recording."""
        running = self._running(call, name)
        if running:
            self.stop(running)
        elif all(recording.name != name for recording in call.recordings):
            raise Refused(16114, f"no recording {name!r} was ever started on this call")

    def stop_all(self, call: CallRecord) -> None:
        for recording in self.exchange.account.recordings_of(call.sid):
            if recording.until is None:
                self.stop(recording)

    def stop(self, recording: Recording) -> None:
        """From `in-progress` to `processing`, and to its last status a moment later."""
        exchange = self.exchange
        with exchange.account.lock:
            recording.until = exchange.account.calls[recording.call_sid].seconds
            recording.status = "processing"
        if not exchange.dice.chance(exchange.faults.recording_stuck):
            exchange.later.do(2 * exchange.faults.step, lambda: self._finish(recording))

    def audio(self, recording: Recording, channels: int) -> bytes:
        """What was said while it ran, as sound; only words of the two sides, in their places."""
        call = self.exchange.account.calls[recording.call_sid]
        at, end = recording.since, recording.until or recording.since
        stretches = []
        for line in call.lines:
            start, stop = max(line.at, at), min(line.at + line.length, end)
            if stop <= start or line.keys:
                continue
            stretches += [("", start - at), (line.who, stop - start)]
            at = stop
        return wav([*stretches, ("", max(end - at, 0.0))], channels)

    def _running(self, call: CallRecord, name: str) -> Recording | None:
        held = self.exchange.account.recordings_of(call.sid)
        return next((r for r in held if r.name == name and r.until is None), None)

    def _finish(self, recording: Recording) -> None:
        absent = self.exchange.dice.chance(self.exchange.faults.recording_absent) or recording.length <= 0
        with self.exchange.account.lock:
            if recording.deleted:
                return
            recording.status = "absent" if absent else "completed"
        self._tell(recording, 0.0)

    def _tell(self, recording: Recording, after: float) -> None:
        if recording.status in recording.events:
            self.exchange.callback(recording.callback, self._fields(recording), after)

    def _fields(self, recording: Recording) -> dict[str, str]:
        """The callback's form. It names no caller: the call is found by its sid."""
        account = self.exchange.account
        fields = {
            "AccountSid": account.sid,
            "CallSid": recording.call_sid,
            "RecordingSid": recording.sid,
            "RecordingUrl": f"{self.api_url}/{API_VERSION}/Accounts/{account.sid}/Recordings/{recording.sid}",
            "RecordingStatus": recording.status,
            "RecordingChannels": str(recording.channels),
            "RecordingStartTime": rfc_2822(recording.created) or "",
            "RecordingSource": SOURCE,
            "RecordingTrack": recording.track,
            "ErrorCode": "0",
        }
        if recording.status == "completed":
            fields["RecordingDuration"] = str(max(1, round(recording.length)))
        return fields
