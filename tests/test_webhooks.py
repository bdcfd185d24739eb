"""The webhooks over HTTP: believed only when signed, the same answer when repeated, nothing lost when reordered."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from screener.house import House
from screener.model import Consent, Disposition, Treatment
from screener.settings import Settings
from screener.store import calls, messages, recordings, subscribers, talks
from screener.store.records import Call, Subscriber, Turn
from screener.store.schema import metadata
from screener.webhooks import webhooks
from tests.signer import ACCOUNT, BASE, Carrier, signature

SID = "CA" + "a" * 32
OTHER = "CA" + "b" * 32
RECORDING = "RE" + "c" * 32
MESSAGE = "SM" + "d" * 32
CALLER, MINE, OWNER = "+85251230000", "+85230001111", "+85291234567"
RING = {"CallSid": SID, "From": CALLER, "To": MINE, "CallStatus": "ringing"}


@pytest.fixture
def house(app: Flask) -> House:
    made: House = app.extensions["screener"]
    return made


@pytest.fixture(autouse=True)
def owner(house: House) -> Subscriber:
    values = {"phone": OWNER, "twilio_number": MINE, "language": "zh-Hans", "jurisdiction": "HK"}
    with house.store.write() as tx:
        return subscribers.add(tx, {**values, "time_zone": "Asia/Hong_Kong"})


@pytest.fixture
def log(house: House) -> "Log":
    return Log(house)


class Log:
    """What the database holds, for a test to look at."""

    def __init__(self, house: House) -> None:
        self.store = house.store

    def call(self, sid: str = SID) -> Call:
        with self.store.read() as tx:
            found = calls.find(tx, sid)
        assert found is not None
        return found

    def turns(self, sid: str = SID) -> list[Turn]:
        call = self.call(sid)
        with self.store.read() as tx:
            return talks.turns(tx, call)

    def rows(self) -> dict[str, int]:
        with self.store.read() as tx:
            return {
                name: tx.execute(select(func.count()).select_from(t)).scalar_one()
                for name, t in metadata.tables.items()
            }

    def promised(self) -> list[str]:
        where = "workflow_status" if self.store.is_sqlite else "dbos.workflow_status"
        with self.store.read() as tx:
            return sorted(tx.exec_driver_sql(f"SELECT workflow_uuid FROM {where}").scalars())


def talk(carrier: Carrier, *heard: dict[str, str], **ring: str) -> list[str]:
    """Ring, then answer turn after turn; every reply."""
    form = {**RING, **ring}
    replies = [carrier.post("/voice/incoming", **form).text]
    for number, answer in enumerate(heard, 1):
        replies.append(carrier.post(f"/voice/turn/{number}", **{**form, "CallStatus": "in-progress", **answer}).text)
    return replies


def hang_up(carrier: Carrier, **more: str) -> None:
    form = {**RING, "CallStatus": "completed", "CallDuration": "21", **more}
    assert carrier.post("/voice/ended", **form).status_code == 204


YES = {"SpeechResult": "同意。", "Confidence": "0.91"}


# Belief


PATHS = [
    "/voice/incoming", "/voice/turn/1", "/voice/partial/1", "/voice/ended", "/voice/recording", "/sms/incoming",
    "/sms/status/abc",
]  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_nothing_unsigned_is_believed(app: Flask, log: Log, path: str) -> None:
    """Missing, wrong and stolen signatures get 403 on every route, and nothing is stored."""
    client = app.test_client()
    form = {"AccountSid": ACCOUNT, **RING}
    before = log.rows()
    good = signature(BASE + path, form)
    elsewhere = signature(BASE + "/voice/other", form)
    tries: list[dict[str, str]] = [
        {},
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": "x"},
        {"X-Twilio-Signature": elsewhere},
    ]
    for headers in tries:
        assert client.post(path, data=form, headers=headers).status_code == 403
    tampered = {**form, "From": "+85299999999"}
    assert client.post(path, data=tampered, headers={"X-Twilio-Signature": good}).status_code == 403
    assert client.post(f"{path}?again=1", data=form, headers={"X-Twilio-Signature": good}).status_code == 403
    assert log.rows() == before


def test_another_account_is_not_believed(carrier: Carrier) -> None:
    """A request for another account is refused even when our token signed it."""
    assert carrier.post("/voice/incoming", **{**RING, "AccountSid": "AC" + "9" * 32}).status_code == 403


def test_every_webhook_route_stands_behind_the_one_check(app: Flask) -> None:
    """Each /voice and /sms route belongs to the blueprint that checks signatures before anything else."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(("/voice", "/sms"))]
    assert len(rules) == 7
    assert all(rule.endpoint.startswith(f"{webhooks.name}.") for rule in rules)
    assert all(rule.methods == {"POST", "OPTIONS"} for rule in rules)


