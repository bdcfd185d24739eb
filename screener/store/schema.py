"""The tables. Times are UTC; phone numbers are E.164; JSON columns hold text of our own making."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    literal_column,
    or_,
)


class Utc(TypeDecorator[datetime]):
    """An aware UTC time; SQLite, which knows no zones, holds it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None or value.tzinfo:
            return value
        return value.replace(tzinfo=UTC)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _of(table: str, **options: Any) -> Column[Any]:
    """A reference to a row that takes its children along when it is deleted."""
    return Column(f"{table}_id", ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=False, **options)


subscriber = Table(
    "subscriber",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("phone", Text, nullable=False, unique=True),
    Column("twilio_number", Text, nullable=False, unique=True),
    Column("language", Text, nullable=False),
    Column("jurisdiction", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("nickname", Text, nullable=False, default=""),
    Column("style", Text, nullable=False, default="default"),
    Column("quiet_from", Text, nullable=False, default=""),  # local HH:MM; empty when not set
    Column("quiet_until", Text, nullable=False, default=""),
    Column("digest_at", Text, nullable=False, default=""),
    Column("greeting", Text, nullable=False, default="plain", server_default="plain"),
    Column("opted_out_at", Utc),  # the carrier said that the phone wants no texts (STOP)
    Column("created_at", Utc, nullable=False),
)

# Where else a subscriber can be told: an address for the notification library, encrypted, tried in this order.
channel = Table(
    "channel",
    metadata,
    Column("id", Integer, primary_key=True),
    _of("subscriber", index=True),
    Column("position", Integer, nullable=False),
    Column("address", Text, nullable=False),
    Column("shown", Text, nullable=False),  # the address with its secrets masked
    Column("created_at", Utc, nullable=False),
)

contact = Table(
    "contact",
    metadata,
    Column("id", Integer, primary_key=True),
    _of("subscriber"),
    Column("number", Text, nullable=False),
    Column("treatment", Text, nullable=False),
    Column("label", Text, nullable=False, default=""),
    Column("created_at", Utc, nullable=False),
    UniqueConstraint("subscriber_id", "number"),
)

call = Table(
    "call",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sid", Text, nullable=False, unique=True),
    _of("subscriber"),
    Column("caller", Text),
    Column("caller_kind", Text, nullable=False),
    Column("caller_raw", Text, nullable=False),
    Column("forwarded_from", Text, nullable=False, default=""),
    Column("carrier", Text, nullable=False, default="{}"),  # JSON of the ring's other parameters, as received
    Column("treatment", Text),
    Column("turn", Integer, nullable=False, default=0),
    Column("talk", Text, nullable=False, default="{}"),  # JSON of where the dialogue stands; no words of the caller
    Column("consent", Text, nullable=False, default="unasked"),
    Column("consent_turn", Integer),
    Column("carrier_erased_at", Utc),  # after a withdrawal: when the carrier was seen to hold no recording
    Column("disposition", Text),
    Column("started_at", Utc, nullable=False),
    Column("ended_at", Utc),
    Column("seconds", Integer),
    Column("category", Text),
    Column("organisation", Text),
    Column("on_behalf_of", Text),
    Column("warning", Boolean, nullable=False, default=False),
    Column("findings", Text),  # JSON of the understanding
    Column("advice", Text),  # JSON of the rows that fired and the next steps
    Column("read_at", Utc),
    Index(None, "subscriber_id", "started_at", "id"),
    Index(None, "subscriber_id", "caller", "started_at"),
)
_OPEN = call.c.ended_at.is_(None)
Index(None, call.c.subscriber_id, call.c.id)
# A ringing call has neither: what is not in an index need not be written to it.
_NAMED, _TOLD = call.c.organisation.is_not(None), call.c.category.is_not(None)
_BY_NAME = (call.c.subscriber_id, call.c.organisation, call.c.started_at)
Index(None, *_BY_NAME, sqlite_where=_NAMED, postgresql_where=_NAMED)
Index(None, call.c.subscriber_id, call.c.category, call.c.id, sqlite_where=_TOLD, postgresql_where=_TOLD)
Index(None, call.c.subscriber_id, call.c.consent, call.c.id)
Index("ix_call_warning", call.c.subscriber_id, call.c.id, sqlite_where=call.c.warning, postgresql_where=call.c.warning)
Index("ix_call_open", call.c.subscriber_id, call.c.started_at, sqlite_where=_OPEN, postgresql_where=_OPEN)

turn = Table(
    "turn",
    metadata,
    Column("id", Integer, primary_key=True),
    _of("call"),
    Column("number", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("version", Text, nullable=False),  # names the exact wording of `said`
    Column("reply", Text, nullable=False),  # the TwiML, so that a repeated webhook gets the same answer
    Column("asked_at", Utc, nullable=False),
    Column("heard_at", Utc),
    Column("words", Text),
    Column("digits", Text),
    Column("confidence", Text),
    Column("partial", Text),
    Column("partial_number", Integer),
    UniqueConstraint("call_id", "number"),
)

recording = Table(
    "recording",
    metadata,
    Column("id", Integer, primary_key=True),
    _of("call", index=True),
    Column("sid", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),  # running, promised, held, absent, unwanted, deleted, failed
    Column("source", Text, nullable=False, default=""),
    Column("started_at", Utc),
    Column("seconds", Integer),
    Column("sha256", Text),
    Column("size", Integer),
    Column("media_type", Text),
    Column("noted_at", Utc, nullable=False),
    Column("held_at", Utc),
    Column("carrier_deleted_at", Utc),
    Column("problem", Text),
    Index(None, "state"),
)

message = Table(
    "message",
    metadata,
    Column("id", Text, primary_key=True),  # random: it is named in the status callback's URL
    _of("subscriber"),
    Column("call_id", ForeignKey("call.id", ondelete="CASCADE"), index=True),
    Column("kind", Text, nullable=False),  # call, burst, digest, code
    Column("channel_id", ForeignKey("channel.id", ondelete="SET NULL")),  # null: a text
    Column("channel", Text, nullable=False, default=""),  # how the channel is shown; empty: a text
    # The message that failed before this one; each is followed at most once.
    Column("after_id", ForeignKey("message.id", ondelete="CASCADE"), unique=True),
    Column("why", Text, nullable=False, default=""),  # JSON: why this rung of the delivery ladder, in each language
    Column("style", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("segments", Integer, nullable=False),
    Column("state", Text, nullable=False),  # pending, sending, accepted, failed, needs_a_look
    Column("attempts", Integer, nullable=False, default=0),
    Column("uncertain", Integer, nullable=False, default=0),  # sendings that were looked up and not found
    Column("not_before", Utc),
    Column("sending_at", Utc),
    Column("sid", Text, unique=True),
    Column("carrier_status", Text),
    Column("error_code", Integer),
    Column("problem", Text),
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
    UniqueConstraint("subscriber_id", "reference"),
    Index(None, "state", "sending_at"),
)

# The one first notice of each call. Calls that are told of together share a bundle, and one message.
notice = Table(
    "notice",
    metadata,
    Column("call_id", ForeignKey("call.id", ondelete="CASCADE"), primary_key=True),
    Column("subscriber_id", ForeignKey("subscriber.id", ondelete="CASCADE"), nullable=False),
    Column("kind", Text, nullable=False),  # own, burst, digest, none
    Column("reason", Text, nullable=False, default=""),
    Column("bundle", Text, nullable=False, index=True),
    Column("caller", Text, nullable=False),  # E.164, or a withheld caller of this call alone
    Column("wordless", Boolean, nullable=False, default=False),
    Column("noted_at", Utc, nullable=False),
    Column("held_until", Utc),  # a burst or a digest waits until then
    Column("message_id", ForeignKey("message.id", ondelete="CASCADE")),
    Column("fixed_at", Utc),  # when the body was frozen; null while it is held
    Index(None, "subscriber_id", "noted_at"),
)

login = Table(
    "login",
    metadata,
    Column("token_hash", Text, primary_key=True),
    _of("subscriber"),
    Column("created_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
)

session = Table(
    "session",
    metadata,
    Column("token_hash", Text, primary_key=True),
    _of("subscriber", index=True),
    Column("csrf", Text, nullable=False),
    Column("agent", Text, nullable=False, default=""),
    Column("created_at", Utc, nullable=False),
    Column("seen_at", Utc, nullable=False),
    Column("expires_at", Utc, nullable=False),
)

custody = Table(
    "custody",
    metadata,
    Column("id", Integer, primary_key=True),
    _of("subscriber"),
    Column("call_id", ForeignKey("call.id", ondelete="SET NULL"), index=True),
    Column("at", Utc, nullable=False),
    Column("who", Text, nullable=False),
    Column("deed", Text, nullable=False),
    Column("detail", Text, nullable=False, default=""),
)

# What can be searched for: two characters of Chinese, a word, four digits in a row. The key is the index.
term = Table(
    "term",
    metadata,
    Column("subscriber_id", ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    Column("term", Text, primary_key=True),
    Column("call_id", ForeignKey("call.id", ondelete="CASCADE"), primary_key=True, index=True),
    sqlite_with_rowid=False,
)

tick = Table(
    "tick",
    metadata,
    Column("call_id", ForeignKey("call.id", ondelete="CASCADE"), primary_key=True),
    Column("step", Text, primary_key=True),
    Column("at", Utc, nullable=False),
)

note = Table(
    "note",
    metadata,
    Column("call_id", ForeignKey("call.id", ondelete="CASCADE"), primary_key=True),
    Column("words", Text, nullable=False),
    Column("at", Utc, nullable=False),
)

preference = Table(
    "preference",
    metadata,
    Column("subscriber_id", ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    Column("retention_days", Integer),  # null: until deleted by hand
    Column("sound_days", Integer),  # the same for recordings alone,
    Column("words_days", Integer),  # and for the caller's words alone
    Column("situation", Text, nullable=False, default=""),  # illness, job_loss, age; by choice, joined by commas
)

code = Table(
    "code",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("phone_hash", Text, nullable=False),
    Column("address_hash", Text, nullable=False),
    Column("subscriber_id", ForeignKey("subscriber.id", ondelete="CASCADE")),  # null: the phone is nobody's
    Column("code_hash", Text, nullable=False),
    Column("tries", Integer, nullable=False, default=0),
    Column("created_at", Utc, nullable=False, index=True),
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
    Index(None, "phone_hash", "created_at"),
    Index(None, "address_hash", "created_at"),
)


# What the worker looks for: calls by their end, and the few rows that are not settled yet.
# The look goes through every call from the beginning when a worker starts, so the index holds all that it asks for.
_ENDED = call.c.ended_at.is_not(None)
_LOOKED_AT = (call.c.ended_at, call.c.id, call.c.consent, call.c.sid)
Index("ix_call_ended", *_LOOKED_AT, sqlite_where=_ENDED, postgresql_where=_ENDED)
_UNERASED = (call.c.consent == "withdrawn") & call.c.carrier_erased_at.is_(None)
Index("ix_call_unerased", call.c.ended_at, sqlite_where=_UNERASED, postgresql_where=_UNERASED)
# Written out, not bound: a database uses such an index only where it sees the same condition in the query.
UNSETTLED = or_(
    recording.c.state.in_([literal_column("'promised'"), literal_column("'unwanted'")]),
    (recording.c.state == literal_column("'held'")) & recording.c.carrier_deleted_at.is_(None),
)
UNDECIDED = message.c.state.in_([literal_column("'pending'"), literal_column("'sending'")])
_UNFIXED = notice.c.fixed_at.is_(None)
Index("ix_recording_unsettled", recording.c.noted_at, sqlite_where=UNSETTLED, postgresql_where=UNSETTLED)
Index("ix_message_undecided", message.c.created_at, sqlite_where=UNDECIDED, postgresql_where=UNDECIDED)
Index("ix_notice_held", notice.c.held_until, sqlite_where=_UNFIXED, postgresql_where=_UNFIXED)
# What the sealing looks through: what became final lately.
Index(None, recording.c.held_at)
Index(None, message.c.updated_at)
Index(None, custody.c.at)

beat = Table(
    "beat",
    metadata,
    Column("slot", Text, primary_key=True),
    Column("at", Utc, nullable=False),
)

# Calls whose recordings the carrier was asked for after the end, because it had told of none.
sought = Table(
    "sought",
    metadata,
    Column("call_id", ForeignKey("call.id", ondelete="CASCADE"), primary_key=True),
    Column("at", Utc, nullable=False),
)

# The hash chain: where each subscriber's ends, and its entries. `name` is random, for row ids are used again.
chain = Table(
    "chain",
    metadata,
    Column("subscriber_id", ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("length", Integer, nullable=False),
    Column("head", Text, nullable=False),
)

seal = Table(
    "seal",
    metadata,
    Column("subscriber_id", ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("digest", Text, nullable=False),
    Column("detail", Text, nullable=False, default=""),
    Column("hash", Text, nullable=False),
    # Not part of the hash, erased with the content: which row, its salt, the first digits of its parts' digests.
    Column("subject", Text),
    Column("call_id", ForeignKey("call.id", ondelete="SET NULL"), index=True),
    Column("salt", Text),
    Column("parts", Text),
    Index(None, "kind", "subject"),
)

# Erasures that wait for the carrier, and keyed digests of the sids that must never come back.
erasure = Table(
    "erasure",
    metadata,
    Column("call_id", ForeignKey("call.id", ondelete="CASCADE"), primary_key=True),
    Column("at", Utc, nullable=False),
)

erased = Table(
    "erased",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("at", Utc, nullable=False),
)

# What is left outside our tables of calls that were erased: ids only, each kept until it is gone there too.
remnant = Table(
    "remnant",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("at", Utc, nullable=False),
    Column("final_at", Utc, nullable=False),  # before then more of it may still turn up there
    Column("not_before", Utc, nullable=False, index=True),
    Column("tries", Integer, nullable=False, default=0),
    Column("problem", Text),
)

# Subscribers who want everything deleted: the calls of before then, and with `whole` the subscriber too.
departure = Table(
    "departure",
    metadata,
    Column("subscriber_id", ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    Column("token", Text, nullable=False, unique=True),  # names the page that shows how far it has come
    Column("whole", Boolean, nullable=False),
    Column("at", Utc, nullable=False),
    Column("calls", Integer, nullable=False),  # how many there were to delete
    # By which the carrier is asked for texts that we have no row of; forgotten once it has told.
    Column("phone", Text, nullable=False),
    Column("twilio_number", Text, nullable=False),
)

# Bags that a subscriber asked for on the pages, and that the worker makes.
packing = Table(
    "packing",
    metadata,
    Column("id", Text, primary_key=True),  # random: it names the file
    _of("subscriber", index=True),
    Column("choice", Text, nullable=False),  # JSON of which calls
    Column("state", Text, nullable=False),  # wanted, making, ready, failed
    Column("tries", Integer, nullable=False, default=0),
    Column("done", Integer, nullable=False, default=0),
    Column("calls", Integer, nullable=False),
    Column("missing", Integer, nullable=False, default=0),
    Column("size", BigInteger),
    Column("asked_at", Utc, nullable=False),
    Column("ready_at", Utc),
    Column("taken_at", Utc),
)

# What a third party says of a chain's head, and when: tokens of RFC 3161.
stamp = Table(
    "stamp",
    metadata,
    Column("subscriber_id", ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("hash", Text, nullable=False),
    Column("at", Utc, nullable=False),
    Column("token", LargeBinary, nullable=False),
)

# A letter as the subscriber left it; its text is made anew from its calls and what was typed.
letter = Table(
    "letter",
    metadata,
    Column("id", Text, primary_key=True),  # random: it is named in addresses
    _of("subscriber", index=True),
    Column("kind", Text, nullable=False),
    Column("country", Text, nullable=False),  # whose rules it names
    Column("language", Text, nullable=False),
    Column("typed", Text, nullable=False),  # JSON of what was typed into its blanks
    Column("sent_on", Text, nullable=False, default=""),  # the local day, YYYY-MM-DD
    Column("created_at", Utc, nullable=False),
    Column("updated_at", Utc, nullable=False),
)

letter_call = Table(
    "letter_call",
    metadata,
    Column("letter_id", ForeignKey("letter.id", ondelete="CASCADE"), primary_key=True),
    Column("call_id", ForeignKey("call.id", ondelete="CASCADE"), primary_key=True, index=True),
)

# A file that the subscriber added to a call or to a letter, kept under its hash.
attachment = Table(
    "attachment",
    metadata,
    Column("id", Text, primary_key=True),
    _of("subscriber", index=True),
    Column("call_id", ForeignKey("call.id", ondelete="CASCADE"), index=True),
    Column("letter_id", ForeignKey("letter.id", ondelete="CASCADE"), index=True),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("sha256", Text, nullable=False, index=True),
    Column("size", Integer, nullable=False),
    Column("added_at", Utc, nullable=False),
)
