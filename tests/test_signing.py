"""Our signatures are the published algorithm's, and the library that verifies them agrees."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.datastructures import MultiDict

from screener.simulator.signing import signature, signed_url

FIELDS = [
    ("CallSid", "CA1234567890ABCDE"),
    ("Digits", "1234"),
    ("To", "+18005551212"),
]
CASES = [
    ("https://example.com/myapp.php?foo=1&bar=2", "+14158675310", "L/OH5YylLD5NRKLltdqwSvS0BnU="),
    ("https://mycompany.com/myapp.php?foo=1&bar=2", "+14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
]


@pytest.mark.parametrize(("url", "caller", "published"), CASES)
def test_published_vectors(url: str, caller: str, published: str) -> None:
    """Twilio's two published examples come out to the letter."""
    fields = [*FIELDS, ("Caller", caller), ("From", caller)]
    assert signature("12345", url, fields) == published


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
pairs = st.lists(st.tuples(st.sampled_from(["Body", "From", "a", "A", "Ab", "空"]) | texts, texts), max_size=8)


@settings(max_examples=150)
@given(pairs=pairs, query=st.sampled_from(["", "?a=1&a=2", "?n=%E4%BD%A0", "?x=%7e&y=a%20b", "?empty="]))
def test_the_verifying_library_agrees(pairs: list[tuple[str, str]], query: str) -> None:
    """Any form, with repeated fields and empty values, on any query string, is accepted as signed."""
    url = f"https://screener.example/voice/turn/3{query}"
    validator = RequestValidator("0123456789abcdef")
    assert validator.validate(url, MultiDict(pairs), signature("0123456789abcdef", url, pairs))


def test_a_changed_field_is_refused() -> None:
    """The same signature does not fit another value, so the agreement above can fail."""
    url = "https://screener.example/voice/incoming"
    given_ = signature("token", url, [("Digits", "1")])
    assert not RequestValidator("token").validate(url, MultiDict([("Digits", "2")]), given_)


@pytest.mark.parametrize(
    ("url", "voice", "expected"),
    [
        ("https://a.example:8443/v?x=1#rc=2", True, "https://a.example/v?x=1"),
        ("https://a.example:8443/sms", False, "https://a.example:8443/sms"),
        ("http://127.0.0.1:8000/v", True, "http://127.0.0.1:8000/v"),
        ("https://user:secret@a.example/v", True, "https://a.example/v"),
    ],
)
def test_what_of_a_url_is_signed(url: str, voice: bool, expected: str) -> None:
    """Fragments and credentials never count; the port counts except for voice over https."""
    assert signed_url(url, voice=voice) == expected
