"""The simulator's REST side answers the official SDK, and anything else, as the carrier's own API does."""

import io
import time
import wave
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest
import requests
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from screener.simulator import Action, Carrier, Faults, Refused, Script
from tests.answering import PUBLIC, Server, say, twiml

AC, TOKEN = "AC" + "1" * 32, "simulated-token"
OURS, PHONE = "+12025550199", "+12025550101"
STATUS = "/sms/status/7"
START = '<Start><Recording name="r"/></Start>'


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def carrier(server: Server) -> Iterator[Carrier]:
    with Carrier(AC, TOKEN, Faults(step=0.005), reach={PUBLIC: server.url}) as running:
        running.add_number(OURS, PUBLIC + "/voice/incoming", PUBLIC + "/voice/ended", PUBLIC + "/sms/incoming")
        yield running


@pytest.fixture
def client(carrier: Carrier) -> Iterator[Client]:
    http = TwilioHttpClient(timeout=5)
    sdk = Client(AC, TOKEN, http_client=http)
    sdk.api.base_url = carrier.url
    yield sdk
    http.session.close()


def send(client: Client, body: str = "来电小结 #A7K2", to: str = PHONE) -> str:
    message = client.messages.create(to=to, from_=OURS, body=body, status_callback=PUBLIC + STATUS)
    assert message.sid is not None
    return message.sid


def test_a_text_is_accepted_and_delivered(server: Server, carrier: Carrier, client: Client) -> None:
    """It is queued at once; then `sent` and `delivered` are told, signed for the public address."""
    sid = send(client)
    assert carrier.settle(5)
    assert [told["MessageStatus"] for told in server.to(STATUS)] == ["sent", "delivered"]
    assert {told["MessageSid"] for told in server.to(STATUS)} == {sid}
    message = client.messages(sid).fetch()
    assert (message.status, message.body, message.num_segments) == ("delivered", "来电小结 #A7K2", "1")
    assert [text.body for text in carrier.texts_to(PHONE)] == ["来电小结 #A7K2"]


def test_a_failing_phone_and_one_that_opted_out(server: Server, carrier: Carrier, client: Client) -> None:
    """30007 is accepted and then undelivered; 21610 and 21614 are refused when sending."""
    carrier.fail(PHONE, 30007)
    send(client)
    assert carrier.settle(5)
    last = server.to(STATUS)[-1]
    assert (last["MessageStatus"], last["ErrorCode"]) == ("undelivered", "30007")
    carrier.opt_out("+12025550102")
    carrier.fail("+12025550103", 21614)
    for phone, code in [("+12025550102", 21610), ("+12025550103", 21614)]:
        with pytest.raises(TwilioRestException) as refusal:
            send(client, to=phone)
        assert (refusal.value.status, refusal.value.code) == (400, code)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"To": "12025550101"}, 21211),
        ({"To": ""}, 21604),
        ({"From": "+12025550111"}, 21606),
        ({"Body": "x" * 1601}, 21617),
        ({"Body": " "}, 21619),
        ({"StatusCallback": "/sms/status/7"}, 21609),
        ({"StatusCallback": "https://a_b.example/s"}, 21609),
        ({"Bogus": "1"}, 20001),
    ],
)
def test_bad_texts_are_refused(carrier: Carrier, fields: dict[str, str], code: int) -> None:
    """Each is a 400 in the carrier's own JSON, and nothing is accepted."""
    form = {"To": PHONE, "From": OURS, "Body": "hello", **fields}
    reply = requests.post(f"{carrier.url}/2010-04-01/Accounts/{AC}/Messages.json", form, auth=(AC, TOKEN), timeout=5)
    assert reply.status_code == 400
    assert set(reply.json()) == {"code", "message", "more_info", "status"}
    assert reply.json()["code"] == code
    assert carrier.messages == []


def test_strangers_are_turned_away(carrier: Carrier) -> None:
    """Without the account's own password every address answers 401."""
    for auth in (None, (AC, "wrong"), ("AC" + "2" * 32, TOKEN)):
        reply = requests.get(f"{carrier.url}/2010-04-01/Accounts/{AC}/Messages.json", auth=auth, timeout=5)
        assert (reply.status_code, reply.json()["code"]) == (401, 20003)


def test_unknown_places(carrier: Carrier) -> None:
    """What does not exist is 404 with 20404, a wrong method 405."""
    get = lambda path: requests.get(carrier.url + path, auth=(AC, TOKEN), timeout=5)  # noqa: E731
    base = f"/2010-04-01/Accounts/{AC}"
    for path in ("/", f"{base}/Nothing.json", f"{base}/Messages/SM1.json", "/2010-04-01/Accounts/AC9.json"):
        assert get(path).json()["code"] == 20404, path
    assert requests.put(carrier.url + base, timeout=5).status_code == 501
    assert requests.post(f"{carrier.url}{base}.json", auth=(AC, TOKEN), timeout=5).status_code == 405
    assert get(f"{base}.json").json()["sid"] == AC
    (number,) = get(f"{base}/IncomingPhoneNumbers.json").json()["incoming_phone_numbers"]
    assert (number["phone_number"], number["voice_url"]) == (OURS, PUBLIC + "/voice/incoming")


