"""What must hold after a campaign, read from our database, from the files and from the carrier."""

import hashlib
from collections import Counter
from pathlib import Path

from sqlalchemy import select

from screener.files import Files
from screener.model import Consent
from screener.simulator import Carrier
from screener.store import Store
from screener.store.records import Call, Message, Notice, Recording, record
from screener.store.schema import call, message, notice, recording
from tests.campaign.plan import Found

UNDECIDED = ("pending", "sending")


class Verdict:
    """Everything that both sides have."""

    def __init__(self, store: Store, carrier: Carrier, folder: Path) -> None:
        self.carrier = carrier
        self.files = Files(str(folder / "data" / "recordings"))
        with store.read() as tx:
            self.calls = {row.sid: record(Call, row) for row in tx.execute(select(call))}
            self.notices = {row.call_id: record(Notice, row) for row in tx.execute(select(notice))}
            self.messages = {row.id: record(Message, row) for row in tx.execute(select(message))}
            self.recordings = {row.sid: record(Recording, row) for row in tx.execute(select(recording))}

    def unsettled(self) -> list[str]:
        """What is still on its way; nothing when it is time to judge."""
        waiting = [f"call {one.sid}" for one in self.carrier.calls if not self._told(one.sid)]
        waiting += [f"text {one.id} {one.state}" for one in self.messages.values() if one.state in UNDECIDED]
        waiting += [f"notice {n.bundle}" for n in self.notices.values() if n.fixed_at is None and n.kind != "none"]
        for heard in self.carrier.recordings:
            kept = self.recordings.get(heard.sid)
            if kept is None or not (kept.carrier_deleted_at or kept.state in ("absent", "failed")):
                waiting.append(f"recording {heard.sid} {kept.state if kept else 'untold'} {heard.status}")
        withdrawn = [one for one in self.calls.values() if one.consent is Consent.WITHDRAWN]
        return waiting + [f"erasure {one.sid}" for one in withdrawn if one.carrier_erased_at is None]

    def _told(self, sid: str) -> bool:
        ours = self.calls.get(sid)
        return ours is not None and ours.ended_at is not None and ours.id in self.notices

    def judge(self, found: Found) -> None:
        self.judge_calls(found)
        self.judge_texts(found)
        self.judge_recordings(found)

    def judge_calls(self, found: Found) -> None:
        """Each call that rang has its entry, its end and its one notice."""
        found.calls = len(self.carrier.calls)
        found.broken_off = sum(bool(one.problems) for one in self.carrier.calls)
        for one in self.carrier.calls:
            ours = self.calls.get(one.sid)
            if ours is None:
                found.add("calls lost", one.sid)
            elif ours.ended_at is None:
                found.add("ends of calls lost", one.sid)
            elif ours.id not in self.notices:
                found.add("notices lost", one.sid)
        for sid in self.calls.keys() - {one.sid for one in self.carrier.calls}:
            found.add("calls that never rang", sid)

    def judge_texts(self, found: Found) -> None:
        """Each message is at the carrier once, word for word, and the carrier has no other."""
        sent = [one for one in self.carrier.messages if one.direction == "outbound-api"]
        found.texts = len(sent)
        found.sendings = sum(one.attempts for one in self.messages.values())
        found.uncertain = sum(one.uncertain for one in self.messages.values())
        counted = Counter((one.to, one.body) for one in sent)
        ours = {(one.recipient, one.body): one for one in self.messages.values()}
        for key, one in ours.items():
            if not counted[key]:
                found.add(f"texts lost ({one.state})", one.id)
            elif counted[key] > 1:
                found.add("texts doubled", one.id)
            if one.state != "accepted":
                found.add(f"texts left {one.state}", one.id)
        for _, body in counted.keys() - ours.keys():
            found.add("texts that nobody wrote", body[-6:])
        told = Counter(one.message_id for one in self.notices.values() if one.kind == "own")
        for message_id, count in told.items():
            if count > 1 or message_id is None:
                found.add("own notices without a text of their own", str(message_id))
        for one in self.notices.values():
            if one.kind == "none" and not one.reason:
                found.add("notices without a reason", str(one.call_id))
        ends = {one.sid: one.ended for one in self.carrier.calls}
        by_body = {(one.to, one.body): one.created for one in sent}
        by_id = {one.id: one for one in self.calls.values()}
        for one in self.notices.values():
            text = self.messages.get(one.message_id or "")
            ended = ends.get(by_id[one.call_id].sid)
            if text and ended and (created := by_body.get((text.recipient, text.body))):
                found.latencies.append((created - ended).total_seconds())

    def judge_recordings(self, found: Found) -> None:
        """Each consented recording is held with the carrier's very bytes; of every other nothing is left anywhere."""
        for heard in self.carrier.recordings:
            of = self.calls.get(heard.call_sid)
            kept = self.recordings.get(heard.sid)
            if of is None or of.consent not in (Consent.RECORDING, Consent.WITHDRAWN):
                found.add("recordings without consent", heard.sid)
            elif of.consent is Consent.WITHDRAWN:
                found.erased += 1
                if not heard.deleted or (kept and kept.state != "deleted"):
                    found.add("recordings left after consent was taken back", heard.sid)
            elif heard.status == "absent" or (kept and kept.state == "absent"):
                found.absent += 1
            elif kept is None or kept.state != "held" or not kept.sha256:
                found.add(f"recordings lost ({kept.state if kept else 'unknown'})", heard.sid)
            else:
                found.recordings += 1
                self._judge_bytes(found, heard, kept)
        used = {one.sha256 for one in self.recordings.values() if one.state == "held"}
        for path in self.files.shelf.arriving().iterdir():
            if path.name.endswith(".wav") and path.stem not in used:
                found.add("files that no call has", path.name)

    def _judge_bytes(self, found: Found, heard: object, kept: Recording) -> None:
        recorder = self.carrier._recorder
        bytes_ = recorder.audio(heard, 2)  # type: ignore[arg-type]
        path = self.files.path(kept.sha256 or "")
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != kept.sha256:
            found.add("recordings lost (file)", kept.sid)
        elif hashlib.sha256(bytes_).hexdigest() != kept.sha256:
            found.add("recordings that differ from the carrier's", kept.sid)
        if not heard.deleted:  # type: ignore[attr-defined]
            found.add("recordings left at the carrier", kept.sid)
