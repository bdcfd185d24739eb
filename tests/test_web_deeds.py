"""What the subscriber does to a call and a number: ticks, notes, corrects, deletes, blocks; each with its trail."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from screener.followup import clearing, keeping
from screener.house import House
from screener.model import Category, Treatment
from screener.store import calls, custody, marks, recordings, remnants, subscribers
from screener.store.records import Call, Subscriber
from screener.store.schema import message, turn
from tests.visit import CALLER, Browser, add_call, add_owner, add_recording, sid, worker_of

STEPS = {"steps": [{"id": name, "text": {"en": name}, "source": None} for name in ("S01", "S02")], "rows": []}
PAGE = f"/calls/{sid('CA', 1)}"


@pytest.fixture
def house(app: Flask) -> House:
    made: House = app.extensions["screener"]
    return made


@pytest.fixture
def owner(house: House) -> Subscriber:
    return add_owner(house.store)


@pytest.fixture
def call(house: House, owner: Subscriber) -> Call:
    found = {
        "category": {"value": "bank", "spans": []},
        "organisation": {"key": "hk-hsbc", "spoken": "HSBC", "id": "hk-hsbc", "names": {"en": "HSBC"}, "spans": []},
        "agent_name": {"value": "Miss Lee", "spans": [[1, 0, 4]]},
    }
    known = {"category": "bank", "organisation": "hk-hsbc", "findings": found, "advice": STEPS}
    return add_call(house.store, owner, 1, words="Secret words.", consent="recording", **known)


@pytest.fixture
def browser(app: Flask, owner: Subscriber) -> Browser:
    return Browser(app).sign_in(owner)


def again(house: House, call: Call) -> Call:
    with house.store.read() as tx:
        return calls.by_id(tx, call.id)


def test_ticks_stay(browser: Browser, house: House, call: Call) -> None:
    """A ticked step stays ticked, an unticked one does not, and no other step can be ticked."""
    browser.post(f"{PAGE}/steps", {"step": ["S01", "S99"]}, on=PAGE)
    with house.store.read() as tx:
        assert marks.ticked(tx, call.id) == {"S01"}
    assert 'value="S01" checked' in browser.page(PAGE)
    browser.post(f"{PAGE}/steps", {"step": "S02"}, on=PAGE)
    with house.store.read() as tx:
        assert marks.ticked(tx, call.id) == {"S02"}


def test_ticked_step_leaves_the_first_screen(browser: Browser, house: House, call: Call) -> None:
    """The one thing to do moves on with each tick, and when all is done nothing needs doing."""
    with house.store.write() as tx:
        urgent = {**STEPS, "rows": [{"id": "D83", "layer": 0, "why": {}, "because": []}]}
        calls.save(tx, call.id, {"advice": json.dumps(urgent)})
    before = browser.get("/calls/latest").headers["ETag"]
    assert "<strong>S01</strong>" in browser.page("/")
    browser.post(f"{PAGE}/steps", {"step": ["S01"]}, on=PAGE)
    assert "<strong>S02</strong>" in browser.page("/")
    assert browser.get("/calls/latest", headers={"If-None-Match": before}).status_code == 200
    browser.post(f"{PAGE}/steps", {"step": ["S01", "S02"]}, on=PAGE)
    assert "Nothing needs doing today" in browser.page("/")


def test_note_is_text(browser: Browser, call: Call) -> None:
    """A note is kept as written and shown as text, whatever it holds; an empty one is no note."""
    browser.post(f"{PAGE}/note", {"words": "</textarea><script>1</script> =1+1"}, on=PAGE)
    raw = browser.get(PAGE).text
    assert "<script>1" not in raw
    assert "&lt;/textarea&gt;&lt;script&gt;1&lt;/script&gt; =1+1" in raw
    browser.post(f"{PAGE}/note", {"words": "  "}, on=PAGE)
    assert "=1+1" not in browser.page(PAGE)


def test_corrected_label_stands_beside_the_machines(browser: Browser, house: House, call: Call) -> None:
    """A correction shows in the log, the machine's label stays visible, and the trail tells of it."""
    browser.post(f"{PAGE}/label", {"category": "impostor", "organisation": "No bank", "shown": "hk-hsbc"}, on=PAGE)
    changed = again(house, call)
    assert (changed.category, changed.organisation) == (Category.IMPOSTOR, "No bank")
    assert "Looks like an impostor: it says “No bank”." in browser.page("/calls")
    page = browser.page(PAGE)
    assert "Noted by the machine" in page
    assert "HSBC" in page
    with house.store.read() as tx:
        assert [deed.deed for deed in custody.of_call(tx, call.id)] == ["corrected"]
    assert "Kind of caller and organisation corrected, by you" in page


def test_untouched_label_changes_nothing(browser: Browser, house: House, call: Call) -> None:
    """Sending the form as it stands corrects nothing."""
    browser.post(f"{PAGE}/label", {"category": "bank", "organisation": "hk-hsbc", "shown": "hk-hsbc"}, on=PAGE)
    browser.post(f"{PAGE}/label", {"category": "nonsense"}, on=PAGE)
    assert again(house, call) == call or again(house, call).read_at
    assert again(house, call).organisation == "hk-hsbc"


def held(house: House, call: Call, *, carrier_deleted: bool) -> tuple[str, Path]:
    name = hashlib.sha256(b"sound").hexdigest()
    folder = Path(house.settings.recordings_url)
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.wav").write_bytes(b"sound")
    made = add_recording(house.store, call, name, 5)
    if carrier_deleted:
        with house.store.write() as tx:
            recordings.change(tx, made, {"carrier_deleted_at": call.ended_at})
    return made, folder / f"{name}.wav"


