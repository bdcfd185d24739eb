"""Our rows are the truth, the job engine is the motor: find what is owed and not done, and start it again."""

import logging
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from screener import telephony
from screener.followup.forgetting import erase_promised
from screener.followup.sealing import seal_late
from screener.followup.stamping import owed_stamps
from screener.house import Desk
from screener.settings import Settings
from screener.store import calls, departures, messages, notices, packings, recordings, remnants

log = logging.getLogger(__name__)

SWEEP_SECONDS = 15
YOUNG = timedelta(seconds=20)  # what is younger is left to the job that was promised with it; never above the grace
LATE = timedelta(seconds=2)
UNTOLD = timedelta(seconds=30)  # after a call's end, until its recording is asked for
QUIET = timedelta(minutes=15)  # after a text's last news, until its fate is asked for
GIVEN_UP = timedelta(days=2)  # after which neither is asked for any more
WINDOW = timedelta(days=2)  # looked through each time; a worker's first look goes back to the beginning
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
MOST = 500  # of each kind started again at a time
RECONCILE_SECONDS = 300  # between two looks at the carrier's list of calls; never above ten graces
OVER = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})


def interval(settings: Settings) -> float:
    """Seconds between two sweeps."""
    return min(SWEEP_SECONDS, settings.send_grace_seconds)


def young(desk: Desk) -> timedelta:
    return min(YOUNG, timedelta(seconds=desk.settings.send_grace_seconds))


def sweep(desk: Desk, *, whole: bool = False) -> int:
    """Start again whatever is owed; how many things that was."""
    return sum(part(desk, whole=whole) for part in PARTS)


def start_again(desk: Desk, kind: str, sids: Iterable[str]) -> int:
    """Promise follow-ups under ids that a finished or failed run has not used up, but for those under way already."""
    wanted = set(sids)
    wanted -= desk.under_way(kind) if wanted else set()
    if not wanted:
        return 0
    stamp = int(desk.now().timestamp())
    with desk.store.write() as tx:
        for sid in sorted(wanted):
            desk.promise_later(tx, kind, f"{sid}:r{stamp}", 0)
    return len(wanted)


def end_lost_calls(desk: Desk, *, whole: bool = False) -> int:  # noqa: ARG001
    """Close calls whose end was never told to us, after asking the carrier; hang up those that never end."""
    longest = timedelta(seconds=desk.settings.max_call_seconds)
    with desk.store.read() as tx:
        sids = calls.open_since(tx, desk.now() - longest)
    closed = 0
    for sid in sids:
        try:
            status, seconds = desk.telephony.call_status(sid)
            if status not in OVER:
                desk.telephony.hang_up(sid)
                continue
        except telephony.Gone:
            seconds = None
        except telephony.TelephonyError as problem:
            log.warning("a call without an end could not be looked up: %s", problem)
            break
        closed += close(desk, sid, seconds)
    return closed


def close(desk: Desk, sid: str, seconds: int | None) -> bool:
    """End a call as the webhook would have; False when it has ended meanwhile."""
    with desk.store.write() as tx:
        call = calls.find(tx, sid, lock=True)
        if call is None or call.ended_at:
            return False
        desk.end(tx, call, seconds)
        return True


def owed_texts(desk: Desk, *, whole: bool = False) -> int:
    """Ended calls that no notice tells of."""
    now = desk.now()
    with desk.store.read() as tx:
        sids = calls.ended_without_notice(tx, BEGINNING if whole else now - WINDOW, now - young(desk), MOST)
    return start_again(desk, "text", sids)


def owed_messages(desk: Desk, *, whole: bool = False) -> int:  # noqa: ARG001
    """Texts that wait past their time, and sendings that are uncertain past their grace."""
    if desk.clock_jumped():
        return 0
    grace = timedelta(seconds=desk.settings.send_grace_seconds)
    with desk.store.read() as tx:
        ids = messages.due(tx, desk.now() - LATE, grace, MOST)
    return start_again(desk, "message", ids)


def untold_fates(desk: Desk, *, whole: bool = False) -> int:  # noqa: ARG001
    """Texts that the carrier took and has not told the end of."""
    with desk.store.read() as tx:
        ids = messages.unfinished(tx, desk.now(), QUIET, GIVEN_UP, MOST)
    return start_again(desk, "fate", ids)


def owed_recordings(desk: Desk, *, whole: bool = False) -> int:  # noqa: ARG001
    """Recordings promised and not held, or unwanted and not deleted at the carrier."""
    with desk.store.read() as tx:
        sids = recordings.unfinished(tx, desk.now() - young(desk), MOST)
    return start_again(desk, "recording", sids)


def untold_recordings(desk: Desk, *, whole: bool = False) -> int:
    """Consented calls of whose recording the carrier has told nothing."""
    now = desk.now()
    with desk.store.read() as tx:
        sids = recordings.untold(tx, BEGINNING if whole else now - GIVEN_UP, now - UNTOLD, MOST)
    return start_again(desk, "seek", sids)


def owed_erasures(desk: Desk, *, whole: bool = False) -> int:  # noqa: ARG001
    """Calls whose consent was taken back and that the carrier has not been seen to be rid of."""
    with desk.store.read() as tx:
        sids = calls.to_erase(tx, desk.now() - young(desk))
    return start_again(desk, "erase", sids)


def owed_notices(desk: Desk, *, whole: bool = False) -> int:  # noqa: ARG001
    """Bursts and digests whose time has come."""
    with desk.store.read() as tx:
        bundles = notices.due(tx, desk.now() - LATE, MOST)
    return start_again(desk, "notice", bundles)


def owed_departures(desk: Desk, *, whole: bool = False) -> int:  # noqa: ARG001
    """Subscribers who want everything deleted."""
    with desk.store.read() as tx:
        owners = departures.waiting(tx)
    return start_again(desk, "leave", map(str, owners))


def owed_packings(desk: Desk, *, whole: bool = False) -> int:  # noqa: ARG001
    """Bags that were asked for and are not made."""
    with desk.store.read() as tx:
        ids = packings.unfinished(tx)
    return start_again(desk, "pack", ids)


def owed_remnants(desk: Desk, *, whole: bool = False) -> int:  # noqa: ARG001
    """What is left elsewhere of calls that were erased."""
    with desk.store.read() as tx:
        due = remnants.is_due(tx, desk.now())
    return start_again(desk, "clear", ["due"] if due else [])


PARTS = (
    end_lost_calls,
    owed_texts,
    owed_notices,
    owed_messages,
    untold_fates,
    owed_recordings,
    untold_recordings,
    owed_erasures,
    erase_promised,
    owed_departures,
    owed_remnants,
    owed_packings,
    seal_late,
    owed_stamps,
)


def timed(desk: Desk, start: str | None) -> None:
    """Work by the clock. Its id names the time, so that of many workers one does it; `start` names one that begins."""
    now = desk.now()
    every = min(RECONCILE_SECONDS, 10 * desk.settings.send_grace_seconds)
    with desk.store.write() as tx:
        if start:
            desk.promise_later(tx, "reconcile", f"day:{start}", 0)
        desk.promise_later(tx, "reconcile", f"hour:{int(now.timestamp()) // every}", 0)
        desk.promise_later(tx, "tidy", f"{now:%Y-%m-%d}", 0)
