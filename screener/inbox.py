"""A subscriber's text carried out: the log looked up, a contact treated, quiet hours set; the reply."""

from datetime import UTC, datetime

from screener import commands
from screener.commands import Command, Verb
from screener.guidance import Words
from screener.model import Category, Language, Treatment
from screener.store import Connection, calls, subscribers
from screener.store.records import Call, Subscriber
from screener.summary.digest import EN, ZH
from screener.traditional import traditional

LISTED = 5
TREATMENTS = {Verb.MUTE: Treatment.MUTE, Verb.BLOCK: Treatment.BLOCK, Verb.ALLOW: Treatment.ALLOW}
DONE = {Verb.MUTE: commands.MUTED, Verb.BLOCK: commands.BLOCKED, Verb.ALLOW: commands.ALLOWED}


def answer(tx: Connection, owner: Subscriber, body: str) -> str:
    """Do what a subscriber's text asks; the reply, empty where the carrier answers by itself."""
    command = commands.read(body, owner.jurisdiction)
    if command.verb is Verb.CARRIER:
        subscribers.opt_out(tx, owner.id, None if wants_texts(body) else datetime.now(UTC))
        return ""
    return reply(tx, owner, command)


def wants_texts(body: str) -> bool:
    return body.strip().casefold() in ("start", "unstop", "yes")


def reply(tx: Connection, owner: Subscriber, command: Command) -> str:
    """The answer to one command."""
    if command.verb in TREATMENTS:
        return treat(tx, owner, command)
    if command.verb is Verb.QUIET:
        return quiet(tx, owner, command)
    if command.verb is Verb.NUMBER and command.number:
        return about(tx, owner, command.number)
    if command.verb in (Verb.LIST, Verb.LAST):
        seen = calls.log(tx, owner.id, limit=LISTED if command.verb is Verb.LIST else 1)
        return "\n".join(line(call, owner) for call in seen) or say(commands.NOTHING_YET, owner)
    return say(commands.HELP if command.verb is Verb.HELP else commands.UNKNOWN, owner)


def say(words: Words, owner: Subscriber, **filled: str) -> str:
    text = (words.en if owner.language is Language.EN else words.zh).format(**filled)
    return traditional(text, owner.jurisdiction) if owner.language is Language.ZH_HANT else text


def treat(tx: Connection, owner: Subscriber, command: Command) -> str:
    """Mute, block or allow a number."""
    if command.number is None:
        return say(commands.WHICH, owner, word=command.verb.value.upper())
    subscribers.treat(tx, owner.id, command.number, TREATMENTS[command.verb])
    return say(DONE[command.verb], owner, number=command.number)


def quiet(tx: Connection, owner: Subscriber, command: Command) -> str:
    """Set or end quiet hours."""
    if command.off:
        subscribers.quiet(tx, owner.id, "", "")
        return say(commands.QUIET_OFF, owner)
    if command.hours is None:
        return say(commands.QUIET_HOW, owner)
    start, until = (moment.strftime("%H:%M") for moment in command.hours)
    subscribers.quiet(tx, owner.id, start, until)
    return say(commands.QUIET, owner, start=start, until=until)


def about(tx: Connection, owner: Subscriber, number: str) -> str:
    """What the log knows of a number."""
    count, last = calls.of_number(tx, owner.id, number)
    if last is None:
        return say(commands.NOT_KNOWN, owner, number=number)
    treatment = subscribers.treatment_of(tx, owner.id, number)
    filled = {
        "number": number,
        "count": str(count),
        "last": local(last, owner),
        "who": who(last, owner),
        "treatment": say(commands.TREATED[treatment], owner) if treatment else "",
    }
    return say(commands.KNOWN, owner, **filled).strip()


def line(call: Call, owner: Subscriber) -> str:
    """One call in a list: when, who it said it was, from where."""
    number = call.caller or ("no number" if owner.language is Language.EN else say(Words("未显示号码", ""), owner))
    return f"{local(call, owner)} {who(call, owner)} {number}"


def local(call: Call, owner: Subscriber) -> str:
    return call.started_at.astimezone(owner.zone).strftime("%m-%d %H:%M")


def who(call: Call, owner: Subscriber) -> str:
    """Who it said it was, as a kind; claims stay claims."""
    category = call.category or Category.UNKNOWN
    return say(Words(ZH[category], EN[category]), owner)
