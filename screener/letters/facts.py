"""What a letter may say of a call: only what is kept of it, each claim as a claim, every word with where it stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from screener.model import Category, Jurisdiction, Language
from screener.numbers import display
from screener.traditional import as_read


@dataclass(frozen=True, slots=True)
class File:
    """Something enclosed: a name for people, and its SHA-256 in hex."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Source:
    """A call as it is kept: its row's values, its findings' JSON, the words of its turns, its recordings, its text."""

    sid: str
    at: datetime
    seconds: int | None
    caller: str | None
    category: Category | None
    organisation: str | None
    on_behalf_of: str | None
    found: Mapping[str, Any]
    statements: Sequence[tuple[int, str]]
    recordings: tuple[str, ...] = ()
    text_mark: str = ""
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Noticed:
    """A finding such as `tactic:home_visit`, and the words that show it; none when they are not kept."""

    finding: str
    words: str


@dataclass(frozen=True, slots=True)
class CallFacts:
    """One call in a letter. Names are claims; `measured` are counts and hours past a rule: its id, and the words."""

    sid: str
    at: datetime
    seconds: int | None
    number: str
    organisation: str
    on_behalf_of: str
    agent_name: str
    staff_id: str
    callback_number: str
    statements: tuple[str, ...]
    noticed: tuple[Noticed, ...]
    measured: tuple[tuple[str, str], ...]
    recordings: tuple[str, ...]
    text_mark: str
    files: tuple[File, ...]


def call_facts(source: Source, language: Language, country: Jurisdiction = Jurisdiction.HK) -> CallFacts:
    """What a letter in this language may say of a call; names in the characters of its reader, quotes as they are."""
    found = source.found

    def name(said: str) -> str:
        return as_read(said, language, country)

    return CallFacts(
        sid=source.sid,
        at=source.at,
        seconds=source.seconds,
        number=display(source.caller) if source.caller else "",
        organisation=name(_claimed(source.organisation, found.get("organisation"), language)),
        on_behalf_of=name(_claimed(source.on_behalf_of, found.get("on_behalf_of"), language)),
        agent_name=name(_detail(found.get("agent_name"))),
        staff_id=_detail(found.get("staff_id")),
        callback_number=_detail(found.get("callback_number")),
        statements=tuple(words for _, words in source.statements),
        noticed=tuple(_noticed(found, dict(source.statements))),
        measured=tuple(_measured(found, language)),
        recordings=source.recordings,
        text_mark=source.text_mark,
        files=source.files,
    )


def _claimed(key: str | None, found: Any, language: Language) -> str:
    """The name of a claim; one that the subscriber corrected has only its key."""
    if not key:
        return ""
    if isinstance(found, dict) and found.get("key") == key:
        names = found.get("names") or {}
        return str(names.get(language.value) or found.get("spoken") or key)
    return key


def _detail(found: Any) -> str:
    value = found.get("value") if isinstance(found, dict) else found
    return str(value or "")


def _noticed(found: Mapping[str, Any], words: Mapping[int, str]) -> Iterator[Noticed]:
    for part, kind in (("red_flags", "red_flag"), ("signs", "sign"), ("tactics", "tactic")):
        for one in found.get(part) or ():
            shown = [words.get(number, "")[start:end] for number, start, end in one.get("spans") or ()]
            yield Noticed(f"{kind}:{one.get('value')}", " … ".join(filter(None, shown)))


def _measured(found: Mapping[str, Any], language: Language) -> Iterator[tuple[str, str]]:
    """Hours and counts past a rule, with its name, date and force. A letter is read on another day than the call's."""
    for one in found.get("conduct") or ():
        text = str((one.get("words") or {}).get(language.value) or "")
        if one.get("over") and text:
            that_day = "當天" if language is Language.ZH_HANT else "当天"
            yield str(one.get("rule")), text.replace("今天", that_day).replace(" call today;", " call that day;")