def test_the_signature_covers_the_raw_query_and_repeated_fields(app: Flask) -> None:
    """Percent-escapes stay as they were signed, and repeated fields count once each."""
    path = "/voice/partial/1?x=%7e&n=%E4%BD%A0"
    form: dict[str, Any] = {"AccountSid": ACCOUNT, "CallSid": SID, "Empty": "", "Twice": ["b", "a", "b"]}
    headers = {"X-Twilio-Signature": signature(BASE + path, form)}
    assert app.test_client().post(path, data=form, headers=headers).status_code == 204


def test_there_are_no_redirects_on_webhooks(app: Flask) -> None:
    """A redirect would lose the keys that the caller pressed."""
    for path in PATHS:
        assert app.test_client().post(path + "/").status_code in (403, 404)


# The call


def test_a_call_is_held_from_ring_to_promise(carrier: Carrier, log: Log) -> None:
    """Ring, consent, statement, farewell, hang-up: one entry, its words, one promised text."""
    replies = talk(carrier, YES, {"SpeechResult": "我是大新银行信用卡中心的，姓陈，工号三零二一"})
    assert "<Start><Recording" in replies[1]
    assert "<Start>" not in replies[0] + replies[2]
    hang_up(carrier)
    call = log.call()
    assert (call.consent, call.consent_turn, call.seconds) == (Consent.RECORDING, 1, 21)
    assert [turn.words for turn in log.turns()][:2] == ["同意", "我是大新银行信用卡中心的，姓陈，工号三零二一"]
    assert log.promised() == [f"text:{SID}"]


def test_a_repeated_webhook_changes_nothing(carrier: Carrier, log: Log) -> None:
    """Each webhook delivered twice gets the same answer, and the log is the same."""
    first = talk(carrier, YES, {"SpeechResult": "我是大新银行的"})
    rows = log.rows()
    assert talk(carrier, YES, {"SpeechResult": "我是大新银行的"}) == first
    assert talk(carrier, {"Digits": "2"}, {"Digits": "7"}) == first
    assert log.rows() == rows
    hang_up(carrier)
    ended = log.rows()
    hang_up(carrier, CallDuration="99")
    assert log.rows() == ended
    assert (log.call().seconds, log.promised()) == (21, [f"text:{SID}"])


def test_a_turn_that_does_not_exist_gets_the_current_one(carrier: Carrier, log: Log) -> None:
    """A turn from the future neither breaks the call nor moves it on."""
    first = talk(carrier)[0]
    assert carrier.post("/voice/turn/44", **RING, Digits="1").text == first
    assert log.call().consent is Consent.UNASKED


def test_a_turn_of_another_call_is_answered_for_its_own(carrier: Carrier, log: Log) -> None:
    """The sid says which call is meant; a turn number reached by another call moves nothing."""
    talk(carrier, YES, {"SpeechResult": "银行"})
    carrier.post("/voice/incoming", **{**RING, "CallSid": OTHER})
    carrier.post("/voice/turn/3", **{**RING, "CallSid": OTHER, "SpeechResult": "x"})
    assert (log.call(OTHER).turn, log.call(OTHER).consent) == (1, Consent.UNASKED)


