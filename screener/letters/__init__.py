"""Letters from chosen calls and what the subscriber typed; their texts stand in seeds/letters/. Nothing is invented."""

from screener.letters.blanks import Blank, Problem, Typed, blanks, day, from_json, read, to_json, wrong_day
from screener.letters.budget import left_over, money, wanted_plan
from screener.letters.check import check
from screener.letters.deadlines import Deadline, deadlines
from screener.letters.facts import CallFacts, File, Source, call_facts
from screener.letters.kinds import Addressee, LetterKind, kinds, kinds_of_step, offered
from screener.letters.wording import Block, Letter, Mark, Run, Shape, Writing, write

__all__ = [
    "Addressee",
    "Blank",
    "Block",
    "CallFacts",
    "Deadline",
    "File",
    "Letter",
    "LetterKind",
    "Mark",
    "Problem",
    "Run",
    "Shape",
    "Source",
    "Typed",
    "Writing",
    "blanks",
    "call_facts",
    "check",
    "day",
    "deadlines",
    "from_json",
    "kinds",
    "kinds_of_step",
    "left_over",
    "money",
    "offered",
    "read",
    "to_json",
    "wanted_plan",
    "write",
    "wrong_day",
]
