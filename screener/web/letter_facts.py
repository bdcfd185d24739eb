"""From the log to a letter: what is kept of the chosen calls, and the letter as it stands now."""

from screener.letters import File, Letter, Source, Writing, call_facts, from_json, kinds, write
from screener.model import FINANCIAL, Category, Jurisdiction, Language, Organisation
from screener.organisations import organisations
from screener.store import Connection, attachments, letters, recordings, talks
from screener.store.letters import KeptLetter
from screener.store.records import Call
from screener.web.call import texts_of
from screener.web.visitor import owner

# Calls that no letter of ours is about.
OTHERS = frozenset({Category.DELIVERY, Category.PERSONAL, Category.MARKETING})

AGENCIES = frozenset({"collection_agency", "debt_buyer", "law_firm"})


def can_be_written_about(call: Call) -> bool:
    return call.ended_at is not None and call.category not in OTHERS


def source(tx: Connection, call: Call) -> Source:
    """A call as it is kept, for a letter."""
    held = (one.sha256 for one in recordings.of_call(tx, call.id) if one.state == "held" and one.sha256)
    return Source(
        sid=call.sid,
        at=call.started_at,
        seconds=call.seconds,
        caller=call.caller,
        category=call.category,
        organisation=call.organisation,
        on_behalf_of=call.on_behalf_of,
        found=call.found,
        statements=tuple(talks.statements(tx, call)),
        recordings=tuple(held),
        text_mark=next((one.reference for one in texts_of(tx, call)), ""),
        files=tuple(File(one.name, one.sha256) for one in attachments.of_call(tx, call.id) if not one.letter_id),
    )


def written(tx: Connection, kept: KeptLetter) -> Letter:
    """The letter with its calls as they are kept now, and what was typed."""
    kind = kinds()[kept.kind]
    some = letters.calls_of(tx, kept.id)
    found = tuple(call_facts(source(tx, call), kept.language, kept.country) for call in some)
    files = tuple(File(one.name, one.sha256) for one in attachments.of_letter(tx, kept.id))
    typed = from_json(kept.typed).only(kind)
    return write(Writing(kind, kept.country, kept.language, owner().zone, typed, found, files))


def lenders_of(some: list[Call]) -> set[str]:
    """The gazetteer's categories of the lenders that the calls claim, as far as they are known."""
    found = {one.category for one in map(lender_of, some) if one}
    return found - AGENCIES  # an agency that names nobody else may act for any lender


def lender_of(call: Call) -> Organisation | None:
    """The organisation of the gazetteer that a call claims to act for, else claims to be."""
    known = (organisations().get(key or "") for key in (call.on_behalf_of, call.organisation))
    return next((one for one in known if one), None)


def collector_of(call: Call) -> Organisation | None:
    """The organisation of the gazetteer that a caller claims to be."""
    return organisations().get(call.organisation or "")


def categories_of(some: list[Call]) -> set[Category]:
    return {call.category for call in some if call.category in FINANCIAL}


def language_for(country: Jurisdiction, reader: Language) -> Language:
    """The language in which a letter is likely to be read there."""
    if country is Jurisdiction.CN:
        return Language.ZH_HANS
    if country in (Jurisdiction.HK, Jurisdiction.TW):
        return Language.EN if reader is Language.EN else Language.ZH_HANT
    return Language.EN
