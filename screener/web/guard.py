"""Deny by default: who may reach which route, whose form is believed, and what every page tells the browser."""

import hmac
import secrets

from flask import Flask, Request, Response, abort, redirect, request, session, url_for
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.wrappers import Response as AnyResponse

from screener.house import house
from screener.web.visitor import visitor

# Every route is one of: a signed webhook, open, the operator's, or behind a session. What is not listed here or
# in the webhooks' blueprint needs a session; a test walks the routes and holds this list against them.
SIGNED = "webhooks"
OPEN = frozenset(
    {
        "pages.static",
        "sign_in.ask",
        "sign_in.enter",
        "sign_in.send_code",
        "sign_in.check_code",
        "language.choose",
        "open_pages.privacy",
        "open_pages.card",
        "open_pages.someone",
        "own_data.leaving",  # by a token: the sessions have ended by then
        "own_data.how_far",
    }
)
OPERATOR = frozenset({"operator.healthz", "operator.readyz", "operator.metrics"})
UNSEEN = OPERATOR | {"pages.static"}  # the same for everybody: who asks is not looked up

# The one form that may be large, and only a subscriber's: a file of 20 MiB with what stands around it.
UPLOAD, MOST_UPLOAD = "attachments.add", 21 * 1024 * 1024

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

# No inline script or style, nothing from elsewhere; data: images are the ticks and arrows inside the style kit.
CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
YEAR_SECONDS = 31_536_000


class _FormCookie(SecureCookieSessionInterface):
    """The signed cookie of forms before sign-in. Twilio brings none, and a ringing call is spared the look."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if request.path.startswith(("/voice/", "/sms/")):
            return self.session_class()
        return super().open_session(app, request)


def install_guard(app: Flask) -> None:
    """Put the guard before every route of the application and the headers behind it."""
    https = app.extensions["screener"].settings.https
    app.config.update(
        SESSION_COOKIE_NAME="__Host-form" if https else "form",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
    )
    app.session_interface = _FormCookie()
    app.before_request(_check)
    app.after_request(_tell_browser)


def _signed() -> bool:
    """Whether this is a webhook, which has a guard of its own: Twilio's signature."""
    return request.blueprint == SIGNED


def _check() -> AnyResponse | None:
    endpoint = request.endpoint
    if _signed() or endpoint in UNSEEN:
        return None
    if endpoint == UPLOAD and visitor():
        request.max_content_length = MOST_UPLOAD
    if "\0" in request.path or any("\0" in one for _, many in request.values.lists() for one in many):
        abort(400)  # PostgreSQL takes none, and nobody types one
    found = visitor()
    if endpoint is None:
        return None
    if endpoint not in OPEN and found is None:
        return redirect(url_for("sign_in.ask"), 303) if request.method in SAFE_METHODS else abort(403)
    if request.method not in SAFE_METHODS and not _own_form():
        abort(403, "form")
    return None


def _own_form() -> bool:
    """Whether a form was made by a page of ours for this very visitor."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return False
    found = visitor()
    expected = found.session.csrf if found else session.get("form", "")
    return bool(expected) and hmac.compare_digest(expected.encode(), request.form.get("csrf_token", "").encode())


def csrf_token() -> str:
    """The secret that every form carries: the session's own, or before sign-in one in a signed cookie."""
    found = visitor()
    if found:
        return found.session.csrf
    if "form" not in session:
        session["form"] = secrets.token_urlsafe(24)
    made: str = session["form"]
    return made


def _tell_browser(response: Response) -> Response:
    if _signed():
        return response
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "pages.static":
        response.headers.setdefault("Cache-Control", "no-store")
    if house().settings.https:
        response.headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}"
    return response


def local_path(target: str) -> str:
    """A path on this site to go back to, or the first page: nobody is sent elsewhere."""
    plain = target.isprintable() and "\\" not in target
    return target if plain and target.startswith("/") and not target.startswith("//") else "/"
