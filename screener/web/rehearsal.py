"""In demo mode only: pick or type what a caller says, and watch the call appear in the log."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as AnyResponse

from screener.house import house
from screener.model import Language
from screener.seeds import seeds
from screener.settings import Settings
from screener.web.language import language, name_shown
from screener.web.visitor import owner

pages = Blueprint("rehearsal", __name__)

MOST_LINES, LINE_LENGTH = 20, 500
playing: list[subprocess.Popen[bytes]] = []  # the rehearsal under way in this process, one at a time


def titles() -> Mapping[str, str]:
    """The scripts of seeds/callers/ by name, each with what happens in it, in the language of the page."""
    files = sorted((seeds() / "callers").glob("*.toml"))
    return {file.stem: title(tomllib.loads(file.read_text(encoding="utf-8"))) for file in files}


def title(script: Mapping[str, object]) -> str:
    """What happens, in the language of the page; in English where there is no Chinese."""
    chinese = str(script.get("title_zh", ""))
    if language() is Language.EN or not chinese:
        return str(script.get("title", ""))
    return name_shown(chinese)


@pages.get("/rehearsal")
def show() -> str:
    """The scripts, and a field to type in."""
    return render_template("rehearsal.html", scripts=titles())


@pages.post("/rehearsal")
def ring() -> AnyResponse:
    """Ring the subscriber's own number; the call goes the whole way, over signed webhooks."""
    playing[:] = [one for one in playing if one.poll() is None]
    if playing:
        flash(gettext("A call is being played; wait for its end."))
        return redirect(url_for("rehearsal.show"), 303)
    name = request.form.get("script", "")
    lines = [line.strip()[:LINE_LENGTH] for line in request.form.get("lines", "").splitlines() if line.strip()]
    playing.append(play(house().settings, owner().twilio_number, name if name in titles() else "", lines[:MOST_LINES]))
    flash(gettext("Ringing. The call appears below by itself."))
    return redirect(url_for("log.first"), 303)


def play(settings: Settings, to: str, script: str, lines: list[str]) -> subprocess.Popen[bytes]:
    """One call by `screener call`, in a process of its own: the server may know nothing of the carrier that rings."""
    command = [sys.executable, "-m", "screener.cli", "call", "--to", to]
    environment = {
        **os.environ,
        "TWILIO_ACCOUNT_SID": settings.account_sid,
        "TWILIO_AUTH_TOKEN": settings.auth_token,
        "TWILIO_API_BASE_URL": settings.api_base_url,
        "SCREENER_PUBLIC_URL": settings.public_url,
        "SCREENER_SECRET_KEY": settings.secret_key,
        "SCREENER_DATA_DIR": str(settings.data_dir),
    }
    process = subprocess.Popen(  # noqa: S603  our own command; what is typed goes to its standard input only
        [*command, "--script", script] if script else command,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdin
    process.stdin.write("".join(f"{line}\n" for line in lines).encode())
    process.stdin.close()
    return process