def test_lists_are_filtered_and_paged(carrier: Carrier, client: Client) -> None:
    """The SDK pages through everything, newest first; filters by To and From hold on every page."""
    for n in range(7):
        send(client, f"text {n}", to=PHONE if n % 2 else "+12025550102")
    bodies = [m.body for m in client.messages.list(page_size=2)]
    assert bodies == [f"text {n}" for n in range(6, -1, -1)]
    assert [m.body for m in client.messages.list(to=PHONE, from_=OURS, page_size=2)] == [
        "text 5",
        "text 3",
        "text 1",
    ]
    assert client.messages.list(to=PHONE, from_="+12025550111") == []


def test_a_queued_text_has_no_date_and_no_date_filter_finds_it(carrier: Carrier, client: Client) -> None:
    """date_sent is null until sent, as reconciliation must expect."""
    carrier.faults = Faults(step=30)
    sid = send(client)
    message = client.messages(sid).fetch()
    assert message.date_sent is None
    assert message.date_created is not None
    assert client.messages.list(date_sent_after=message.date_created.date()) == []
    assert [m.sid for m in client.messages.list(to=PHONE)] == [sid]


def test_list_lag(carrier: Carrier, client: Client) -> None:
    """An accepted text may show in lists only after a while, though it can be fetched at once."""
    carrier.faults = Faults(list_lag=0.2)
    sid = send(client)
    assert client.messages.list() == []
    assert client.messages(sid).fetch().sid == sid
    time.sleep(0.25)
    assert len(client.messages.list()) == 1


def test_accepted_then_the_answer_is_lost(carrier: Carrier, client: Client) -> None:
    """The sender sees a broken connection; the text went out all the same."""
    carrier.faults = Faults(lost_answer=1)
    with pytest.raises(requests.ConnectionError):
        send(client)
    assert len(carrier.messages) == 1


def test_lost_before_it_was_accepted(carrier: Carrier, client: Client) -> None:
    """The sender sees the same, and nothing went out."""
    carrier.faults = Faults(lost_before=1)
    with pytest.raises(requests.ConnectionError):
        send(client)
    assert carrier.messages == []


@pytest.mark.parametrize(
    ("faults", "status", "accepted"),
    [(Faults(too_many=1), 429, 0), (Faults(server_error=1), 503, 0), (Faults(error_after=1), 500, 1)],
)
def test_answers_that_are_errors(carrier: Carrier, client: Client, faults: Faults, status: int, accepted: int) -> None:
    """429 and 503 accept nothing; the 500 after acceptance does."""
    carrier.faults = faults
    with pytest.raises(TwilioRestException) as error:
        send(client)
    assert error.value.status == status
    assert len(carrier.messages) == accepted


def test_rates_are_rates(carrier: Carrier, client: Client) -> None:
    """At one in ten, about one in ten of two hundred is lost."""
    carrier.faults = Faults(lost_before=0.1, step=30)
    lost = 0
    for _ in range(200):
        try:
            send(client)
        except requests.ConnectionError:
            lost += 1
    assert 5 <= lost <= 40
    assert len(carrier.messages) == 200 - lost


def test_texts_in(server: Server, carrier: Carrier) -> None:
    """A subscriber's text is told, its reply goes out, and STOP closes the way back until START."""
    server.answers["/sms/incoming"] = twiml("<Message>3 calls today</Message>")
    assert carrier.text_in(PHONE, OURS, "LIST") == ("3 calls today",)
    assert server.to("/sms/incoming")[0]["Body"] == "LIST"
    with pytest.raises(Refused, match="21610"):
        carrier.text_in(PHONE, OURS, "stop")
    server.answers["/sms/incoming"] = twiml()
    assert carrier.text_in(PHONE, OURS, "START") == ()
    server.answers["/sms/incoming"] = twiml("<Message>hello</Message>")
    assert carrier.text_in(PHONE, OURS, "HELP") == ("hello",)


def hold(carrier: Carrier, server: Server) -> str:
    """One recorded call; its sid."""
    gather = '<Gather input="speech" action="/next">' + say("Go ahead.") + "</Gather>"
    server.answers.update({"/voice/incoming": twiml(START, gather), "/next": twiml("<Hangup/>")})
    script = Script("s", "", "en", "+12025550142", "us", (Action("say", "one two three four five"),))
    return carrier.dial(script, OURS).sid


def media(carrier: Carrier, sid: str, tail: str = ".wav") -> requests.Response:
    url = f"{carrier.url}/2010-04-01/Accounts/{AC}/Recordings/{sid}{tail}"
    return requests.get(url, auth=(AC, TOKEN), timeout=5)


