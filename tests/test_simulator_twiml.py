"""The simulator refuses every reply that a carrier would refuse or warn about, and says why."""

import pytest

from screener.simulator.speech import seconds
from screener.simulator.twiml_reader import read_message, read_voice
from screener.simulator.twiml_rules import Refused
from tests.answering import say, twiml

XML = "text/xml"
ZH = 'voice="Google.cmn-CN-Wavenet-A" language="cmn-CN"'
GATHER = '<Gather action="/next" {}>' + say("Who is calling?") + "</Gather>"
RECORDING = '<Start><Recording name="x" {}/></Start>'


def gather(attributes: str) -> bytes:
    return twiml(GATHER.format(attributes))


GOOD = {
    "speech": gather('input="dtmf speech" language="cmn-Hans-CN" speechTimeout="2" timeout="6" numDigits="1"'),
    "keys": gather('finishOnKey="#" timeout="10"'),
    "model": gather('input="speech" language="zh-CN" speechModel="deepgram_nova-2" speechTimeout="2"'),
    "partial": gather('input="speech" partialResultCallback="/partial/1#rc=3" hints="yes,no"'),
    "recording": twiml(
        RECORDING.format(
            'recordingStatusCallback="https://a.example/r#rc=2" track="inbound" '
            'recordingStatusCallbackEvent="in-progress completed absent"'
        )
    ),
    "stop": twiml('<Stop><Recording name="x"/></Stop>', say("Stopped."), "<Hangup/>"),
    "longest Chinese": twiml(f"<Say {ZH}>{'好' * 500}</Say>"),
    "redirect": twiml(say("Hello"), '<Pause length="1"/>', '<Redirect method="POST">/turn/1</Redirect>'),
    "reject": twiml('<Reject reason="busy"/>'),
    "nothing": twiml(),
}
# fmt: off
BAD = {
    "not well-formed": (b"<Response><Say></Response>", 12100, "well-formed"),
    "control character": (twiml(say("a\x0bb")), 12100, "well-formed"),
    "leading blank line": (b"\n<Response/>", 12100, "begin"),
    "empty": (b"", 12100, "empty"),
    "other root": (b"<Reply/>", 12100, "root"),
    "entities": (b'<!DOCTYPE r [<!ENTITY a "b">]><Response/>', 12100, "document type"),
    "loose words": (twiml("hello"), 12100, "loose"),
    "too large": (twiml(*[say("word " * 100)] * 140), 11750, "bytes"),
    "unknown verb": (twiml("<Speak>hi</Speak>"), 12200, "Speak"),
    "lower case verb": (twiml("<hangup/>"), 12200, "hangup"),
    "dialling": (twiml("<Dial>+15005550006</Dial>"), 12200, "not imitated"),
    "unknown attribute": (gather('bogusAttr="x"'), 12200, "bogusAttr"),
    "barge-in": (gather('bargeIn="true"'), 12200, "bargeIn"),
    "snake case": (gather('num_digits="1"'), 12200, "num_digits"),
    "no voice": (twiml("<Say>hi</Say>"), 12200, "language"),
    "unknown voice": (twiml(f"<Say {ZH}>好</Say>".replace("Wavenet", "Neural2")), 13511, "voice"),
    "voice and language": (twiml('<Say voice="Polly.Joanna" language="cmn-CN">好</Say>'), 13511, "speak"),
    "recognition tag in Say": (twiml(say("hi").replace('"en-US"', '"cmn-Hans-CN"')), 13512, "language"),
    "empty Say": (twiml(f"<Say {ZH}> </Say>"), 13520, "empty"),
    "long Chinese": (twiml(f"<Say {ZH}>{'好' * 501}</Say>"), 13521, "too long"),
    "long Polly": (twiml(say("a" * 3001)), 13521, "too long"),
    "Mandarin by phone_call": (
        gather('input="speech" language="cmn-Hans-CN" speechModel="phone_call" speechTimeout="2"'),
        13331,
        "phone_call",
    ),
    "cmn tag for nova-2": (
        gather('input="speech" language="cmn-Hans-CN" speechModel="deepgram_nova-2" speechTimeout="2"'),
        13331,
        "deepgram_nova-2",
    ),
    "model with auto": (gather('input="speech" speechModel="phone_call"'), 13331, "seconds"),
    "speech settings for keys": (gather('language="en-US"'), 12200, "no use"),
    "key settings for speech": (gather('input="speech" numDigits="1"'), 12200, "no use"),
    "long hint": (gather(f'input="speech" hints="{"x" * 101}"'), 12200, "hints"),
    "GET": (gather('method="GET"'), 12200, "method"),
    "no action": (twiml(f"<Gather>{say('hi')}</Gather>"), 12200, "action"),
    "nested redirect": (twiml('<Gather action="/n"><Redirect>/x</Redirect></Gather>'), 12200, "Redirect"),
    "relative callback": (twiml(RECORDING.format('recordingStatusCallback="/r"')), 11200, "Callback"),
    "underscore in host": (
        twiml(RECORDING.format('recordingStatusCallback="https://a_b.example/r"')), 11200, "Callback"
    ),
    "recording event": (twiml(RECORDING.format('recordingStatusCallbackEvent="done"')), 13621, "Event"),
    "nameless recording": (twiml("<Start><Recording/></Start>"), 12200, "name"),
    "nameless stop": (twiml("<Stop><Recording/></Stop>"), 12200, "name"),
    "reject after words": (twiml(say("hi"), "<Reject/>"), 12200, "Reject"),
    "after hang-up": (twiml("<Hangup/>", say("hi")), 12200, "reached"),
    "empty redirect": (twiml("<Redirect/>"), 12100, "address"),
}
# fmt: on


@pytest.mark.parametrize("name", GOOD)
def test_good_replies_are_read(name: str) -> None:
    """What the product may send is read without complaint."""
    assert isinstance(read_voice(200, XML, GOOD[name]), tuple)


@pytest.mark.parametrize("name", BAD)
def test_bad_replies_are_refused(name: str) -> None:
    """Each is refused with the carrier's own code and a reason that names what is wrong."""
    body, code, why = BAD[name]
    with pytest.raises(Refused, match=why) as refusal:
        read_voice(200, XML, body)
    assert refusal.value.code == code


@pytest.mark.parametrize(("kind", "code"), [("text/plain", 12300), ("", 12300), ("text/html", 12300)])
def test_other_content_types_are_refused(kind: str, code: int) -> None:
    """A reply that is not labelled as XML would be spoken aloud or fail."""
    with pytest.raises(Refused) as refusal:
        read_voice(200, kind, twiml())
    assert refusal.value.code == code


def test_an_error_status_is_refused() -> None:
    """Only success is followed, whatever the body holds."""
    with pytest.raises(Refused, match="11200"):
        read_voice(500, XML, twiml())


def test_replies_to_texts() -> None:
    """A reply to a text may hold messages, one body each, and nothing else."""
    assert read_message(200, XML, twiml("<Message>one</Message>", "<Message><Body>two</Body></Message>")) == (
        "one",
        "two",
    )
    assert read_message(204, "", b"") == ()
    with pytest.raises(Refused):
        read_message(200, XML, twiml(say("hi")))


@pytest.mark.parametrize(
    ("words", "expected"),
    [("您好，AI助理。", 1.3), ("Hello, AI assistant.", 1.2), ("请讲", 0.4), ("按1", 0.4), ("", 0.0)],
)
def test_how_long_words_take(words: str, expected: float) -> None:
    """4.5 Han characters or 2.5 English words a second, an acronym spelled out."""
    assert round(seconds(words), 1) == expected
