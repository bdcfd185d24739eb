"""Holds a campaign: callers ring while processes die, then everything must come right by itself."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from screener.simulator import Script, scripts
from tests.campaign.grounds import KINDS, SUBSCRIBERS, Grounds, resident
from tests.campaign.plan import Found, Plan
from tests.campaign.verdict import Verdict

BETWEEN_LOOKS = 1.0


def hold(plan: Plan, folder: Path, url: str) -> Found:
    """One whole campaign on a database that is empty; what it found."""
    begun = time.monotonic()
    grounds = Grounds(plan, folder, url)
    found = Found()
    try:
        grounds.open()
        grounds.carrier.faults = plan.faults
        ring_and_kill(plan, grounds, found)
        grounds.carrier.settle(20)
        settle(plan, grounds, found)
        judge = Verdict(grounds.store, grounds.carrier, folder)
        judge.judge(found)
    finally:
        grounds.close()
    found.seconds = time.monotonic() - begun
    return found


def ring_and_kill(plan: Plan, grounds: Grounds, found: Found) -> None:
    """All calls, several at a time, with the kills spread over them."""
    dice = random.Random(plan.seed)
    wanted = [script_of(number, dice) for number in range(plan.calls)]
    done = threading.Semaphore(0)

    def ring(number: int) -> None:
        try:
            kind = KINDS.index(wanted[number].subscriber)
            owner = resident((number * len(KINDS) + kind) % SUBSCRIBERS)
            grounds.wait_for_web()
            grounds.carrier.dial(wanted[number], owner["twilio_number"])
        finally:
            done.release()

    with ThreadPoolExecutor(plan.at_once, "caller") as lines:
        for number in range(plan.calls):
            lines.submit(ring, number)
        kill_on(plan, grounds, found, dice, done)


def kill_on(plan: Plan, grounds: Grounds, found: Found, dice: random.Random, done: threading.Semaphore) -> None:
    """One kill after every so many calls, at a random moment."""
    left = plan.kills
    for number in range(1, plan.calls + 1):
        done.acquire()
        while left and (plan.kills - left) / plan.kills < number / plan.calls:
            time.sleep(dice.uniform(0, 0.4))
            what = grounds.kill(dice)
            if not what:
                continue
            found.kills[what] = found.kills.get(what, 0) + 1
            left -= 1


def script_of(number: int, dice: random.Random) -> Script:
    """A caller's script with a number of its own, so that no two calls are told of together."""
    chosen = dice.choice(list(scripts().values()))
    if not chosen.from_.startswith("+"):
        return chosen
    prefix = "+1212" if chosen.from_.startswith("+1") else "+8526"
    return replace(chosen, from_=f"{prefix}{number:07}", forwarded_from="")


def settle(plan: Plan, grounds: Grounds, found: Found) -> None:
    """Wait until nothing is on its way any more. A worker that starts compares all calls with the carrier's list."""
    grounds.carrier.faults = replace(plan.faults, lost_before=0, lost_answer=0, error_after=0)
    time.sleep(4)
    grounds.restart_workers()
    end = time.monotonic() + plan.patience
    while left := Verdict(grounds.store, grounds.carrier, grounds.premises.folder).unsettled():
        if time.monotonic() > end:
            for one in left:
                found.add("things still on their way at the end", one)
            return
        time.sleep(BETWEEN_LOOKS)