def test_sound_is_there_once_completed(server: Server, carrier: Carrier, client: Client) -> None:
    """404 until the recording is completed, then a WAV of the right length that is not silence."""
    carrier.faults = Faults(step=0.1)
    hold(carrier, server)
    (recording,) = carrier.recordings
    assert media(carrier, recording.sid).status_code == 404
    assert carrier.settle(5)
    reply = media(carrier, recording.sid)
    assert reply.headers["Content-Type"] == "audio/x-wav"
    with wave.open(io.BytesIO(reply.content)) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getsampwidth()) == (2, 8000, 2)
        assert abs(sound.getnframes() / 8000 - recording.length) < 0.01
        assert max(sound.readframes(sound.getnframes())) > 0
    with wave.open(io.BytesIO(media(carrier, recording.sid, ".wav?RequestedChannels=1").content)) as sound:
        assert sound.getnchannels() == 1
    assert media(carrier, recording.sid, "").content == reply.content
    assert media(carrier, recording.sid, ".wav?RequestedChannels=3").status_code == 400


def test_recordings_are_listed_and_deleted_once(server: Server, carrier: Carrier, client: Client) -> None:
    """A recording is found by its call, deleted with 204, and is then gone; a second delete is 20404."""
    sid = hold(carrier, server)
    assert carrier.settle(5)
    (listed,) = client.recordings.list(call_sid=sid)
    assert (listed.status, listed.call_sid, listed.source) == ("completed", sid, "StartCallRecordingTwiML")
    assert [r.sid for r in client.calls(sid).recordings.list()] == [listed.sid]
    assert client.recordings(listed.sid or "").delete()
    with pytest.raises(TwilioRestException) as gone:
        client.recordings(listed.sid or "").delete()
    assert (gone.value.status, gone.value.code) == (404, 20404)
    assert client.recordings.list(call_sid=sid) == []
    assert media(carrier, listed.sid or "").status_code == 404


def test_a_recording_in_progress_is_stopped_then_deleted(server: Server, carrier: Carrier, client: Client) -> None:
    """Deleting first is refused; stopping twice is 21220."""
    outcomes: list[int | None] = []

    def during(_told: object) -> bytes:
        (recording,) = carrier.recordings
        for act in (
            client.recordings(recording.sid).delete,
            stop,
            stop,
            client.recordings(recording.sid).delete,
        ):
            try:
                act()
                outcomes.append(None)
            except TwilioRestException as error:
                outcomes.append(error.code)
        return twiml("<Hangup/>")

    def stop() -> None:
        (recording,) = carrier.recordings
        client.calls(recording.call_sid).recordings(recording.sid).update(status="stopped")

    gather = '<Gather input="speech" action="/during">' + say("Go ahead.") + "</Gather>"
    server.answers.update({"/voice/incoming": twiml(START, gather), "/during": during})
    carrier.dial(Script("s", "", "en", "+12025550142", "us", (Action("say", "one two"),)), OURS)
    assert outcomes == [20001, None, 21220, None]


def test_calls_are_listed_and_hung_up(server: Server, carrier: Carrier, client: Client) -> None:
    """A call in progress ends on request, at the next verb; one that is over answers 21220."""

    def hang_up(told: object) -> bytes:
        client.calls(carrier.calls[0].sid).update(status="completed")
        return twiml(say("never spoken"))

    server.answers["/voice/incoming"] = hang_up
    record = carrier.dial(Script("s", "", "en", "anonymous", "us", ()), OURS)
    assert record.lines == []
    call = client.calls(record.sid).fetch()
    assert (call.status, call.direction, call.to) == ("completed", "inbound", OURS)
    assert [c.sid for c in client.calls.list(to=OURS, status="completed")] == [record.sid]
    with pytest.raises(TwilioRestException) as over:
        client.calls(record.sid).update(status="completed")
    assert (over.value.status, over.value.code) == (400, 21220)
    client.calls(record.sid).delete()
    assert client.calls.list() == []


def test_dates_are_rfc_2822_and_numbers_are_strings(carrier: Carrier, client: Client) -> None:
    """The raw JSON has the API's own types."""
    sid = send(client)
    url = f"{carrier.url}/2010-04-01/Accounts/{AC}/Messages/{sid}.json"
    raw = requests.get(url, auth=(AC, TOKEN), timeout=5).json()
    assert parsedate_to_datetime(raw["date_created"]).tzinfo is not None
    assert (raw["num_segments"], raw["num_media"]) == ("1", "0")


def test_recording_faults(server: Server, carrier: Carrier) -> None:
    """A recording may come out absent, or never come out at all."""
    for faults, status in [
        (Faults(recording_absent=1, step=0.005), "absent"),
        (Faults(recording_stuck=1), "processing"),
    ]:
        carrier.faults = faults
        hold(carrier, server)
        assert carrier.settle(5)
        assert carrier.recordings[-1].status == status


def test_addresses_that_cannot_be_called_are_refused(carrier: Carrier) -> None:
    """A number's addresses are https, without underscores, with overrides that make sense."""
    for url in (
        "http://screener.example/v",
        "https://a_b.example/v",
        "https://a.example/v#rc=9",
        "/voice",
        "https://a.example/v#rp=x",
    ):
        with pytest.raises(Refused):
            carrier.add_number("+12025550198", url)
