"""A letter put together: the parts of its kind, with the facts of its calls and with what was typed."""

from collections.abc import Callable, Iterator

from screener.letters import told, worksheet
from screener.letters.blocks import Block, Letter, Mark, Run, Shape
from screener.letters.parts import Part, PartKind, parts
from screener.letters.pen import Pen, Writing

__all__ = ["Block", "Letter", "Mark", "Run", "Shape", "Writing", "write"]

SHAPES = {
    PartKind.FROM: Shape.FROM,
    PartKind.DATE: Shape.DATE,
    PartKind.TO: Shape.TO,
    PartKind.SUBJECT: Shape.SUBJECT,
    PartKind.HEADING: Shape.HEADING,
    PartKind.ITEM: Shape.ITEM,
    PartKind.SIGN: Shape.SIGN,
}
MADE: dict[PartKind, Callable[[Pen], list[Block]]] = {
    PartKind.CALLS: told.calls,
    PartKind.QUOTES: told.quotes,
    PartKind.EXAMINE: told.examine,
    PartKind.WORKSHEET: worksheet.worksheet,
    PartKind.BUDGET: worksheet.budget,
    PartKind.INSTALMENTS: worksheet.plan,
    PartKind.ENCLOSURES: told.enclosures,
}
ALWAYS_LED = frozenset({PartKind.INSTALMENTS})  # its leading text has blanks of its own


def write(writing: Writing) -> Letter:
    """The letter as it stands now, every open blank marked."""
    pen = Pen(writing)
    return Letter(writing.language, writing.country, tuple(_blocks(pen)))


def _blocks(pen: Pen) -> Iterator[Block]:
    there, items = _there(pen), 0
    for part in parts(pen.of.kind.id, pen.of.country):
        if not part.stands(there):
            continue
        items = items + 1 if part.kind is PartKind.ITEM else 0
        yield from _part(pen, part, items)


def _part(pen: Pen, part: Part, item: int) -> Iterator[Block]:
    text = pen.fill(part.text(pen.of.language, pen.of.country))
    if part.kind not in MADE:
        yield Block(SHAPES.get(part.kind, Shape.TEXT), text, label=f"{item}." if item else "")
        return
    made = MADE[part.kind](pen)
    if made or part.kind in ALWAYS_LED:
        yield Block(Shape.HEADING if part.kind is PartKind.ENCLOSURES else Shape.TEXT, text)
    yield from made


def _there(pen: Pen) -> frozenset[str]:
    """What parts may ask for: blanks that are filled, and what the calls give."""
    typed = pen.of.typed
    there = {name for name in pen.of.kind.blanks if typed.has(name)}
    there.add(f"dispute_{typed.texts.get('dispute_scope', '')}")
    if pen.of.calls:
        there.add("calls")
    elif "happened" not in there:
        there.add("nothing_told")
    if told.examine(pen):
        there.add("examine")
    return frozenset(there)
