"""The number that calls, and the one given for calling back, beside an organisation's published numbers."""

import re

import phonenumbers

from screener.model import NumberCheck, Organisation

_PREFIX = {"CN": "86", "HK": "852", "US": "1", "GB": "44", "SG": "65", "TW": "886"}


def _digits(number: str, country: str) -> str:
    """A number without signs, its own country's prefix and trunk zero."""
    digits = re.sub(r"\D", "", number)
    prefix = _PREFIX.get(country, "")
    if prefix and digits.startswith(prefix) and (number.startswith("+") or len(digits) > 10):
        digits = digits[len(prefix) :]
    return digits.lstrip("0")


def check(number: str | None, organisation: Organisation | None) -> NumberCheck:
    """Whether a number is one that the organisation publishes; unknown when there is nothing to compare.

    Service lines such as 95588 are no valid numbers to phonenumbers, so the gazetteer is asked first.
    """
    if not number or organisation is None or not organisation.hotlines:
        return NumberCheck.UNKNOWN
    given = _digits(number, organisation.country)
    published = {_digits(hotline, organisation.country) for hotline in organisation.hotlines}
    if given in published:
        return NumberCheck.MATCHES
    return NumberCheck.DIFFERS if _usable(number, organisation.country) else NumberCheck.UNKNOWN


def _usable(number: str, country: str) -> bool:
    """Whether the digits can be a number at all; anything else says nothing about the organisation."""
    digits = re.sub(r"\D", "", number)
    if len(digits) < 5:
        return False
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(parsed) or len(digits) in (5, 6)
