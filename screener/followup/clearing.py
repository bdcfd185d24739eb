"""Clears remnants away: what the carrier, the files and the job engine still hold of calls that were erased here."""

import logging
import time
from collections.abc import Callable

from screener.files import is_recording
from screener.house import Desk
from screener.store import Connection, recordings, remnants
from screener.store.remnants import Kind, Remnant
from screener.telephony import NotSent, TelephonyError, Uncertain

log = logging.getLogger(__name__)

AT_ONCE = 50
JOBS_AT_ONCE = 20
SECONDS = 45.0  # for one follow-up; the rest waits for the next
AT_CARRIER = (Kind.RECORDING, Kind.TEXT, Kind.CALL)


def promise(desk: Desk, tx: Connection) -> None:
    """Have remnants cleared soon; the sweeper does as much, later."""
    desk.promise_later(tx, "clear", f"due:{int(desk.now().timestamp())}", 0)


def clear(desk: Desk, seconds: float = SECONDS) -> int:
    """Delete what is due, wherever it is left; how many remnants are gone from there."""
    until = time.monotonic() + seconds
    cleared = _each(desk, (Kind.FILE,), lambda one: drop_file(desk, one), until)
    cleared += forget_jobs(desk, until)
    cleared += _each(desk, AT_CARRIER, lambda one: delete_at_carrier(desk, one), until)
    if cleared:
        desk.store.settle()
        log.info("cleared %d remnants of erased calls", cleared)
    return cleared


def _each(desk: Desk, kinds: tuple[Kind, ...], do: Callable[[Remnant], None], until: float) -> int:
    """Do it to each that is due; a carrier that cannot be reached is not asked for the rest."""
    cleared = 0
    while time.monotonic() < until:
        with desk.store.read() as tx:
            some = remnants.due(tx, desk.now(), kinds, AT_ONCE)
        if not some:
            break
        for one in some:
            try:
                do(one)
            except (TelephonyError, OSError) as problem:
                refuse(desk, one, problem)
                if isinstance(problem, (NotSent, Uncertain)):
                    return cleared
                continue
            with desk.store.write() as tx:
                remnants.gone(tx, one, desk.now())
            cleared += 1
    return cleared


def refuse(desk: Desk, one: Remnant, problem: Exception) -> None:
    """Write down why it is still there; our own words hold no number."""
    why = str(problem) if isinstance(problem, TelephonyError) else type(problem).__name__
    with desk.store.write() as tx:
        remnants.refused(tx, one, desk.now(), why)
    log.warning("a %s of an erased call is not deleted yet: %s", one.kind, why)


def delete_at_carrier(desk: Desk, one: Remnant) -> None:
    """Delete it there; a call after its recordings, and not before none can turn up any more."""
    if one.kind == Kind.RECORDING:
        desk.telephony.delete_recording(one.name)
    elif one.kind == Kind.TEXT:
        desk.telephony.delete_text(one.name)
    else:
        for sid in desk.telephony.recordings_of(one.name):
            desk.telephony.stop_recording(one.name, sid)
            desk.telephony.delete_recording(sid)
        if desk.now() >= one.final_at:
            desk.telephony.delete_call(one.name)


def drop_file(desk: Desk, one: Remnant) -> None:
    """Delete a file that no recording has any more, or a bag."""
    with desk.store.write() as tx:
        if is_recording(one.name):
            recordings.hold_name(tx, one.name)
        if not recordings.still_used(tx, one.name):
            desk.files.delete(one.name)


def forget_jobs(desk: Desk, until: float) -> int:
    """Have the job engine forget follow-ups of erased calls; those under way end by themselves first."""
    cleared = 0
    while time.monotonic() < until:
        with desk.store.read() as tx:
            some = remnants.due(tx, desk.now(), (Kind.JOB,), JOBS_AT_ONCE)
        if not some:
            break
        live = desk.forget([one.name for one in some])
        with desk.store.write() as tx:
            for one in some:
                if one.name in live:
                    remnants.refused(tx, one, desk.now(), "a follow-up is under way")
                else:
                    remnants.gone(tx, one, desk.now())
        cleared += len(some) - len(live)
    return cleared
