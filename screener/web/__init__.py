"""The pages: log, call, numbers, settings, channels, set-up, sign-in. Registered here, one module for each."""

from flask import Blueprint, Flask

from screener.web import (
    attachments,
    call,
    channels,
    deeds,
    evidence,
    guard,
    language,
    letter,
    letters,
    log,
    numbers,
    open_pages,
    operator,
    own_data,
    paper,
    set_up,
    settings,
    sign_in,
    trouble,
)

PAGES = (
    *(log, call, deeds, numbers, letters, letter, attachments, evidence, settings, own_data, channels, set_up),
    *(open_pages, sign_in, language, operator),
)


def install_pages(app: Flask) -> None:
    """Register every page and what guards them."""
    app.register_blueprint(Blueprint("pages", __name__, template_folder="templates", static_folder="static"))
    for module in PAGES:
        app.register_blueprint(module.pages)
    if app.extensions["screener"].settings.demo:
        from screener.web import rehearsal

        app.register_blueprint(rehearsal.pages)
    guard.install_guard(app)
    language.install_languages(app)
    paper.install_paper(app)
    trouble.install_trouble(app)