def test_a_turn_of_an_unknown_call_starts_it(carrier: Carrier, log: Log) -> None:
    """If the ring itself was lost, the caller is still met with the notice, never with consent assumed."""
    reply = carrier.post("/voice/turn/2", **RING, Digits="1").text
    assert "<Gather" in reply
    assert "<Start>" not in reply
    assert log.call().consent is Consent.UNASKED


def test_an_end_without_a_beginning_is_logged(carrier: Carrier, log: Log) -> None:
    """The end of a call whose ring never reached us makes an entry and promises its text; a late ring hangs up."""
    hang_up(carrier)
    assert log.call().disposition is Disposition.ABANDONED
    assert log.promised() == [f"text:{SID}"]
    assert "<Hangup" in carrier.post("/voice/incoming", **RING).text


def test_a_turn_after_the_end_hangs_up(carrier: Carrier, log: Log) -> None:
    """A late turn of a closed call opens nothing."""
    talk(carrier, YES)
    hang_up(carrier)
    assert "<Hangup" in carrier.post("/voice/turn/2", **RING, SpeechResult="我是").text
    assert log.turns()[-1].words is None


def test_an_unfinished_status_does_not_end_a_call(carrier: Carrier, log: Log) -> None:
    """Only a final status ends a call."""
    talk(carrier)
    assert carrier.post("/voice/ended", **{**RING, "CallStatus": "in-progress"}).status_code == 204
    assert log.call().ended_at is None


# Partial results and withdrawal


def test_the_latest_partial_stands_when_the_caller_hangs_up(carrier: Carrier, log: Log) -> None:
    """Hanging up in mid-sentence, the commonest call, still leaves the words so far."""
    talk(carrier, YES)
    for number, words in enumerate(["我是", "我是鸿远", "我是鸿远公司"]):
        carrier.post("/voice/partial/2", **RING, UnstableSpeechResult=words, SequenceNumber=str(number))
    hang_up(carrier)
    with log.store.read() as tx:
        assert [said for _, said in talks.statements(tx, log.call())] == ["我是鸿远公司"]
    assert log.call().disposition is Disposition.ABANDONED


def test_partials_without_consent_are_dropped(carrier: Carrier, log: Log) -> None:
    """Nothing is kept at the consent question, nor for a turn that has gone by."""
    talk(carrier)
    carrier.post("/voice/partial/1", **RING, UnstableSpeechResult="我是鸿远公司")
    assert log.turns()[0].partial is None
    talk(carrier, YES, {"SpeechResult": "我是鸿远"})
    carrier.post("/voice/partial/2", **RING, UnstableSpeechResult="迟到的话")
    assert all(turn.partial is None for turn in log.turns())


def test_the_consent_question_keeps_the_phrase_alone(carrier: Carrier, log: Log) -> None:
    """What else was said at the first question is dropped; the phrase, its confidence and the question stay."""
    talk(carrier, {"SpeechResult": "不同意 我是陈大文 电话 91234567", "Confidence": "0.8"})
    turn = log.turns()[0]
    assert (turn.words, turn.confidence) == ("不同意", "0.8")
    assert "按1" in turn.said
    assert turn.version
    assert turn.heard_at


@pytest.mark.parametrize("answer", [{"Digits": "2"}, {"SpeechResult": "等一下 不要录音"}])
def test_consent_taken_back_erases_what_was_kept(carrier: Carrier, log: Log, answer: dict[str, str]) -> None:
    """Withdrawal stops the recording, erases words, marks recordings, promises deletion, and goes on by keypad."""
    replies = talk(carrier, YES, {"SpeechResult": "这里是某公司"})
    carrier.post("/voice/recording", CallSid=SID, RecordingSid=RECORDING, RecordingStatus="in-progress")
    reply = carrier.post("/voice/turn/3", **RING, **answer).text
    assert len(replies) == 3
    assert "<Stop><Recording" in reply
    assert log.call().consent is Consent.WITHDRAWN
    with log.store.read() as tx:
        assert talks.statements(tx, log.call()) == []
        assert recordings.of_call(tx, log.call().id)[0].state == "unwanted"
    assert f"erase:{SID}" in log.promised()


