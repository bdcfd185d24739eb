"""The words for what the log holds: each state and finding in calm, plain language. Claims stay claims."""

from enum import StrEnum

from flask_babel import lazy_gettext as later

from screener.model import Category, Consent, Disposition, Jurisdiction, NumberCheck, RedFlag, Sign, Tactic, Treatment
from screener.numbers import CallerKind

THIRD_PARTY = later("Says it is a third party")

# How each call's sentence opens.
OPENINGS: dict[Category | None, object] = {
    Category.BANK: later("Says it is a bank"),
    Category.LENDER_PLATFORM: later("Says it is a platform"),
    Category.COLLECTION_AGENCY: THIRD_PARTY,
    Category.LAW_FIRM: later("Says it is a third party (law firm)"),
    Category.DEBT_RELIEF_SELLER: later("Says it is a third party (sells help)"),
    Category.IMPOSTOR: later("Looks like an impostor"),
    Category.DELIVERY: later("Delivery"),
    Category.PERSONAL: later("Personal call"),
    Category.GOVERNMENT: later("Says it is a public office"),
    Category.MARKETING: later("Sales call"),
    Category.UNKNOWN: later("Not clear who"),
}

CATEGORIES: dict[Category, object] = {
    Category.BANK: later("bank"),
    Category.LENDER_PLATFORM: later("lending platform"),
    Category.COLLECTION_AGENCY: later("agency"),
    Category.LAW_FIRM: later("law firm"),
    Category.DEBT_RELIEF_SELLER: later("seller of help"),
    Category.IMPOSTOR: later("possible impostor"),
    Category.DELIVERY: later("delivery"),
    Category.PERSONAL: later("personal"),
    Category.GOVERNMENT: later("public office"),
    Category.MARKETING: later("sales"),
    Category.UNKNOWN: later("not clear"),
}

NOTICED: dict[StrEnum, object] = {
    Tactic.RECIPROCITY: later("Offers something in return for a payment"),
    Tactic.LOW_BALL: later("Asks for a small first step"),
    Tactic.HIGH_BALL: later("Opens with a very large demand"),
    Tactic.CONSEQUENCE_PRESSURE: later("Speaks of consequences"),
    Tactic.DEADLINE_PRESSURE: later("Sets a deadline of its own"),
    Tactic.EMPATHY_OPENING: later("Shows understanding before asking"),
    Tactic.THIRD_PARTY_CONTACT: later("Speaks of contacting other people"),
    Tactic.HOME_VISIT: later("Speaks of a visit"),
    RedFlag.ASKS_VERIFICATION_CODE: later("Asks for a code or password"),
    RedFlag.ASKS_TRANSFER_PERSONAL_ACCOUNT: later("Asks for money to a private or “safe” account"),
    RedFlag.CLAIMS_AUTHORITY: later("Claims to act for police, court or another authority"),
    RedFlag.THREATENS_ARREST: later("Speaks of arrest"),
    RedFlag.ABUSIVE_LANGUAGE: later("Harsh words"),
    RedFlag.DISCLOSES_TO_THIRD_PARTY: later("Told someone else about it"),
    RedFlag.REFUSES_IDENTITY: later("Would not say who it is"),
    RedFlag.UPFRONT_FEE: later("Asks for a fee in advance"),
    Sign.THREAT_OF_HARM: later("Threat of harm"),
    Sign.INSTALLS_APP: later("Asks to install an app or share the screen"),
    Sign.SECRECY: later("Asks to keep it secret"),
    Sign.PAPERS_BY_MESSAGE: later("Sends “official” papers by message"),
    Sign.INFLATED_CONSEQUENCE: later("Names consequences that do not fit"),
    Sign.BORROW_TO_REPAY: later("Suggests borrowing to repay"),
    Sign.POSES_AS_LENDER: later("May pose as the lender itself"),
    Sign.POLICY_BAIT: later("Promises a special policy"),
    Sign.PRIVATE_CHANNEL: later("Wants to move to a private chat"),
    Sign.CHASES_NON_DEBTOR: later("Looks for somebody else"),
    Sign.ROUTINE_REMINDER: later("An ordinary reminder"),
    Sign.DEBT_BOUGHT: later("Says it has bought the debt"),
    Sign.MEDIATION: later("Speaks of mediation"),
}

