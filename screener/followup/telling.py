"""What the subscriber is told of a call: its one notice, its message frozen, and after a failure the next rung."""

from dataclasses import replace
from datetime import time, timedelta

from screener.followup import ladder, sending
from screener.followup.heeding import Heeded, heed, save, tell_again, tell_of
from screener.house import Desk
from screener.notices import Decision, Ended, NoticeKind, Wishes, decide
from screener.notices import Notice as Told_of
from screener.store import Connection, calls, departures, messages, notices, subscribers
from screener.store.records import Call, Message, Notice, Subscriber
from screener.summary import Told

LOOK_BACK = timedelta(hours=36)  # how far earlier notices matter to a new one: longer than any local day


def tell(desk: Desk, sid: str) -> None:
    """Everything that is still to do about the notice of an ended call; what is done already is skipped."""
    with desk.store.read() as tx:
        call = calls.find(tx, sid)
        if call is None or call.ended_at is None:
            return
        notice = notices.of_call(tx, call.id)
        owner = subscribers.by_id(tx, call.subscriber_id)
    assert owner is not None
    if departures.is_leaving(owner):
        return
    message_id = notice.message_id if notice else fix(desk, call, owner)
    if message_id:
        sending.deliver(desk, message_id)


def fix(desk: Desk, call: Call, owner: Subscriber) -> str | None:
    """Give the call its one notice with all that was found, in a single transaction; the id of its message, if any."""
    with desk.store.read() as tx:
        heeded = heed(tx, call, owner)
    with desk.store.write() as tx:
        # The subscriber's row is the lock: two workers never decide at once what a burst or a day's cap holds.
        subscribers.by_id(tx, owner.id, lock=True)
        locked = calls.find(tx, call.sid, lock=True)
        if locked is None:
            return None
        fixed = notices.of_call(tx, call.id)
        if fixed:
            return fixed.message_id
        if locked.consent is not call.consent:
            heeded = heed(tx, locked, owner)
        save(tx, heeded)
        told = tell_of(heeded, owner)
        decision = decided(desk, tx, owner, told, heeded)
        return note(desk, tx, owner, told, decision, heeded)


# The one first notice


def decided(desk: Desk, tx: Connection, owner: Subscriber, told: Told, heeded: Heeded) -> Decision:
    """Which notice this call belongs to, by the subscriber's wishes and what was told before."""
    ended = Ended(
        caller=caller_of(heeded.call),
        category=heeded.understanding.category,
        treatment=heeded.call.treatment,
        harm=heeded.advice.emergency,
        wordless=told.wordless,
    )
    wishes = Wishes(
        quiet_from=clock(owner.quiet_from),
        quiet_until=clock(owner.quiet_until),
        digest_at=clock(owner.digest_at),
        most_texts_a_day=desk.settings.max_texts_per_day,
    )
    earlier = bundles(notices.recent(tx, owner.id, desk.now() - LOOK_BACK))
    return decide(ended, wishes, earlier, now=desk.now(), zone=owner.zone)


def caller_of(call: Call) -> str:
    """Who called, as notices tell callers apart. Withheld callers are never taken for one another."""
    return call.caller or f"withheld {call.id}"


def clock(text: str) -> time | None:
    return time.fromisoformat(text) if text else None


def bundles(rows: list[Notice]) -> list[Told_of]:
    """Rows of calls as the notices that they make up."""
    grouped: dict[str, list[Notice]] = {}
    for row in rows:
        grouped.setdefault(row.bundle, []).append(row)
    return [
        Told_of(
            id=bundle,
            kind=NoticeKind(calls_[0].kind),
            at=calls_[0].noted_at,
            callers=frozenset(one.caller for one in calls_),
            until=calls_[0].held_until,
            frozen=calls_[0].fixed_at is not None,
            wordless=all(one.wordless for one in calls_),
        )
        for bundle, calls_ in grouped.items()
    ]


def note(desk: Desk, tx: Connection, owner: Subscriber, told: Told, decision: Decision, heeded: Heeded) -> str | None:
    """Write the notice down; a text of its own is frozen with it, a held one is promised for later."""
    call, now = heeded.call, desk.now()
    bundle = decision.joins or ladder.new_id()
    own = decision.kind is NoticeKind.OWN
    message_id = ladder.start(desk, tx, owner, ladder.of_call(call.id, told)) if own else None
    none = decision.kind is NoticeKind.NONE
    values = {
        "call_id": call.id,
        "subscriber_id": owner.id,
        "kind": decision.kind,
        "reason": decision.reason,
        "bundle": bundle,
        "caller": caller_of(call),
        "wordless": told.wordless,
        "noted_at": now,
        "held_until": decision.until,
        "message_id": message_id,
        "fixed_at": now if own or none else None,
    }
    notices.add(tx, values)
    if decision.until and not decision.joins:
        desk.promise_later(tx, "notice", bundle, max(0.0, (decision.until - now).total_seconds()))
    return message_id


def tell_held(desk: Desk, bundle: str) -> None:
    """A burst or a digest has waited long enough: freeze its one message and send it."""
    message_id = None
    with desk.store.write() as tx:
        waiting = notices.held(tx, bundle)
        due = [one for one in waiting if one.held_until and one.held_until <= desk.now()]
        owner = subscribers.by_id(tx, due[0].subscriber_id) if due else None
        if owner and not departures.is_leaving(owner):
            told = [tell_again(tx, one.call_id, owner) for one in waiting]
            if NoticeKind(due[0].kind) is NoticeKind.BURST:
                # Told by its last call, which says how many there were.
                subject = ladder.of_call(due[-1].call_id, replace(told[-1], burst=len(told)))
            else:
                subject = ladder.of_digest(told)
            message_id = ladder.start(desk, tx, owner, subject)
            notices.fix(tx, bundle, message_id, desk.now())
    if message_id:
        sending.deliver(desk, message_id)


# After a failure


def delivery_changed(desk: Desk, message_id: str) -> None:
    """A message moved on; after a terminal failure the next rung of the ladder is taken, once."""
    with desk.store.write() as tx:
        message = messages.find(tx, message_id, lock=True)
        owner = subscribers.by_id(tx, message.subscriber_id, lock=True) if message else None
        if message is None or owner is None or not has_failed(message):
            return
        if message.error_code == ladder.OPTED_OUT and not message.channel:
            subscribers.opt_out(tx, owner.id, desk.now())
            owner = subscribers.by_id(tx, owner.id) or owner
        subject = subject_of(tx, message, owner)
        following = ladder.climb(desk, tx, owner, message, subject) if subject else None
    if following:
        sending.deliver(desk, following)


def has_failed(message: Message) -> bool:
    """Whether it surely did not arrive; a message that may have arrived starts no other."""
    return message.state == "failed" or message.carrier_status in ("undelivered", "failed", "canceled")


def subject_of(tx: Connection, message: Message, owner: Subscriber) -> ladder.Subject | None:
    """What a message tells of, to be told another way; None for a sign-in code, which nobody else should get."""
    told_of = notices.calls_told(tx, messages.chain(tx, message)[-1].id)
    told = [tell_again(tx, call.id, owner) for call in told_of]
    if message.kind == "digest" and told:
        return ladder.of_digest(told)
    if message.kind not in ("call", "burst") or not told:
        return None
    return ladder.of_call(told_of[-1].id, replace(told[-1], burst=len(told)))
