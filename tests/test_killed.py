"""A web process is killed outright at the moment of its commit: nothing of the webhook is kept, and when it comes again
all of it is, once."""

import json
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from screener.settings import Settings
from screener.store import Store, messages, subscribers
from screener.store.records import Subscriber
from tests.signer import Carrier
from tests.test_webhooks import CALLER, MINE, OWNER
from tests.test_worker import environment, statuses

SID, RECORDING, TEXT = "CA" + "a" * 32, "RE" + "b" * 32, "SM" + "c" * 32
COMMON = {"CallSid": SID, "From": CALLER, "To": MINE}
# What comes, and the follow-up that it promises.
WEBHOOKS = {
    "/voice/ended": ({**COMMON, "CallStatus": "completed"}, f"text:{SID}"),
    "/voice/recording": (
        {**COMMON, "RecordingSid": RECORDING, "RecordingStatus": "completed"},
        f"recording:{RECORDING}",
    ),
    "/sms/status/m1": ({"MessageSid": TEXT, "MessageStatus": "failed"}, "delivery:m1:failed"),
}
DIES = """
import json, os, signal, sys
from sqlalchemy import event
from screener import create_app
from tests.signer import Carrier
app = create_app()
event.listen(app.extensions["screener"].store.engine, "commit", lambda _: os.kill(os.getpid(), signal.SIGKILL))
Carrier(app).post(sys.argv[1], **json.loads(sys.argv[2]))
"""


@pytest.fixture
def owner(app: Flask, carrier: Carrier) -> Subscriber:
    """A subscriber with a call on the line and a text whose sending is uncertain."""
    store: Store = app.extensions["screener"].store
    now = datetime.now(UTC)
    values = {"phone": OWNER, "twilio_number": MINE, "language": "zh-Hans", "jurisdiction": "HK"}
    with store.write() as tx:
        made = subscribers.add(tx, {**values, "time_zone": "Asia/Hong_Kong"})
        text = {"kind": "call", "style": "default", "reference": "A7K2", "recipient": OWNER, "sender": MINE}
        of = {"id": "m1", "subscriber_id": made.id, "body": "x #A7K2", "segments": 1, "state": "sending", "attempts": 1}
        messages.freeze(tx, {**text, **of, "sending_at": now, "created_at": now, "updated_at": now})
    carrier.post("/voice/incoming", **COMMON)
    carrier.post("/voice/turn/1", **COMMON, SpeechResult="同意")
    return made


@pytest.mark.parametrize("path", WEBHOOKS)
@pytest.mark.usefixtures("owner")
def test_a_web_process_killed_at_its_commit_keeps_nothing_or_all(
    app: Flask, carrier: Carrier, settings: Settings, path: str
) -> None:
    """The carrier hears nothing, and tells it again, twice for good measure."""
    store: Store = app.extensions["screener"].store
    form, promise = WEBHOOKS[path]
    environ = {**environment(settings, "http://127.0.0.1:9"), "SCREENER_PUBLIC_URL": settings.public_url}
    command = [sys.executable, "-c", DIES, path, json.dumps(form)]
    died = subprocess.run(command, env=environ, cwd=Path(__file__).parent.parent, check=False)
    assert died.returncode == -signal.SIGKILL
    assert promise not in statuses(store)
    for _ in range(2):
        assert carrier.post(path, **form).status_code == 204
    assert list(statuses(store)).count(promise) == 1