def test_deleting_sound(browser: Browser, house: House, call: Call) -> None:
    """It cannot be heard any more at once, and the worker deletes the file; the words stay."""
    made, file = held(house, call, carrier_deleted=True)
    browser.post(f"{PAGE}/delete", {"what": "sound", "sure": "1"}, on=PAGE)
    assert browser.get(f"{PAGE}/recordings/{made}").status_code == 404
    keeping.keep_recording(worker_of(house), made)
    assert not file.exists()
    assert browser.get(f"{PAGE}/recordings/{made}").status_code == 404
    assert "Secret words." in browser.page(PAGE)


def test_deleting_what_the_carrier_has_too(browser: Browser, house: House, call: Call) -> None:
    """The call goes at once; file, the carrier's copies and its record of the call are noted for the worker."""
    made, file = held(house, call, carrier_deleted=False)
    browser.post(f"{PAGE}/delete", {"what": "all", "sure": "1"}, on=PAGE)
    assert browser.get(PAGE).status_code == 404
    desk = worker_of(house)
    clearing.clear(replace(desk, now=lambda: datetime.now(UTC) + timedelta(days=1)))
    assert not file.exists()
    assert {("delete", made), ("delete", call.sid)} <= set(desk.telephony.deeds)
    with house.store.read() as tx:
        assert sum(remnants.left(tx).counts.values()) == 0


def test_deleting_words(browser: Browser, house: House, call: Call) -> None:
    """Words and what was read out of them go; the claim and our own questions stay."""
    browser.post(f"{PAGE}/delete", {"what": "words", "sure": "1"}, on=PAGE)
    page = browser.page(PAGE)
    assert "Secret words." not in page
    assert "Miss Lee" not in page
    assert "HSBC" in page
    assert "Please say your company." in page


def test_deleting_everything(browser: Browser, house: House, call: Call) -> None:
    """Nothing of the call is left but the trail, which names no words."""
    browser.post(f"{PAGE}/delete", {"what": "all", "sure": "1"}, on=PAGE)
    assert browser.get(PAGE).status_code == 404
    with house.store.read() as tx:
        assert tx.execute(select(turn.c.id)).first() is None
        assert tx.execute(select(message.c.id)).first() is None


@pytest.mark.parametrize("form", [{"what": "all"}, {"what": "all", "sure": "0"}, {"what": "more", "sure": "1"}, {}])
def test_nothing_is_deleted_by_accident(browser: Browser, call: Call, form: dict[str, str]) -> None:
    """Without the ticked box, or without saying what, nothing goes."""
    browser.post(f"{PAGE}/delete", form, on=PAGE)
    assert "Secret words." in browser.page(PAGE)


def test_running_call_is_not_deleted(browser: Browser, house: House, owner: Subscriber) -> None:
    """A call on the line stays until it ends."""
    running = add_call(house.store, owner, 2, ended_at=None)
    browser.post(f"/calls/{running.sid}/delete", {"what": "all", "sure": "1"})
    assert browser.get(f"/calls/{running.sid}").status_code == 200


def test_nobody_touches_anothers_call(app: Flask, house: House, call: Call) -> None:
    """Every deed on another's call answers as if there were none, and does nothing."""
    stranger = Browser(app).sign_in(add_owner(house.store, 1))
    for deed in ("steps", "note", "label", "delete"):
        form = {"what": "all", "sure": "1", "words": "x", "category": "personal", "step": "S01"}
        assert stranger.post(f"{PAGE}/{deed}", form).status_code == 404
    assert again(house, call) == call


def test_number_is_blocked_and_freed(browser: Browser, house: House, owner: Subscriber, call: Call) -> None:
    """A number's treatment is what was chosen last, and going back leads to the page that asked."""
    for wanted in ("block", "mute", "allow"):
        answer = browser.post(f"/numbers/{CALLER}", {"treatment": wanted, "back": PAGE}, on=PAGE)
        assert answer.location == PAGE
        with house.store.read() as tx:
            assert subscribers.treatment_of(tx, owner.id, CALLER) is Treatment(wanted)
    browser.post(f"/numbers/{CALLER}", {"treatment": ""}, on=PAGE)
    with house.store.read() as tx:
        assert subscribers.treatment_of(tx, owner.id, CALLER) is None


@pytest.mark.parametrize(("number", "treatment"), [("12", "block"), (CALLER, "shout"), ("+852 1", "block")])
def test_odd_choices_are_refused(browser: Browser, number: str, treatment: str) -> None:
    """What is no number or no treatment is a bad request."""
    assert browser.post(f"/numbers/{number}", {"treatment": treatment}).status_code == 400


def test_numbers_and_organisations(browser: Browser, house: House, owner: Subscriber, call: Call) -> None:
    """Every number that claimed an organisation is listed, and a number with two claims is pointed out."""
    add_call(house.store, owner, 2, category="bank", organisation="hk-hsbc", caller="+85251230000")
    add_call(house.store, owner, 3, category="bank", organisation="Other & <b>", caller=CALLER)
    page = browser.page("/numbers")
    assert "+852 3598 4471" in page
    organisation = browser.page("/organisations/hk-hsbc")
    assert "+852 5123 0000" in organisation
    assert "+852 3598 4471" in organisation
    assert "more than one organisation" in browser.page(f"/numbers/{CALLER}")
    assert "more than one organisation" not in browser.page("/numbers/+85251230000")
    assert "Other &amp; &lt;b&gt;" in browser.get("/numbers").text
    assert browser.get("/numbers/+85299999999").status_code == 404
    assert browser.get("/organisations/nobody").status_code == 404
    assert "<svg" in organisation
