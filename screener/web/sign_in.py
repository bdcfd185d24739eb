"""Sign-in by the operator's link: opening it shows one button, whose POST signs in; then sign-out."""

from datetime import UTC, datetime

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for

from screener.house import house
from screener.store import sessions
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
    """Use the link up and start a session; a session from before is ended."""
    agent = request.user_agent.string
    with house().store.write() as tx:
        token = sessions.sign_in(tx, request.form.get("link", ""), agent, datetime.now(UTC))
        if token and visitor():
            sessions.end(tx, request.cookies.get(cookie_name(), ""))
    if token is None:
        return make_response(render_template("sign_in.html", link="", stale=True), 403)
    page = make_response(redirect(url_for("log.first"), 303))
    welcome(page, token)
    return page


@pages.post("/sign-out")
def leave() -> Response:
    """End this session."""
    with house().store.write() as tx:
        sessions.end(tx, request.cookies.get(cookie_name(), ""))
    page = make_response(redirect(url_for("sign_in.ask"), 303))
    dismiss(page)
    page.headers["Clear-Site-Data"] = '"cache"'
    return page
