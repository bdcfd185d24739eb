"""Signed requests to an application under test, as the carrier makes them."""

import base64
import hashlib
import hmac
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from screener.settings import Settings

ACCOUNT = "AC" + "0" * 31 + "1"
TOKEN = "a token of the tests"
BASE = "https://screener.example"


def environment(settings: Settings) -> dict[str, str]:
    """What a command must find in its environment to work on the same installation."""
    return {
        "TWILIO_ACCOUNT_SID": settings.account_sid,
        "TWILIO_AUTH_TOKEN": settings.auth_token,
        "SCREENER_PUBLIC_URL": settings.public_url,
        "SCREENER_SECRET_KEY": settings.secret_key,
        "SCREENER_DATA_DIR": str(settings.data_dir),
        "SCREENER_DATABASE_URL": settings.database_url,
    }


def signature(url: str, form: dict[str, Any], token: str = TOKEN) -> str:
    """Twilio's published algorithm, written out here so that the tests do not lean on what they test."""
    text = url + "".join(name + value for name in sorted(form) for value in _values(form[name]))
    return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def _values(value: Any) -> list[str]:
    return sorted(set(value)) if isinstance(value, list) else [value]


class Carrier:
    """Posts signed forms to an application."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def post(self, path: str, /, **form: Any) -> TestResponse:
        form = {"AccountSid": ACCOUNT, **form}
        headers = {"X-Twilio-Signature": signature(BASE + path, form)}
        return self.client.post(path, data=form, headers=headers)
