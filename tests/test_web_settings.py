"""Settings, contacts from files, sessions, codes by text, set-up, live parts and the open pages."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from screener.house import House
from screener.model import Greeting, Jurisdiction, Language, Treatment
from screener.store import channels, codes, logbook, marks, messages, subscribers
from screener.store.logbook import Wanted
from screener.store.records import Subscriber
from screener.store.schema import call, code, message, turn
from screener.web import set_up
from screener.web.contacts import ImportProblem, read_contacts
from tests.visit import OWNER, Browser, add_call, add_owner, sid

PHONE = "+85291234500"


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


# Settings


def test_settings_are_kept(browser: Browser, house: House, owner: Subscriber) -> None:
    """What is chosen is kept and shown again."""
    form = {
        "nickname": "Min",
        "language": "zh-Hant",
        "jurisdiction": "TW",
        "time_zone": "Asia/Taipei",
        "style": "discreet",
        "greeting": "formal",
        "situation": ["illness", "greed"],
        "retention": "90",
        "sound_retention": "30",
        "words_retention": "31",
        "quiet_from": "22:30",
        "quiet_until": "07:00",
        "digest_at": "",
    }
    browser.post("/settings", form, on="/settings")
    with house.store.read() as tx:
        kept, preference = subscribers.by_id(tx, owner.id), marks.preference_of(tx, owner.id)
    assert kept is not None
    assert (kept.language, kept.jurisdiction, kept.time_zone) == (Language.ZH_HANT, Jurisdiction.TW, "Asia/Taipei")
    assert (kept.quiet_from, kept.quiet_until, kept.digest_at) == ("22:30", "07:00", "")
    assert (kept.nickname, kept.style, kept.greeting) == ("Min", "discreet", Greeting.FORMAL)
    assert preference == marks.Preference(90, ("illness",), sound_days=30, words_days=None)
    assert 'value="30" selected' in browser.page("/settings")
    assert 'value="90" selected' in browser.page("/settings")


def test_odd_settings_change_nothing(browser: Browser, house: House, owner: Subscriber) -> None:
    """What is not one of the choices is left as it was."""
    form = {
        "language": "xx",
        "jurisdiction": "MARS",
        "time_zone": "../etc",
        "style": "loud",
        "greeting": "hey",
        "retention": "-1",
    }
    form |= {"quiet_from": "25:00", "digest_at": "x"}
    assert browser.post("/settings", form, on="/settings").status_code == 303
    with house.store.read() as tx:
        assert subscribers.by_id(tx, owner.id) == owner


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"quiet_from": "22:00", "quiet_until": ""}, "Quiet hours need both times, or neither."),
        ({"quiet_from": "", "quiet_until": "08:00"}, "Quiet hours need both times, or neither."),
        ({"quiet_from": "08:00", "quiet_until": "08:00"}, "begin and end at the same time"),
        ({"retention": "30", "sound_retention": "90"}, "cannot be kept for longer than it"),
        ({"retention": "90", "words_retention": "365"}, "cannot be kept for longer than it"),
    ],
)
def test_contradictions_are_told(
    browser: Browser, house: House, owner: Subscriber, form: dict[str, str], said: str
) -> None:
    """Half of the quiet hours, or a part that outlives its call: nothing is kept, and what was typed comes back."""
    answer = browser.post("/settings", {"nickname": "Min", **form}, on="/settings")
    assert (answer.status_code, said in answer.text) == (422, True)
    assert 'value="Min"' in answer.text
    for value in filter(None, form.values()):
        assert f'value="{value}"' in answer.text
    with house.store.read() as tx:
        assert subscribers.by_id(tx, owner.id) == owner
        assert marks.preference_of(tx, owner.id) == marks.Preference()


def test_ages_that_agree_are_kept(browser: Browser, house: House, owner: Subscriber) -> None:
    """Parts may go before their call or with it, and may have an age where calls have none."""
    for whole, sound, words in (("90", "90", "30"), ("", "365", "90"), ("90", "", "")):
        form = {"retention": whole, "sound_retention": sound, "words_retention": words}
        assert browser.post("/settings", form, on="/settings").status_code == 303
        kept = [int(age) if age else None for age in (whole, sound, words)]
        with house.store.read() as tx:
            assert marks.preference_of(tx, owner.id) == marks.Preference(kept[0], (), *kept[1:])


VCARD = b"""BEGIN:VCARD
VERSION:3.0
FN:Dr Chan <b>
TEL;TYPE=CELL:9123 4567
TEL:+44 20 7946 0000
END:VCARD
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=A6=88;;;
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=A6=88=E5=A6=88
TEL;CELL:+85291112222
END:VCARD
"""


def test_vcard_is_read() -> None:
    """Old and new vCards give every number with its name; local numbers are the subscriber's country's."""
    found = read_contacts(VCARD, Jurisdiction.HK)
    assert found == {"+85291234567": "Dr Chan <b>", "+442079460000": "Dr Chan <b>", "+85291112222": "妈妈"}


def test_csv_is_read() -> None:
    """A number is found in whatever column it stands; formulas are only text."""
    found = read_contacts("name,phone\n妈妈,91112222\n=1+1|x,+852 9123 4567\n".encode("utf-8-sig"), Jurisdiction.HK)
    assert found == {"+85291112222": "妈妈", "+85291234567": "=1+1|x"}


@pytest.mark.parametrize(
    "file",
    [b"", b"hello", b"\xff\xfe\x00\x01", b"BEGIN:VCARD\nFN:x", b"BEGIN:VCARD\nEND:VCARD\n", b'"' * 999, b"12,34\n"],
)
def test_files_without_contacts_are_refused(file: bytes) -> None:
    """What holds no contacts is refused with words, never with an error of ours."""
    with pytest.raises(ImportProblem):
        read_contacts(file, Jurisdiction.HK)


def test_import_allows_new_numbers_only(browser: Browser, house: House, owner: Subscriber) -> None:
    """Imported numbers are allowed; a number that was blocked before stays blocked."""
    with house.store.write() as tx:
        subscribers.treat(tx, owner.id, "+85291112222", Treatment.BLOCK)
    file = (BytesIO(VCARD), "contacts.vcf")
    browser.post("/settings/contacts", {"file": file}, on="/settings", content_type="multipart/form-data")
    with house.store.read() as tx:
        assert subscribers.treatment_of(tx, owner.id, "+85291234567") is Treatment.ALLOW
        assert subscribers.treatment_of(tx, owner.id, "+85291112222") is Treatment.BLOCK
    assert "<b>" not in browser.get("/numbers").text


def test_sign_out_everywhere(app: Flask, browser: Browser, owner: Subscriber) -> None:
    """Every browser is signed out, and the list showed them before."""
    other = Browser(app).sign_in(owner)
    assert browser.page("/settings").count("last used") == 2
    browser.post("/settings/sessions", on="/settings")
    assert browser.get("/").status_code == other.get("/").status_code == 303


# Other channels


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # the notification library's own
def test_channel_is_added_tested_and_removed(
    browser: Browser, house: House, owner: Subscriber, monkeypatch: Any
) -> None:
    """A channel is shown masked, takes a test, and can be forgotten; another's cannot."""
    sent: list[str] = []
    monkeypatch.setattr("screener.notify.Notifier.send", lambda _self, _sealed, body: sent.append(body))
    browser.post("/settings/channels", {"address": "ntfys://me:secret-word@ntfy.example.org/topic"}, on="/settings")
    with house.store.read() as tx:
        [made] = channels.of_subscriber(tx, owner.id)
    assert made.shown in browser.page("/settings")
    assert "secret-word" not in browser.page("/settings")
    browser.post(f"/settings/channels/{made.id}", {"deed": "test"}, on="/settings")
    assert sent == ["This is a test."]
    assert browser.post(f"/settings/channels/{made.id + 1}", {"deed": "remove"}).status_code == 404
    browser.post(f"/settings/channels/{made.id}", {"deed": "remove"}, on="/settings")
    with house.store.read() as tx:
        assert channels.of_subscriber(tx, owner.id) == []


@pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # the notification library's own
@pytest.mark.parametrize("address", ["", "file:///etc/passwd", "ntfys://127.0.0.1/topic", "x" * 2000])
def test_odd_channels_are_refused(browser: Browser, house: House, owner: Subscriber, address: str) -> None:
    """What is no channel, or leads into a private network, is not kept."""
    browser.post("/settings/channels", {"address": address}, on="/settings")
    with house.store.read() as tx:
        assert channels.of_subscriber(tx, owner.id) == []


# Codes by text


def ask_code(browser: Browser, phone: str = PHONE) -> Any:
    return browser.post("/sign-in/code", {"phone": phone}, on="/sign-in")


def texted(house: House) -> list[str]:
    with house.store.read() as tx:
        return list(tx.execute(select(message.c.body).where(message.c.kind == "code")).scalars())


def test_code_signs_in(app: Flask, house: House, owner: Subscriber) -> None:
    """A code goes out as a promised text to the subscriber's own phone, and signs in once."""
    browser = Browser(app)
    assert ask_code(browser).status_code == 200
    [body] = texted(house)
    made = re.findall(r"\b\d{6}\b", body)[0]
    with house.store.read() as tx:
        sent = tx.execute(select(message.c.recipient, message.c.reference)).one()
    assert sent.recipient == owner.phone
    assert sent.reference in body
    form = {"phone": PHONE, "code": made}
    assert browser.post("/sign-in/check", form, on="/sign-in").status_code == 303
    assert browser.get("/").status_code == 200
    assert Browser(app).post("/sign-in/check", form, on="/sign-in").status_code == 403


