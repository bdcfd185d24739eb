"""In demo mode only: pick or type what a caller says, and watch the call appear in the log."""

import logging
import threading

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from screener.house import house
from screener.origin import origin
from screener.settings import Settings
from screener.simulator import Action, Carrier, Faults, ScriptedCaller, scripts
from screener.simulator.callers import Caller
from screener.simulator.premises import add_number
from screener.web.visitor import owner

pages = Blueprint("rehearsal", __name__)
log = logging.getLogger(__name__)

FICTION = "+442079460958"  # a number that Ofcom keeps for drama
KEYS = frozenset("0123456789*#")
MOST_LINES, LINE_LENGTH = 20, 500
_line = threading.Lock()  # one rehearsal at a time in a process


class LinesCaller:
    """Says one typed line after the other, keys where a line is digits, and hangs up after the last."""

    def __init__(self, lines: list[str]) -> None:
        self.left = iter(lines)

    def over(self, words: str) -> Action | None:  # noqa: ARG002
        return None

    def answer(self, words: str) -> Action:  # noqa: ARG002
        line = next(self.left, None)
        if line is None:
            return Action("hang_up")
        return Action("press" if set(line) <= KEYS else "say", line)

    def over_now(self) -> None:
        pass


@pages.get("/rehearsal")
def show() -> str:
    """The scripts of seeds/callers/, and a field to type in."""
    return render_template("rehearsal.html", scripts=scripts())


@pages.post("/rehearsal")
def ring() -> AnyResponse:
    """Ring the subscriber's own number; the call goes the whole way, over signed webhooks."""
    name = request.form.get("script", "")
    lines = [line.strip()[:LINE_LENGTH] for line in request.form.get("lines", "").splitlines() if line.strip()]
    caller: Caller = ScriptedCaller(scripts()[name]) if name in scripts() else LinesCaller(lines[:MOST_LINES])
    number = scripts()[name].from_ if name in scripts() else FICTION
    if not _line.acquire(blocking=False):
        flash(gettext("A call is being played; wait for its end."))
        return redirect(url_for("rehearsal.show"), 303)
    job = (house().settings, number, owner().twilio_number, caller)
    threading.Thread(target=play, args=job, name="rehearsal", daemon=True).start()
    flash(gettext("Ringing. The call appears below by itself."))
    return redirect(url_for("log.first"), 303)


def play(settings: Settings, number: str, to: str, caller: Caller) -> None:
    """Hold one call from start to end. Its sound could not be fetched from here, so it is reported absent."""
    carrier = Carrier(settings.account_sid, settings.auth_token, Faults(recording_absent=1))
    try:
        with carrier:
            add_number(carrier, to, settings.public_url)
            carrier.place(number, to, caller)
            carrier.settle()
    except Exception as problem:
        log.warning("a rehearsed call broke off: %s", origin(problem))
    finally:
        _line.release()
