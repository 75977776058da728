"""What one step of the optimizer makes of a derivative."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glassprop.document.blocks import Block, Column, Display, Inline, Line, Name, Paragraph, Table
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
from glassprop.insight.step import OptimizerStep, Training, moves_of
from glassprop.insight.telling.layer_equations import parameter

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation


def step_parts(e: Explanation, place: Place) -> list[Block]:
    """The gradient that the optimizer gets, what it does with it, and the numbers before and after."""
    if e.training is None:
        return []
    step, letter = e.step(*place), parameter(e, place).letter
    decays = e.architecture.layout.block(place[0], letter).decays
    moves = moves_of(step.optimizer, letter, decays)
    formulas: list[Math] = [_gradient(step), *(Becomes(Symbol(what), Expression(by)) for what, by in moves)]
    symbols = {name: _quantity(name, letter) for name in step.before}
    rows: tuple[tuple[Line, ...], ...] = tuple(
        (symbols[name], Number(value), Number(step.after[name])) for name, value in step.before.items()
    )
    columns = Column(""), Column("before", numbers=True), Column("after", numbers=True)
    training = e.training
    return [
        Paragraph(_begins(e, training, step)),
        Display(tuple(formulas)),
        Paragraph(("with ", *_settings(step), ".", *_meanings(step))),
        Table(columns, rows),
        Paragraph((parameter(e, place), " changes by ", Number(step.change), ".", *_unseen(training, step))),
    ]


def _begins(e: Explanation, training: Training, step: OptimizerStep) -> tuple[Inline, ...]:
    """Which step on what, and at whose rate."""
    on = "this row" if e.n_examples == 1 else "these rows"
    of = "" if e.members is None else ", by the mean over all members (E42, E43)"
    said: list[Inline] = ["One step of ", "gradient descent" if step.optimizer == "SGD" else Name(step.optimizer)]
    said.append(f" on {on}{of}")
    if training.chosen:
        said += [", at the rate ", Number(training.rate), " that was asked for"]
        last = training.trained_rate
        said += [" (training ended at ", Number(last), ")"] if last is not None else []
    return (*said, ":")


def _unseen(training: Training, step: OptimizerStep) -> tuple[Inline, ...]:
    """What to do about a step that changes no digit that is shown."""
    if not step.too_small_to_see:
        return ()
    said: list[Inline] = [" That is too small to be seen beside it"]
    if not training.chosen:
        said += [": the learning rate was ", Number(training.rate), " when training ended"]
    return (*said, ". Ask for another, to see what a step does (--rate 0.01, or at_rate(0.01) in Python).")


def _meanings(step: OptimizerStep) -> tuple[Inline, ...]:
    """What the letters are."""
    said: list[tuple[Inline, ...]] = [
        (Symbol("g"), " is the derivative that the optimizer gets"),
        (Symbol("η"), " the learning rate"),
    ]
    if "t" in step.settings and "β₁" in step.settings:
        said.append((Symbol("t"), " the number of the step"))
    if "m" in step.before:
        said.append(
            (Symbol("m"), " and ", Symbol("v"), " its memory of earlier ", Symbol("g"), " and ", Expression("g**2"))
        )
    elif "v" in step.before:
        said.append((Symbol("v"), " its memory of earlier steps"))
    if "λ" in step.settings:
        said.append((Symbol("λ"), " how much a weight decays"))
    return " Here ", *(part for one in said[:-1] for part in (*one, ", ")), *said[-1], "."


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
