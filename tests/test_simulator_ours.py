"""Every reply that our own server can give is one that the carrier takes without a warning."""

from screener import twiml
from screener.model import Spoken
from screener.simulator.twiml_reader import read_voice
from tests.test_promises import every_reply

URLS = twiml.Urls("https://screener.example")


def test_every_reply_of_the_dialogue_is_taken() -> None:
    """Each reply in each reachable state is read, in both languages."""
    replies = set(every_reply())
    assert len(replies) > 40
    for reply in replies:
        verbs = read_voice(200, "text/xml", twiml.render(reply, 3, URLS).encode())
        assert verbs[-1].name in ("Redirect", "Hangup")


def test_our_troubles_are_taken_too() -> None:
    """Apologies, rejections and plain hang-ups are read as well."""
    both = tuple(Spoken)
    for reply in (twiml.apology(both, "/voice/turn/2"), twiml.apology(both, None), twiml.reject(), twiml.hang_up()):
        assert read_voice(200, "text/xml", reply.encode())
