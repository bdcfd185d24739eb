"""The door for Twilio: the one place where a request is believed, and where our own trouble becomes an answer."""

import hmac
import logging
import re
from urllib.parse import quote

from flask import Blueprint, Response, abort, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from screener import twiml
from screener.house import House, house
from screener.model import Spoken
from screener.origin import origin

log = logging.getLogger(__name__)
webhooks = Blueprint("webhooks", __name__)

SID = re.compile(r"(CA|RE|SM|MM)[0-9a-f]{32}")
SPOKEN_ROUTES = frozenset({"webhooks.incoming", "webhooks.turn"})

# The one place where a request is believed. It runs before every route of this blueprint.


@webhooks.before_request
def check_signature() -> None:
    """403 unless the configured account signed exactly this request; nothing is stored before this."""
    here, form = house(), request.form
    signature = request.headers.get("X-Twilio-Signature", "")
    if not is_signed(here, form, signature) or form.get("AccountSid") != here.settings.account_sid:
        abort(403)


def is_signed(here: House, form: MultiDict[str, str], signature: str) -> bool:
    """Whether that is the account's signature of this request. The SDK's own check always signs the address twice,
    with its port and without; once, as configured, is mostly enough."""
    url = external_url()
    configured = here.validator.compute_signature(url, form)
    if hmac.compare_digest(configured.encode(), signature.encode()):
        return True
    return bool(here.validator.validate(url, form, signature))


def external_url() -> str:
    """The URL as Twilio signed it: configured base, our path, the raw query. `request.url` would be decoded."""
    path = quote(request.environ["PATH_INFO"].encode("latin1"), safe="/~:@!$&'()*+,;=")
    query = request.environ.get("QUERY_STRING", "")
    return house().settings.public_url + path + (f"?{query}" if query else "")


@webhooks.errorhandler(Exception)
def trouble(problem: Exception) -> Response | HTTPException:
    """Our own trouble: a caller hears a short apology and the same turn again; a callback comes again later."""
    if isinstance(problem, HTTPException):
        return problem
    log.error("%s failed: %s", request.endpoint, origin(problem))
    if request.endpoint == "webhooks.sms_incoming":
        return xml(twiml.text_reply(""))
    if request.endpoint not in SPOKEN_ROUTES:
        return Response("try again later\n", 503, mimetype="text/plain", headers={"Retry-After": "5"})
    tried = request.args.get("again", "0")
    again = {"0": "1", "1": "2"}.get(tried)
    target = f"{house().settings.public_url}{request.path}?again={again}" if again else None
    return xml(twiml.apology((Spoken.ZH, Spoken.EN), target))


def xml(body: str) -> Response:
    return Response(body, mimetype="text/xml")


def done() -> Response:
    return Response(status=204)


def sid_named(field: str) -> str:
    """A carrier's sid from the form; 400 when it is missing or malformed."""
    value = request.form.get(field, "")
    if not SID.fullmatch(value):
        abort(400, f"{field} is not a sid")
    return value


def whole_number(text: str) -> int | None:
    """A field that should be a number; None when it is not."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
