"""The pages: log, call, numbers, settings, set-up, sign-in."""

from flask import Flask


def install_pages(app: Flask) -> None:
    """Register every page and what guards them."""
