"""Letters on the pages: chosen, filled in, read, taken out as a document, sent, and gone without a trace."""

import hashlib
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote

import icalendar
import pytest
from docx import Document
from flask import Flask

from screener.followup.clearing import clear
from screener.followup.leaving import leave
from screener.house import House
from screener.store import attachments, custody, letters, recordings, remnants, subscribers
from screener.store.records import Call, Subscriber
from tests.visit import Browser, add_call, add_owner, add_recording, sid, worker_of

WORDS = "This is Hongyuan for Dah Sing Bank. Pay today or we ring your mother."
MOTHER = [[1, WORDS.index("we ring"), len(WORDS) - 1]]
FOUND = {
    "organisation": {"key": "Hongyuan", "spoken": "Hongyuan", "names": {}},
    "on_behalf_of": {"key": "hk-dahsing", "names": {"en": "Dah Sing Bank"}},
    "tactics": [{"value": "third_party_contact", "spans": MOTHER}],
}
NEW = "/letters/new"
PNG = b"\x89PNG\r\n\x1a\n" + b"marker7f3a9" * 20


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough here; tests/test_store_letters.py has both."""
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


@pytest.fixture
def call(house: House, owner: Subscriber) -> Call:
    """An agency's call with a recording."""
    made = add_call(
        house.store, owner, 1, words=WORDS, category="collection_agency", organisation="Hongyuan",
        on_behalf_of="hk-dahsing", findings=FOUND, at=datetime(2026, 11, 20, 14, 45, tzinfo=UTC),
    )  # fmt: skip
    add_recording(house.store, made, "ab" * 32, 12)
    return made


def begin(browser: Browser, kind: str, *sids: str, **more: str) -> str:
    """Begin a letter; its address."""
    answer = browser.post("/letters", {"kind": kind, "call": list(sids), **more}, on=NEW)
    assert answer.status_code == 303, answer.text
    return answer.location.removesuffix("/blanks")


def fill(browser: Browser, letter: str, **texts: object) -> None:
    answer = browser.post(f"{letter}/blanks", texts, on=f"{letter}/blanks")
    assert (answer.status_code, answer.location) == (303, letter), answer.text


def test_from_a_call_to_a_document(browser: Browser, house: House, call: Call) -> None:
    """Chosen from the call's page, filled in, read, downloaded: the same facts everywhere, and a trail of it."""
    assert f"{NEW}?call={call.sid}" in browser.page(f"/calls/{call.sid}")
    chosen = browser.page(f"{NEW}?call={call.sid}")
    assert f'value="{call.sid}" checked' in chosen
    letter = begin(browser, "complaint_lender", call.sid)
    form = browser.page(f"{letter}/blanks")
    assert 'value="Dah Sing Bank"' in form
    assert 'value="yes" checked' in form
    fill(browser, letter, name="Chan Siu Ming", account="1234", quote="yes", recipient="Dah Sing Bank")
    page = browser.page(letter)
    document = Document(io.BytesIO(browser.get(f"{letter}/letter.docx").data))
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for told in ("Chan Siu Ming", "20 November 2026, 22:45", "+852 3598 4471", call.sid, "ab" * 32, WORDS):
        assert told in text, told
        assert told in re.sub("<[^>]+>", "", page), told
    assert "[fill in: your address]" in text
    with house.store.read() as tx:
        assert [(one.who, one.deed, one.detail) for one in custody.of_call(tx, call.id)] == [
            ("subscriber", "exported", "letter complaint_lender")
        ]


def test_what_was_typed_comes_back_on_an_error(browser: Browser, house: House, call: Call) -> None:
    """A wrong figure keeps everything that was typed, says what is wrong beside it, and changes nothing."""
    subscriber_of(house, browser, "CN")
    letter = begin(browser, "instalment_plan", country="CN")
    typed = {"name": "王小明", "balance": "five", "months": "61", "credit_card": "yes", "account": "12a4"}
    rows = {"income_label": ["工资", "兼职"], "income_amount": ["8000", "x"]}
    answer = browser.post(f"{letter}/blanks", {**typed, **rows}, on=f"{letter}/blanks")
    assert answer.status_code == 422
    for value in ("王小明", "five", "61", "12a4", "工资", "8000", "兼职", "x"):
        assert f'value="{value}"' in answer.text, value
    assert answer.text.count('aria-invalid="true"') >= 4
    assert "王小明" not in browser.page(f"{letter}/blanks")


