"""A subscriber with a log as a bad week makes it, for the browser to walk through."""

import hashlib
import io
import json
import struct
import wave
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert, update

from screener.model import Jurisdiction, Language
from screener.store import Store, letters, packings
from screener.store.dossiers import Choice
from screener.store.letters import NewLetter
from screener.store.records import Call, Subscriber
from screener.store.schema import letter, letter_call
from tests.visit import add_call, add_owner, add_recording

HARSH = "You liar, we will have you arrested."
LETTERS = {"complaint_lender": "a" * 16, "instalment_plan": "b" * 16}
STATEMENT = "This is Hongyuan for Dah Sing Bank. You must pay today or we contact your family."


def seed(store: Store, folder: Path) -> Subscriber:
    """Calls of every kind; number 1 has a recording, number 2 harsh words."""
    owner = add_owner(store)
    now = datetime.now(UTC)
    claim = {"key": "Hongyuan", "spoken": "Hongyuan", "id": None, "names": {}, "spans": [span("Hongyuan")]}
    bank = {"key": "hk-dahsing", "spoken": "Dah Sing", "id": "hk-dahsing", "names": {"en": "Dah Sing Bank"}}
    agency = add_call(
        store,
        owner,
        1,
        at=now - timedelta(hours=30),
        words=STATEMENT,
        category="collection_agency",
        organisation="Hongyuan",
        on_behalf_of="hk-dahsing",
        consent="recording",
        findings={
            "category": {"value": "collection_agency", "spans": []},
            "organisation": claim,
            "on_behalf_of": bank,
            "tactics": [{"value": "deadline_pressure", "spans": [span("pay today")]}],
            "amount": {"value": "2300.00", "spans": []},
            "caller_check": "number_unknown",
        },
        advice=advice(1),
    )
    flags = [{"value": "threatens_arrest", "spans": [[1, 0, len(HARSH)]]}]
    add_call(
        store,
        owner,
        2,
        at=now - timedelta(hours=3),
        words=HARSH,
        category="impostor",
        organisation="Police",
        warning=True,
        consent="notes",
        findings={"red_flags": flags},
        advice=advice(0),
        caller="+85230820082",
    )
    add_call(store, owner, 3, at=now - timedelta(hours=1), category="delivery", caller="anonymous")
    name, size = keep(folder)
    add_recording(store, agency, name, size)
    for kind, letter_id in LETTERS.items():
        add_letter(store, kind, letter_id, agency)
    with store.write() as tx:
        for days, state in enumerate(("ready", "making", "failed"), 1):
            made = packings.ask(tx, owner.id, Choice(since=now - timedelta(days=days)), 40, now)
            packings.change(tx, made.id, state=state, done=20, size=5_000_000, missing=1, ready_at=now, taken_at=now)
    return owner


def add_letter(store: Store, kind: str, letter_id: str, rests_on: Call) -> None:
    """A letter in Chinese that is half filled in, at an address that is known."""
    typed = {
        "texts": {"name": "陈小明", "quote": "yes", "balance": "1000", "months": "3"},
        "rows": {"income": [["工资", "1"]]},
    }
    new = NewLetter(kind, Jurisdiction.CN, Language.ZH_HANS, json.dumps(typed))
    with store.write() as tx:
        made = letters.add(tx, rests_on.subscriber_id, new, [])
        tx.execute(update(letter).where(letter.c.id == made).values(id=letter_id))
        tx.execute(insert(letter_call).values(letter_id=letter_id, call_id=rests_on.id))
        letters.sent(tx, letter_id, date(2026, 11, 24))


def span(words: str) -> list[int]:
    start = STATEMENT.index(words)
    return [1, start, start + len(words)]


def advice(layer: int) -> dict[str, Any]:
    texts = {"S01": "Stay calm. You need not answer now.", "S02": "Call the number on your card."}
    steps = [
        {"id": name, "text": {"en": text, "zh-Hans": text}, "source": {"en": "HKAB"}} for name, text in texts.items()
    ]
    loaded: dict[str, Any] = json.loads(json.dumps({"steps": steps}))
    return {**loaded, "rows": [{"id": "D18", "layer": layer, "why": {"en": "Because."}, "because": []}]}


def keep(folder: Path) -> tuple[str, int]:
    """Two seconds of silence as WAV; its hash and size."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(struct.pack("<h", 0) * 16_000)
    name = hashlib.sha256(buffer.getvalue()).hexdigest()
    folder.mkdir()
    (folder / f"{name}.wav").write_bytes(buffer.getvalue())
    return name, len(buffer.getvalue())
