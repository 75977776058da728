"""What one step of the optimizer makes of a derivative."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glassprop.document.blocks import Block, Column, Display, Line, Name, Paragraph, Table
from glassprop.document.mathematics import (
    Aside,
    Becomes,
    Equation,
    Expression,
    Math,
    Number,
    Product,
    Sum,
    Symbol,
    Words,
)
from glassprop.insight.largest import Place
from glassprop.insight.step import OptimizerStep, moves_of
from glassprop.insight.telling.layer_equations import parameter

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation


def step_parts(e: Explanation, place: Place) -> list[Block]:
    """The gradient that the optimizer gets, what it does with it, and the numbers before and after."""
    if e.training is None:
        return []
    step, letter = e.step(*place), parameter(e, place).letter
    decays = e.architecture.layout.block(place[0], letter).decays
    on = "this row" if e.n_examples == 1 else "these rows"
    moves = moves_of(step.optimizer, letter, decays)
    formulas: list[Math] = [_gradient(step), *(Becomes(Symbol(what), Expression(by)) for what, by in moves)]
    symbols = {name: _quantity(name, letter) for name in step.before}
    rows: tuple[tuple[Line, ...], ...] = tuple(
        (symbols[name], Number(value), Number(step.after[name])) for name, value in step.before.items()
    )
    columns = Column(""), Column("before", numbers=True), Column("after", numbers=True)
    of = "" if e.members is None else ", by the mean over all members (E42, E43)"
    return [
        Paragraph(("One step of ", Name(step.optimizer), f" on {on}{of}:")),
        Display(tuple(formulas)),
        Paragraph(("with ", *_settings(step), ".")),
        Table(columns, rows),
        Paragraph((parameter(e, place), " changes by ", Number(step.change), ".")),
    ]


def _gradient(step: OptimizerStep) -> Equation:
    """g: the average over the examples, what L2 adds, and clipping."""
    found: Math = Sum((Aside(Number(step.data), "data"), Aside(Number(step.l2), "L2")))
    if step.clipping != 1:
        found = Product((found, Aside(Number(step.clipping), "clipping")))
    return Equation((Symbol("g"), found, Number(step.gradient)))


def _settings(step: OptimizerStep) -> list[Equation | str]:
    found: list[Equation | str] = []
    for name, value in step.settings.items():
        found += [", "] if found else []
        found.append(Equation((Symbol(name), Number(int(value) if name == "t" else value))))  # t counts
    return found


def _quantity(name: str, letter: str) -> Math:
    """The parameter itself, or the optimizer's memory of it."""
    if name == "w":
        return Symbol(letter)
    return Symbol(name) if len(name) == 1 else Words(name)
