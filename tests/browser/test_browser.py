"""The journeys of a subscriber in a real browser: phone width, keyboard, every language, nothing from elsewhere."""

from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from screener.store import calls, marks, sessions, subscribers
from tests.browser.conftest import AXE, DESK, PHONE, Opener, Site
from tests.browser.seeding import HARSH, LETTERS
from tests.visit import add_call, sid

AGENCY, IMPOSTOR = f"/calls/{sid('CA', 1)}", f"/calls/{sid('CA', 2)}"
LETTER, PLAN = (f"/letters/{one}" for one in LETTERS.values())
SIGNED_IN = (
    "/", "/calls", "/calls?q=nothing", AGENCY, IMPOSTOR, "/numbers", "/numbers/+85235984471", "/organisations/Hongyuan",
    "/settings", "/settings/delete", "/evidence", "/setup", f"/letters/new?call={sid('CA', 1)}", LETTER, f"{PLAN}/blanks",
)  # fmt: skip
OPEN = ("/sign-in", "/privacy", "/card", "/someone", "/deleting/done")
LANGUAGES = ("en", "zh-Hans")  # zh-Hant differs from zh-Hans in characters alone


def test_signing_in_by_link(open_page: Opener, site: Site) -> None:
    """The link's one button leads to the first screen."""
    with site.store.write() as tx:
        link = sessions.new_link(tx, site.owner.id, datetime.now(UTC))
    page = open_page(f"/sign-in?link={link}", signed_in=False)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("One thing to do today")


def test_reading_and_ticking(open_page: Opener, site: Site) -> None:
    """From the first screen to a call; a tick is kept without a button and is there after a reload."""
    page = open_page("/")
    page.get_by_role("link", name="Says it is a third party").click()
    expect(page.locator("mark").first).to_contain_text("pay today")
    with page.expect_response("**/steps"):
        page.get_by_label("Stay calm. You need not answer now.").check()
    page.reload()
    expect(page.get_by_label("Stay calm. You need not answer now.")).to_be_checked()
    with site.store.read() as tx:
        assert marks.ticked(tx, 1) == {"S01"}


def test_playing_the_recording(open_page: Opener) -> None:
    """The recording loads only when asked for, plays to its end, and the keyboard moves in it."""
    page = open_page(AGENCY)
    audio = page.locator("audio")
    assert audio.evaluate("one => one.readyState") == 0
    audio.evaluate("one => one.play()")
    until(page, "document.querySelector('audio').currentTime > 0.1")
    assert 1.9 < audio.evaluate("one => one.duration") < 2.1
    audio.evaluate("one => { one.currentTime = 1.9 }")
    until(page, "document.querySelector('audio').ended")


def until(page: Page, condition: str) -> None:
    """Wait for something that a page cannot be asked to wait for itself: its policy allows no evaluation."""
    for _ in range(100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(condition)


def test_harsh_words_wait_for_a_tap(open_page: Opener) -> None:
    """A threat is not seen until its fold is opened."""
    page = open_page(IMPOSTOR)
    words = page.get_by_text(HARSH)
    expect(words).to_be_hidden()
    page.get_by_text("Harsh words; tap to read").click()
    expect(words).to_be_visible()


def test_searching(open_page: Opener) -> None:
    """What was said is found; what was not said shows a way back."""
    page = open_page("/calls")
    page.get_by_role("searchbox").fill("family")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("a.call")).to_have_count(1)
    page.get_by_role("searchbox").fill("elephant")
    page.keyboard.press("Enter")
    expect(page.get_by_text("No calls match.")).to_be_visible()
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("a.call")).to_have_count(3)


def test_blocking_a_number(open_page: Opener, site: Site) -> None:
    """A tap blocks a number; the page says so."""
    page = open_page(IMPOSTOR)
    page.get_by_role("button", name="Block").click()
    expect(page.get_by_role("button", name="Block")).to_have_attribute("aria-pressed", "true")
    with site.store.read() as tx:
        assert str(subscribers.treatment_of(tx, site.owner.id, "+85230820082")) == "block"


