"""Who is asking: the session that the cookie names, and the subscriber it belongs to."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import Response, abort, g, request

from screener.house import house
from screener.store import sessions, subscribers
from screener.store.records import Session, Subscriber

SEEN_EVERY = timedelta(minutes=10)  # how often a session in use is noted as such


@dataclass(frozen=True, slots=True)
class Visitor:
    """A signed-in subscriber."""

    owner: Subscriber
    session: Session


def cookie_name() -> str:
    """With https browsers are held to it: a `__Host-` cookie is Secure and belongs to this host alone."""
    return "__Host-screener" if house().settings.https else "screener"


def visitor() -> Visitor | None:
    """Who is signed in, looked up once for each request."""
    if "visitor" not in g:
        token = request.cookies.get(cookie_name(), "")
        g.visitor = _find(token) if token else None
    found: Visitor | None = g.visitor
    return found


def known_visitor() -> Visitor | None:
    """Who is signed in as far as this request has looked; never touches the database, so an error page may ask."""
    found: Visitor | None = g.get("visitor")
    return found


def owner() -> Subscriber:
    """The signed-in subscriber; the guard lets nobody else reach a page that asks."""
    found = visitor()
    if found is None:
        abort(403)
    return found.owner


def _find(token: str) -> Visitor | None:
    now = datetime.now(UTC)
    with house().store.read() as tx:
        session = sessions.find(tx, token, now)
        owner = subscribers.by_id(tx, session.subscriber_id) if session else None
    if session is None or owner is None:
        return None
    if now - session.seen_at > SEEN_EVERY:
        with house().store.write() as tx:
            sessions.touch(tx, session, now)
    return Visitor(owner, session)


def welcome(response: Response, token: str) -> None:
    """Give the browser its session."""
    response.set_cookie(
        cookie_name(),
        token,
        max_age=sessions.SESSION_LIFE,
        secure=house().settings.https,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def dismiss(response: Response) -> None:
    """Take the browser's session away."""
    response.delete_cookie(cookie_name(), secure=house().settings.https, httponly=True, samesite="Lax", path="/")