def test_a_refusal_cut_off_by_hanging_up_counts(carrier: Carrier, log: Log) -> None:
    """A caller who says no to recording and hangs up before the final result has taken consent back."""
    talk(carrier, YES)
    carrier.post("/voice/partial/2", **RING, UnstableSpeechResult="我不同意录音", SequenceNumber="1")
    hang_up(carrier)
    assert log.call().consent is Consent.WITHDRAWN
    assert log.turns()[1].partial is None
    assert f"erase:{SID}:ended" in log.promised()


# Recordings


def test_a_recording_with_consent_is_promised_once(carrier: Carrier, log: Log) -> None:
    """Running, then ready, told twice: one row, one promise."""
    talk(carrier, YES)
    form = {"CallSid": SID, "RecordingSid": RECORDING, "RecordingSource": "StartCallRecordingTwiML"}
    for status in ("in-progress", "completed", "completed"):
        assert (
            carrier.post("/voice/recording", **form, RecordingStatus=status, RecordingDuration="9").status_code == 204
        )
    with log.store.read() as tx:
        (kept,) = recordings.of_call(tx, log.call().id)
    assert (kept.state, kept.seconds) == ("promised", 9)
    assert log.promised() == [f"recording:{RECORDING}"]


def test_a_recording_without_consent_is_marked_for_deletion(carrier: Carrier, log: Log, caplog: Any) -> None:
    """It is never promised to be kept, it is to be deleted at the carrier, and somebody hears of it."""
    talk(carrier, {"Digits": "2"})
    carrier.post("/voice/recording", CallSid=SID, RecordingSid=RECORDING, RecordingStatus="completed")
    with log.store.read() as tx:
        assert recordings.of_call(tx, log.call().id)[0].state == "unwanted"
    assert "without consent" in caplog.text


def test_a_recording_of_an_unknown_call_is_only_reported(carrier: Carrier, log: Log, caplog: Any) -> None:
    """Nothing is stored, nothing is deleted at the carrier."""
    before = log.rows()
    reply = carrier.post("/voice/recording", CallSid=OTHER, RecordingSid=RECORDING, RecordingStatus="completed")
    assert (reply.status_code, log.rows(), log.promised()) == (204, before, [])
    assert "do not know" in caplog.text


# Who calls


def treat(log: Log, owner: Subscriber, treatment: Treatment) -> None:
    with log.store.write() as tx:
        subscribers.treat(tx, owner.id, CALLER, treatment)


def test_a_blocked_caller_is_bidden_goodbye(carrier: Carrier, log: Log, owner: Subscriber) -> None:
    """A blocked call is closed in the transaction that logs it."""
    treat(log, owner, Treatment.BLOCK)
    reply = talk(carrier)[0]
    assert "<Hangup" in reply
    assert "<Gather" not in reply
    assert log.call().disposition is Disposition.BLOCKED
    assert log.call().ended_at


def test_a_blocked_caller_can_be_rejected(settings: Settings, app: Flask, log: Log, owner: Subscriber) -> None:
    """By a setting the call is turned away unanswered."""
    import dataclasses

    house: House = app.extensions["screener"]
    object.__setattr__(house, "settings", dataclasses.replace(settings, reject_blocked=True))
    treat(log, owner, Treatment.BLOCK)
    assert "<Reject" in talk(Carrier(app))[0]


def test_an_allowed_contact_passes_the_same_fork(carrier: Carrier, log: Log, owner: Subscriber) -> None:
    """A contact hears the notice and the offer of a message; recording starts at key 1 alone."""
    treat(log, owner, Treatment.ALLOW)
    replies = talk(carrier, {"SpeechResult": "同意"}, {"Digits": "1"}, {"SpeechResult": "周日回来吃饭吗"})
    assert "您同意的话才录音" in replies[0]
    assert "<Start>" not in replies[0] + replies[1]
    assert "<Start>" in replies[2]
    assert log.call().disposition is Disposition.MESSAGE_TAKEN


