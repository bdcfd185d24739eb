"""A simulated call follows our replies as a telephone would: what is heard, what is not, what is told."""

import itertools
import time
from collections.abc import Iterator

import pytest
from twilio.request_validator import RequestValidator

from screener.simulator import Action, CallRecord, Carrier, Faults, Script, ScriptedCaller
from tests.answering import PUBLIC, Server, Told, say, twiml

AC, TOKEN = "AC" + "0" * 32, "simulated-token"
US = "+12025550199"
CALLER = "+12025550142"
ENDED, VOICE = "/voice/ended", "/voice/incoming"
LISTEN = '<Gather input="dtmf speech" action="/next" timeout="6" speechTimeout="2" {}>' + say("Who is calling?")
GATHER = LISTEN + "</Gather>"
SILENT = '<Redirect method="POST">/silent</Redirect>'


@pytest.fixture
def server() -> Iterator[Server]:
    with Server({"/next": twiml("<Hangup/>"), "/silent": twiml("<Hangup/>")}) as running:
        yield running


@pytest.fixture
def carrier(server: Server) -> Iterator[Carrier]:
    with Carrier(AC, TOKEN, Faults(step=0.005), reach={PUBLIC: server.url}) as running:
        running.add_number(US, PUBLIC + VOICE, f"{PUBLIC}{ENDED}#rc=2&rp=ct,5xx", PUBLIC + "/sms/incoming")
        yield running


def call(carrier: Carrier, *actions: Action, from_: str = CALLER) -> CallRecord:
    record = carrier.dial(Script("s", "", "en", from_, "us", actions), US)
    assert carrier.settle(5)
    return record


def press(keys: str, **more: object) -> Action:
    return Action("press", keys, **more)  # type: ignore[arg-type]


def speak(words: str, **more: object) -> Action:
    return Action("say", words, **more)  # type: ignore[arg-type]


SILENCE, HANG_UP = Action("silence"), Action("hang_up")


def test_every_request_is_signed_for_the_public_address(server: Server, carrier: Carrier) -> None:
    """Whatever address is connected to, the signature is that of the public URL without its fragment."""
    server.answers[VOICE] = twiml(GATHER.format('partialResultCallback="/partial#rc=1"'))
    call(carrier, speak("Hello there, 你好"))
    assert {t.path for t in server.told} == {VOICE, "/partial", "/next", ENDED}
    for told in server.told:
        given = told.headers["X_TWILIO_SIGNATURE"]
        assert RequestValidator(TOKEN).validate(PUBLIC + told.path, told.fields, given), told.path


def test_keys_reach_the_action(server: Server, carrier: Carrier) -> None:
    """Digits go to the action without the finishing key, alone, and only as many as were asked for."""
    server.answers[VOICE] = twiml(GATHER.format('numDigits="4"'))
    call(carrier, press("12345"))
    call(carrier, press("12#"))
    first, second = server.to("/next")
    assert (first["Digits"], second["Digits"]) == ("1234", "12")
    assert "SpeechResult" not in first
    assert "Confidence" not in first


def test_speech_reaches_the_action_after_its_partials(server: Server, carrier: Carrier) -> None:
    """Partials arrive first, numbered from 0, then the final words; a missing confidence is missing."""
    server.answers[VOICE] = twiml(GATHER.format('partialResultCallback="/partial"'))
    call(carrier, speak("This is Dana Reed.", partials=("This", "This is Dana"), confidence=None))
    assert [t.path for t in server.told][:5] == [VOICE, "/partial", "/partial", "/partial", "/next"]
    partials = server.to("/partial")
    assert [p["UnstableSpeechResult"] for p in partials] == ["This", "This is Dana", ""]
    assert [p["SequenceNumber"] for p in partials] == ["0", "1", "2"]
    assert partials[-1]["StableSpeechResult"] == "This is Dana Reed."
    assert server.to("/next")[0]["SpeechResult"] == "This is Dana Reed."
    assert "Confidence" not in server.to("/next")[0]
    assert "Digits" not in server.to("/next")[0]


