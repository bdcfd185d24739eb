"""Whether seeds/letters/ can be relied on: every problem names its file and line."""

from collections.abc import Iterable, Iterator

from screener.conduct.rules import rule_lines
from screener.letters.blanks import COLUMNS as BLANKS
from screener.letters.blanks import TYPES
from screener.letters.deadlines import SENT, deadline_lines
from screener.letters.kinds import ANY, Addressee
from screener.letters.kinds import COLUMNS as KINDS
from screener.letters.parts import EXAMINE, HOLE, WORDS, PartKind, part_lines
from screener.model import Category, Jurisdiction, RedFlag, Sign, Tactic
from screener.sheets import Line, sheet

COMPUTED = frozenset({"zone", "currency"})
THERE = frozenset({"calls", "examine", "nothing_told", "dispute_whole", "dispute_part"})
# The small words that the program asks for by name.
ASKED = frozenset(
    {
        *("fill_in", "pair", "number", "withheld", "says_it_is", "unnamed", "acts_for", "person", "staff", "callback"),
        *("seconds", "said", "measured", "see", "call", "sid", "text_mark", "recording", "no_recording", "file"),
        *("condition", "state", "yes", "item", "amount", "income", "spending", "budget_line", "income_total"),
        *("spending_total", "left", "short", "budget", "instalments_same", "instalments_rest"),
    }
)
EVERY_LETTER = (PartKind.TO, PartKind.SUBJECT, PartKind.SIGN)
FINDINGS = frozenset(
    [f"tactic:{one}" for one in Tactic] + [f"red_flag:{one}" for one in RedFlag] + [f"sign:{one}" for one in Sign]
)


def check() -> Iterator[str]:
    """Every problem in the letters' sheets."""
    kinds = _ids(sheet("letters/kinds", KINDS))
    blanks = _ids(sheet("letters/blanks", BLANKS))
    steps = _ids(sheet("guidance/steps", ("id",)))
    yield from _twice(sheet("letters/kinds", KINDS), "id")
    yield from _twice(sheet("letters/blanks", BLANKS), "id")
    for line in sheet("letters/kinds", KINDS):
        yield from _kind(line, blanks, steps)
    for line in sheet("letters/blanks", BLANKS):
        if line["type"].partition(":")[0] not in TYPES or not line["most"].isdigit():
            yield line.problem(f"type {line['type']!r} or most {line['most']!r} is not known")
        yield from _texts(line)
    for line in part_lines():
        yield from _part(line, kinds, blanks)
    yield from _words()
    for line in sheet("letters/examine", EXAMINE):
        yield from _unknown(line, "finding", FINDINGS)
        yield from _unknown(line, "rules", _ids(rule_lines()))
        yield from _texts(line)
    for line in deadline_lines():
        yield from _deadline(line, kinds, blanks)


def _words() -> Iterator[str]:
    """Each small word that is asked for is there: those of the program, and those of the choices among the blanks."""
    lines = sheet("letters/words", WORDS)
    for line in lines:
        yield from _texts(line)
    wanted = dict.fromkeys(ASKED, lines[0])
    for line in sheet("letters/blanks", BLANKS):
        wanted |= dict.fromkeys(line["type"].partition(":")[2].split(), line)
    for word in sorted(wanted.keys() - _ids(lines)):
        yield wanted[word].problem(f"the word {word} is missing in words.csv")


def _ids(lines: Iterable[Line]) -> frozenset[str]:
    return frozenset(line["id"] for line in lines)


def _twice(lines: Iterable[Line], column: str) -> Iterator[str]:
    seen: set[str] = set()
    for line in lines:
        if line[column] in seen:
            yield line.problem(f"{line[column]} stands twice")
        seen.add(line[column])


def _kind(line: Line, blanks: frozenset[str], steps: frozenset[str]) -> Iterator[str]:
    yield from _countries(line)
    if line["addressee"] not in set(Addressee):
        yield line.problem(f"addressee: {line['addressee']!r} is not known")
    yield from _unknown(line, "callers", set(Category))
    yield from _unknown(line, "blanks", blanks)
    yield from _unknown(line, "steps", steps)
    for wanted in EVERY_LETTER:
        if not any(part["part"] == wanted and _is_in(line["id"], part["kinds"]) for part in part_lines()):
            yield line.problem(f"{line['id']} has no part '{wanted}' in parts.csv")
    for suffix in ("", "_about", "_care"):
        yield from _texts(line, suffix)


def _is_in(kind: str, cell: str) -> bool:
    return cell == ANY or kind in cell.split()


def _part(line: Line, kinds: frozenset[str], blanks: frozenset[str]) -> Iterator[str]:
    yield from _countries(line)
    yield from _unknown(line, "kinds", kinds | {ANY})
    if line["part"] not in set(PartKind):
        yield line.problem(f"part: {line['part']!r} is not known")
    if (wanted := line["when"].removeprefix("!")) and wanted not in blanks | THERE:
        yield line.problem(f"when: {wanted} is not known")
    yield from _texts(line)
    for hole in HOLE.findall(line["zh"]):
        if hole.startswith("rule:"):
            if hole.removeprefix("rule:") not in _ids(rule_lines()):
                yield line.problem(f"{hole} is not in conduct/rules.csv")
        elif hole not in blanks | COMPUTED:
            yield line.problem(f"{{{hole}}} is no blank")


def _deadline(line: Line, kinds: frozenset[str], blanks: frozenset[str]) -> Iterator[str]:
    yield from _countries(line)
    yield from _unknown(line, "kinds", kinds)
    yield from _unknown(line, "counts_from", blanks | {SENT})
    yield from _unknown(line, "rule", _ids(rule_lines()))
    if not line["days"].isdigit() or not int(line["days"]):
        yield line.problem("days: must be 1 or more")
    yield from _texts(line)
    yield from _texts(line, "_calendar")


def _texts(line: Line, suffix: str = "") -> Iterator[str]:
    """Both languages or neither, with the same holes, and no word that accuses: the letters state and ask."""
    zh, en = line[f"zh{suffix}"], line[f"en{suffix}"]
    if (not zh or not en) if suffix in ("", "_about", "_calendar") else bool(zh) is not bool(en):
        yield line.problem(f"zh{suffix} and en{suffix}: a text is missing")
    if set(HOLE.findall(zh)) != set(HOLE.findall(en)):
        yield line.problem(f"zh{suffix} and en{suffix} do not have the same holes")
    for word in accusing(f"{zh} {en}"):
        yield line.problem(f"{word!r} accuses; a letter states what happened and asks")


def accusing(text: str) -> list[str]:
    """Words of accusation in a text, which only the subscriber may use."""
    lower = text.lower()
    return [line["word"] for line in sheet("letters/accusing", ("word", "why")) if line["word"] in lower]


def _countries(line: Line) -> Iterator[str]:
    yield from _unknown(line, "countries", {ANY, *Jurisdiction})


def _unknown(line: Line, column: str, known: Iterable[str]) -> Iterator[str]:
    for word in line.words(column):
        if word not in known:
            yield line.problem(f"{column}: {word} is not known")