def test_unknown_phone_gets_the_same_answer(app: Flask, house: House, owner: Subscriber) -> None:
    """Nothing in the answer tells whether a phone is known, and no text goes to an unknown one."""
    pages = []
    for phone in (PHONE, "+85298765432"):
        browser = Browser(app)
        pages.append(re.sub(r'value="[^"]*"', "", ask_code(browser, phone).text))
    assert pages[0] == pages[1]
    assert len(texted(house)) == 1


def test_five_tries(app: Flask, house: House, owner: Subscriber) -> None:
    """After five wrong tries the right code is worth nothing."""
    browser = Browser(app)
    ask_code(browser)
    made = re.findall(r"\b\d{6}\b", texted(house)[0])[0]
    wrong = "000000" if made != "000000" else "000001"
    for _ in range(5):
        assert browser.post("/sign-in/check", {"phone": PHONE, "code": wrong}, on="/sign-in").status_code == 403
    assert browser.post("/sign-in/check", {"phone": PHONE, "code": made}, on="/sign-in").status_code == 403


def test_old_code(app: Flask, house: House, owner: Subscriber) -> None:
    """After ten minutes, or after a newer code, a code is worth nothing."""
    browser = Browser(app)
    ask_code(browser)
    first = re.findall(r"\b\d{6}\b", texted(house)[0])[0]
    ask_code(browser)
    second = next(made for body in texted(house) if (made := re.findall(r"\b\d{6}\b", body)[0]) != first)
    assert browser.post("/sign-in/check", {"phone": PHONE, "code": first}, on="/sign-in").status_code == 403
    with house.store.write() as tx:
        tx.execute(update(code).values(expires_at=datetime.now(UTC) - timedelta(seconds=1)))
    assert browser.post("/sign-in/check", {"phone": PHONE, "code": second}, on="/sign-in").status_code == 403


@pytest.mark.parametrize("phone", [PHONE, "+85298765432"])
def test_codes_are_rationed_for_a_phone(app: Flask, owner: Subscriber, phone: str) -> None:
    """A phone, known or not, gets so many codes an hour and no more."""
    answers = [ask_code(Browser(app), phone).status_code for _ in range(codes.PER_PHONE + 1)]
    assert answers == [200] * codes.PER_PHONE + [429]


def test_codes_are_rationed_for_an_address(app: Flask, owner: Subscriber) -> None:
    """One address cannot ask for many phones."""
    browser = Browser(app)
    answers = [ask_code(browser, f"+852987654{number:02}").status_code for number in range(codes.PER_ADDRESS + 1)]
    assert answers[-1] == 429
    assert set(answers[:-1]) == {200}


def test_codes_are_rationed_over_all(app: Flask, house: House, owner: Subscriber, monkeypatch: Any) -> None:
    """However many addresses and phones, the hour's codes end somewhere."""
    monkeypatch.setattr(codes, "OVER_ALL", 3)
    now = datetime.now(UTC)
    with house.store.write() as tx:
        made = [codes.new(tx, "k", f"+8529876543{n}", f"10.0.0.{n}", None, now) for n in range(4)]
    assert [one is not None for one in made] == [True, True, True, False]


def test_code_page_takes_odd_input(app: Flask, owner: Subscriber) -> None:
    """What is no phone or no code is refused with words."""
    browser = Browser(app)
    assert ask_code(browser, "hello").status_code == 400
    for form in ({}, {"phone": "x", "code": "1"}, {"phone": PHONE, "code": "１２３٤"}):
        assert browser.post("/sign-in/check", form, on="/sign-in").status_code == 403


# Live parts


def test_latest_answers_304_until_something_changes(browser: Browser, house: House, owner: Subscriber) -> None:
    """A page that asks again gets no body until there is something new."""
    first = browser.get("/calls/latest")
    same = {"If-None-Match": first.headers["ETag"]}
    assert browser.get("/calls/latest", headers=same).status_code == 304
    add_call(house.store, owner, 1, ended_at=None)
    changed = browser.get("/calls/latest", headers=same)
    assert changed.status_code == 200
    assert "On the line now." in changed.text


def test_first_page_names_its_tag(browser: Browser) -> None:
    """The page and its live part agree on what is shown, so the first question is answered by 304."""
    tag = re.findall(r'data-tag="(\w+)"', browser.page("/"))[0]
    assert browser.get("/calls/latest", headers={"If-None-Match": f'"{tag}"'}).status_code == 304


