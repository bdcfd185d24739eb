"""What was noticed in a call, read from its row for a page; whatever is missing or odd there is left out."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from screener.model import Category, NumberCheck, RedFlag, Sign, Tactic
from screener.notices import Reason
from screener.organisations import organisations
from screener.store.records import Call, Message, Notice
from screener.web.language import language, name_shown, text_in
from screener.web.words import HARSH, NOTICED

Span = tuple[int, int, int]  # turn number, then a half-open range of code points in that turn's words


@dataclass(frozen=True, slots=True)
class Claimed:
    """Who a caller says it is, or acts for."""

    name: str
    known: str | None  # the gazetteer's id
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Noticed:
    """One thing noticed, its label, and the words that show it."""

    value: str
    label: object
    spans: tuple[Span, ...]
    harsh: bool = False


@dataclass(frozen=True, slots=True)
class NextStep:
    """One next step with its source."""

    id: str
    text: str
    source: str


def claim(call: Call, role: str) -> Claimed | None:
    """The claim in a role, `organisation` or `on_behalf_of`; a corrected one has only its name."""
    key, found = getattr(call, role), call.found.get(role)
    if not key:
        return None
    if isinstance(found, dict) and found.get("key") == key:
        name = text_in(found.get("names") or {}) or str(found.get("spoken") or key)
        return Claimed(name_shown(name), found.get("id"), spans_of(found))
    return Claimed(name_shown(key), None, ())


def machine(call: Call) -> tuple[Category | None, str]:
    """What the machine took the call for where the subscriber has corrected it: its category, and a name."""
    found = call.found.get("category")
    value = found.get("value") if isinstance(found, dict) else None
    category = Category(value) if value in set(Category) and value != call.category else None
    claimed = call.found.get("organisation")
    if not isinstance(claimed, dict) or claimed.get("key") == call.organisation:
        return category, ""
    return category, name_shown(text_in(claimed.get("names") or {}) or str(claimed.get("spoken") or ""))


def detail(call: Call, name: str) -> str:
    """A detail such as `agent_name`; empty when none was given."""
    found = call.found.get(name)
    value = found.get("value") if isinstance(found, dict) else found
    return name_shown(str(value)) if value else ""


def number_check(call: Call, name: str) -> NumberCheck | None:
    value = call.found.get(name)
    return NumberCheck(value) if value in set(NumberCheck) else None


def warnings(call: Call) -> list[Noticed]:
    """Red flags and telling signs, in the order in which they were found."""
    return [*noticed(call, "red_flags", RedFlag), *noticed(call, "signs", Sign)]


def pressures(call: Call) -> list[Noticed]:
    """Pressure or persuasion about a payment."""
    return list(noticed(call, "tactics", Tactic))


def noticed(call: Call, part: str, kind: type[StrEnum]) -> Iterator[Noticed]:
    for one in rows(call.found.get(part)):
        value = one.get("value")
        if value in set(kind):
            known = kind(value)
            yield Noticed(known, NOTICED[known], spans_of(one), known in HARSH)


def conduct(call: Call) -> list[dict[str, str]]:
    """Counts and hours against dated rules, in the language of the page."""
    return [
        {
            "rule": str(one.get("rule", "")),
            "words": text_in(one.get("words")),
            "citation": text_in(one.get("citation")),
            "date": str(one.get("date") or ""),
            "force": text_in(one.get("force")),
        }
        for one in rows(call.found.get("conduct"))
    ]


def hotlines(call: Call) -> tuple[str, ...]:
    """The published numbers of whom the caller claims to be or to act for; never a number that the caller named."""
    known = (organisations().get(key or "") for key in (call.on_behalf_of, call.organisation))
    return next((one.hotlines for one in known if one and one.hotlines and one.confidence == "high"), ())


def why(notice: Notice | None) -> str:
    """Why a call is told of in this way, in the language of the page."""
    if notice is None or notice.reason not in set(Reason):
        return ""
    return Reason(notice.reason).words.text(language())


def rung(message: Message) -> str:
    """Why this message was tried, and by which way, in the language of the page."""
    try:
        stored = json.loads(message.why or "{}")
    except ValueError:
        stored = {}
    return text_in(stored if isinstance(stored, dict) else {})


def advice(call: Call) -> dict[str, Any]:
    """What guidance said, as stored; empty before the follow-up has run."""
    stored = json.loads(call.advice) if call.advice else {}
    return stored if isinstance(stored, dict) else {}


def steps(call: Call) -> list[NextStep]:
    return [
        NextStep(str(one.get("id", "")), text_in(one.get("text")), text_in(one.get("source")))
        for one in rows(advice(call).get("steps"))
    ]


def reasons(call: Call) -> list[str]:
    """Why guidance chose these steps."""
    return [why for one in rows(advice(call).get("rows")) if (why := text_in(one.get("why")))]


def urgent(call: Call) -> bool:
    """Whether guidance put this call before all others: harm, or a fraud under way."""
    return any(one.get("layer") == 0 for one in rows(advice(call).get("rows")))


def rows(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def spans_of(finding: dict[str, Any]) -> tuple[Span, ...]:
    spans = finding.get("spans")
    found = spans if isinstance(spans, list) else []
    return tuple(
        (one[0], one[1], one[2])
        for one in found
        if isinstance(one, list) and len(one) == 3 and all(isinstance(part, int) for part in one)
    )