def subscriber_of(house: House, browser: Browser, country: str) -> None:
    with house.store.write() as tx:
        subscribers.change(tx, subscribers.every(tx)[0].id, {"jurisdiction": country})


def test_letters_that_do_not_suit_are_not_offered_and_not_begun(browser: Browser, house: House, call: Call) -> None:
    """US letters are for the US alone, the plan of article 70 for mainland credit cards alone."""
    assert "us_dispute" not in browser.page(NEW)
    assert "us_dispute" in browser.page(f"{NEW}?country=US")
    assert "instalment_plan" in browser.page(f"{NEW}?country=CN")
    assert "instalment_plan" not in browser.page(f"{NEW}?country=US")
    platform = add_call(house.store, subscriber(house), 2, category="lender_platform", organisation="cn-zhaolian")
    assert "instalment_plan" not in browser.page(f"{NEW}?call={platform.sid}&country=CN")
    for kind, country in (("us_dispute", "HK"), ("instalment_plan", "US"), ("complaint_regulator", "SG"), ("x", "HK")):
        answer = browser.post("/letters", {"kind": kind, "country": country}, on=NEW)
        assert (kind, answer.status_code) == (kind, 422)
    answer = browser.post(
        "/letters", {"kind": "instalment_plan", "country": "CN", "call": platform.sid}, on=f"{NEW}?country=CN"
    )
    assert answer.status_code == 422
    with house.store.read() as tx:
        assert letters.of_subscriber(tx, subscriber(house).id) == []


def subscriber(house: House) -> Subscriber:
    with house.store.read() as tx:
        return subscribers.every(tx)[0]


def test_a_step_leads_to_its_letter(browser: Browser, house: House) -> None:
    """A next step that names a letter links to it where the letter makes sense, and nowhere else."""
    steps = [{"id": "S14", "text": {"en": "Complain."}}, {"id": "S52", "text": {"en": "Stop."}}]
    made = add_call(house.store, subscriber(house), 3, category="bank", advice={"steps": steps})
    page = browser.page(f"/calls/{made.sid}")
    assert "kind=complaint_lender" in page
    assert "kind=us_stop_contact" not in page


def test_sending_starts_the_deadlines(browser: Browser, house: House, call: Call) -> None:
    """Days are counted from the day of sending, shown on both pages, and in the calendar under titles that tell nothing."""
    letter = begin(browser, "complaint_lender", call.sid, country="CN")
    assert browser.get(f"{letter}/calendar.ics").status_code == 404
    today = datetime.now(subscriber(house).zone).date()
    browser.post(f"{letter}/sent", {"on": today.isoformat()}, on=letter)
    found = icalendar.Calendar.from_ical(browser.get(f"{letter}/calendar.ics").data).walk("VEVENT")
    assert [one.decoded("dtstart") for one in found] == [today + timedelta(days=days) for days in (15, 30, 60)]
    assert {str(one["summary"]) for one in found} == {"Look at the post"}
    whole = browser.get(f"{letter}/calendar.ics").text.lower()
    assert not [word for word in ("complaint", "debt", "bank", "hongyuan", "4471") if word in whole]
    assert "to be checked" in browser.page(letter)
    overview = browser.page("/letters")
    assert "Days to remember" in overview
    assert "to be checked" in overview
    assert "大新銀行" in overview  # as it writes itself
    near, far = (today + timedelta(days=1)).isoformat(), (today - timedelta(days=400)).isoformat()
    for wrong, said in (
        *(("tomorrow", "not a date"), ("9999-12-31", "not a date"), ("2027-02-30", "not a date")),
        *((near, "has not come yet"), ("2099-01-01", "has not come yet"), (far, "more than a year ago")),
    ):
        assert browser.post(f"{letter}/sent", {"on": wrong}, on=letter).status_code == 303
        assert said in browser.page(letter), wrong
    assert browser.get(f"{letter}/calendar.ics").status_code == 200
    browser.post(f"{letter}/sent", {"on": ""}, on=letter)
    assert browser.get(f"{letter}/calendar.ics").status_code == 404


