"""REST: recordings and their sound."""

from screener.simulator import resources
from screener.simulator.account import Recording
from screener.simulator.api import ApiError, Ask, Reply, Routes, answer_json, not_found, page_of
from screener.simulator.recorder import Recorder


class Recordings:
    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.account = recorder.exchange.account
        self.routes: Routes = {
            "Recordings": {"GET": self.list_recordings},
            r"Calls/(\w+)/Recordings": {"GET": self.list_recordings},
            r"Calls/(\w+)/Recordings/([\w.]+)": {"POST": self.stop_recording},
            r"Recordings/(\w+)": {"GET": self.recording_or_media, "DELETE": self.delete_recording},
            r"Recordings/(\w+)(\.wav|\.mp3)": {"GET": self.media},
        }

    def list_recordings(self, ask: Ask, call_sid: str = "") -> Reply:
        wanted = call_sid or ask.fields.get("CallSid", "")
        held = [r for r in list(self.account.recordings.values()) if not r.deleted]
        held = [r for r in held if not wanted or r.call_sid == wanted]
        return page_of(
            self.account,
            ask,
            held,
            key="recordings",
            write=resources.recording_json,
            dated=("DateCreated", lambda r: r.created),
        )

    def fetch_recording(self, ask: Ask, sid: str) -> Reply:
        return answer_json(resources.recording_json(self.account, self._recording(ask, sid)))

    def stop_recording(self, ask: Ask, call_sid: str, sid: str) -> Reply:
        if ask.fields.get("Status") != "stopped":
            raise ApiError(400, 20001, "only Status=stopped is imitated here")
        running = [r for r in self.account.recordings_of(call_sid) if r.until is None]
        found = [r for r in running if sid in (r.sid, "Twilio.CURRENT")]
        if not found:
            if sid in self.account.recordings:
                raise ApiError(400, 21220, "Recording is not in-progress.")
            raise not_found(ask.path)
        self.recorder.stop(found[0])
        return answer_json({**resources.recording_json(self.account, found[0]), "status": "stopped"})

    def delete_recording(self, ask: Ask, sid: str) -> Reply:
        with self.account.lock:
            recording = self._recording(ask, sid)
            if recording.until is None:
                raise ApiError(400, 20001, "a recording in progress must be stopped before it is deleted")
            recording.deleted = True
            recording.status = "deleted"
        return Reply(204)

    def media(self, ask: Ask, sid: str, kind: str = "") -> Reply:
        """The sound; 404 until the recording is completed. Only WAV is kept here."""
        recording = self._recording(ask, sid)
        if recording.status != "completed" or kind == ".mp3":
            raise not_found(ask.path)
        channels = ask.fields.get("RequestedChannels", str(recording.channels))
        if channels not in ("1", "2"):
            raise ApiError(400, 20001, "RequestedChannels is 1 or 2")
        return Reply(200, self.recorder.audio(recording, int(channels)), "audio/x-wav")

    def recording_or_media(self, ask: Ask, sid: str) -> Reply:
        """One address for both: with .json the resource, with nothing the sound."""
        return self.fetch_recording(ask, sid) if ask.path.endswith(".json") else self.media(ask, sid)

    def _recording(self, ask: Ask, sid: str) -> Recording:
        recording = self.account.recordings.get(sid)
        if recording is None or recording.deleted:
            raise not_found(ask.path)
        return recording
