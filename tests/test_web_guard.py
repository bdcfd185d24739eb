"""Who may reach which page: deny by default, one's own data only, and forms that only our pages can make."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from screener.house import House
from screener.settings import Settings
from screener.store import sessions
from screener.web.guard import OPEN, OPERATOR, SIGNED, local_path
from tests.visit import Browser, add_call, add_owner, running, sid


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough for what does not depend on it."""
    return sqlite_url


@pytest.fixture
def house(app: Flask) -> House:
    made: House = app.extensions["screener"]
    return made


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


def example_of(rule: str) -> str:
    """A path that a route would match."""
    return re.sub(r"<(?:int[^>]*:)?(?:path:)?[a-z_]+>", "1", rule)


def test_every_route_is_guarded(app: Flask, browser: Browser) -> None:
    """A stranger gets nothing from any route but the listed open ones: not the page, and no change."""
    walked = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN | OPERATOR or rule.endpoint.startswith(f"{SIGNED}."):
            continue
        for method in rule.methods or ():
            if method == "OPTIONS":
                continue
            answer = browser.client.open(example_of(rule.rule), method=method, base_url=browser.base)
            expected = 303 if method in ("GET", "HEAD") else 403
            assert (rule.rule, method, answer.status_code) == (rule.rule, method, expected)
            if expected == 303:
                assert answer.location.endswith("/sign-in")
            walked += 1
    assert walked > 5


def test_open_lists_name_real_routes(app: Flask) -> None:
    """No entry of the open lists is left over from a route that is gone."""
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert endpoints >= OPEN | OPERATOR


def test_every_form_needs_its_secret(app: Flask, house: House) -> None:
    """No page route that changes something believes a form without the secret of the visitor's own session."""
    browser = Browser(app).sign_in(add_owner(house.store))
    other = Browser(app).sign_in(add_owner(house.store, 1))
    with house.store.read() as tx:
        cookie = other.client.get_cookie("__Host-screener", domain="screener.example")
        assert cookie is not None
        found = sessions.find(tx, cookie.value, datetime.now(UTC))
    assert found is not None
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith(f"{SIGNED}.") or "POST" not in (rule.methods or ()):
            continue
        for secret in ({}, {"csrf_token": ""}, {"csrf_token": "é"}, {"csrf_token": found.csrf}):
            answer = browser.client.post(example_of(rule.rule), data=secret, base_url=browser.base)
            assert (rule.rule, answer.status_code) == (rule.rule, 403)


