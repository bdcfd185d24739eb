"""The log and one call: every word where it belongs, hostile words as text, sound in ranges."""

import hashlib
import json
from pathlib import Path

import pytest
from flask import Flask

from screener.house import House
from screener.store import calls, custody, messages, notices
from screener.store.records import Subscriber
from screener.web.transcript import pieces
from tests.visit import Browser, add_call, add_owner, add_recording, sid

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> \u202egpj.exe \u2066hidden\x01"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def house(app: Flask) -> House:
    made: House = app.extensions["screener"]
    return made


@pytest.fixture
def owner(house: House) -> Subscriber:
    return add_owner(house.store)


@pytest.fixture
def browser(app: Flask, owner: Subscriber) -> Browser:
    return Browser(app).sign_in(owner)


def finding(value: str, *spans: list[int]) -> dict[str, object]:
    return {"value": value, "spans": list(spans)}


AGENCY = {
    "organisation": {"key": "Hongyuan", "spoken": "Hongyuan", "id": None, "names": {}, "spans": []},
    "on_behalf_of": {"key": "hk-dahsing", "spoken": "Dah Sing", "id": "hk-dahsing", "names": {"en": "Dah Sing Bank"}},
    "tactics": [finding("deadline_pressure", [1, 4, 9])],
    "red_flags": [],
    "amount": finding("2300.00"),
    "caller_check": "number_differs",
}
CLAIM = {"category": "collection_agency", "organisation": "Hongyuan", "on_behalf_of": "hk-dahsing"}
ADVICE = {
    "rows": [{"id": "D18", "layer": 1, "why": {"en": "A third party: ask the bank first."}, "because": []}],
    "steps": [{"id": "S02", "text": {"en": "Call the bank on its own number."}, "source": {"en": "HKAB list"}}],
}


def test_nothing_needs_doing(browser: Browser) -> None:
    """An empty log is a calm first screen."""
    page = browser.page("/")
    assert "Nothing needs doing today" in page
    assert "No calls yet" in page


@pytest.mark.parametrize(("language", "words"), [("en", "the line was busy"), ("zh-Hans", "占线"), ("zh-Hant", "佔線")])
def test_a_call_on_a_busy_line_says_so(browser: Browser, house: House, language: str, words: str) -> None:
    """In the log and on its own page, and not that the caller would not say who it is."""
    mine = add_owner(house.store, 1, language=language)
    add_call(house.store, mine, 1, category="unknown", disposition="busy", advice={"rows": [], "steps": []})
    browser.sign_in(mine)
    for page in ("/calls", f"/calls/{sid('CA', 1)}"):
        assert words in browser.page(page)
    assert browser.page(f"/calls/{sid('CA', 1)}").count(words) >= 2


def test_call_is_one_sentence(browser: Browser, house: House, owner: Subscriber) -> None:
    """The log tells who a caller claims to be and for whom, and keeps amounts out of sight."""
    add_call(house.store, owner, 1, findings=AGENCY, **CLAIM, words="Pay 2300 today.")
    for path in ("/", "/calls"):
        page = browser.page(path)
        assert "Says it is a third party, “Hongyuan”; says it acts for Dah Sing Bank." in page
        assert "2300" not in page


def test_urgent_call_is_the_one_thing(browser: Browser, house: House, owner: Subscriber) -> None:
    """A call that guidance puts before all others gives the first screen its one thing to do."""
    advice = {"rows": [{"id": "D83", "layer": 0, "why": {}, "because": []}], "steps": ADVICE["steps"]}
    add_call(house.store, owner, 1, category="impostor", advice=advice, organisation="cn-icbc")
    page = browser.page("/")
    assert 'href="tel:95588"' in page
    assert "One thing to do today" in page
    assert "Call the bank on its own number." in page


def test_call_page_tells_everything(browser: Browser, house: House, owner: Subscriber) -> None:
    """The page has the claim, the number check, what was noticed, the words that show it and sourced steps."""
    add_call(house.store, owner, 1, findings=AGENCY, **CLAIM, advice=ADVICE, words="Pay today please.")
    page = browser.page(f"/calls/{sid('CA', 1)}")
    for words in (
        "Dah Sing Bank",
        "not among the published numbers",
        "Sets a deadline of its own",
        "Call the bank on its own number.",
        "HKAB list",
        "A third party: ask the bank first.",
    ):
        assert words in page
    assert '<mark title="Sets a deadline of its own">today<' in page


