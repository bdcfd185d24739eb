"""What the operator's machines ask: is it alive, is it ready, and how much is owed."""

from datetime import UTC, datetime
from hmac import compare_digest

from flask import Blueprint, Response, abort, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from screener import readiness
from screener.house import house
from screener.settings import is_loopback
from screener.store import owed

pages = Blueprint("operator", __name__)


def told(text: str, status: int = 200) -> Response:
    return Response(f"{text}\n", status, mimetype="text/plain")


@pages.get("/healthz")
def healthz() -> Response:
    """This process answers."""
    return told("ok")


@pages.get("/readyz")
def readyz() -> Response:
    """Calls can be taken and told of: database, disk, recordings and a worker that looks after them."""
    found = readiness.troubles(house().settings, house().store, datetime.now(UTC))
    return told("\n".join(found), 503) if found else told("ready")


def allowed() -> bool:
    """Whoever has the token; without one set, only a request that comes straight from this machine."""
    token = house().settings.metrics_token
    if token:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if compare_digest(shown.encode(), token.encode()):
            return True
    # A proxy on this machine would make every stranger look local.
    forwarded = any(name in request.headers for name in ("Forwarded", "X-Forwarded-For", "X-Real-Ip"))
    return not forwarded and is_loopback(request.remote_addr)


@pages.get("/metrics")
def metrics() -> Response:
    """Numbers by state for Prometheus; no names, numbers or words."""
    if not allowed():
        abort(403)
    with house().store.read() as tx:
        now = owed.owed(tx, datetime.now(UTC))
    registry = CollectorRegistry()
    _gauge(registry, "screener_calls_open", "Calls on the line now.", now.calls_open)
    _gauge(registry, "screener_oldest_owed_seconds", "Age of the oldest text or recording owed.", now.oldest_seconds)
    _states(registry, "screener_messages", "Messages in each state.", now.messages)
    _states(registry, "screener_recordings", "Recordings in each state.", now.recordings)
    _states(registry, "screener_remnants", "What is left elsewhere of erased calls by kind.", now.remnants.counts)
    since = now.remnants.oldest
    waited = (datetime.now(UTC) - since).total_seconds() if since else 0
    _gauge(registry, "screener_oldest_remnant_seconds", "Since when the oldest refused one could be gone.", waited)
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _gauge(registry: CollectorRegistry, name: str, what: str, value: float) -> None:
    Gauge(name, what, registry=registry).set(value)


def _states(registry: CollectorRegistry, name: str, what: str, counts: dict[str, int]) -> None:
    gauge = Gauge(name, what, ["state"], registry=registry)
    for state, count in counts.items():
        gauge.labels(state).set(count)
