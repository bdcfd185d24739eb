"""X-Twilio-Signature by the published algorithm, written apart from the library that verifies it."""

import base64
import hmac
from collections.abc import Iterable
from urllib.parse import urlsplit, urlunsplit


def signature(token: str, url: str, fields: Iterable[tuple[str, str]] = ()) -> str:
    """Base64 HMAC-SHA1 of the URL and of each form field's name and value.

    Names are sorted by code point; a repeated name contributes each different value once, sorted; an empty
    value contributes its name alone. `url` is what `signed_url` gives.
    """
    values: dict[str, set[str]] = {}
    for name, value in fields:
        values.setdefault(name, set()).add(value)
    text = url + "".join(name + value for name in sorted(values) for value in sorted(values[name]))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), "sha1").digest()).decode()


def signed_url(url: str, *, voice: bool = True) -> str:
    """What of a configured URL is signed: no fragment, no credentials, and for voice over https no port."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    if voice and parts.scheme == "https" and parts.port is not None:
        host = host.removesuffix(f":{parts.port}")
    return urlunsplit((parts.scheme, host, parts.path, parts.query, ""))
