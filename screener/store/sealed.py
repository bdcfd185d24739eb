"""What the entries of a chain commit to, read from the rows: never more than stays as it is once it is sealed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, select

from screener.evidence import Kind, Part
from screener.store.schema import attachment, call, custody, message, recording, turn

CALL = (
    "sid", "caller", "caller_kind", "caller_raw", "forwarded_from", "carrier", "treatment", "consent", "consent_turn",
    "disposition", "started_at", "ended_at",
)  # fmt: skip
TURN = (
    "number", "step", "language", "said", "version", "reply", "asked_at", "heard_at", "words", "digits", "confidence",
    "partial", "partial_number",
)  # fmt: skip
FINDINGS = ("seconds", "category", "organisation", "on_behalf_of", "warning", "findings", "advice")
RECORDING = ("sid", "source", "started_at", "seconds", "sha256", "size", "media_type", "noted_at", "held_at")
DELIVERY = (
    "id", "kind", "channel", "style", "reference", "recipient", "sender", "body", "segments", "sid", "created_at",
)  # fmt: skip
CUSTODY = ("at", "who", "deed", "detail", "call_id")
ATTACHMENT = ("id", "name", "media_type", "sha256", "size", "added_at", "call_id", "letter_id")
Parts = dict[str, list[Part]]


def _rows(table: Table, key: str, names: Sequence[str], *more: str) -> Select[Any]:
    """Rows whose key is among `keys`, the key first. Built once: building takes longer than running."""
    columns = [table.c[name] for name in (key, *names, *more)]
    return select(*columns).where(table.c[key].in_(bindparam("keys", expanding=True)))


_CALLS = _rows(call, "id", CALL)
_TURNS = _rows(turn, "call_id", TURN).order_by(turn.c.call_id, turn.c.number)
_FINDINGS = _rows(call, "id", FINDINGS)
_RECORDINGS = _rows(recording, "id", RECORDING).where(recording.c.state == "held")
_DELIVERIES = _rows(message, "id", DELIVERY, "state", "carrier_status")
_CUSTODY = _rows(custody, "id", CUSTODY)
_ATTACHMENTS = _rows(attachment, "id", ATTACHMENT)


_ONE_CALL = (
    select(*(call.c[name] for name in CALL), *(turn.c[name] for name in TURN))
    .select_from(call.outerjoin(turn, turn.c.call_id == call.c.id))
    .where(call.c.id == bindparam("call"))
    .order_by(turn.c.number)
)


def one(tx: Connection, kind: str, subject: str) -> list[Part]:
    """What an entry for this row commits to; nothing when it is not there. A call takes one look, for its end waits."""
    if kind != Kind.CALL:
        return contents(tx, kind, [subject]).get(subject, [])
    rows = tx.execute(_ONE_CALL, {"call": int(subject)}).all()
    turns = [dict(zip(TURN, row[len(CALL) :], strict=True)) for row in rows if row[len(CALL)] is not None]
    call_parts = [Part("call", dict(zip(CALL, row[: len(CALL)], strict=True))) for row in rows[:1]]
    return call_parts + [Part(f"turn {values['number']}", values) for values in turns]


def contents(tx: Connection, kind: str, subjects: Sequence[str]) -> Parts:
    """For each subject that is still there, what an entry of this kind commits to."""
    found: Parts = _READ[Kind(kind)](tx, subjects)
    return found


def _plain(statement: Select[Any], names: Sequence[str], name: str, key: type[int] | type[str] = int) -> Any:
    def read(tx: Connection, subjects: Sequence[str]) -> Parts:
        rows = tx.execute(statement, {"keys": [key(one) for one in subjects]})
        return {str(row[0]): [Part(name, dict(zip(names, row[1:], strict=True)))] for row in rows}

    return read


def _calls(tx: Connection, subjects: Sequence[str]) -> Parts:
    keys = {"keys": [int(one) for one in subjects]}
    turns: dict[int, list[Part]] = defaultdict(list)
    for row in tx.execute(_TURNS, keys):
        turns[row[0]].append(Part(f"turn {row[1]}", dict(zip(TURN, row[1:], strict=True))))
    calls = tx.execute(_CALLS, keys)
    return {str(row[0]): [Part("call", dict(zip(CALL, row[1:], strict=True))), *turns[row[0]]] for row in calls}


def _deliveries(tx: Connection, subjects: Sequence[str]) -> Parts:
    found: Parts = {}
    for row in tx.execute(_DELIVERIES, {"keys": list(subjects)}):
        *values, state, status = row[1:]
        content: Mapping[str, object] = dict(zip(DELIVERY, values, strict=True)) | {"outcome": outcome(state, status)}
        found[row[0]] = [Part("delivery", content)]
    return found


def outcome(state: str, carrier_status: str | None) -> str:
    """How a delivery ended. That a delivered text was read as well changes nothing that was sealed."""
    return "delivered" if carrier_status in ("delivered", "read") else carrier_status or state


_READ: dict[Kind, Any] = {
    Kind.CALL: _calls,
    Kind.FINDINGS: _plain(_FINDINGS, FINDINGS, "findings"),
    Kind.RECORDING: _plain(_RECORDINGS, RECORDING, "recording"),
    Kind.DELIVERY: _deliveries,
    Kind.CUSTODY: _plain(_CUSTODY, CUSTODY, "custody"),
    Kind.ATTACHMENT: _plain(_ATTACHMENTS, ATTACHMENT, "attachment", str),
}
