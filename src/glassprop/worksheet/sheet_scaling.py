"""Step 0 of a worksheet on a row of a table: from the table's units to the network's, and the way back."""

from __future__ import annotations

from math import floor, isfinite, log10

from glassprop.document.blocks import Line
from glassprop.document.mathematics import Equation, Expression, Math, Product, Symbol, Words
from glassprop.insight.explanation import Explanation
from glassprop.insight.names import Scaling
from glassprop.worksheet.exact import ONE, Number, number, sqrt
from glassprop.worksheet.sheet import Item, Section
from glassprop.worksheet.sheet_numbers import SheetNumbers
from glassprop.worksheet.sheet_units import OwnUnits, Scaled

_LINEAR = ("none", "poisson")  # scales of a target that are (target - center) / spread
_FARTHEST = 1.0  # in units of the last decimal: how far what is worked out here may be from what the network was given


def own_units(e: Explanation, digits: int) -> OwnUnits:
    """Of the row in focus: the inputs that are one number of the table, scaled, and the target of a regression."""
    inputs = {}
    for column in e.names.columns:
        for k, scaling in zip(column.parts, column.scalings, strict=False):
            value = column.numbers[e.focus] if column.numbers else float("nan")
            if scaling is not None and isfinite(value) and _scales(scaling):
                found = _scaled(value, scaling, digits)
                if _near(found, float(e.a(0)[k]), digits):
                    inputs[k] = found
    targets, units = {}, e.architecture.units
    if units is not None and units.scale in _LINEAR and e.names.targets:
        for j, y in enumerate(e.view.Y[e.focus].tolist()):
            found = _scaled(units.mean + units.spread * y, Scaling(units.mean, units.spread), digits)
            if _near(found, y, digits):
                targets[j] = found
    return OwnUnits(inputs, targets)


def _scales(scaling: Scaling) -> bool:
    return scaling.spread > 0 and scaling != Scaling(0.0, 1.0)


def _scaled(value: float, scaling: Scaling, digits: int) -> Scaled:
    """All in decimals that fit the spread: its first digits, and as many places of what is compared with it."""
    places = digits + 1 - floor(log10(scaling.spread))
    v, center, spread = (number(x, places) for x in (value, scaling.center, scaling.spread))
    u = (v - center) / spread
    limit = None if scaling.limit is None else number(scaling.limit)
    x = u if limit is None else u / sqrt(ONE + (u / limit) * (u / limit))
    return Scaled(v, center, spread, limit, Number(u.value, exact=False), Number(round(x.value, digits)))


def _near(found: Scaled, x: float, digits: int) -> bool:
    return abs(float(found.rounded.value) - x) <= _FARTHEST * 10.0**-digits


# --- the steps --------------------------------------------------------------------------------------------------------


def scaling_section(own: OwnUnits, digits: int) -> Section:
    """From the table to a of layer 0, and to y."""
    items: list[Item] = []
    for k, one in own.inputs.items():
        items += _items(one, Symbol("u", None, (k,)), Symbol("a", 0, (k,)))
    for j, one in own.targets.items():
        items += _items(one, Symbol("u", None, (j,)), Symbol("y", None, (j,)))
    u, limit = Symbol("u"), next((one.limit for one in own.inputs.values() if one.limit is not None), None)
    formulas: list[Math] = [Equation((u, Expression("(v - c)/s")))]
    lines: list[Line] = [
        "The network does not see a number v of the table, but how far it is from the center c of its column, in units "
        "of the spread s: so columns of all sizes count alike."
    ]
    if limit is not None:
        squeezed = Expression(f"u/sqrt(1 + (u/{_plain(limit)})**2)")
        formulas.append(Equation((Symbol("a"), squeezed)))
        lines.append("An input is also squeezed, by the second formula, so that no extreme value dominates the others.")
    lines.append(
        f"Round each result to {digits} {'decimal' if digits == 1 else 'decimals'}, and continue with the rounded "
        "number."
    )
    return Section("Scaling: from the table to the network", tuple(lines), tuple(formulas), tuple(items))


def _items(one: Scaled, u: Symbol, into: Symbol) -> list[Item]:
    products, less = ((one.value,),), (one.center,)
    if one.limit is None:
        return [Item(into, one.rounded, products, less=less, over=one.spread, rounded=True)]
    return [Item(u, one.u, products, less=less, over=one.spread), Item(into, one.rounded, rounded=True)]


def prediction_section(n: SheetNumbers) -> list[Section]:
    """What the outputs of a regression are in the table's units; nothing where they are in no others."""
    if not n.own.targets:
        return []
    rule = Equation((Words("prediction"), Expression("c + s*a")))
    line: Line = "Back to the table: the output in the units of the target, by its center c and spread s."
    return [Section("The prediction", (line,), (rule,), prediction_items(n))]


def prediction_items(n: SheetNumbers) -> tuple[Item, ...]:
    """c + s a, of each output that is in the table's units."""
    items = []
    for j, one in n.own.targets.items():
        a, symbol = n.a[n.depth][j], Words("prediction")
        of = Product((symbol, Words("of"), Symbol("a", n.depth, (j,)))) if len(n.y) > 1 else symbol
        items.append(Item(of, one.center + one.spread * a, ((one.center,), (one.spread, a))))
    return tuple(items)


def _plain(limit: Number) -> str:
    return f"{float(limit.value):g}"
