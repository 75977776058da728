"""Columns of the table: how the cost moves with each in its own units, or what another category would change."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from glassprop.document.blocks import Block, Column, Display, Line, Name, Paragraph, Section, Table
from glassprop.document.mathematics import COST, Equation, Math, Number, Partial, Product, Sum, Symbol, Total, Words, by
from glassprop.insight.factors import ColumnDerivative
from glassprop.insight.telling.asked import Asked
from glassprop.insight.telling.told_derivatives import NUDGED, nudged, paths_parts

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

_X, _COLUMN = Symbol("x"), Words("column")


def columns_section(e: Explanation, asked: Asked) -> Section:
    """Those with the largest derivatives."""
    found = [(column, e.by_column(column)) for column in e.names.columns]
    found = sorted(found, key=lambda pair: -_size(pair[1]))
    rows: list[tuple[Line, ...]] = []
    for column, one in found[: asked.top]:
        name: Line = (Name(column.name), f" (per {column.unit})") if column.unit else Name(column.name)
        here = Name(one.shown) if asked.rows else ""
        if one.switches:
            best = _best(one, e)
            rows.append((name, here, (Number(one.switches[best]), " as ", Name(best, 16)), ""))
        else:
            rows.append((name, here, Number(one.value), Number(one.by_difference)))
    columns = (
        Column("column"),
        Column("here"),
        Column(by(_COLUMN), numbers=True),
        Column("by difference", numbers=True),
    )
    whose = "" if e.members is None or e.predictions is not None else ", the mean over members,"
    what = "cost" if e.predictions is None else "prediction"
    said = [f"How the {what}{whose} moves with a column of the table, per unit of that column."]
    if any(one.switches for _, one in found):
        most = "lowers it most" if e.predictions is None else "changes it most"
        said.append(f"For a category: what it would change by, had the row the one that {most}.")
    table = Table(columns, tuple(rows), (len(found) - len(rows), "columns"))
    note = [Paragraph(NUDGED)] if e.predictions is not None else []  # where the columns come first
    return Section("The columns with the largest derivatives", (Paragraph(" ".join(said)), table, *note))


def _best(one: ColumnDerivative, e: Explanation) -> str:
    """The category that a cost would be least with, or a prediction most another one."""
    changes = one.switches
    by = changes.__getitem__ if e.predictions is None else lambda key: -abs(changes[key])
    return min(changes, key=by)


def _size(one: ColumnDerivative) -> float:
    """By how much a column can matter; what has no number comes last."""
    value = max(map(abs, one.switches.values()), default=0.0) if one.switches else abs(one.value)
    return 0.0 if math.isnan(value) else value


def chosen_columns(e: Explanation, asked: Asked) -> list[Section]:
    """Each chosen input or column taken apart."""
    return [_chosen(e, name, asked) for name in asked.inputs]


def _chosen(e: Explanation, name: str | int, asked: Asked) -> Section:
    found = e.input(name)
    here = (" = ", Name(found.shown)) if asked.rows and found.shown else ()
    heads = _X, by(_X), Partial(_X, _COLUMN)
    listed = sorted(found.parts, key=lambda p: -abs(p.x)) if _is_text(found) else found.parts  # words that it has
    rows = tuple(
        (Name(p.name), Number(p.x), Number(p.by_x), _moves(p.by_column, asked.rows)) for p in listed[: asked.top]
    )
    columns = Column("input"), *(Column(head, numbers=True) for head in heads)
    parts: list[Block] = [Table(columns, rows, (len(found.parts) - len(rows), "inputs"))]
    if not math.isnan(found.value):
        parts += [Display((_through(found, asked),)), nudged(found)]
    if found.switches:
        parts += _switches(found, asked.top)
    if found.parts:  # of a category, the input that is on; of a text, its most telling word
        part = found.parts[0] if found.parts[0].by_column is not None else max(found.parts, key=lambda p: abs(p.x))
        parts += paths_parts(e, 0, part.index, asked.top)
    return Section(("Column ", Name(str(name), 40), *here), tuple(parts))


def _is_text(found: ColumnDerivative) -> bool:
    """Whether its inputs are words: nothing moves with it, and nothing is instead of another."""
    return math.isnan(found.value) and not found.switches


def _moves(by_column: float | None, rows: bool) -> Line:
    return Number(by_column) if rows and by_column is not None else "-"


def _through(found: ColumnDerivative, asked: Asked) -> Equation:
    """The derivative with respect to a column, through the inputs that were made of it."""
    terms = [(part.by_x, part.by_column) for part in found.parts[: asked.top] if part.by_column]
    written = Sum(tuple(Product((Number(by_x), Number(slope))) for by_x, slope in terms))
    whole = asked.rows and terms and len(found.parts) <= asked.top
    x = Symbol("x", None, ("i",))
    general: Math = Product((by(_X), Partial(_X, _COLUMN)))
    if len(found.parts) > 1:
        general = Total("i", Product((by(x), Partial(x, _COLUMN))))
    return Equation((Partial(COST, _COLUMN), general, *([written] if whole else []), Number(found.value)))


def _switches(found: ColumnDerivative, top: int) -> list[Block]:
    order = sorted(found.switches, key=lambda key: found.switches[key])[:top]
    rows = tuple((Name(key), Number(found.switches[key])) for key in order)
    columns = Column("category"), Column((COST, " would change by"), numbers=True)
    table = Table(columns, rows, (len(found.switches) - len(order), "categories"))
    return [Paragraph("Had it been:"), table]