def test_switching_language(open_page: Opener) -> None:
    """One tap turns the page into each language, and the choice stays."""
    page = open_page("/calls")
    for name, heading in (("简体中文", "全部来电"), ("繁體中文", "全部來電"), ("English", "All calls")):
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    page.get_by_role("button", name="简体中文").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("全部来电")
    page.goto(page.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("全部来电")


def test_setting_up(open_page: Opener, site: Site) -> None:
    """The test call ticks itself off on the open page, without a reload."""
    page = open_page("/setup")
    checks = page.locator(".checks li")
    expect(checks.nth(0)).to_contain_text("not yet")
    with site.store.write() as tx:
        calls.save(tx, 3, {"started_at": datetime(2020, 1, 1, tzinfo=UTC)})
    add_call(site.store, site.owner, 9, ended_at=None)
    expect(checks.nth(0)).to_contain_text("done")
    expect(checks.nth(4)).to_contain_text("not yet")


def test_a_call_appears_by_itself(open_page: Opener, site: Site) -> None:
    """A new call shows on the open first screen, without a reload."""
    page = open_page("/")
    expect(page.get_by_text("On the line now.")).to_have_count(0)
    add_call(site.store, site.owner, 9, ended_at=None)
    expect(page.get_by_text("On the line now.")).to_be_visible()


def test_writing_a_letter(open_page: Opener) -> None:
    """From a call to a letter that can be printed alone: chosen, filled in, read."""
    page = open_page(AGENCY)
    page.get_by_role("link", name="Write a letter about this call").click()
    page.get_by_label("Request for a statement and proof of mandate").check()
    page.get_by_role("button", name="Next: fill in").click()
    page.get_by_label("your name").fill("Chan Siu Ming")
    page.get_by_label("last four digits").fill("1234")
    page.get_by_role("button", name="Keep and read the letter").click()
    letter = page.get_by_role("article")
    expect(letter).to_contain_text("Chan Siu Ming")
    expect(letter).to_contain_text("account ending 1234")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.emulate_media(media="print")
    expect(letter).to_be_visible()
    expect(page.get_by_role("link", name="Download (Word)")).to_be_hidden()
    expect(page.get_by_text("General information, not legal advice.")).to_be_hidden()


@pytest.mark.parametrize("path", [*SIGNED_IN, *OPEN])
def test_pages_fit_a_phone(open_page: Opener, path: str) -> None:
    """At 390 pixels no page scrolls sideways, in either language."""
    for language in LANGUAGES:
        page = open_page(path, language=language, size=PHONE)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("path", [*SIGNED_IN, *OPEN])
def test_axe_finds_nothing(open_page: Opener, path: str) -> None:
    """No page in either language, in light or dark, has anything for axe to complain of."""
    for language in LANGUAGES:
        page = open_page(path, language=language, size=DESK, signed_in=path not in OPEN)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert axe(page) == []


def axe(page: Page) -> list[tuple[str, Any]]:
    """What axe finds: each rule with the places that break it."""
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run()")
    return [(one["id"], [place["html"] for place in one["nodes"]]) for one in found["violations"]]


@pytest.mark.parametrize("path", ["/", "/calls", AGENCY, "/settings", "/settings/delete", "/evidence", "/setup"])
def test_keyboard_reaches_everything(open_page: Opener, path: str) -> None:
    """Tab alone comes to everything that can be used, and it is seen where one is."""
    page = open_page(path, size=DESK)
    wanted = page.evaluate(
        """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, audio')]
            .filter(one => one.type !== 'hidden' && one.checkVisibility() && !one.closest('details:not([open]) > :not(summary)'))
            .filter(one => one.type !== 'radio' || one.checked).length"""
    )
    page.evaluate("window.reached = new Set(); document.addEventListener('focusin', one => reached.add(one.target))")
    for _ in range(wanted * 2 + 20):
        page.keyboard.press("Tab")
    assert page.evaluate("reached.size") >= wanted


def test_card_prints_on_one_page(open_page: Opener) -> None:
    """The card for relatives is a single sheet of A4."""
    page = open_page("/card")
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