def test_a_form_sent_by_another_site_is_refused(app: Flask, house: House) -> None:
    """A browser that says another site sent the form is believed, whatever the form holds."""
    browser = Browser(app).sign_in(add_owner(house.store))
    answer = browser.post("/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_sign_in_link_works_once(app: Flask, house: House, browser: Browser) -> None:
    """Opening a link uses nothing up; its button signs in once; a second browser is turned away."""
    owner = add_owner(house.store)
    with house.store.write() as tx:
        link = sessions.new_link(tx, owner.id, datetime.now(UTC))
    for _ in range(2):
        assert 'name="link"' in browser.page(f"/sign-in?link={link}")
    answer = browser.post("/sign-in", {"link": link}, on=f"/sign-in?link={link}")
    assert answer.status_code == 303
    assert browser.get("/").status_code == 200
    second = Browser(app)
    assert second.post("/sign-in", {"link": link}, on="/sign-in").status_code == 403
    assert second.get("/").status_code == 303


def test_old_link_does_not_sign_in(house: House, browser: Browser) -> None:
    """After ten minutes a link is as good as none."""
    owner = add_owner(house.store)
    with house.store.write() as tx:
        link = sessions.new_link(tx, owner.id, datetime.now(UTC) - timedelta(minutes=11))
    assert "too old" in browser.page(f"/sign-in?link={link}")
    assert browser.post("/sign-in", {"link": link}, on="/sign-in").status_code == 403


def test_signing_out_ends_the_session(app: Flask, house: House) -> None:
    """After sign-out the old cookie opens nothing, even if somebody kept it."""
    browser = Browser(app).sign_in(add_owner(house.store))
    cookie = browser.client.get_cookie("__Host-screener", domain="screener.example")
    assert cookie is not None
    browser.post("/sign-out")
    browser.client.set_cookie("__Host-screener", cookie.value, domain="screener.example", secure=True)
    assert browser.get("/").status_code == 303


def test_nobody_sees_another_subscribers_call(app: Flask, house: House) -> None:
    """Another's call, a call that never was and a malformed sid give the same answer, word for word."""
    mine, theirs = add_owner(house.store), add_owner(house.store, 1)
    add_call(house.store, theirs, 7, words="Their words.")
    browser = Browser(app).sign_in(mine)
    paths = [f"/calls/{sid('CA', 7)}", f"/calls/{sid('CA', 8)}", "/calls/CA7"]
    answers = [browser.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {404}
    bodies = {re.sub(r'value="[^"]*"', "", answer.text) for answer in answers}
    assert len(bodies) == 1
    assert "Their words" not in browser.page("/calls")


def test_cookies_and_headers_with_https(app: Flask, house: House, browser: Browser) -> None:
    """Served over https every cookie is Secure, HttpOnly and SameSite, and browsers are held to https."""
    owner = add_owner(house.store)
    with house.store.write() as tx:
        link = sessions.new_link(tx, owner.id, datetime.now(UTC))
    first = browser.get(f"/sign-in?link={link}")
    answers = [first, browser.post("/sign-in", {"link": link}, on="/sign-in")]
    answers.append(browser.post("/language", {"language": "zh-Hans"}))
    set_cookies = [line for answer in answers for line in answer.headers.getlist("Set-Cookie")]
    assert len(set_cookies) >= 3
    for line in set_cookies:
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(line.split("; ")), line
    assert "max-age=31536000" in first.headers["Strict-Transport-Security"]


def test_cookies_without_https(settings: Settings) -> None:
    """On plain http, which is for this machine only, cookies work and nothing promises https."""
    with running(replace(settings, public_url="http://127.0.0.1:8000")) as app:
        browser = Browser(app, "http://127.0.0.1:8000")
        browser.sign_in(add_owner(browser.house.store))
        answer = browser.get("/")
    assert answer.status_code == 200
    assert "Strict-Transport-Security" not in answer.headers


def test_policy_allows_no_inline_code(app: Flask, house: House) -> None:
    """Every page forbids inline script and style and all other hosts, and holds neither itself."""
    browser = Browser(app).sign_in(add_owner(house.store))
    for path in (
        "/",
        "/calls",
        "/numbers",
        "/settings",
        "/setup",
        "/privacy",
        "/card",
        "/someone",
        "/sign-in",
        "/nowhere",
    ):
        answer = browser.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "unsafe" not in policy
        assert "http" not in policy
        assert "default-src 'none'" in policy
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son[a-z]+=|javascript:", answer.text)
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', answer.text)
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "", "calls"],
)
def test_nobody_is_sent_elsewhere(browser: Browser, target: str) -> None:
    """Whatever a form names as the page to go back to, the way leads to this site."""
    assert local_path(target) == "/"
    answer = browser.post("/language", {"language": "en", "back": target}, on="/sign-in")
    assert answer.location == "/"


def test_troubles_are_calm(app: Flask, house: House, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of ours tells the visitor nothing about its cause, and nothing about the visitor."""
    browser.sign_in(add_owner(house.store))

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("a cause with +85291234567 in it")

    monkeypatch.setattr("screener.web.log.logbook.page", fail)
    answer = browser.get("/")
    assert answer.status_code == 500
    assert "RuntimeError" not in answer.text
    assert "+85291234567" not in answer.text
    assert "Traceback" not in answer.text
    assert "No call is lost" in answer.text


def test_unknown_methods_say_what_is_allowed(browser: Browser) -> None:
    """A wrong method is told which are right, in a page of ours."""
    answer = browser.client.delete("/sign-in", base_url=browser.base)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert "cannot be used" in answer.text


@pytest.mark.parametrize("path", ["/calls?q=%00", "/calls/%00", "/organisations/%00", "/sign-in?link=%00"])
def test_zero_bytes_are_refused(app: Flask, house: House, path: str) -> None:
    """A zero byte, which one of the databases cannot hold, is a bad request in any address and any form."""
    owner = add_owner(house.store)
    browser = Browser(app).sign_in(owner)
    add_call(house.store, owner, 1)
    assert browser.get(path).status_code == 400
    assert browser.post(f"/calls/{sid('CA', 1)}/note", {"words": "a\0b"}).status_code == 400