def test_a_budget_below_zero_is_told_before_it_is_sent(browser: Browser, house: House, owner: Subscriber) -> None:
    """The page says that spending is above income, or an instalment above what is left; the letter says what is short."""
    bank = add_call(house.store, owner, 2, category="bank", organisation="cn-cmb")
    letter = begin(browser, "instalment_plan", bank.sid, country="CN", language="en")
    plan = {"credit_card": "yes", "balance": "12000", "months": "12", "language": "en"}
    for income, hint, row in (
        ("500.00", "Spending is more than income by 700.50 a month.", "Short each month"),
        ("2000", "An instalment of 1,000.00 is more than the 799.50 left each month.", "Left each month"),
        ("2200.50", "", "Left each month"),
    ):
        budget = {"income_label": ["Pay"], "income_amount": [income], "spending_label": ["Rent"]}
        fill(browser, letter, **plan, **budget, spending_amount=["1200.50"])
        shown = browser.page(letter)
        assert hint in shown
        assert row in shown
        assert ("Spending is more" in shown, "An instalment of" in shown) == ("Spending" in hint, "instalment" in hint)


def test_a_day_that_has_not_come_is_no_notice(browser: Browser, house: House, call: Call) -> None:
    """Days of what has happened lie in the past: a far one would count deadlines to nowhere."""
    us = {"category": "collection_agency", "organisation": "Hongyuan"}
    agency = add_call(house.store, subscriber(house), 2, caller="+12025550142", **us)
    letter = begin(browser, "us_dispute", agency.sid, country="US")
    tomorrow = (datetime.now(subscriber(house).zone).date() + timedelta(days=1)).isoformat()
    answer = browser.post(f"{letter}/blanks", {"notice_received": tomorrow}, on=f"{letter}/blanks")
    assert (answer.status_code, "This day has not come yet." in answer.text) == (422, True)
    fill(browser, letter, notice_received="2026-01-02", dated=tomorrow)


def test_the_first_screen_reminds_of_a_day_that_is_near(browser: Browser, house: House, call: Call) -> None:
    """A week ahead the first screen names the day and the letter; before that, and after it, it does not."""
    letter = begin(browser, "complaint_lender", call.sid, country="CN")
    today = datetime.now(subscriber(house).zone).date()
    for ago, shown in ((7, False), (8, True), (15, True), (16, False)):
        browser.post(f"{letter}/sent", {"on": (today - timedelta(days=ago)).isoformat()}, on=letter)
        assert (letter in browser.page("/")) is shown, ago


def test_letters_and_files_of_others_are_not_there(app: Flask, browser: Browser, house: House, call: Call) -> None:
    """Another's letter, call and file answer like ones that never were, and cannot be used."""
    letter = begin(browser, "complaint_lender", call.sid)
    attach(browser, letter=letter.rpartition("/")[2])
    with house.store.read() as tx:
        file = attachments.of_letter(tx, letter.rpartition("/")[2])[0].id
    other = Browser(app).sign_in(add_owner(house.store, 1))
    for path in (letter, f"{letter}/blanks", f"{letter}/letter.docx", f"{letter}/calendar.ics", f"/attachments/{file}"):
        assert other.get(path).status_code == 404, path
    for path in (f"{letter}/blanks", f"{letter}/sent", f"{letter}/delete", f"/attachments/{file}/delete"):
        assert other.post(path, {"sure": "1", "on": "2026-01-01"}).status_code == 404, path
    for whose in ({"letter": letter.rpartition("/")[2]}, {"call": call.sid}):
        data = {**whose, "file": (io.BytesIO(PNG), "x.png")}
        assert other.post("/attachments", data).status_code == 404
    theirs = begin(other, "complaint_lender", call.sid)
    assert call.sid not in other.page(theirs)


def attach(browser: Browser, content: bytes = PNG, name: str = "shot.png", **of: str) -> str:
    """Add a file; what the page says of it."""
    answer = browser.post("/attachments", {**of, "file": (io.BytesIO(content), name)})
    assert answer.status_code == 303
    answer.request.environ["wsgi.input"].close()  # the client spills a large body into a file and forgets it
    return browser.page(answer.location)