def test_our_own_number_calling_is_refused(carrier: Carrier, log: Log) -> None:
    """A call from one of our Twilio numbers is a loop and is rejected."""
    assert "<Reject" in talk(carrier, From=MINE)[0]
    assert log.call().ended_at


def test_the_subscribers_own_number_means_not_passed_on(carrier: Carrier, log: Log) -> None:
    """Some carriers put the forwarding phone in the caller's place; the call is screened as withheld."""
    assert "<Gather" in talk(carrier, From=OWNER)[0]
    assert (log.call().caller, log.call().caller_kind) == (None, "not_passed_on")


@pytest.mark.parametrize(
    "raw", ["anonymous", "Anonymous", "Restricted", "", "+266696687", "+86282452253", "client:x", "sip:a@b.c", "95588"]
)
def test_withheld_callers_are_screened(carrier: Carrier, log: Log, raw: str) -> None:
    """Words and keypad sentinels in From are no number; the raw text is kept."""
    assert "<Gather" in talk(carrier, From=raw)[0]
    assert (log.call().caller, log.call().caller_kind, log.call().caller_raw) == (None, "withheld", raw)


def test_too_many_calls_at_once_hear_an_apology(carrier: Carrier, log: Log, settings: Settings) -> None:
    """Beyond the cap a call is logged and ended politely."""
    for number in range(settings.max_concurrent_calls):
        carrier.post("/voice/incoming", **{**RING, "CallSid": f"CA{number:032x}"})
    reply = talk(carrier)[0]
    assert "<Hangup" in reply
    assert (log.call().turn, log.call().disposition) == (1, Disposition.BUSY)


# Bad input


def test_an_unknown_number_stores_nothing(carrier: Carrier, log: Log) -> None:
    """A call to a number without a subscriber hears an apology and leaves no trace."""
    before = log.rows()
    for path in ("/voice/incoming", "/voice/turn/1", "/voice/ended"):
        reply = carrier.post(path, **{**RING, "To": "+85230009999", "CallStatus": "completed"})
        assert reply.status_code in (200, 204)
    assert log.rows() == before


@pytest.mark.parametrize("sid", ["", "CA", "CA" + "g" * 32, SID + "0", "../../etc/passwd", "CA' OR 1=1 --", SID + "\n"])
def test_malformed_sids_are_refused(carrier: Carrier, log: Log, sid: str) -> None:
    """A sid that is none gets 400 on every route that takes one, and nothing is stored."""
    before = log.rows()
    for path in ("/voice/incoming", "/voice/turn/1", "/voice/partial/1", "/voice/ended", "/voice/recording"):
        assert carrier.post(path, **{**RING, "CallSid": sid, "RecordingSid": RECORDING}).status_code == 400
    assert carrier.post("/sms/status/x", MessageSid=sid).status_code == 400
    assert log.rows() == before


def test_missing_fields_are_no_failure(carrier: Carrier, log: Log) -> None:
    """Only the sid and the called number are needed."""
    assert carrier.post("/voice/incoming", CallSid=SID, To=MINE).status_code == 200
    assert carrier.post("/voice/turn/1", CallSid=SID).status_code == 200
    assert carrier.post("/voice/partial/2", CallSid=SID).status_code == 204
    assert carrier.post("/voice/ended", CallSid=SID).status_code == 204
    assert carrier.post("/voice/incoming").status_code == 400
    assert carrier.post("/voice/recording", CallSid=SID).status_code == 400


def test_huge_fields_lose_no_call(carrier: Carrier, log: Log) -> None:
    """100 kB in any field is cut to what is worth keeping; the call goes on."""
    huge = "你" * 35_000
    talk(
        carrier,
        YES,
        {"SpeechResult": huge, "CallerName": huge},
        From="+85251230000",
        ForwardedFrom=huge,
        CallerName=huge,
    )
    assert log.call().turn == 3
    assert len(log.turns()[1].words or "") <= 4000
    assert len(log.call().carrier) < 10_000


def test_a_body_beyond_reason_is_refused(carrier: Carrier, log: Log) -> None:
    """More than a megabyte gets a plain 413."""
    assert carrier.post("/voice/incoming", **RING, Huge="x" * 2_000_000).status_code == 413


