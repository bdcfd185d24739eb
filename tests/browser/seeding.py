"""A subscriber with a log as a bad week makes it, for the browser to walk through."""

import hashlib
import io
import json
import struct
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from screener.store import Store
from screener.store.records import Subscriber
from tests.visit import add_call, add_owner, add_recording

HARSH = "You liar, we will have you arrested."
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
    return owner


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