def test_silence_falls_through(server: Server, carrier: Carrier) -> None:
    """No input requests no action: the verb after the Gather comes next."""
    server.answers[VOICE] = twiml(GATHER.format(""), SILENT)
    record = call(carrier, SILENCE)
    assert server.to("/next") == []
    assert len(server.to("/silent")) == 1
    assert record.seconds >= 6


def test_empty_result_is_told_when_asked_for(server: Server, carrier: Carrier) -> None:
    """With actionOnEmptyResult the action is requested with neither keys nor speech."""
    server.answers[VOICE] = twiml(GATHER.format('actionOnEmptyResult="true"'), SILENT)
    call(carrier, SILENCE)
    assert not {"Digits", "SpeechResult"} & server.to("/next")[0].keys()


def test_speech_for_keys_only_is_not_heard(server: Server, carrier: Carrier) -> None:
    """A spoken yes where only keys count reaches nobody."""
    server.answers[VOICE] = twiml('<Gather action="/next" numDigits="1">' + say("Press 1") + "</Gather>", SILENT)
    record = call(carrier, speak("yes"))
    assert server.to("/next") == []
    assert [line.heard for line in record.lines if line.who == "caller"] == [False]


def test_words_over_the_notice_are_not_heard(server: Server, carrier: Carrier) -> None:
    """Speech over words outside the Gather neither cuts them off nor answers."""
    server.answers[VOICE] = twiml(say("Hello, messages left here are read."), GATHER.format(""), SILENT)
    record = call(carrier, speak("yes", over=True), SILENCE)
    assert server.to("/next") == []
    assert "Hello, messages left here are read." in record.said("assistant")


def test_the_tail_of_long_words_over_the_notice_is_heard(server: Server, carrier: Carrier) -> None:
    """Who is still talking when listening begins is heard from there on."""
    server.answers[VOICE] = twiml(say("Hello."), GATHER.format(""))
    call(carrier, speak("one two three four five six", over=True))
    heard = server.to("/next")[0]["SpeechResult"]
    assert heard.endswith("six")
    assert "one" not in heard


def test_words_over_a_nested_prompt_are_heard(server: Server, carrier: Carrier) -> None:
    """A nested prompt is interrupted, and the interruption is the answer."""
    server.answers[VOICE] = twiml(GATHER.format(""))
    record = call(carrier, speak("喂你好", over=True))
    assert server.to("/next")[0]["SpeechResult"] == "喂你好"
    assert "Who is calling?" not in record.said("assistant")


def test_hanging_up_requests_nothing_but_the_end(server: Server, carrier: Carrier) -> None:
    """After a hang-up in mid-sentence come the partials so far and the status callback, no action."""
    server.answers[VOICE] = twiml(GATHER.format('partialResultCallback="/partial"'), SILENT)
    record = call(carrier, Action("hang_up", partials=("This is", "This is the bank and")))
    assert [t.path for t in server.told] == [VOICE, "/partial", "/partial", ENDED]
    ended = server.to(ENDED)[0]
    assert (ended["CallSid"], ended["CallStatus"]) == (record.sid, "completed")
    assert int(ended["CallDuration"]) == round(record.seconds)
    assert record.problems == []


def test_reject_answers_nothing(server: Server, carrier: Carrier) -> None:
    """A rejected call ends as busy and lasts no time."""
    server.answers[VOICE] = twiml('<Reject reason="busy"/>')
    assert call(carrier).status == "busy"
    assert server.to(ENDED)[0]["CallStatus"] == "busy"


def test_the_first_request_rings(server: Server, carrier: Carrier) -> None:
    """CallStatus is `ringing` first and `in-progress` once answered."""
    server.answers[VOICE] = twiml(GATHER.format(""))
    call(carrier, press("1#"))
    assert [t.fields["CallStatus"] for t in server.told] == ["ringing", "in-progress", "completed"]