def test_words_arrive_while_a_call_runs(browser: Browser, house: House, owner: Subscriber) -> None:
    """A running call's page learns of new words, and of the end."""
    running = add_call(house.store, owner, 1, ended_at=None, words="First")
    path = f"/calls/{running.sid}/words"
    first = browser.get(path)
    same = {"If-None-Match": first.headers["ETag"]}
    assert browser.get(path, headers=same).status_code == 304
    with house.store.write() as tx:
        tx.execute(update(turn).values(words="First and second"))
    assert "First and second" in browser.get(path, headers=same).text
    with house.store.write() as tx:
        tx.execute(update(call).values(ended_at=datetime.now(UTC)))
    assert "data-over" in browser.get(path, headers=same).text


# Set-up


def test_forwarding_codes_name_the_subscribers_number(browser: Browser, owner: Subscriber) -> None:
    """Codes are tel: links with the number in international form, each with its undoing and a QR code."""
    raw = browser.get("/setup").text
    number = owner.twilio_number
    for dial in (f"**61*{number}%23", f"**004*{number}%23", "%23%2361%23", "%23%23002%23"):
        assert f'href="tel:{dial}"' in raw
    assert raw.count("<svg") == 4


def test_dial_links_keep_star_and_plus() -> None:
    """Only the hash must be written out for a phone."""
    assert set_up.tel("**21*+85230001111#") == "tel:**21*+85230001111%23"


def test_mainland_is_told_what_cannot_work(browser: Browser, house: House, owner: Subscriber) -> None:
    """A subscriber in mainland China learns at once that forwarding abroad does not exist there."""
    assert "What cannot work" not in browser.page("/setup")
    with house.store.write() as tx:
        subscribers.change(tx, owner.id, {"jurisdiction": "CN"})
    assert "What cannot work" in browser.page("/setup")


def test_test_call_ticks_itself_off(browser: Browser, house: House, owner: Subscriber) -> None:
    """Each thing that the test call shows is ticked, and an old call shows nothing."""
    add_call(house.store, owner, 1, at=datetime.now(UTC) - timedelta(hours=2))
    assert browser.page("/setup").count("✓") == 0
    add_call(house.store, owner, 2, ended_at=None, words="同意", consent="recording", consent_turn=1)
    assert browser.page("/setup/test").count("✓") == 3
    with house.store.write() as tx:
        tx.execute(update(turn).values(digits="1"))
        tx.execute(update(call).values(ended_at=datetime.now(UTC)))
    assert browser.page("/setup/test").count("✓") == 5


# Open pages


@pytest.mark.parametrize("path", ["/privacy", "/card", "/someone"])
def test_open_pages_are_open(app: Flask, path: str) -> None:
    """Callers and relatives read these without signing in, and nothing there names a subscriber."""
    page = Browser(app).page(path)
    assert OWNER[:8] not in page


def test_someone_is_where_the_subscriber_lives(app: Flask, browser: Browser) -> None:
    """A subscriber sees the lines of their own place, each with source and date; strangers see all."""
    page = browser.page("/someone")
    assert "18111" in page
    assert "12356" not in page
    assert "2023-12-27" in page
    assert "12356" in Browser(app).page("/someone")


# The log's filters


@pytest.mark.parametrize(
    "query",
    [
        "before=x", "before=-1", "since=2026-13-01", "until=9999-12-31", "since=0001-01-01", "category=x", "consent=x",
        "warning=2", "q=" + "长" * 500, "q=%ff", "q='%22%3B--", "before=99999999999999999999",
    ],
)  # fmt: skip
def test_odd_queries_are_no_error(browser: Browser, house: House, owner: Subscriber, query: str) -> None:
    """Whatever stands in the address, the log answers."""
    add_call(house.store, owner, 1)
    assert browser.get(f"/calls?{query}").status_code == 200


def test_filters_stay_on_the_next_page(browser: Browser, house: House, owner: Subscriber) -> None:
    """The way to older calls keeps what was searched for."""
    for number in range(1, 33):
        add_call(house.store, owner, number, words="催收", category="bank", findings={})
    page = browser.page("/calls?q=催收&category=bank")
    older = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0]
    assert browser.page(older).count('href="/calls/CA') == 2
    assert sid("CA", 1) in browser.page(older)


def test_log_is_in_the_subscribers_days(browser: Browser, house: House, owner: Subscriber) -> None:
    """Dates of the filter are days where the subscriber lives."""
    late = datetime(2026, 11, 19, 16, 30, tzinfo=UTC)  # 00:30 on the 20th in Hong Kong
    add_call(house.store, owner, 1, at=late)
    assert sid("CA", 1) in browser.page("/calls?since=2026-11-20&until=2026-11-20")
    assert sid("CA", 1) not in browser.page("/calls?until=2026-11-19")
    with house.store.read() as tx:
        assert len(logbook.page(tx, owner.id, Wanted(), 9)) == 1
        assert messages.counts(tx) == {}