def test_characters_that_xml_cannot_hold_are_dropped(carrier: Carrier, log: Log) -> None:
    """Control characters from a caller reach neither the log nor a reply."""
    replies = talk(carrier, YES, {"SpeechResult": "我是\x00\x0b大新\uffff银行<Say>&"})
    assert log.turns()[1].words == "我是大新银行<Say>&"
    assert all("\x0b" not in reply and "\x00" not in reply for reply in replies)


def test_invalid_bytes_are_refused_without_failure(app: Flask) -> None:
    """A form that is not UTF-8 cannot have been signed so; it gets 403, not 500."""
    client = app.test_client()
    reply = client.post(
        "/voice/incoming", data=b"CallSid=%ff%fe&To=\xed\xa0\x80", content_type="application/x-www-form-urlencoded"
    )
    assert reply.status_code == 403


@pytest.mark.parametrize(
    "path",
    ["/voice/turn/-1", "/voice/turn/99999999999999999999", "/voice/turn/x", "/voice/turn/", "/voice", "/sms/status/"],
)
def test_strange_paths_are_not_found(carrier: Carrier, path: str) -> None:
    """A path that is none of ours is 404 or 405, signed or not."""
    assert carrier.post(path, **RING).status_code in (403, 404, 405)


# Our own trouble


class Broken:
    """A store that cannot be reached."""

    def read(self) -> None:
        self.write()

    def write(self, *, durable: bool = True) -> None:
        raise ConnectionError("+85251230000 我是大新银行的")


@pytest.fixture
def broken(house: House) -> Iterator[None]:
    whole = house.store
    object.__setattr__(house, "store", Broken())
    yield
    object.__setattr__(house, "store", whole)


@pytest.mark.usefixtures("broken")
def test_a_caller_hears_an_apology_and_the_same_turn_again(carrier: Carrier) -> None:
    """Trouble of ours is 200, a sentence and a redirect to the same turn, twice at most; then goodbye."""
    for path in ("/voice/incoming", "/voice/turn/3"):
        first, second, third = (carrier.post(path + query, **RING) for query in ("", "?again=1", "?again=2"))
        assert (first.status_code, second.status_code, third.status_code) == (200, 200, 200)
        assert f'<Redirect method="POST">{BASE}{path}?again=1</Redirect>' in first.text
        assert f'<Redirect method="POST">{BASE}{path}?again=2</Redirect>' in second.text
        assert "抱歉" in third.text
        assert "<Redirect" not in third.text


@pytest.mark.usefixtures("broken")
def test_a_callback_is_asked_to_come_again(carrier: Carrier) -> None:
    """Trouble of ours on a callback is 503, so that the carrier repeats it."""
    forms = {"/voice/ended": RING, "/voice/partial/1": RING, "/sms/status/x": {"MessageSid": MESSAGE}}
    for path, form in {**forms, "/voice/recording": {**RING, "RecordingSid": RECORDING}}.items():
        assert carrier.post(path, **{**form, "CallStatus": "completed"}).status_code == 503


@pytest.mark.usefixtures("broken")
def test_trouble_is_logged_without_numbers_or_words(carrier: Carrier, caplog: Any) -> None:
    """The log says what broke and where, never whose call it was."""
    carrier.post("/voice/incoming", **RING)
    assert "ConnectionError" in caplog.text
    assert "51230000" not in caplog.text
    assert "大新" not in caplog.text


def test_every_callback_is_named_with_the_retry_override(carrier: Carrier) -> None:
    """Each callback URL in our TwiML tells the carrier to repeat it on 5xx and time-outs."""
    reply = talk(carrier, YES)[1]
    assert f"{BASE}/voice/recording#rc=3&amp;rp=ct,rt,5xx" in reply
    assert f"{BASE}/voice/partial/2#rc=3&amp;rp=ct,rt,5xx" in reply


# Texts