def refused(server: Server, carrier: Carrier, reply: object, *actions: Action) -> str:
    server.answers[VOICE] = reply
    (problem,) = call(carrier, *actions).problems
    assert server.to(ENDED), "a call that goes wrong still ends"
    return problem


def test_trouble_is_named(server: Server, carrier: Carrier) -> None:
    """A reply that cannot be followed ends the call with the carrier's code and the reason."""
    assert "12200" in refused(server, carrier, twiml("<Speak/>"))
    assert "11200" in refused(server, carrier, 500)
    assert "12100" in refused(server, carrier, 204)
    assert "loop" in refused(server, carrier, twiml(f'<Redirect method="POST">{VOICE}</Redirect>'))


def test_reject_after_the_answer_is_refused(server: Server, carrier: Carrier) -> None:
    """Once answered, a call can only be hung up."""
    server.answers["/next"] = twiml("<Reject/>")
    assert "<Reject>" in refused(server, carrier, twiml(GATHER.format("")), press("1#"))


def test_a_number_of_replies_is_too_many(server: Server, carrier: Carrier) -> None:
    """A server that asks for ever is stopped."""
    server.answers[VOICE] = server.answers["/next"] = twiml(GATHER.format(""))
    record = call(carrier, *itertools.repeat(press("1#"), 150))
    assert "replies in one call" in record.problems[0]


def test_a_script_that_does_not_fit_says_where(server: Server, carrier: Carrier) -> None:
    """Other words, a missing action and an action left over are each named."""
    server.answers[VOICE] = twiml(GATHER.format(""), SILENT)
    assert "action 1 (press '1') expects to hear 'consent'" in call(carrier, press("1", hear="consent")).problems[0]
    assert "still asks" in call(carrier).problems[0]
    assert "before action 2 (silence)" in call(carrier, press("1#"), SILENCE).problems[0]


def test_the_fallback_address_is_asked(server: Server, carrier: Carrier) -> None:
    """When the first address fails, the fallback is asked with the error's code and address."""
    carrier.add_number(US, PUBLIC + VOICE, PUBLIC + ENDED, fallback_url=PUBLIC + "/static")
    server.answers.update({VOICE: 500, "/static": twiml(say("Sorry."), "<Hangup/>")})
    record = call(carrier)
    told = server.to("/static")[0]
    assert (told["ErrorCode"], told["ErrorUrl"]) == ("11200", PUBLIC + VOICE)
    assert record.said("assistant") == "Sorry."


def test_recordings_are_told_of_and_hold_sound(server: Server, carrier: Carrier) -> None:
    """A recording tells when it begins and is complete, lasts as long as it ran, and can be heard."""
    start = (
        '<Start><Recording name="r" recordingStatusCallback="https://screener.example/voice/recording" '
        'recordingStatusCallbackEvent="in-progress completed absent"/></Start>'
    )
    server.answers[VOICE] = twiml(say("Before it."), start, GATHER.format(""))
    record = call(carrier, speak("one two three four five"))
    first, last = server.to("/voice/recording")
    assert (first["RecordingStatus"], last["RecordingStatus"]) == ("in-progress", "completed")
    assert "RecordingDuration" not in first
    assert "From" not in last
    (recording,) = carrier.recordings
    assert last["RecordingSid"] == recording.sid
    assert recording.since > 0
    assert int(last["RecordingDuration"]) == round(record.seconds - recording.since)


def test_stop_ends_a_recording_before_the_call(server: Server, carrier: Carrier) -> None:
    """A named stop closes the recording then and there; an unknown name is refused."""
    server.answers[VOICE] = twiml('<Start><Recording name="r"/></Start>', GATHER.format(""))
    server.answers["/next"] = twiml('<Stop><Recording name="r"/></Stop>', say("Stopped, and a good deal more to say."))
    record = call(carrier, press("2#"))
    assert carrier.recordings[0].until is not None
    assert carrier.recordings[0].until < record.seconds - 2
    server.answers["/next"] = twiml('<Stop><Recording name="q"/></Stop>')
    assert "no recording 'q'" in call(carrier, press("2#")).problems[0]


