"""What every part of the REST side is made of: a request, its answer, an error, and a list in pages."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from screener.simulator import resources
from screener.simulator.account import Account, CallRecord, Message, Recording

PLACES = {"page", "pagesize", "pagetoken"}
Row = TypeVar("Row", Message, CallRecord, Recording)


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: method, path without query, and the query's or form's fields."""

    method: str
    path: str
    fields: Mapping[str, str]

    @property
    def sends(self) -> bool:
        """Whether it asks for a text to be sent."""
        return self.method == "POST" and self.path.endswith("/Messages.json")


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes = b""
    content_type: str = "application/json"


class ApiError(Exception):
    """An answer that is an error; `code` is the carrier's own."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def reply(self) -> Reply:
        more = f"https://www.twilio.com/docs/errors/{self.code}"
        body = {"code": self.code, "message": str(self), "more_info": more, "status": self.status}
        return Reply(self.status, json.dumps(body).encode())


def not_found(path: str) -> ApiError:
    return ApiError(404, 20404, f"The requested resource {path} was not found")


def answer_json(body: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(body).encode())


Handler = Callable[..., Reply]
Routes = Mapping[str, Mapping[str, Handler]]  # path below the account -> method -> handler


def page_of(
    account: Account,
    ask: Ask,
    rows: list[Row],
    *,
    key: str,
    write: Callable[[Account, Row], resources.Json],
    dated: tuple[str, Callable[[Row], datetime | None]],
) -> Reply:
    """A page of the rows that the filters leave, newest first; `dated` is the date filter and its moment."""
    name, moment = dated
    kept = [row for row in rows[::-1] if _passes(ask.fields, row, name, moment(row))]
    size, number = _place(ask.fields, "PageSize", 50), _place(ask.fields, "Page", 0)
    if not 1 <= size <= 1000:
        raise ApiError(400, 20001, "PageSize is 1 to 1000")
    filters = {k: v for k, v in ask.fields.items() if k.lower() not in PLACES}
    uri = f"{ask.path}?{urlencode(filters)}" if filters else ask.path
    listed = [write(account, row) for row in kept]
    return answer_json(resources.page(key, listed, uri=uri, number=number, size=size))


def _place(fields: Mapping[str, str], name: str, default: int) -> int:
    value = fields.get(name, str(default))
    if not (value.isascii() and value.isdigit()):
        raise ApiError(400, 20001, f"{name} is a whole number")
    return int(value)


def _passes(fields: Mapping[str, str], row: Any, name: str, moment: datetime | None) -> bool:
    """Whether To, From and the date filters (`X`, `X<`, `X>`, a day or a moment) let a row through."""
    if fields.get("To", getattr(row, "to", "")) != getattr(row, "to", ""):
        return False
    if fields.get("From", getattr(row, "from_", "")) != getattr(row, "from_", ""):
        return False
    for sign in ("", "<", ">"):
        asked = fields.get(name + sign)
        if asked is None:
            continue
        if moment is None:  # what is still queued has no date, and no date filter finds it
            return False
        seen = moment.strftime("%Y-%m-%dT%H:%M:%SZ")[: len(asked)]
        if (sign == "" and seen != asked) or (sign == "<" and seen > asked) or (sign == ">" and seen < asked):
            return False
    return True