def test_a_file_is_kept_under_its_hash(browser: Browser, house: House, call: Call) -> None:
    """A screenshot of a call is there byte for byte, named in the letter with its SHA-256, and in the trail."""
    name = hashlib.sha256(PNG).hexdigest()
    assert name in attach(browser, call=call.sid)
    with house.store.read() as tx:
        file = attachments.of_call(tx, call.id)[0]
        assert [one.deed for one in custody.of_call(tx, call.id)] == ["added"]
    answer = browser.get(f"/attachments/{file.id}")
    assert answer.data == PNG
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.mimetype == "image/png"
    letter = begin(browser, "complaint_lender", call.sid)
    assert name in browser.page(letter)
    browser.post(f"/attachments/{file.id}/delete", on=f"/calls/{call.sid}")
    assert to_be_cleared(house) == [file.sha256]
    assert name not in browser.page(letter)


def test_a_letters_file_stands_in_that_letter_alone(browser: Browser, call: Call) -> None:
    """A file that was added to a letter is enclosed once, and in no other letter about the same call."""
    letter, other = begin(browser, "complaint_lender", call.sid), begin(browser, "itemised_statement", call.sid)
    attach(browser, letter=letter.rpartition("/")[2])
    name = hashlib.sha256(PNG).hexdigest()
    for path, times in ((letter, 1), (other, 0)):
        paper = Document(io.BytesIO(browser.get(f"{path}/letter.docx").data))
        assert sum(name in one.text for one in paper.paragraphs) == times


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"MZ\x90\0 a program", "this is something else"),
        (b"<svg onload=alert(1)>", "this is something else"),
        (b"", "this is something else"),
        (b"%PDF-" + b"x" * (20 * 1024 * 1024), "20 MB at most"),
        (b"RIFF\xff\xff\0\0WAVEcut", "did not arrive whole"),
    ],
    ids=["program", "svg", "empty", "large", "cut"],
)
def test_a_file_that_is_not_taken(
    browser: Browser, house: House, call: Call, tmp_path: Path, content: bytes, said: str
) -> None:
    """Other kinds of file, too large ones and halves are refused in plain words, and nothing of them stays."""
    assert said in attach(browser, content, "a.png", call=call.sid)
    with house.store.read() as tx:
        assert attachments.of_call(tx, call.id) == []
    assert [path for path in (tmp_path / "recordings").rglob("*") if path.is_file()] == []


def test_a_stranger_cannot_send_much(app: Flask) -> None:
    """Before sign-in the small limit of all forms holds."""
    data = {"file": (io.BytesIO(b"x" * 2_000_000), "x.png")}
    answer = Browser(app).client.post("/attachments", data=data, base_url="https://screener.example")
    answer.request.environ["wsgi.input"].close()
    assert answer.status_code == 413


@pytest.mark.parametrize("name", ["聊天截图.png", "naïve.png", "短信 1.png"])
def test_a_file_comes_back_under_its_name(browser: Browser, house: House, call: Call, name: str) -> None:
    """Whatever script the name is in, the header stands in Latin-1, as servers demand, and tells the whole name."""
    attach(browser, name=name, call=call.sid)
    with house.store.read() as tx:
        file = attachments.of_call(tx, call.id)[0]
    told = browser.get(f"/attachments/{file.id}").headers["Content-Disposition"]
    assert told.isascii()
    assert unquote(told.rpartition("''")[2]) == file.name == name


def to_be_cleared(house: House) -> list[str]:
    """The files that the worker is to delete."""
    with house.store.read() as tx:
        return [one.name for one in remnants.due(tx, datetime.now(UTC), (remnants.Kind.FILE,), 9)]


def test_the_same_bytes_twice_stay_until_both_are_gone(browser: Browser, house: House, call: Call) -> None:
    """Deleting one of two files with the same bytes leaves the other readable."""
    letter = begin(browser, "complaint_lender", call.sid)
    attach(browser, call=call.sid)
    attach(browser, letter=letter.rpartition("/")[2])
    with house.store.read() as tx:
        first, second = attachments.of_call(tx, call.id)[0], attachments.of_letter(tx, letter.rpartition("/")[2])[0]
    browser.post(f"/attachments/{first.id}/delete", on=f"/calls/{call.sid}")
    assert browser.get(f"/attachments/{second.id}").data == PNG
    browser.post(f"{letter}/delete", {"sure": "1"}, on=letter)
    assert browser.get(letter).status_code == 404
    assert to_be_cleared(house) == [first.sha256]


