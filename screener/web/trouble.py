"""Pages for what goes wrong: calm, with a way back, and never a stack trace."""

import logging

from flask import Flask, Response, render_template, request
from flask_babel import gettext
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from screener.origin import origin

log = logging.getLogger(__name__)


def install_trouble(app: Flask) -> None:
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, failed)


def refused(problem: HTTPException) -> AnyResponse:
    """An answer that is not the page: its status and headers as they are, its words ours."""
    answer = problem.get_response(request.environ)
    if (problem.code or 0) < 400:
        return answer
    headers = [(name, value) for name, value in answer.headers if name not in ("Content-Type", "Content-Length")]
    return Response(_page(problem.code or 500, problem.description or ""), problem.code, headers, "text/html")


def failed(problem: Exception) -> Response:
    """Our own trouble: where it happened goes to the operator's log, what it said to nobody."""
    log.error("%s failed: %s", request.endpoint, origin(problem))
    return Response(_page(500, ""), 500, mimetype="text/html")


def _page(status: int, why: str) -> str:
    words = {
        403: gettext("This page is not open to you. If you were filling in a form, go back, reload and try again."),
        404: gettext("There is nothing here."),
        405: gettext("This page cannot be used in that way."),
        413: gettext("That is too large."),
    }
    if status == 403 and why == "form":
        said = gettext("This form is too old. Go back, reload the page and try again.")
    elif status >= 500:
        said = gettext("Something is not working on our side. No call is lost by this. Please try again in a minute.")
    else:
        said = words.get(status, gettext("We could not read this request."))
    return render_template("trouble.html", said=said)