def test_a_delivery_status_moves_forward_only(carrier: Carrier, log: Log, owner: Subscriber) -> None:
    """Status callbacks may come twice and out of order; the first also proves that the carrier has the text."""
    with log.store.write() as tx:
        values = {"id": "m1", "subscriber_id": owner.id, "kind": "call", "style": "default", "reference": "A7K2"}
        values |= {"recipient": OWNER, "sender": MINE, "body": "x", "segments": 1, "state": "sending"}
        messages.freeze(tx, {**values, "created_at": owner.created_at, "updated_at": owner.created_at})
    for status in ("sent", "queued", "delivered", "sent"):
        assert carrier.post("/sms/status/m1", MessageSid=MESSAGE, MessageStatus=status).status_code == 204
    carrier.post("/sms/status/m1", MessageSid="SM" + "e" * 32, MessageStatus="failed", ErrorCode="30007")
    carrier.post("/sms/status/unknown", MessageSid=MESSAGE, MessageStatus="sent")
    with log.store.read() as tx:
        message = messages.find(tx, "m1")
    assert message is not None
    assert (message.state, message.sid, message.carrier_status, message.error_code) == (
        "accepted",
        MESSAGE,
        "delivered",
        None,
    )


def test_a_stranger_who_texts_gets_no_answer(carrier: Carrier) -> None:
    """Only the subscriber's own phone is ever answered."""
    reply = carrier.post("/sms/incoming", From="+85290000000", To=MINE, Body="LIST", MessageSid=MESSAGE)
    assert reply.status_code == 200
    assert "<Message" not in reply.text


def test_the_carriers_own_details_are_kept_as_received(carrier: Carrier, log: Log) -> None:
    """What else the carrier says of a call is kept for evidence."""
    talk(carrier, StirVerstat="TN-Validation-Passed-A", FromCountry="HK")
    assert json.loads(log.call().carrier)["StirVerstat"] == "TN-Validation-Passed-A"


def text_in(carrier: Carrier, body: str, sender: str = OWNER, **more: str) -> str:
    return carrier.post("/sms/incoming", From=sender, To=MINE, Body=body, MessageSid=MESSAGE, **more).text


def test_the_subscriber_is_answered_by_text(carrier: Carrier, log: Log, owner: Subscriber) -> None:
    """LIST, a number, MUTE, BLOCK, ALLOW and QUIET do what they say and answer in the subscriber's language."""
    talk(carrier, {"Digits": "5"})
    hang_up(carrier)
    assert CALLER in text_in(carrier, "list")
    assert "来过1次" in text_in(carrier, CALLER)
    assert "已静音" in text_in(carrier, f"静音 {CALLER}")
    assert "亲友" in text_in(carrier, "BLOCK 5123 0000")
    with log.store.read() as tx:
        assert subscribers.treatment_of(tx, owner.id, CALLER) is Treatment.BLOCK
    assert "22:00" in text_in(carrier, "QUIET 22-8")
    with log.store.read() as tx:
        changed = subscribers.by_id(tx, owner.id)
    assert changed is not None
    assert (changed.quiet_from, changed.quiet_until) == ("22:00", "08:00")


def test_stop_and_start_are_left_to_the_carrier(carrier: Carrier, log: Log, owner: Subscriber) -> None:
    """We note them and answer nothing, because the carrier answers by itself."""
    for body, opted_out in (("STOP", True), ("START", False), ("退订", True)):
        assert "<Message" not in text_in(carrier, body)
        with log.store.read() as tx:
            found = subscribers.by_id(tx, owner.id)
        assert found is not None
        assert (found.opted_out_at is not None) is opted_out


@pytest.mark.parametrize("body", ["", "x" * 5000, "BLOCK", "QUIET 99-100", "你好", "\x00<Say>", "MUTE +1"])
def test_a_text_that_asks_nothing_clear_gets_help(carrier: Carrier, log: Log, body: str) -> None:
    """Huge, empty and odd texts get one short answer and change nothing."""
    before = log.rows()
    reply = text_in(carrier, body)
    assert reply.count("<Message>") == 1
    assert len(reply) < 400
    assert log.rows() == before