def test_page_before_the_follow_up(browser: Browser, house: House, owner: Subscriber) -> None:
    """A call that nobody has looked at yet has a calm page, and so has one whose findings lack parts."""
    add_call(house.store, owner, 1)
    add_call(house.store, owner, 2, category="bank", findings="{}", advice="{}")
    add_call(
        house.store, owner, 3, category="bank", findings={"organisation": None}, advice='{"steps": [3], "rows": null}'
    )
    for number in (1, 2, 3):
        assert "What was said" in browser.page(f"/calls/{sid('CA', number)}")
    assert "details follow" in browser.page("/")


def test_seen_call_is_no_longer_new(browser: Browser, house: House, owner: Subscriber) -> None:
    """Opening a call takes its mark away."""
    add_call(house.store, owner, 1, category="bank")
    assert 'class="dot"' in browser.page("/")
    browser.page(f"/calls/{sid('CA', 1)}")
    assert 'class="dot"' not in browser.page("/")


def test_hostile_words_are_text(browser: Browser, house: House, owner: Subscriber) -> None:
    """Markup and marks that reorder text, in words and names, show as text and change nothing around them."""
    claimed = {"key": HOSTILE, "spoken": HOSTILE, "id": None, "names": {}, "spans": []}
    findings = {"organisation": claimed, "on_behalf_of": claimed, "agent_name": finding(HOSTILE)}
    findings["tactics"] = [finding("low_ball", [1, 0, 9])]
    claim = {"organisation": HOSTILE, "on_behalf_of": HOSTILE}
    add_call(house.store, owner, 1, category="impostor", findings=findings, words=HOSTILE, caller=HOSTILE[:40], **claim)
    for path in ("/", "/calls", f"/calls/{sid('CA', 1)}"):
        raw = browser.get(path).text
        assert "<script>" not in raw
        assert "<img" not in raw
        assert not set("\u202e\u2066\x01") & set(raw)
    assert "&lt;script&gt;" in raw or "&lt;script" in raw


def test_abuse_is_folded(browser: Browser, house: House, owner: Subscriber) -> None:
    """Harsh words stay behind a tap, and never show in the log."""
    findings = {"red_flags": [finding("abusive_language", [1, 0, 4])]}
    add_call(house.store, owner, 1, category="unknown", findings=findings, words="Foul words of the caller.")
    page = browser.page(f"/calls/{sid('CA', 1)}")
    fold = page.index("Harsh words; tap to read")
    assert page.index("<details", fold - 200) < page.index("words of the caller") < page.index("</details>", fold)
    assert "of the caller" not in browser.page("/calls")


@pytest.mark.parametrize("marks", [[(0, 99, "a")], [(-5, 2, "a")], [(3, 1, "a")], [(0, 3, "a"), (2, 5, "b")], []])
def test_pieces_are_the_words(marks: list[tuple[int, int, str]]) -> None:
    """However marks lie, the pieces put together are the words."""
    assert "".join(piece.text for piece in pieces("words", marks)) == "words"


def test_overlapping_marks_keep_both_labels() -> None:
    """Where two findings share words, both are named."""
    found = [(piece.text, piece.label) for piece in pieces("words", [(0, 3, "a"), (2, 5, "b")])]
    assert found == [("wo", "a"), ("r", "a; b"), ("ds", "b")]


def test_log_pages_follow_each_other(browser: Browser, house: House, owner: Subscriber) -> None:
    """Walking the pages shows every call once, newest first."""
    for number in range(1, 66):
        add_call(house.store, owner, number)
    path, seen = "/calls", []
    for _ in range(5):
        page = browser.page(path)
        seen += [int(part[:32], 16) for part in page.split('href="/calls/CA')[1:]]
        if 'rel="next"' not in page:
            break
        path = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    assert seen == list(range(65, 0, -1))


def test_how_the_text_fared(browser: Browser, house: House, owner: Subscriber) -> None:
    """The page shows each message with its way, its state and why it was tried; or until when it is kept."""
    call, held, muted = (add_call(house.store, owner, number) for number in (1, 2, 3))
    at = call.started_at
    common = {"subscriber_id": owner.id, "bundle": "b", "caller": "x", "noted_at": at}
    texted = {"id": "m1", "subscriber_id": owner.id, "call_id": call.id, "kind": "call", "style": "default"}
    texted |= {"reference": "A7K2", "recipient": owner.phone, "sender": "+1", "body": "The text #A7K2", "segments": 1}
    texted |= {"state": "accepted", "carrier_status": "undelivered", "error_code": 30007, "created_at": at}
    with house.store.write() as tx:
        messages.freeze(tx, {**texted, "updated_at": at, "why": json.dumps({"en": "A text, as set"})})
        notices.add(tx, {"call_id": call.id, "kind": "own", "reason": "ordinary", "message_id": "m1", **common})
        notices.add(tx, {"call_id": held.id, "kind": "digest", "reason": "digest", "held_until": at, **common})
        notices.add(tx, {"call_id": muted.id, "kind": "none", "reason": "muted", "fixed_at": at, **common})
    page = browser.page(f"/calls/{call.sid}")
    for words in ("The text #A7K2", "Could not be delivered", "30007", "A text, as set", "Told on its own"):
        assert words in page
    assert "It is kept until" in browser.page(f"/calls/{held.sid}")
    assert "The number is muted: logged, no text" in browser.page(f"/calls/{muted.sid}")


