"""Which language a page speaks: the visitor's choice, else the subscriber's, else the browser's; and its times."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, make_response, redirect, request
from flask_babel import Babel, format_date, format_decimal, format_time, get_timezone, gettext
from werkzeug.wrappers import Response as AnyResponse

from screener.house import house
from screener.model import Jurisdiction, Language
from screener.traditional import as_read
from screener.web.guard import local_path
from screener.web.visitor import known_visitor

pages = Blueprint("language", __name__)

COOKIE = "language"
YEAR_SECONDS = 31_536_000
SIZES = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))
# Each in its own words: whoever needs the switch may read no other.
NAMES = {Language.ZH_HANS: "简体中文", Language.ZH_HANT: "繁體中文", Language.EN: "English"}
# What browsers say, most telling first; plain zh is read as Simplified.
BROWSER = {
    "zh-Hant": Language.ZH_HANT,
    "zh-HK": Language.ZH_HANT,
    "zh-MO": Language.ZH_HANT,
    "zh-TW": Language.ZH_HANT,
    "zh-Hans": Language.ZH_HANS,
    "zh": Language.ZH_HANS,
    "en": Language.EN,
}


def install_languages(app: Flask) -> None:
    """Give every page its language and its zone."""
    folder = str(Path(__file__).parent / "translations")
    Babel(
        app,
        default_locale="en",
        default_translation_directories=folder,
        locale_selector=lambda: str(language()).replace("-", "_"),
        timezone_selector=_zone,
    )
    app.jinja_env.globals.update(language=language, languages=NAMES)
    app.jinja_env.filters.update(clock=clock, moment=moment, day=day, shortday=shortday, size=size)


def language() -> Language:
    """The language of this page."""
    chosen = request.cookies.get(COOKIE)
    if chosen in set(Language):
        return Language(chosen)
    found = known_visitor()
    if found:
        return found.owner.language
    wanted = request.accept_languages.best_match(list(BROWSER), "en")
    return BROWSER[wanted]


def _zone() -> str:
    found = known_visitor()
    return found.owner.time_zone if found else "UTC"


def text_in(texts: Any) -> str:
    """One of our stored texts in the language of this page: a mapping from languages, or a plain text."""
    if not isinstance(texts, dict):
        return str(texts or "")
    order = (language(), Language.ZH_HANS, Language.EN)
    return next((str(texts[wanted]) for wanted in order if texts.get(wanted)), "")


def name_shown(name: str) -> str:
    """A name, or a stored line of Chinese, in the characters of this page, as the texts have it too."""
    found = known_visitor()
    return as_read(name, language(), found.owner.jurisdiction if found else Jurisdiction.HK)


@pages.post("/language")
def choose() -> Response:
    """Remember the language of the pages in this browser; the language of the texts is a setting."""
    page = make_response(redirect(local_path(request.form.get("back", "/")), 303))
    wanted = request.form.get("language")
    if wanted in set(Language):
        remember(page, Language(wanted))
    return page


def remember(page: AnyResponse, wanted: Language) -> None:
    """Have this browser shown its pages in a language, also when nobody is signed in."""
    secure = house().settings.https
    page.set_cookie(COOKIE, wanted, max_age=YEAR_SECONDS, secure=secure, httponly=True, samesite="Lax")


def clock(at: datetime) -> str:
    """The time of day in the subscriber's zone."""
    return str(format_time(at, "short"))


def moment(at: datetime) -> str:
    """Day and time in the subscriber's zone, without seconds."""
    return f"{format_date(at, 'medium')} {format_time(at, 'short')}"


def day(at: datetime) -> str:
    """The day in the subscriber's zone: today, yesterday, or its date with the weekday."""
    zone = get_timezone() or UTC
    date = at.astimezone(zone).date()
    ago = (datetime.now(zone).date() - date).days
    if ago in (0, 1):
        return gettext("Today") if ago == 0 else gettext("Yesterday")
    return str(format_date(date, "full"))


def size(count: int) -> str:
    """A file's size in units that every reader knows; never less than 0.1 kB."""
    unit, name = next(((one, name) for one, name in SIZES if count >= one), SIZES[-1])
    return f"{format_decimal(max(round(count / unit, 1), 0.1))} {name}"


def shortday(at: datetime) -> str:
    """The day in the subscriber's zone, in few characters, its month never taken for its day."""
    return str(format_date(at, "medium"))
