"""What is said in a call, one turn at a time, as far as consent lets it be kept."""

import json
from dataclasses import dataclass, fields
from datetime import UTC, datetime

from sqlalchemy import Connection, bindparam, func, insert, select, update

from screener.dialogue import Heard, Talk
from screener.model import Category, Consent, Disposition, Greeting, Spoken
from screener.store.records import Call, Turn, record
from screener.store.schema import call, turn


@dataclass(frozen=True, slots=True)
class Asked:
    """One reply of ours, ready to be kept."""

    step: str
    language: Spoken
    said: str
    version: str
    reply: str


def talk_of(tx: Connection, of: Call) -> Talk:
    """Where the dialogue stands, with the statements that consent has let us keep."""
    saved = json.loads(of.talk)
    # Most of the way there are none; the look-up is worth skipping.
    listening = saved["consent"] in ("recording", "notes") and (saved["asked"] or saved["asks"] > 1)
    saved["statements"] = (
        tuple(row.words for row in tx.execute(_STATEMENTS, {"call": of.id}) if row.words) if listening else ()
    )
    saved["asked"] = tuple(saved["asked"])
    saved["language"] = Spoken(saved["language"])
    saved["consent"] = Consent(saved["consent"])
    saved["greeting"] = Greeting(saved.get("greeting", Greeting.PLAIN))
    saved["keyed"] = Category(saved["keyed"]) if saved["keyed"] else None
    saved["disposition"] = Disposition(saved["disposition"]) if saved["disposition"] else None
    return Talk(**saved)


# The steps whose answers are statements; elsewhere `words` holds a matched phrase.
STATEMENT_STEPS = ("statement", "organisation", "principal", "address", "verify", "message")
_STATEMENTS = (
    select(turn.c.number, turn.c.words, turn.c.partial)
    .where(turn.c.call_id == bindparam("call"), turn.c.step.in_(STATEMENT_STEPS))
    .order_by(turn.c.number)
)


def statements(tx: Connection, of: Call) -> list[tuple[int, str]]:
    """The caller's kept words with their turn's number; for a turn that was cut off, its latest partial result."""
    rows = tx.execute(_STATEMENTS, {"call": of.id})
    return [(row.number, text) for row in rows if (text := row.words or row.partial)]


_ASK = insert(turn)
_MOVE = (
    update(call)
    .where(call.c.id == bindparam("call"), call.c.turn == bindparam("answered"), call.c.ended_at.is_(None))
    .values({name: bindparam(name) for name in ("turn", "talk", "consent", "consent_turn", "disposition")})
)
_HEAR = (
    update(turn)
    .where(turn.c.call_id == bindparam("call"), turn.c.number == bindparam("answered"))
    .values({name: bindparam(name) for name in ("heard_at", "words", "digits", "confidence")} | {"partial": None})
)


def ask(tx: Connection, of: Call, talk: Talk, asked: Asked) -> bool:
    """Keep our next reply and where the dialogue now stands; False when the call has moved on or ended meanwhile."""
    number = of.turn + 1
    moved = {
        "call": of.id,
        "answered": of.turn,
        "turn": number,
        "talk": talk_kept(talk),
        "consent": talk.consent,
        "consent_turn": of.turn if talk.consent is not of.consent else of.consent_turn,
        "disposition": talk.disposition or of.disposition,
    }
    if tx.execute(_MOVE, moved).rowcount == 0:
        return False
    add(tx, of.id, number, asked)
    return True


TALK_KEPT = tuple(f.name for f in fields(Talk) if f.name != "statements")


def talk_kept(talk: Talk) -> str:
    """Where the dialogue stands, without the caller's words."""
    return json.dumps({name: getattr(talk, name) for name in TALK_KEPT})


def add(tx: Connection, call_id: int, number: int, asked: Asked) -> None:
    """A new turn, with what we say in it."""
    told = {name: getattr(asked, name) for name in ("step", "language", "said", "version", "reply")}
    tx.execute(_ASK, {"call_id": call_id, "number": number, **told, "asked_at": datetime.now(UTC)})


def hear(tx: Connection, of: Call, heard: Heard) -> None:
    """Keep what consent lets us keep of the answer to the current turn; the final replaces its partials."""
    row = {"words": heard.words or None, "digits": heard.digits or None, "confidence": heard.confidence or None}
    tx.execute(_HEAR, {"call": of.id, "answered": of.turn, "heard_at": datetime.now(UTC), **row})


def turns(tx: Connection, of: Call) -> list[Turn]:
    rows = tx.execute(select(turn).where(turn.c.call_id == of.id).order_by(turn.c.number))
    return [record(Turn, row) for row in rows]


_TURN = select(turn).where(turn.c.call_id == bindparam("call"), turn.c.number == bindparam("asked"))


def turn_of(tx: Connection, of: Call, number: int) -> Turn | None:
    row = tx.execute(_TURN, {"call": of.id, "asked": number}).one_or_none()
    return record(Turn, row) if row else None


def keep_partial(tx: Connection, of: Call, number: int, partial: str, sequence: int) -> None:
    """Keep the latest partial of an unanswered turn; partials may overtake each other."""
    tx.execute(
        update(turn)
        .where(
            turn.c.call_id == of.id,
            turn.c.number == number,
            turn.c.heard_at.is_(None),
            func.coalesce(turn.c.partial_number, -1) <= sequence,
        )
        .values(partial=partial, partial_number=sequence)
    )


def forget_words(tx: Connection, of: Call) -> None:
    """Consent taken back: the caller's statements and partials go; asked questions and keys stay."""
    tx.execute(update(turn).where(turn.c.call_id == of.id).values(partial=None, partial_number=None))
    tx.execute(
        update(turn)
        .where(turn.c.call_id == of.id, turn.c.step.in_(STATEMENT_STEPS))
        .values(words=None, confidence=None)
    )