def test_markup_and_formulas_stay_text(browser: Browser, house: House, call: Call) -> None:
    """What was typed or said is text on the page and in the document, whatever it looks like."""
    nasty = '<script>alert(1)</script> =HYPERLINK("x") {name} {rule:CN-19} %(x)s \u202e'
    letter = begin(browser, "complaint_lender", call.sid)
    fill(browser, letter, name=nasty, happened=nasty, quote="yes")
    raw = browser.get(letter).text
    assert "<script>alert" not in raw
    assert "&lt;script&gt;alert" in raw
    document = Document(io.BytesIO(browser.get(f"{letter}/letter.docx").data))
    assert any('=HYPERLINK("x") {name} {rule:CN-19} %(x)s' in one.text for one in document.paragraphs)


def test_nothing_of_a_letter_is_left(browser: Browser, house: House, call: Call, tmp_path: Path) -> None:
    """Deleting everything about a call takes its files and the letters that rest on it, from every byte of the folder."""
    letter = begin(browser, "complaint_lender", call.sid)
    fill(browser, letter, name="marker7f3a9", happened="marker7f3a9")
    attach(browser, call=call.sid, name="marker7f3a9.png")
    attach(browser, letter=letter.rpartition("/")[2], content=PNG + b"more")
    assert marked(tmp_path)
    with house.store.write() as tx:
        recordings.change(tx, sid("RE", call.id), {"carrier_deleted_at": datetime.now(UTC)})
    page = f"/calls/{call.sid}"
    browser.post(f"{page}/delete", {"what": "all", "sure": "1"}, on=page)
    assert browser.get(letter).status_code == 404
    cleared(house)
    assert marked(tmp_path) == []


def test_deleting_everything_takes_letters_and_files(
    browser: Browser, house: House, call: Call, tmp_path: Path
) -> None:
    """The page that deletes everything leaves no letter, with calls or without, and no file."""
    letter = begin(browser, "itemised_statement")
    fill(browser, letter, name="marker7f3a9")
    attach(browser, letter=letter.rpartition("/")[2])
    owner = subscriber(house)
    browser.post("/settings/delete", {"sure": "1"}, on="/settings/delete")
    assert leave(worker_of(house), owner.id)
    cleared(house)
    assert marked(tmp_path) == []
    with house.store.read() as tx:
        assert letters.of_subscriber(tx, subscriber(house).id) == []


def cleared(house: House) -> None:
    """The worker has deleted what was left elsewhere."""
    clear(replace(worker_of(house), now=lambda: datetime.now(UTC) + timedelta(days=1)))


def marked(folder: Path) -> list[str]:
    """Files of the folder that hold the marker."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path.name for path in files if b"marker7f3a9" in path.read_bytes()]


def test_a_kind_that_is_no_longer_there_hurts_nothing(browser: Browser, house: House, call: Call) -> None:
    """A letter of a kind that an editor took out is not shown, and every page still is."""
    letter = begin(browser, "complaint_lender", call.sid)
    with house.store.write() as tx:
        letters.change(tx, letter.rpartition("/")[2], {"kind": "gone"})
    assert browser.get(letter).status_code == 404
    for path in ("/letters", f"/calls/{call.sid}"):
        assert browser.get(path).status_code == 200


def test_own_details_are_typed_once(browser: Browser, call: Call) -> None:
    """The next letter begins with the name and address of the last, and with nothing else of it."""
    letter = begin(browser, "complaint_lender", call.sid)
    fill(browser, letter, name="Chan Siu Ming", address="1 Road", account="1234", happened="Only here.")
    form = browser.page(f"{begin(browser, 'itemised_statement', call.sid)}/blanks")
    assert 'value="Chan Siu Ming"' in form
    assert "1 Road" in form
    assert "1234" not in form
    assert "Only here." not in form
