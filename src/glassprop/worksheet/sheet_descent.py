"""The steps of all rows: averages, one step of gradient descent for every weight, and the new cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from glassprop.document.blocks import Line
from glassprop.document.mathematics import COST, Difference, Equation, Math, Partial, Product, Symbol, Words
from glassprop.document.mathematics import numbers as written
from glassprop.errors import SettingsError
from glassprop.insight.explanation import Explanation
from glassprop.insight.largest import Place
from glassprop.insight.step import PLAIN_RATE
from glassprop.insight.telling.layer_equations import parameter
from glassprop.worksheet.exact import Number, number
from glassprop.worksheet.sheet import Check, Item, Section
from glassprop.worksheet.sheet_numbers import SheetNumbers, average, by_difference, places
from glassprop.worksheet.sheet_scaling import prediction_items
from glassprop.worksheet.sheet_steps import CHECKED, KINKS, cost_item, neuron_items

MEAN_COST = Symbol("C")
_BEYOND: Line = (
    "Left out: with these new weights the numbers go beyond what can be computed on paper, for the step was too "
    "long. A smaller learning rate would work (--rate, or at_rate in Python)."
)


@dataclass(frozen=True)
class Descent:
    """The rows of a sheet, what they say together, and where a step leads. Derivatives are of the mean cost.

    called : what each row is called. after : the rows with the new weights; none where they lead beyond all bounds.
    """

    e: Explanation
    rows: tuple[SheetNumbers, ...]
    called: tuple[str, ...]
    rate: Number
    derivatives: dict[Place, Number]
    checks: dict[Place, Check]
    after: tuple[SheetNumbers, ...]

    @classmethod
    def of(cls, e: Explanation, rows: Sequence[SheetNumbers], called: Sequence[str]) -> Descent:
        """Average, and take the step."""
        asked = e.training is not None and e.training.chosen
        rate = number(e.training.rate) if asked and e.training is not None else number(PLAIN_RATE)
        derivatives = {place: average([row.derivative(place) for row in rows]) for place in places(e.architecture)}
        checks = {place: check for place in derivatives if (check := _checked(rows, place)) is not None}
        steps = {place: -rate * value for place, value in derivatives.items()}
        try:
            after = tuple(row.moved(steps) for row in rows)
        except SettingsError:  # the step leads to where e to the power of z is beyond all bounds, say
            after = ()
        return cls(e, tuple(rows), tuple(called), rate, derivatives, checks, after)

    @property
    def several(self) -> bool:
        return len(self.rows) > 1

    @property
    def cost(self) -> Symbol:
        """What the step lowers: C₀ of the one row, or C of all."""
        return MEAN_COST if self.several else COST

    def of_cost(self, place: Place) -> Partial:
        """The derivative of it."""
        return Partial(self.cost, parameter(self.e, place))


def _checked(rows: Sequence[SheetNumbers], place: Place) -> Check | None:
    """By differences; None where a nudge leads beyond what can be computed."""
    try:
        return by_difference(rows, place)
    except SettingsError:
        return None


def average_section(d: Descent) -> Section:
    """The mean of the costs and of every derivative (E11)."""
    n = Number(Fraction(len(d.rows)))
    items = [Item(MEAN_COST, average([row.cost for row in d.rows]), tuple((row.cost,) for row in d.rows), over=n)]
    for place, value in d.derivatives.items():
        terms = tuple((row.derivative(place),) for row in d.rows)
        items.append(Item(d.of_cost(place), value, terms, d.checks.get(place), over=n))
    listed = " and ".join(filter(None, [", ".join(d.called[:-1]), d.called[-1]]))
    said = (
        f" of all rows is the mean of theirs, and so is every derivative (E11): add up what {listed} gave, and divide "
        f"by {len(d.rows)}."
    )
    lines: list[Line] = [("The cost ", MEAN_COST, said), CHECKED]
    key = (KINKS,) if any(check.kink for check in d.checks.values()) else ()
    return Section("The average", tuple(lines), (), _readable(items), (), key)


def update_section(d: Descent) -> Section:
    """One step of gradient descent for every weight and bias."""
    items = []
    for place, value in d.derivatives.items():
        old = d.rows[0].parameter(place)
        items.append(Item(_new(parameter(d.e, place)), old - d.rate * value, ((old,), (-d.rate, value))))
    w = Symbol("w", None, ("j", "k"))
    (rate,) = written(float(d.rate.value))
    rule = Equation((_new(w), Difference(w, Product((rate, Partial(d.cost, w))))))
    line: Line = (
        "Every weight, and every bias likewise, moves against its derivative, with the learning rate ",
        Equation((Symbol("η"), rate)),
        ".",
    )
    return Section("One step of gradient descent", (line,), (rule,), _readable(items))


def again_section(d: Descent) -> Section:
    """Forward once more with the new weights: what has become of the cost."""
    title = "Forward again: the new cost"
    if not d.after:
        return Section(title, (_BEYOND,), ())
    items: list[Item] = []
    for row, called in zip(d.after, d.called, strict=True):
        for l in range(1, row.depth + 1):
            items += [replace(item, symbol=_of_row(_new(item.symbol), called, d)) for item in neuron_items(row, l)]
        items += [replace(one, symbol=_of_row(_new(one.symbol), called, d)) for one in prediction_items(row)]
        cost = cost_item(row)
        items.append(replace(cost, symbol=_of_row(_new(cost.symbol), called, d)))
    before, after = (average([row.cost for row in rows]) for rows in (d.rows, d.after))
    if d.several:
        terms = tuple((row.cost,) for row in d.after)
        items.append(Item(_new(MEAN_COST), after, terms, over=Number(Fraction(len(d.after)))))
    items.append(Item(Difference(_new(d.cost), d.cost), after - before, ((after,),), less=(before,)))
    line: Line = "Go forward again with all the new weights and biases. Has the cost become smaller?"
    return Section(title, (line,), (), _readable(items))


def _new(symbol: Math) -> Math:
    return Product((Words("new"), symbol))


def _of_row(symbol: Math, called: str, d: Descent) -> Math:
    return Product((symbol, Words(f"({called})"))) if d.several else symbol


def _readable(items: Sequence[Item]) -> tuple[Item, ...]:
    """Numbers that have grown too long to be read count as rounded."""

    def shorter(numbers: Sequence[Number]) -> tuple[Number, ...]:
        return tuple(number.readable() for number in numbers)

    return tuple(
        replace(
            item, answer=item.answer.readable(), products=tuple(map(shorter, item.products)), less=shorter(item.less)
        )
        for item in items
    )
