"""What makes open pages live at little cost: short conditional requests that never hold a worker."""

from flask import Response


def fresh(page: str, tag: str) -> Response:
    """A part of a page under its tag; without a page, the answer that the asker's copy still holds."""
    response = Response(page, 200 if page else 304, mimetype="text/html")
    response.set_etag(tag)
    return response
