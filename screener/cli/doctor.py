"""The `doctor` command: looks at everything that a call depends on, and says in plain words what to mend."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import click

from screener.files import Files
from screener.guidance import check
from screener.settings import Settings, is_loopback, read_settings
from screener.store import Store, open_store, owed, remnants, stamps, subscribers
from screener.store.records import Subscriber
from screener.telephony import Telephony, TelephonyError

OVERDUE = timedelta(days=1)  # by which a time-stamp may be late


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: good, or what is wrong and how to mend it."""

    good: bool
    what: str


@click.command()
def doctor() -> None:
    """Check settings, database, files, carrier account and numbers. Exit status 1 if one needs a look."""
    settings = read_settings()
    store = open_store(settings.database_url)
    wrong = 0
    for finding in examine(settings, store):
        click.echo(f"{'ok    ' if finding.good else 'LOOK  '}{finding.what}")
        wrong += not finding.good
    click.echo("All is well." if not wrong else f"{wrong} to look at; each line above says what to do.")
    if wrong:
        raise SystemExit(1)


def examine(settings: Settings, store: Store) -> Iterator[Finding]:
    """Every check in the order in which a call depends on them."""
    yield Finding(True, "settings are complete")
    problems = check()
    yield from (Finding(False, f"seeds: {problem}") for problem in problems)
    if not problems:
        yield Finding(True, "the data in seeds/ is sound")
    if is_loopback(settings.public_url.split("/")[2].partition(":")[0]):
        yield Finding(False, f"SCREENER_PUBLIC_URL is {settings.public_url}: Twilio cannot reach this machine by it")
    if not store.answers():
        yield Finding(False, "the database does not answer; check SCREENER_DATABASE_URL")
        return
    if not store.is_current():
        yield Finding(False, "the database is not up to date; run: screener db upgrade")
        return
    yield Finding(True, "the database answers and is up to date")
    writable = Files(settings.recordings_url).writable()
    yield Finding(writable, "recordings can be kept" if writable else "the folder of recordings cannot be written to")
    yield from backlog(settings, store)
    yield from carrier(settings, store)


def backlog(settings: Settings, store: Store) -> Iterator[Finding]:
    """What is owed and not done."""
    with store.read() as tx:
        now = owed.owed(tx, datetime.now(UTC))
    states = (("texts", now.messages), ("recordings", now.recordings))
    yield Finding(True, "; ".join([f"calls on the line: {now.calls_open}", *(by_state(*one) for one in states)]))
    looked_for, oldest = now.messages["needs_a_look"], now.oldest_seconds
    if looked_for:
        yield Finding(False, f"{looked_for} texts need a look: see the calls' pages for what is uncertain")
    late = oldest > 600
    waiting = "nothing is owed" if not oldest else f"the oldest thing owed is {oldest:.0f} s old"
    yield from erasures(store)
    yield from stamped(settings, store)
    yield Finding(not late, waiting + ("; is a worker running? (screener serve)" if late else ""))


def by_state(what: str, counts: dict[str, int]) -> str:
    """How many there are in each state that has any, such as `texts: 2 pending, 40 accepted`."""
    some = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in counts.items() if count)
    return f"{what}: {some or 'none'}"


def stamped(settings: Settings, store: Store) -> Iterator[Finding]:
    """Whether the time-stamp service does what it is there for."""
    if not settings.tsa_url:
        return
    now = datetime.now(UTC)
    with store.read() as tx:
        last, due = stamps.latest(tx), stamps.due(tx, now - OVERDUE)
    when = f"last {last:%Y-%m-%d %H:%M} UTC" if last else "never yet"
    mend = (
        f"; {len(due)} chains wait: check SCREENER_TSA_URL and SCREENER_TSA_ROOTS, and the worker's log" if due else ""
    )
    yield Finding(not due, f"chains are time-stamped, {when}{mend}")


def erasures(store: Store) -> Iterator[Finding]:
    """What is still left elsewhere of calls that were deleted here."""
    with store.read() as tx:
        left = remnants.left(tx)
    count = sum(left.counts.values())
    if left.oldest:
        since = f"{left.oldest:%Y-%m-%d %H:%M} UTC"
        yield Finding(False, f"{count} things of deleted calls remain, the oldest since {since}: {left.problem}")
    elif count:
        yield Finding(True, f"{count} things of deleted calls are on their way out")


def carrier(settings: Settings, store: Store) -> Iterator[Finding]:
    """The account and how each number is set up."""
    with store.read() as tx:
        owners = subscribers.every(tx)
    if not owners:
        yield Finding(False, "there is no subscriber yet; run: screener subscriber add")
    telephony = Telephony(settings)
    for owner in owners:
        try:
            found = telephony.number(owner.twilio_number)
        except TelephonyError as problem:
            yield Finding(False, f"the carrier account cannot be asked: {problem}; check the TWILIO_ settings")
            return
        if found is None:
            yield Finding(False, f"{owner.twilio_number}: the account has no such number")
        else:
            yield from number(settings, owner, found)


def number(settings: Settings, owner: Subscriber, found: dict[str, str]) -> Iterator[Finding]:
    """The webhooks of one number, against what they must be."""
    base = settings.public_url
    wanted = {
        "voice_url": f"{base}/voice/incoming",
        "status_callback": f"{base}/voice/ended",
        "sms_url": f"{base}/sms/incoming",
    }
    names = {"voice_url": "A call comes in", "status_callback": "Call status changes", "sms_url": "A message comes in"}
    for field, url in wanted.items():
        good = found[field].partition("#")[0] == url
        mend = "" if good else f": set “{names[field]}” to {url}"
        yield Finding(good, f"{owner.twilio_number} {field}{mend}")
    fallback = found["voice_fallback_url"]
    elsewhere = bool(fallback) and not fallback.startswith(base)
    mend = (
        "" if elsewhere else ": set “Primary handler fails” to a static page elsewhere, so that it outlives an outage"
    )
    yield Finding(elsewhere, f"{owner.twilio_number} voice_fallback_url{mend}")
    if owner.phone.startswith("+86"):
        yield Finding(False, f"{owner.phone}: carriers in mainland China forward to no foreign number; see README")
