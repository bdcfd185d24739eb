"""Which notice a call belongs to: its own text, a burst, the digest, or none with a reason; and held until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from screener.guidance import Words
from screener.model import Category, Treatment

BURST = timedelta(minutes=10)
MOST_TEXTS_A_DAY = 200


class NoticeKind(StrEnum):
    OWN = "own"
    BURST = "burst"
    DIGEST = "digest"
    NONE = "none"


class Reason(StrEnum):
    AT_ONCE = "at_once"
    ORDINARY = "ordinary"
    BURST = "burst"
    QUIET_HOURS = "quiet_hours"
    DIGEST = "digest"
    MUTED = "muted"
    BLOCKED = "blocked"
    HANG_UP_TOLD = "hang_up_told"
    DAILY_CAP = "daily_cap"

    @property
    def words(self) -> Words:
        return WORDS[self]


WORDS = {
    Reason.AT_ONCE: Words("立即通知", "Told at once"),
    Reason.ORDINARY: Words("单独通知", "Told on its own"),
    Reason.BURST: Words("同一来电者接连来电，合并成一条", "One text for several calls of the same caller"),
    Reason.QUIET_HOURS: Words("免打扰时段，留到早上汇总", "Quiet hours: kept for the morning digest"),
    Reason.DIGEST: Words("按设置留到汇总", "Kept for the digest, as set"),
    Reason.MUTED: Words("号码已静音，只记录不通知", "The number is muted: logged, no text"),
    Reason.BLOCKED: Words("号码已拉黑，只记录不通知", "The number is blocked: logged, no text"),
    Reason.HANG_UP_TOLD: Words("今天已通知过这个号码的无声来电", "A hang-up by this number was told already today"),
    Reason.DAILY_CAP: Words("今天的短信已达上限，只记录", "Today's limit of texts is reached: logged only"),
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """The subscriber's settings, off until set; times are local. `digest_at` alone puts every call in a digest."""

    quiet_from: time | None = None
    quiet_until: time | None = None
    digest_at: time | None = None
    most_texts_a_day: int = MOST_TEXTS_A_DAY
    burst: timedelta = BURST


@dataclass(frozen=True, slots=True)
class Ended:
    """A call that has ended. `caller` is E.164 or one word for all withheld callers; `harm`: a threat of harm."""

    caller: str
    category: Category = Category.UNKNOWN
    treatment: Treatment | None = None
    harm: bool = False
    wordless: bool = False

    @property
    def urgent(self) -> bool:
        """Personal calls, clinics among them, and threats of harm wait for nothing."""
        return self.harm or self.category is Category.PERSONAL


@dataclass(frozen=True, slots=True)
class Notice:
    """An earlier notice of the same subscriber. `at`: when it was fixed; `until`: held until then; `frozen`: its
    body stands, so that no further call may join it. `callers` that it tells of."""

    id: str
    kind: NoticeKind
    at: datetime
    callers: frozenset[str]
    until: datetime | None = None
    frozen: bool = True
    wordless: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """`joins` is the id of a held notice that takes this call too; otherwise a new one is made. UTC times."""

    kind: NoticeKind
    reason: Reason
    until: datetime | None = None
    joins: str | None = None


def decide(ended: Ended, wishes: Wishes, earlier: Sequence[Notice], *, now: datetime, zone: ZoneInfo) -> Decision:
    """The one first notice of a call. `now` is aware; days, quiet hours and the digest are the subscriber's local."""
    silent = _silent(ended, earlier, now, zone)
    if silent:
        return Decision(NoticeKind.NONE, silent)
    decision = (
        Decision(NoticeKind.OWN, Reason.AT_ONCE)
        if ended.urgent
        else _ordinary(ended, wishes, earlier, now=now, zone=zone)
    )
    texts_today = sum(_same_day(notice, now, zone) for notice in earlier if notice.kind is not NoticeKind.NONE)
    if decision.joins is None and texts_today >= wishes.most_texts_a_day:
        return Decision(NoticeKind.NONE, Reason.DAILY_CAP)
    return decision


def in_quiet_hours(wishes: Wishes, local: time) -> bool:
    """From `quiet_from` up to `quiet_until`, across midnight where the first is later."""
    start, until = wishes.quiet_from, wishes.quiet_until
    if start is None or until is None or start == until:
        return False
    return start <= local < until if start < until else local >= start or local < until


def next_time(wanted: time, now: datetime, zone: ZoneInfo) -> datetime:
    """The next moment, after now, when the clocks there show this time; in UTC. A time that the clocks leap over
    in spring counts as the moment of the leap's far side."""
    local = now.astimezone(zone)
    for days in (0, 1, 2):
        moment = datetime.combine(local.date() + timedelta(days=days), wanted, tzinfo=zone)
        settled = moment.astimezone(UTC)
        if settled > now:
            return settled
    raise AssertionError("a day has passed without this time")


def _silent(ended: Ended, earlier: Sequence[Notice], now: datetime, zone: ZoneInfo) -> Reason | None:
    if ended.treatment is Treatment.BLOCK:
        return Reason.BLOCKED
    if ended.treatment is Treatment.MUTE:
        return Reason.MUTED
    told = (notice for notice in earlier if notice.wordless and notice.kind is not NoticeKind.NONE)
    if ended.wordless and any(ended.caller in notice.callers and _same_day(notice, now, zone) for notice in told):
        return Reason.HANG_UP_TOLD
    return None


def _ordinary(ended: Ended, wishes: Wishes, earlier: Sequence[Notice], *, now: datetime, zone: ZoneInfo) -> Decision:
    quiet = in_quiet_hours(wishes, now.astimezone(zone).time())
    every = wishes.digest_at is not None and wishes.quiet_from is None
    if quiet or every:
        morning = wishes.digest_at or wishes.quiet_until
        assert morning is not None
        until = next_time(morning, now, zone)
        held = _open(earlier, NoticeKind.DIGEST, now)
        reason = Reason.QUIET_HOURS if quiet else Reason.DIGEST
        return Decision(NoticeKind.DIGEST, reason, held.until if held else until, held.id if held else None)
    return _burst(ended, wishes, earlier, now)


def _burst(ended: Ended, wishes: Wishes, earlier: Sequence[Notice], now: datetime) -> Decision:
    """The first call of a caller is told at once; those that follow closely wait together and are told as one."""
    same = [notice for notice in earlier if ended.caller in notice.callers]
    held = _open(same, NoticeKind.BURST, now)
    if held:
        return Decision(NoticeKind.BURST, Reason.BURST, held.until, held.id)
    told = (NoticeKind.OWN, NoticeKind.BURST)
    if any(notice.kind in told and now - (notice.until or notice.at) < wishes.burst for notice in same):
        return Decision(NoticeKind.BURST, Reason.BURST, now + wishes.burst)
    return Decision(NoticeKind.OWN, Reason.ORDINARY)


def _open(earlier: Sequence[Notice], kind: NoticeKind, now: datetime) -> Notice | None:
    """A held notice that can still take a call."""
    open_ = (n for n in earlier if n.kind is kind and not n.frozen and n.until is not None and n.until > now)
    return next(open_, None)


def _same_day(notice: Notice, now: datetime, zone: ZoneInfo) -> bool:
    return notice.at.astimezone(zone).date() == now.astimezone(zone).date()
