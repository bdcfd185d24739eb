"""The words of a text in English, kept to the GSM-7 alphabet."""

from screener.guidance import Role
from screener.model import Category, Consent, Held, Jurisdiction, Language
from screener.numbers import CallerKind
from screener.segments import is_gsm
from screener.summary.advised import emergencies, has, step_texts, step_words
from screener.summary.clean import clean, clip, romanised
from screener.summary.names import ending, hotline, name, said, veiled
from screener.summary.parts import Part, Rank, steps
from screener.summary.told import Style, Told

EN = Language.EN
KIND = {
    Category.BANK: "a bank",
    Category.LENDER_PLATFORM: "an online platform",
    Category.COLLECTION_AGENCY: "a third party",
    Category.LAW_FIRM: "a law firm",
    Category.DEBT_RELIEF_SELLER: "a paid agent",
    Category.IMPOSTOR: "an institution",
    Category.GOVERNMENT: "a public office",
}
TACTIC = {
    "reciprocity": "a favour for a commitment",
    "low_ball": "a small first payment",
    "high_ball": "everything at once",
    "consequence_pressure": "consequences",
    "deadline_pressure": "a deadline",
    "empathy_opening": "empathy",
    "third_party_contact": "contact with others",
    "home_visit": "a visit",
}


def join(parts: list[Part], reference: str) -> str:
    """Sentences and numbered steps with full stops between, the reference last."""
    several = sum(part.step for part in parts) > 1
    said, number = [], 0
    for part in parts:
        number += part.step
        text = f"{number} {part.text}" if part.step and several else part.text
        said.append(text if text.endswith((".", ":", "?", "!")) else f"{text}.")
    return f"{' '.join(said).removesuffix('.')} #{reference}"


def parts(told: Told, style: Style) -> list[Part]:
    """Everything worth saying, in order; `fit` leaves out what has no room."""
    if told.busy:
        first = f"{_time(told)}: a call came while the line was busy and was not taken. Nothing is due today"
        return [Part(first, Rank.WHO), Part("" if style is Style.DISCREET else _number(told), Rank.NUMBER)]
    if style is Style.DISCREET:
        return _discreet(told)
    if told.suspect:
        return _warning(told, style)
    if told.category in (Category.PERSONAL, Category.DELIVERY):
        return _message(told, style)
    if told.wordless:
        return [
            Part(f"{_time(told)}: a call, hung up without a message", Rank.WHO),
            Part(_number(told), Rank.NUMBER),
        ]
    return _ordinary(told, style)


def _ordinary(told: Told, style: Style) -> list[Part]:
    warning = [
        Part(f"The caller made a threat. {step_words(told, step, style, EN)}", Rank.WARNING)
        for step in emergencies(told)
    ]
    lead = told.advice.lead
    return [
        *warning,
        Part(f"{_time(told)}: {_who(told)}", Rank.WHO),
        Part(_held(told), Rank.NOTE),
        *_details(told, style),
        Part(lead.quiet.en if lead else "", Rank.LEAD),
        *steps(step_texts(told, style, EN, _verify(told))),
        Part(_offer(told), Rank.NUMBER),
        Part(f"Number ending {ending(told)}" if warning and ending(told) else _number(told), Rank.NUMBER),
    ]


def _warning(told: Told, style: Style) -> list[Part]:
    claimed = name(told.understanding.organisation, EN)
    who = f'Says "{claimed}"; not verified' if claimed else "Did not say who"
    pattern = "fits an impostor's pattern" if told.category is Category.IMPOSTOR else "fits a fraud pattern"
    tail = f"number ending {ending(told)}" if ending(told) else _number(told).lower()
    recorded = "Recorded " if told.held is Held.RECORDING else ""
    return [
        Part("Don't worry; no reply is due today.", Rank.WARNING),
        Part(f"{who}, {pattern}.", Rank.WHO),
        *_details(told, style),
        *steps(step_texts(told, style, EN, _verify(told))),
        Part(f"{recorded}{_time(told)}, {tail}", Rank.NUMBER),
    ]


