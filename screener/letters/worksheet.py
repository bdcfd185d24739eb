"""The tables of a request for a plan: the two conditions of article 70, the budget, the instalments worked out."""

from screener.letters.blanks import blanks
from screener.letters.blocks import Block, Cell, Mark, Run, Shape
from screener.letters.budget import Sums, left_over, money, sums, wanted_plan
from screener.letters.pen import Pen


def worksheet(pen: Pen) -> list[Block]:
    """Both conditions, each with what the subscriber states, or still to be filled in."""
    rows: list[tuple[Cell, ...]] = [(_ours(pen, "condition"), _ours(pen, "state"))]
    for name in ("beyond_ability", "willing"):
        rows.append(((Run(blanks()[name].label(pen.of.language, pen.of.country)),), (pen.blank(name),)))
    return [Block(Shape.TABLE, rows=tuple(rows))]


def budget(pen: Pen) -> list[Block]:
    """Income and needed spending line by line, their totals, and what is left or lacking."""
    left = left_over(pen.of.typed)
    if left is None:
        return [Block(Shape.TEXT, (pen.open(pen.word("budget")),))]
    rows: list[tuple[Cell, ...]] = [(_ours(pen, "item"), _ours(pen, "amount"))]
    strong = set()
    for name in ("income", "spending"):
        part = sums(pen.of.typed.rows.get(name, ()))
        rows += _lines(pen, name, part)
        strong.add(len(rows))
        rows.append((_ours(pen, f"{name}_total"), (Run(money(part.total)),)))
    strong.add(len(rows))
    rows.append((_ours(pen, "short" if left < 0 else "left"), (Run(money(abs(left))),)))
    return [Block(Shape.TABLE, rows=tuple(rows), strong=frozenset(strong))]


def _lines(pen: Pen, name: str, part: Sums) -> list[tuple[Cell, ...]]:
    of = pen.word(name)
    return [
        (pen.typed("budget_line", of=of, label=label), (Run(money(value), Mark.TYPED),)) for label, value in part.lines
    ]


def plan(pen: Pen) -> list[Block]:
    """The instalments, so that anybody can check them; nothing before balance and months are known."""
    found = wanted_plan(pen.of.typed)
    if not found:
        return []
    values = {
        "balance": money(found.balance), "months": str(found.months), "before": str(found.months - 1),
        "each": money(found.each), "last": money(found.last),
    }  # fmt: skip
    shown = "instalments_same" if found.each == found.last else "instalments_rest"
    return [Block(Shape.TEXT, tuple(Run(run.text) for run in pen.ours(shown, **values)))]


def _ours(pen: Pen, name: str) -> Cell:
    return (Run(pen.word(name)),)
