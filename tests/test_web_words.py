"""The pages' words: every string in every language, catalogues in step with the pages, dates as each reader writes."""

import re

import pytest
from babel.messages.catalog import Catalog
from flask import Flask

from screener.model import Category, Consent, Disposition, NumberCheck, RedFlag, Sign, Tactic, Treatment
from screener.web import words
from screener.web.language import size
from screener.web.translations import refresh
from tests.visit import Browser, add_call, add_owner, sid

HOLE = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture(scope="module")
def current() -> dict[str, Catalog]:
    return refresh.current()


@pytest.mark.parametrize("locale", ["zh_Hans", "zh_Hant"])
def test_no_string_is_missing(current: dict[str, Catalog], locale: str) -> None:
    """Every string of the pages has its translation."""
    assert refresh.missing(current[locale]) == []


@pytest.mark.parametrize("locale", ["zh_Hans", "zh_Hant"])
def test_files_are_in_step(current: dict[str, Catalog], locale: str) -> None:
    """The catalogues in the package are those that the pages need now, source and compiled."""
    source = refresh.path(locale, "po").read_bytes()
    assert source == refresh.as_po(current[locale]), "run python -m screener.web.translations.refresh"
    assert refresh.path(locale, "mo").read_bytes() == refresh.as_mo(refresh.load(locale))


@pytest.mark.parametrize("locale", ["zh_Hans", "zh_Hant"])
def test_holes_are_the_same(current: dict[str, Catalog], locale: str) -> None:
    """A translation fills in exactly what its English does."""
    for message in refresh.strings(current[locale]):
        english = message.id[0] if message.pluralizable else message.id
        turned = message.string[0] if message.pluralizable else message.string
        assert set(HOLE.findall(english)) == set(HOLE.findall(turned)), english


@pytest.mark.parametrize(
    ("kind", "table"),
    [
        (Category, words.OPENINGS),
        (Category, words.CATEGORIES),
        (Consent, words.CONSENTS),
        (Disposition, words.DISPOSITIONS),
        (NumberCheck, words.NUMBER_CHECKS),
        (Treatment, words.TREATMENTS),
    ],
)
def test_every_state_has_words(kind: type, table: dict[object, object]) -> None:
    """Nothing that a call can be is without words."""
    assert set(table) == set(kind)


def test_every_finding_has_words() -> None:
    """Nothing that can be noticed is without words."""
    assert set(words.NOTICED) == {*Tactic, *RedFlag, *Sign}


@pytest.mark.parametrize(
    ("language", "heading"),
    [("en", "Nothing needs doing today"), ("zh-Hans", "今天没有必须马上做的事"), ("zh-Hant", "今天沒有必須馬上做的事")],
)
def test_pages_speak_the_subscribers_language(app: Flask, language: str, heading: str) -> None:
    """Pages speak what the subscriber reads, and say so to screen readers."""
    browser = Browser(app)
    browser.sign_in(add_owner(browser.house.store, language=language))
    page = browser.page("/")
    assert heading in page
    assert f'<html lang="{language}">' in page


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("zh-CN,zh;q=0.9", "zh-Hans"), ("zh-TW", "zh-Hant"), ("zh-HK,en", "zh-Hant"), ("fr", "en"), ("", "en")],
)
def test_strangers_are_met_in_their_browsers_language(app: Flask, wanted: str, language: str) -> None:
    """Before sign-in the browser's wish counts; English where we speak none of its languages."""
    page = Browser(app).get("/sign-in", headers={"Accept-Language": wanted}).text
    assert f'<html lang="{language}">' in page


def test_language_by_choice(app: Flask) -> None:
    """A chosen language stays, and leaves the texts' language alone."""
    browser = Browser(app)
    browser.sign_in(add_owner(browser.house.store, language="en"))
    browser.post("/language", {"language": "zh-Hant"})
    browser.post("/language", {"language": "xx"})
    assert '<html lang="zh-Hant">' in browser.page("/")


def test_no_english_is_left_in_chinese_pages(app: Flask) -> None:
    """A Chinese page holds no English sentence of ours."""
    browser = Browser(app)
    owner = add_owner(browser.house.store, language="zh-Hans")
    for number, category in enumerate(Category, 1):
        add_call(browser.house.store, owner, number, category=category)
    browser.sign_in(owner)
    for path in ("/", "/calls", f"/calls/{sid('CA', 1)}", "/sign-in", "/nowhere"):
        text = re.sub(r"<[^>]+>", " ", browser.get(path).text)
        assert re.findall(r"[A-Za-z]{3,} [A-Za-z]{2,}", text.replace("Please say your company", "")) == [], path


@pytest.mark.parametrize(
    ("count", "shown"), [(0, "0.1 kB"), (128, "0.1 kB"), (1500, "1.5 kB"), (20_971_520, "21 MB"), (5 * 10**9, "5 GB")]
)
def test_sizes_are_in_units_that_everybody_knows(app: Flask, count: int, shown: str) -> None:
    """A file's size is the same in every language, without an English word."""
    with app.test_request_context(headers={"Cookie": "language=zh-Hans"}):
        assert size(count) == shown
