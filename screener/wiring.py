"""Puts the application together: settings, store, promises, webhooks, pages; wiring only."""

import logging
import time

from flask import Flask, Response, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from screener import understanding
from screener.house import House
from screener.settings import Settings, read_settings
from screener.store import open_store
from screener.web import install_pages
from screener.webhooks import webhooks
from screener.worker import Promises

log = logging.getLogger("screener.access")

MOST_BYTES = 1024 * 1024  # of a request's body; Twilio sends a few kB, an import of contacts some hundred


def wire(settings: Settings | None = None) -> Flask:
    settings = settings or read_settings()
    store = open_store(settings.database_url, pool_size=settings.web_threads + 2, data_dir=settings.data_dir)
    promises = Promises(store)
    promises.warm()
    understanding.prepare(whole=False)
    app = Flask("screener", static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=MOST_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_BYTES,
        MAX_FORM_PARTS=500,
    )
    app.url_map.strict_slashes = False
    app.url_map.redirect_defaults = False
    app.url_map.merge_slashes = False
    app.extensions["screener"] = House(settings, store, promises)
    app.register_blueprint(webhooks)
    install_pages(app)
    app.before_request(_start_clock)
    app.after_request(_log_access)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    return app


def _start_clock() -> None:
    g.started = time.monotonic()


def _log_access(response: Response) -> Response:
    """One line for each request: the route's template, never the number, sid or token in its place."""
    if log.isEnabledFor(logging.INFO):
        route = request.url_rule.rule if request.url_rule else "(no route)"
        spent = (time.monotonic() - g.get("started", time.monotonic())) * 1000
        log.info("%s %s %d %.1f ms", request.method, route, response.status_code, spent)
    return response