def test_callbacks_are_repeated_as_their_url_asks(server: Server, carrier: Carrier) -> None:
    """A callback whose address asks for it comes again after a 5xx, with the same idempotency token."""
    answers = iter([503, 204])
    server.answers.update({VOICE: twiml("<Hangup/>"), ENDED: lambda _told: next(answers)})
    call(carrier)
    tokens = [t.headers["I_TWILIO_IDEMPOTENCY_TOKEN"] for t in server.told if t.path == ENDED]
    assert len(tokens) == 2
    assert len(set(tokens)) == 1
    assert carrier.problems == []


def test_callbacks_can_be_lost_repeated_and_late(server: Server, carrier: Carrier) -> None:
    """The faults act: none at a rate of 1 lost, two at a rate of 1 repeated, later than at once when late."""
    server.answers[VOICE] = twiml("<Hangup/>")
    for faults, expected in [(Faults(callback_lost=1), 0), (Faults(callback_repeated=1), 2), (Faults(), 1)]:
        carrier.faults = faults
        server.told.clear()
        call(carrier)
        assert len(server.to(ENDED)) == expected


def test_sixty_seconds_of_speech_at_most(server: Server, carrier: Carrier) -> None:
    """Recognition ends after sixty seconds, whatever is said after."""
    server.answers[VOICE] = twiml(GATHER.format(""))
    call(carrier, speak("word " * 1000))
    assert 140 <= len(server.to("/next")[0]["SpeechResult"].split()) <= 151


def test_withheld_callers_are_passed_on_as_they_are(server: Server, carrier: Carrier) -> None:
    """The raw caller string reaches the server; only a +1 number carries a STIR verdict."""
    server.answers[VOICE] = twiml("<Hangup/>")
    for raw in ("Anonymous", "+266696687", "sip:x@y.example", CALLER):
        call(carrier, from_=raw)
    assert [told["From"] for told in server.to(VOICE)] == [
        "Anonymous",
        "+266696687",
        "sip:x@y.example",
        CALLER,
    ]
    assert ["StirVerstat" in told for told in server.to(VOICE)] == [False, False, False, True]


def test_a_forwarded_call_may_say_so(server: Server, carrier: Carrier) -> None:
    """ForwardedFrom is there only where the script has it."""
    server.answers[VOICE] = twiml("<Hangup/>")
    call(carrier)
    carrier.dial(Script("s", "", "en", CALLER, "us", (), forwarded_from="2025550101"), US)
    assert [told.get("ForwardedFrom") for told in server.to(VOICE)] == [None, "2025550101"]


def test_a_redirect_by_http_is_refused(server: Server, carrier: Carrier) -> None:
    """An HTTP redirect would lose the caller's keys."""
    assert "redirect" in refused(server, carrier, 308)


def test_a_slow_server_is_not_waited_for(server: Server, carrier: Carrier) -> None:
    """The read time-out of the address's own override is kept."""
    carrier.add_number(US, f"{PUBLIC}{VOICE}#rt=100", PUBLIC + ENDED)

    def slow(_told: Told) -> bytes:
        time.sleep(0.3)
        return twiml("<Hangup/>")

    server.answers[VOICE] = slow
    assert "11203" in call(carrier).problems[0]


def test_a_caller_is_anything_with_the_two_answers() -> None:
    """A scripted caller does nothing over the prompt unless its next action says so."""
    caller = ScriptedCaller(Script("s", "", "en", CALLER, "us", (press("1"), speak("x", over=True))))
    assert caller.over("hello") is None
    assert str(caller.answer("hello")) == "press '1'"
    assert caller.over("hello") == speak("x", over=True)
