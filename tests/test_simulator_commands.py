"""`screener call` rings a running server, types or plays the caller, and prints the text that arrives."""

from collections.abc import Iterator

import pytest
import requests
from click.testing import CliRunner, Result

from screener.cli.call import call
from screener.simulator import Carrier
from screener.simulator.premises import free_port
from tests.answering import Server, Told, say, twiml

AC, TOKEN = "AC" + "3" * 32, "simulated-token"
OURS, PHONE = "+12025550199", "+12025550101"
GATHER = '<Gather input="dtmf speech" action="/next" numDigits="1">' + say("Who is calling?") + "</Gather>"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server({"/voice/incoming": twiml(GATHER), "/next": twiml(say("Thank you. Goodbye."), "<Hangup/>")}) as running:
        yield running


@pytest.fixture
def api_port() -> int:
    return free_port()


@pytest.fixture
def ring(server: Server, api_port: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("screener.cli.call.TEXT_SECONDS", 0.5)
    settings = {
        "TWILIO_ACCOUNT_SID": AC,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_API_BASE_URL": f"http://127.0.0.1:{api_port}",
        "SCREENER_PUBLIC_URL": "https://screener.example",
        "SCREENER_SECRET_KEY": "x" * 32,
    }

    def run(*arguments: str, typed: str = "") -> Result:
        command = ["--to", OURS, "--url", server.url, *arguments]
        return CliRunner().invoke(call, command, input=typed, env=settings)

    return run


def text_from(server: Server, api_port: int) -> None:
    """Let the server send one text when the call has ended, as the real one does."""

    def ended(_told: Told) -> int:
        url = f"http://127.0.0.1:{api_port}/2010-04-01/Accounts/{AC}/Messages.json"
        form = {"To": PHONE, "From": OURS, "Body": "来电小结 #A7K2"}
        assert requests.post(url, form, auth=(AC, TOKEN), timeout=5).status_code == 201
        return 204

    server.answers["/voice/ended"] = ended


def test_typed_words_are_spoken_and_the_text_is_printed(server: Server, api_port: int, ring) -> None:
    """Prompts are printed, words are said, and the text is received where the server sends it."""
    text_from(server, api_port)
    result = ring(typed="This is Dana Reed.\n")
    assert result.exit_code == 0, result.output
    assert server.to("/next")[0]["SpeechResult"] == "This is Dana Reed."
    for words in ("Who is calling?", "Thank you. Goodbye.", "the call is over", f"Text to {PHONE}:\n来电小结 #A7K2"):
        assert words in result.output


def test_digits_are_keys_and_an_empty_line_is_silence(server: Server, ring) -> None:
    """Digits are pressed; silence reaches no action; the end of input hangs up."""
    ring(typed="1\n")
    assert server.to("/next")[0]["Digits"] == "1"
    server.answers["/voice/incoming"] = twiml(GATHER, '<Redirect method="POST">/again</Redirect>')
    server.answers["/again"] = twiml(GATHER)
    ring(typed="\n")
    assert len(server.to("/again")) == 1
    assert len(server.to("/next")) == 1
    assert len(server.to("/voice/ended")) == 2


def test_no_text_is_said_plainly(server: Server, ring) -> None:
    """When nothing arrives, that is what is printed."""
    assert "No text arrived" in ring(typed="1\n").output


def test_a_carrier_that_is_already_there_is_left_alone(server: Server, api_port: int, ring) -> None:
    """With something listening at the API's address the call still works; its recording is told of as absent."""
    recording = (
        '<Start><Recording name="r" recordingStatusCallback="https://screener.example/voice/recording" '
        'recordingStatusCallbackEvent="in-progress completed absent"/></Start>'
    )
    server.answers["/voice/incoming"] = twiml(recording, GATHER)
    carrier = Carrier(AC, TOKEN).start(api_port)
    try:
        assert ring(typed="hello\n").exit_code == 0
    finally:
        carrier.stop()
    assert server.to("/voice/recording")[-1]["RecordingStatus"] == "absent"
    assert carrier.calls == []


def test_a_server_that_answers_badly_is_reported(server: Server, ring) -> None:
    """What the carrier would refuse is printed, and the status is 1."""
    server.answers["/voice/incoming"] = twiml("<Speak/>")
    result = ring()
    assert result.exit_code == 1
    assert "12200" in result.output


def test_scripts_are_played_by_name(server: Server, ring) -> None:
    """A script brings its own caller; an unknown name lists what there is."""
    ring("--script", "silence")
    assert server.to("/voice/incoming")[0]["From"] == "+8610000000101"
    result = ring("--script", "nobody")
    assert result.exit_code == 2
    assert "mother-key-6" in result.output