@pytest.fixture
def heard_call(house: House, owner: Subscriber) -> str:
    """A call with a recording of ten bytes; the path of its sound."""
    sound = b"0123456789"
    name = hashlib.sha256(sound).hexdigest()
    folder = Path(house.settings.recordings_url)
    folder.mkdir()
    (folder / f"{name}.wav").write_bytes(sound)
    call = add_call(house.store, owner, 1, consent="recording")
    return f"/calls/{call.sid}/recordings/{add_recording(house.store, call, name, 10)}"


def test_sound_comes_in_ranges(browser: Browser, house: House, heard_call: str) -> None:
    """A player may ask for any part; what it gets is exactly that part, and the listening is noted once."""
    whole = browser.get(heard_call)
    assert (whole.status_code, whole.data, whole.mimetype) == (200, b"0123456789", "audio/wav")
    part = browser.get(heard_call, headers={"Range": "bytes=3-5"})
    assert (part.status_code, part.data, part.headers["Content-Range"]) == (206, b"345", "bytes 3-5/10")
    assert browser.get(heard_call, headers={"Range": "bytes=99-"}).status_code == 416
    with house.store.read() as tx:
        assert [deed.deed for deed in custody.of_call(tx, 1)] == ["listened"]


def test_sound_is_the_owners(app: Flask, house: House, heard_call: str) -> None:
    """Nobody else hears a recording, and it cannot be had through another call's page."""
    other = add_owner(house.store, 1)
    mine = add_call(house.store, other, 2)
    browser = Browser(app).sign_in(other)
    assert browser.get(heard_call).status_code == 404
    assert browser.get(f"/calls/{mine.sid}/recordings/{heard_call.rsplit('/', 1)[1]}").status_code == 404


def test_names_are_in_the_characters_of_the_page(browser: Browser, house: House, owner: Subscriber) -> None:
    """A claimed name stands on each page as the texts have it: Traditional, Simplified, or in English as it was said."""
    found = {
        "organisation": {"key": "鸿远", "id": None, "spoken": "鸿远", "names": {}},
        "on_behalf_of": {"key": "cn-icbc", "id": "cn-icbc", "names": {"zh-Hans": "工商银行", "zh-Hant": "工商银行"}},
        "agent_name": {"value": "李强", "spans": []},
    }
    claims = {"category": "collection_agency", "organisation": "鸿远", "on_behalf_of": "cn-icbc"}
    call = add_call(house.store, owner, 1, findings=found, **claims)
    number = call.caller
    for language, names in (("zh-Hant", ("鴻遠", "工商銀行", "李強")), ("zh-Hans", ("鸿远", "工商银行", "李强"))):
        browser.post("/language", {"language": language})
        shown = browser.page(f"/calls/{call.sid}")
        assert all(name in shown for name in names), language
        assert f'name="organisation" value="{names[0]}"' in shown
        assert names[0] in browser.page("/calls")
        assert names[0] in browser.page(f"/numbers/{number}")
        assert names[0] in browser.page("/settings/log.csv")
        assert names[0] in browser.page("/organisations/鸿远")
    browser.post("/language", {"language": "en"})
    assert "鸿远" in browser.page(f"/calls/{call.sid}")


def test_a_correction_that_changes_nothing_keeps_the_claim(browser: Browser, house: House, owner: Subscriber) -> None:
    """The form shows a known organisation's name, not its id; sent back as it was it leaves the claim alone."""
    found = {"organisation": {"key": "hk-dahsing", "id": "hk-dahsing", "names": {"en": "Dah Sing Bank"}}}
    call = add_call(house.store, owner, 1, category="bank", organisation="hk-dahsing", findings=found)
    page = browser.page(f"/calls/{call.sid}")
    assert 'name="organisation" value="Dah Sing Bank"' in page
    form = {"category": "bank", "shown": "Dah Sing Bank", "organisation": "Dah Sing Bank"}
    browser.post(f"/calls/{call.sid}/label", form, on=f"/calls/{call.sid}")
    with house.store.read() as tx:
        assert calls.by_id(tx, call.id).organisation == "hk-dahsing"
