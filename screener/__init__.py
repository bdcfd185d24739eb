"""A call-screening phone assistant for people in debt."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from screener.settings import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The web application, for any WSGI server as `screener:create_app()`; settings come from the environment."""
    from screener.wiring import wire

    return wire(settings)
