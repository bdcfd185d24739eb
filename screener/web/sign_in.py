"""Sign-in: by the operator's link, or by a code in a text to the subscriber's own phone; then sign-out."""

import secrets
from datetime import UTC, datetime

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import force_locale, gettext

from screener.followup.ladder import new_reference
from screener.house import house
from screener.numbers import e164
from screener.segments import measure
from screener.store import Connection, codes, messages, sessions, subscribers
from screener.store.records import Subscriber
from screener.web.visitor import cookie_name, dismiss, visitor, welcome

pages = Blueprint("sign_in", __name__)


@pages.get("/sign-in")
def ask() -> Response:
    """One button for a good link; opening a link does not use it up, since chat apps open links too."""
    token = request.args.get("link", "")
    with house().store.read() as tx:
        good = bool(token) and sessions.link_is_good(tx, token, datetime.now(UTC))
    page = make_response(render_template("sign_in.html", link=token if good else "", stale=bool(token) and not good))
    page.headers["Referrer-Policy"] = "no-referrer"
    return page


@pages.post("/sign-in")
def enter() -> Response:
    """Use the link up and start a session."""
    with house().store.write() as tx:
        token = sessions.sign_in(tx, request.form.get("link", ""), agent(), datetime.now(UTC))
        if token:
            end_this(tx)
    if token is None:
        return make_response(render_template("sign_in.html", link="", stale=True), 403)
    return entered(token)


def agent() -> str:
    """What the browser calls itself, for the list of sessions."""
    return request.user_agent.string


def end_this(tx: Connection) -> None:
    """A browser that signs in again leaves no older session of its own behind."""
    if visitor():
        sessions.end(tx, request.cookies.get(cookie_name(), ""))


def entered(token: str) -> Response:
    page = make_response(redirect(url_for("log.first"), 303))
    welcome(page, token)
    return page


@pages.post("/sign-in/code")
def send_code() -> Response:
    """Text a code to a phone that is known here; the answer is the same for every other phone."""
    try:
        phone = e164(request.form.get("phone", ""))
    except ValueError:
        return make_response(render_template("sign_in.html", link="", stale=False, wrong_phone=True), 400)
    now = datetime.now(UTC)
    with house().store.write() as tx:
        owner = subscribers.by_phone(tx, phone)
        key, address = house().settings.secret_key, request.remote_addr or ""
        code = codes.new(tx, key, phone, address, owner.id if owner else None, now)
        if code and owner:
            text_code(tx, owner, code)
    if code is None:
        return make_response(render_template("sign_in.html", link="", stale=False, too_many=True), 429)
    return make_response(render_template("code.html", phone=phone, wrong=False))


def text_code(tx: Connection, owner: Subscriber, code: str) -> None:
    """Write the code's text down and promise its sending."""
    now, message_id, reference = datetime.now(UTC), secrets.token_urlsafe(16), new_reference()
    with force_locale(owner.language.replace("-", "_")):
        body = gettext(
            "%(code)s is your code to sign in to your call log, for ten minutes. Tell nobody. #%(reference)s",
            code=code,
            reference=reference,
        )
    values = {
        "id": message_id,
        "subscriber_id": owner.id,
        "kind": "code",
        "style": owner.style,
        "reference": reference,
        "recipient": owner.phone,
        "sender": owner.twilio_number,
        "body": body,
        "segments": measure(body).segments,
        "state": "pending",
        "created_at": now,
        "updated_at": now,
    }
    messages.freeze(tx, values)
    house().promise(tx, "message", message_id)


@pages.post("/sign-in/check")
def check_code() -> Response:
    """Sign in with a code; five tries, then it is worth nothing."""
    try:
        phone = e164(request.form.get("phone", ""))
    except ValueError:
        phone = ""
    given = "".join(character for character in request.form.get("code", "") if character.isdigit())[:6]
    now = datetime.now(UTC)
    with house().store.write() as tx:
        owner_id = codes.use(tx, house().settings.secret_key, phone, given, now)
        token = sessions.start(tx, owner_id, agent(), now) if owner_id is not None else None
        if token:
            end_this(tx)
    if token is None:
        return make_response(render_template("code.html", phone=phone, wrong=True), 403)
    return entered(token)


@pages.post("/sign-out")
def leave() -> Response:
    """End this session."""
    with house().store.write() as tx:
        sessions.end(tx, request.cookies.get(cookie_name(), ""))
    page = make_response(redirect(url_for("sign_in.ask"), 303))
    dismiss(page)
    page.headers["Clear-Site-Data"] = '"cache"'
    return page
