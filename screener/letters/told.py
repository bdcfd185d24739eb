"""The calls in a letter: which they are, what was said in them, what is asked to be examined, what is enclosed."""

from collections import defaultdict
from collections.abc import Iterable

from screener.conduct import rules
from screener.letters.blocks import Block, Cell, Mark, Run, Shape
from screener.letters.facts import CallFacts, File
from screener.letters.parts import examined
from screener.letters.pen import Pen
from screener.model import Language


def label(number: int) -> str:
    """How the letter points at a call."""
    return f"[{number}]"


def numbered(pen: Pen) -> list[tuple[str, CallFacts]]:
    """The calls with their labels, oldest first."""
    return [(label(number), call) for number, call in enumerate(pen.of.calls, 1)]


def calls(pen: Pen) -> list[Block]:
    """One item for each call: when, from which number, and who it says it is."""
    return [Block(Shape.ITEM, _call(pen, call), label=mark) for mark, call in numbered(pen)]


def _call(pen: Pen, call: CallFacts) -> Cell:
    told: list[Cell] = [(Run(pen.moment(call), Mark.CALL),)]
    told.append(_pair(pen, "number", call.number) if call.number else (Run(pen.word("withheld")),))
    if call.seconds is not None:
        told.append(pen.ours("seconds", seconds=str(call.seconds)))
    told.append(_pair(pen, "says_it_is", call.organisation or pen.word("unnamed")))
    given = {
        "acts_for": call.on_behalf_of, "person": call.agent_name, "staff": call.staff_id,
        "callback": call.callback_number,
    }  # fmt: skip
    told += [_pair(pen, name, value) for name, value in given.items() if value]
    return pen.joined(told)


def _pair(pen: Pen, name: str, value: str) -> Cell:
    return pen.ours("pair", name=pen.word(name), value=value)


def quotes(pen: Pen) -> list[Block]:
    """Every statement, word for word as it was recognised, with its call; only where the subscriber wants it."""
    if pen.of.typed.texts.get("quote") != "yes":
        return []
    said = [(mark, words) for mark, call in numbered(pen) for words in call.statements]
    return [Block(Shape.QUOTE, pen.ours("said", words=words, call=mark)) for mark, words in said]


def examine(pen: Pen) -> list[Block]:
    """What was noticed in the calls, each beside the rules of the letter's country that speak of it."""
    seen: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for mark, call in numbered(pen):
        for one in call.noticed:
            if _rules(pen, one.finding):
                seen[one.finding].append((mark, one.words))
    points = [_point(pen, finding, where) for finding, where in seen.items()]
    for mark, call in numbered(pen):
        counted = (words for rule, words in call.measured if rules()[rule].country == pen.of.country)
        points += [pen.ours("measured", what=words, call=mark) for words in counted]
    return [Block(Shape.ITEM, runs, label=f"{number}.") for number, runs in enumerate(points, 1)]


def _rules(pen: Pen, finding: str) -> list[str]:
    line = examined().get(finding)
    wanted = line.words("rules") if line else ()
    return [one for one in wanted if rules()[one].country == pen.of.country]


def _point(pen: Pen, finding: str, where: list[tuple[str, str]]) -> Cell:
    line = examined()[finding]
    topic = Run(pen.text_of(line))
    marks = Run(" " + " ".join(dict.fromkeys(mark for mark, _ in where)), Mark.CALL)
    told: list[Cell] = [(topic, marks)]
    told += [pen.ours("said", words=words, call=mark) for mark, words in where if words]
    between = "; " if pen.of.language is Language.EN else "；"
    # Several rules may stand in the same paper.
    cited = between.join(dict.fromkeys(rules()[one].citation(pen.of.language) for one in _rules(pen, finding)))
    return (*pen.joined(told), *(Run(run.text) for run in pen.ours("see", rules=cited)))


def enclosures(pen: Pen) -> list[Block]:
    """What shows each call: the carrier's id, the text that told of it, recordings and files with their SHA-256."""
    found = [Block(Shape.ITEM, _kept(pen, call), label=mark) for mark, call in numbered(pen)]
    return [*found, *_files(pen, pen.of.files)]


def _kept(pen: Pen, call: CallFacts) -> Cell:
    told = [pen.ours("call", when=pen.moment(call)), pen.ours("sid", sid=call.sid)]
    if call.text_mark:
        told.append(pen.ours("text_mark", mark=f"#{call.text_mark}"))
    told += [pen.ours("recording", sha256=one) for one in call.recordings]
    if not call.recordings:
        told.append((Run(pen.word("no_recording")),))
    return pen.joined(told + [_file(pen, one) for one in call.files])


def _files(pen: Pen, files: Iterable[File]) -> list[Block]:
    return [Block(Shape.ITEM, _file(pen, one), label="+") for one in files]


def _file(pen: Pen, file: File) -> Cell:
    return pen.ours("file", name=file.name, sha256=file.sha256)
