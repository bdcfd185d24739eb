"""Search by number, organisation and words, through an index of terms that is the same on both databases.

A term is two neighbouring characters of Chinese, a word of other scripts, or four digits in a row; text and query
are cut alike, in Simplified characters, so a two-character search in either script is one look into the index. What
is found holds every term of the query.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, literal, select

from screener.store.schema import call, term, turn
from screener.traditional import simplified

HAN = "\u3400-\u9fff\uf900-\ufaff"
RUN = re.compile(rf"[{HAN}]+|[0-9]+|[^\W\d_{HAN}]+")
SEPARATORS = re.compile(r"(?<=[0-9])[ \-()]+(?=[0-9])")  # inside a phone number
DIGITS = 4  # in a row make a term; shorter runs are terms whole
WORD = 32  # letters of a word that are kept
MOST_TERMS = 2000  # of one call, a bound for whatever a caller may say
QUERY_TERMS = 12
FEW = 500  # a term found in fewer calls than this leads the search


def terms(text: str) -> Iterator[str]:
    """The terms of a text, in order, some of them more than once."""
    for run in RUN.findall(SEPARATORS.sub("", simplified(text).casefold())):
        size = DIGITS if run[0].isdigit() else 2 if is_han(run) else None
        if size is None:
            yield run[:WORD]
        else:
            yield from (run[at : at + size] for at in range(max(len(run) - size + 1, 1)))


def is_han(run: str) -> bool:
    return "\u3400" <= run[0] <= "\u9fff" or "\uf900" <= run[0] <= "\ufaff"


def index(tx: Connection, call_id: int) -> None:
    """Make a call findable by what is kept of it now, and by nothing else."""
    row = tx.execute(select(call).where(call.c.id == call_id)).one()
    heard = tx.execute(select(turn.c.words, turn.c.partial).where(turn.c.call_id == call_id))
    texts = [row.caller or "", *(text for said in heard for text in said if text)]
    for role in ("organisation", "on_behalf_of"):
        texts += [getattr(row, role) or "", *names(row.findings, role)]
    found = list(dict.fromkeys(one for text in texts for one in both_lengths(text)))[:MOST_TERMS]
    forget(tx, call_id)
    if found:
        owned = {"subscriber_id": row.subscriber_id, "call_id": call_id}
        tx.execute(insert(term), [{**owned, "term": one} for one in found])


def both_lengths(text: str) -> Iterator[str]:
    """A text's terms, and single characters of Chinese too, so that one character also finds something."""
    yield from terms(text)
    yield from (one for run in RUN.findall(simplified(text)) if is_han(run) for one in run)


def names(findings: str | None, role: str) -> list[str]:
    """Every name of a claimed organisation, as spoken and in each language."""
    stored: Any = json.loads(findings).get(role) if findings else None
    if not isinstance(stored, dict):
        return []
    return [str(stored.get("spoken") or ""), *(str(name) for name in (stored.get("names") or {}).values() if name)]


def forget(tx: Connection, call_id: int) -> None:
    """Make a call findable by nothing."""
    tx.execute(delete(term).where(term.c.call_id == call_id))


def matching(tx: Connection, subscriber_id: int, query: str) -> Select[Any] | None:
    """Ids of the subscriber's calls that hold every term of the query; None when it holds nothing to look for."""
    wanted = list(dict.fromkeys(terms(query)))[:QUERY_TERMS]
    if not wanted:
        return None
    first, *others = sorted(wanted, key=lambda one: _frequency(tx, subscriber_id, one))
    found = select(term.c.call_id).where(term.c.subscriber_id == subscriber_id, term.c.term == first)
    for one in others:
        also = term.alias()
        same = (also.c.subscriber_id == subscriber_id, also.c.term == one, also.c.call_id == term.c.call_id)
        found = found.where(select(literal(1)).where(*same).exists())
    return found


def _frequency(tx: Connection, subscriber_id: int, one: str) -> int:
    """In how many calls a term stands, counted no further than to tell the rare from the common."""
    rows = select(term.c.call_id).where(term.c.subscriber_id == subscriber_id, term.c.term == one).limit(FEW)
    return tx.execute(select(func.count()).select_from(rows.subquery())).scalar_one()
