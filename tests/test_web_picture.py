"""The picture of how often: the rules of the lender's country stand beside the counts, without colour."""

import pytest
from flask import Flask

from screener.house import House
from screener.model import Category
from screener.store.records import Subscriber
from screener.web import picture
from tests.visit import CALLER, Browser, add_call, add_owner


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def house(app: Flask) -> House:
    made: House = app.extensions["screener"]
    return made


@pytest.fixture
def owner(house: House) -> Subscriber:
    return add_owner(house.store)


def test_the_lenders_rules_stand_beside_the_counts(app: Flask, house: House, owner: Subscriber) -> None:
    """For a mainland bank: night hours shaded, a line at three and at six, each rule named, the same as a table."""
    add_call(house.store, owner, 1, category="bank", organisation="cn-icbc")
    page = Browser(app).sign_in(owner).page(f"/numbers/{CALLER}")
    assert page.count('fill-opacity="0.12"') == 10
    assert page.count("stroke-dasharray") == 2
    assert "Shaded hours: 22:00–08:00." in page
    assert page.count("(quiet hours)") == 10


def test_no_rule_no_line(app: Flask, house: House, owner: Subscriber) -> None:
    """For a delivery nothing is shaded, no line is drawn, no rule is named."""
    add_call(house.store, owner, 1, category="delivery")
    page = Browser(app).sign_in(owner).page(f"/numbers/{CALLER}")
    assert 'class="picture"' in page
    assert "0.12" not in page
    assert "stroke-dasharray" not in page
    assert "(quiet hours)" not in page


@pytest.mark.parametrize(
    ("country", "hours"), [("CN", [*range(8), 22, 23]), ("US", [*range(8), 21, 22, 23]), ("HK", []), ("", [])]
)
def test_quiet_hours(country: str, hours: list[int]) -> None:
    """The shaded hours are those of the country's rule; elsewhere there are none."""
    shaded = picture.quiet(picture.bounds(country, [Category.COLLECTION_AGENCY, None]))
    assert [hour for hour, dark in enumerate(shaded) if dark] == hours
