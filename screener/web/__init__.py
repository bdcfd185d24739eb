"""The pages: log, call, numbers, settings, set-up, sign-in. Registered here, one module for each."""

from flask import Blueprint, Flask

from screener.web import call, guard, language, log, operator, paper, sign_in, trouble


def install_pages(app: Flask) -> None:
    """Register every page and what guards them."""
    app.register_blueprint(Blueprint("pages", __name__, template_folder="templates", static_folder="static"))
    for module in (log, call, sign_in, language, operator):
        app.register_blueprint(module.pages)
    guard.install_guard(app)
    language.install_languages(app)
    paper.install_paper(app)
    trouble.install_trouble(app)