# Words that nobody should have to meet unprepared; they are folded behind a tap.
HARSH = frozenset({RedFlag.ABUSIVE_LANGUAGE, RedFlag.THREATENS_ARREST, Sign.THREAT_OF_HARM})

NUMBER_CHECKS: dict[NumberCheck, object] = {
    NumberCheck.MATCHES: later(
        "It matches a published number. A displayed number can be faked, so ring back yourself."
    ),
    NumberCheck.DIFFERS: later("It is not among the published numbers of whom it claims to be."),
    NumberCheck.UNKNOWN: later("There is no published number to compare it with."),
}

CONSENTS: dict[Consent, object] = {
    Consent.UNASKED: later("Not recorded; the caller gave no answer about it"),
    Consent.RECORDING: later("Agreed to recording"),
    Consent.NOTES: later("No recording; agreed to written notes"),
    Consent.REFUSED: later("No recording, no notes; only the call and its keys are kept"),
    Consent.WITHDRAWN: later("Agreement taken back; what was kept has been deleted"),
}

# What is kept of a call, in a word or two, for the log's lines.
KEPT: dict[Consent, object] = {
    Consent.UNASKED: later("not recorded"),
    Consent.RECORDING: later("recorded with consent"),
    Consent.NOTES: later("written notes"),
    Consent.REFUSED: later("not recorded"),
    Consent.WITHDRAWN: later("deleted at the caller's wish"),
}

DISPOSITIONS: dict[Disposition, object] = {
    Disposition.STATED: later("The caller said who is calling."),
    Disposition.MESSAGE_TAKEN: later("The caller left a message."),
    Disposition.CONSENT_REFUSED: later("The caller wanted nothing to be kept."),
    Disposition.UNIDENTIFIED: later("The caller did not say who is calling."),
    Disposition.ABANDONED: later("The caller hung up."),
    Disposition.BLOCKED: later("The call was not taken: this number is blocked."),
    Disposition.BUSY: later("The call was not taken: the line was busy."),
}

CALLER_KINDS: dict[CallerKind, object] = {
    CallerKind.WITHHELD: later("Number withheld"),
    CallerKind.NOT_PASSED_ON: later("Number not passed on by the carrier"),
}

TREATMENTS: dict[Treatment, object] = {
    Treatment.ALLOW: later("Allowed: may leave a message at once"),
    Treatment.MUTE: later("Muted: answered and logged, no text"),
    Treatment.BLOCK: later("Blocked: not taken"),
}

# What to do with a number's next calls, as buttons; empty forgets what was chosen.
CHOICES: dict[str, object] = {
    Treatment.ALLOW: later("Allow"),
    Treatment.MUTE: later("Mute"),
    Treatment.BLOCK: later("Block"),
    "": later("Screen as usual"),
}

RECORDINGS: dict[str, object] = {
    "running": later("The recording is still running."),
    "promised": later("The recording is on its way; this takes a minute or two."),
    "absent": later("There is no recording: nothing was heard."),
    "unwanted": later("This recording is being deleted."),
    "deleted": later("The recording has been deleted here and at the carrier."),
    "failed": later("The carrier could not record this call."),
}

# What we did with a text; once the carrier has it, its own words follow.
DELIVERIES: dict[str, object] = {
    "pending": later("Waiting to be sent"),
    "sending": later("Being sent"),
    "accepted": later("Taken by the carrier"),
    "failed": later("Refused by the carrier"),
    "needs_a_look": later("Not certain that it was sent; the operator should look"),
}
CARRIER_STATES: dict[str, object] = {
    "queued": later("Taken by the carrier"),
    "sending": later("Taken by the carrier"),
    "sent": later("Sent"),
    "delivered": later("Delivered"),
    "read": later("Delivered and opened"),
    "undelivered": later("Could not be delivered"),
    "failed": later("Could not be delivered"),
    "canceled": later("Cancelled"),
}

JURISDICTIONS: dict[Jurisdiction, object] = {
    Jurisdiction.CN: later("Mainland China"),
    Jurisdiction.HK: later("Hong Kong"),
    Jurisdiction.TW: later("Taiwan"),
    Jurisdiction.SG: later("Singapore"),
    Jurisdiction.US: later("United States"),
    Jurisdiction.GB: later("United Kingdom"),
}
