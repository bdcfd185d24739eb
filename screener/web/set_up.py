"""Set-up: forward the calls that you do not take, with codes to dial, how to undo them, and a live test call."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import quote

import segno
from flask import Blueprint, Response, render_template, request
from flask_babel import lazy_gettext as later
from markupsafe import Markup

from screener.house import house
from screener.model import Consent, Jurisdiction
from screener.numbers import CallerKind
from screener.store import Connection, logbook, talks
from screener.store.logbook import Wanted
from screener.store.records import Call
from screener.web.language import language
from screener.web.live import fresh
from screener.web.visitor import owner

pages = Blueprint("set_up", __name__)

TEST_LIFE = timedelta(minutes=30)  # how long ago a call may have come to count as the test call
NUMBER = "{number}"


@dataclass(frozen=True, slots=True)
class Code:
    """What to dial; GSM codes are 3GPP's (TS 22.030), others as the carrier publishes them."""

    what: object
    dial: str
    undo: str


GSM = (
    Code(later("Calls that I do not answer, reject or cannot get"), "**004*{number}#", "##004#"),
    Code(later("Only calls that I do not answer"), "**61*{number}#", "##61#"),
    Code(later("Only when I am busy or reject the call"), "**67*{number}#", "##67#"),
    Code(later("Only when my phone is off or has no signal"), "**62*{number}#", "##62#"),
)
VERIZON = (Code(later("Calls that I do not answer, reject or cannot get"), "*71{number}", "*73"),)
ALL_OFF = "##002#"
ASK = "*#61#"


@pages.get("/setup")
def show() -> str:
    """The guided first run."""
    mine = owner()
    with house().store.read() as tx:
        test = test_call(tx)
        tag = tag_of(test)
    return render_template(
        "setup.html",
        owner=mine,
        codes=[(code, dialled(code.dial)) for code in GSM],
        others=[(code, dialled(code.dial)) for code in VERIZON] if mine.jurisdiction is Jurisdiction.US else [],
        all_off=ALL_OFF,
        ask=ASK,
        tel=tel,
        picture=picture,
        no_forwarding=mine.jurisdiction is Jurisdiction.CN or mine.phone.startswith("+86"),
        checks=checks(test),
        tag=tag,
    )


def dialled(template: str) -> str:
    """The code with the subscriber's own Twilio number; Verizon's takes ten digits, GSM's the plus sign."""
    number = owner().twilio_number
    return template.replace(NUMBER, number if template.startswith("**") else number.removeprefix("+1"))


def tel(code: str) -> str:
    """A link that dials: phones need # and * written out."""
    return "tel:" + quote(code, safe="+*")


def picture(code: str) -> Markup:
    """A QR code of a dialling link, for whoever reads this on another screen."""
    svg = segno.make(tel(code), error="m").svg_inline(scale=4, border=2, omitsize=True, svgclass="qr", lineclass=None)
    return Markup(svg)  # noqa: S704  drawn from a code of our own


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that the test call shows: its words, and whether it has been seen."""

    what: object
    done: bool


def test_call(tx: Connection) -> Call | None:
    """The newest call, if it is fresh enough to be the test."""
    newest = logbook.page(tx, owner().id, Wanted(), 1)
    return newest[0] if newest and newest[0].started_at > datetime.now(UTC) - TEST_LIFE else None


def checks(test: Call | None) -> list[Check]:
    """What a test call proves, ticked off as it happens."""
    pressed = spoken = passed_on = False
    if test:
        passed_on = test.caller_kind is CallerKind.NUMBER
        with house().store.read() as tx:
            turns = talks.turns(tx, test)
        pressed = any(turn.digits for turn in turns)
        proof = next((turn for turn in turns if turn.number == test.consent_turn), None)
        spoken = bool(proof and proof.words and test.consent in (Consent.RECORDING, Consent.NOTES))
    return [
        Check(later("The call arrives here"), test is not None),
        Check(later("Your carrier passes the caller's number on"), passed_on),
        Check(later("A pressed key is understood"), pressed),
        Check(later("A spoken yes is understood"), spoken),
        Check(later("The call ends and is in your log"), bool(test and test.ended_at)),
    ]


def tag_of(test: Call | None) -> str:
    state = (language(), test and (test.id, test.turn, test.ended_at))
    return sha256(repr(state).encode()).hexdigest()[:20]


@pages.get("/setup/test")
def test() -> Response:
    """The test call's list, for the page that asks again and again."""
    with house().store.read() as tx:
        call = test_call(tx)
    tag = tag_of(call)
    if tag in request.if_none_match:
        return fresh("", tag)
    return fresh(render_template("test_call.html", checks=checks(call)), tag)