def _message(told: Told, style: Style) -> list[Part]:
    words = said(told, EN)
    quiet = veiled(told, style)
    shown = clip(words, 36 if not is_gsm(words) else 160, "...")
    told_words = "a message, see the call log" if quiet else f'"{shown}"' if words else "no message"
    who = name(told.understanding.organisation, EN) or _agent(told)
    says = f" (says {who})" if who else ""
    if told.category is Category.DELIVERY:
        back = f"Expecting a parcel? Call {told.caller.number}" if told.caller.number else _number(told)
        opening = f"Delivery call{says}"
    else:
        back, opening = "To call back, use the number in your contacts", f"Personal call{says}"
    stop = "" if told_words.endswith(('."', '?"', '!"')) else "."
    return [Part(f"{opening}: {told_words}{stop}", Rank.WHO), Part(f"{back}. {_time(told)}", Rank.NUMBER)]


def _discreet(told: Told) -> list[Part]:
    urgent = emergencies(told)
    if urgent:
        first = f"{_time(told)}: a caller made a threat. {urgent[0].quiet.en}"
    elif told.suspect:
        first = f"{_time(told)}: a suspicious call. Do not call back, give codes or pay"
    else:
        first = f"{_time(told)}: a call came and was answered for you. Nothing is due today"
    return [Part(first, Rank.WHO), Part("See the call log", Rank.NOTE)]


def _who(told: Told) -> str:
    if told.category is Category.UNKNOWN:
        return "a caller who did not say who"
    claimed = name(told.understanding.organisation, EN)
    if told.category is Category.MARKETING:
        return f"sales call, says {claimed}" if claimed else "sales call"
    kind = KIND[told.category]
    if not claimed:
        who = f"{'pressed the key for' if told.by_key else 'says it is'} {kind}"
    else:
        agent = _agent(told)
        who = f"says {agent + ', ' if agent else ''}{claimed} ({kind.split(' ', 1)[1]})"
    behalf = name(told.understanding.on_behalf_of, EN)
    return f"{who}, for {behalf}" if behalf and behalf != claimed else who


def _held(told: Told) -> str:
    if told.consent is Consent.WITHDRAWN:
        return "Consent was withdrawn and the words deleted"
    if told.held is not Held.RECORDING and has(told, Role.KEEP):
        return ""  # the step says it
    return {
        Held.RECORDING: "Recorded with consent",
        Held.WORDS: "Words kept, no recording",
        Held.CALL: "No recording",
    }[told.held]


def _details(told: Told, style: Style) -> list[Part]:
    """What only the full style says: the sum that was named, the pressure, the counts."""
    if style is not Style.FULL:
        return []
    known, found = told.understanding, []
    if known.amount is not None:
        found.append(Part(f"Claims a sum of {known.amount}, not verified", Rank.NOTE))
    pressure = ", ".join(TACTIC[finding.value] for finding in known.tactics if finding.value in TACTIC)
    found.append(Part(f"Pressed with: {pressure}" if pressure else "", Rank.NOTE))
    return [*found, *(Part(finding.brief(EN), Rank.NOTE) for finding in told.advice.conduct)]


def _verify(told: Told) -> str:
    offer = hotline(told)
    if offer is None:
        return ""
    whom = name(told.understanding.on_behalf_of or told.understanding.organisation, EN)
    agent = told.understanding.on_behalf_of and told.category is not Category.BANK
    return f"Call {whom} on {offer[1]} " + ("and ask whether it hired them." if agent else "to verify.")


def _offer(told: Told) -> str:
    """The published number, where no step carries it."""
    offer = hotline(told)
    if offer is None or has(told, Role.VERIFY):
        return ""
    return f"Official line: {offer[1]}"


def _number(told: Told) -> str:
    if told.caller.number:
        return f"From {told.caller.number}"
    return "Number not passed on" if told.caller.kind is CallerKind.NOT_PASSED_ON else "Number withheld"


def _time(told: Told) -> str:
    clock = f"{told.at:%I:%M %p}".lstrip("0") if told.jurisdiction is Jurisdiction.US else f"{told.at:%H:%M}"
    return f"{clock} ({told.burst} calls)" if told.burst > 1 else clock


def _agent(told: Told) -> str:
    found = told.understanding.agent_name
    return clip(romanised(clean(found.value)), 24, "...") if found else ""
