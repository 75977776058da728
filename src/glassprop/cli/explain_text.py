"""An explanation in the terminal: tables at 80 columns, put together first and printed when all of it is there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

import numpy as np

from glassprop.cli.output import number, print_line, print_table
from glassprop.document.formulas import formula_of
from glassprop.ground.text import LONGEST_LINE, shortened, shown
from glassprop.insight.explanation import Explanation
from glassprop.insight.factors import ColumnDerivative, Derivative
from glassprop.insight.largest import Place, largest_neurons, largest_weights
from glassprop.insight.paths import Path, Paths
from glassprop.report.chosen import derivative

_WIDTH = 80
_LARGEST = 3  # derivatives of each layer
_NEURONS = 5  # of a large layer
_COLUMNS = 5
_SHORT = 24  # characters of a name in a table


@dataclass(frozen=True)
class Piece:
    """A table, or lines where it has no columns."""

    title: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    right: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


def show(pieces: Sequence[Piece]) -> None:
    """Print them."""
    for piece in pieces:
        if piece.columns:
            print_table(piece.columns, piece.rows, title=piece.title, right=piece.right)
        else:
            _print_wrapped(piece.title)
        for note in piece.notes:
            _print_wrapped(note)
        if piece.notes or not piece.columns:
            print_line()


def _print_wrapped(text: str) -> None:
    for line in wrap(shown(text, LONGEST_LINE), _WIDTH, subsequent_indent="  "):
        print_line(line)


def lines_of(
    e: Explanation, places: Sequence[Place], inputs: Sequence[str], *, top: int, rows: bool, note: str = ""
) -> list[Piece]:
    """All that is shown; ``note`` is on the target. Raises SettingsError if there is no such weight or column."""
    layers = range(1, e.architecture.depth + 1)
    chosen = [piece for place in places for piece in _parameter(e, place, top)]
    columns = [piece for name in inputs for piece in _input(e, name, top, rows)]
    pieces = [_opening(e, rows, note), *([_batch(e, top, rows)] if e.n_examples > 1 else [])]
    pieces += [_layer(e, l, min(top, _NEURONS)) for l in layers]
    return [*pieces, _largest(e, min(top, _LARGEST)), *chosen, *(columns or [_columns(e, min(top, _COLUMNS), rows)])]


def _short(name: str, most: int = _SHORT) -> str:
    return shortened(name, most)


def _n(value: float | None) -> str:
    """A number; a dash where there is none."""
    if value is None or math.isnan(value):
        return "-"
    return number(float(value) + 0.0)  # -0 is 0


def _opening(e: Explanation, rows: bool, note: str) -> Piece:
    names, i, architecture = e.names, e.focus, e.architecture
    said = f"Row {names.rows[i]}"
    if names.predictions:
        said += f": predicted {_short(names.predictions[i])}"
    if names.targets and rows:
        said += f", target {_short(names.targets[i])}"
    network = " → ".join([str(architecture.sizes[0]), *(f"{l.n} {l.activation.spec}" for l in architecture.layers)])
    notes = [f"Network: {network}", f"Cost:    C₀ = {formula_of(architecture.cost_function).value} = {_n(e.cost)}"]
    if note:
        notes.append(note)
    if e.n_examples > 1:
        notes.append(f"The tables are of this row, the first of {e.n_examples}.")
    return Piece(said, notes=tuple(notes))


def _batch(e: Explanation, top: int, rows: bool) -> Piece:
    names, costs = e.names, e.view.costs
    body = [
        (
            str(names.rows[i]),
            _short(names.predictions[i]) if names.predictions else "",
            _short(names.targets[i]) if names.targets and rows else "",
            _n(float(costs[i])),
        )
        for i in range(min(top, e.n_examples))
    ]
    left = e.n_examples - len(body)
    body += [("…", f"{left} more", "", "")] if left else []
    body.append(("all", "average (E11)", "", _n(float(costs.mean()))))
    return Piece("The batch", ("row", "predicted", "target", "C₀"), tuple(body), (0, 3))


def _layer(e: Explanation, l: int, most: int) -> Piece:
    layer, last = e.architecture.layer(l), l == e.architecture.depth
    shown, slopes = largest_neurons(e, l, most), e.slope(l)
    columns = ["neuron", *(["output", "y"] if last else []), "z", "a", "∂C₀/∂a"]
    columns += ["δ"] if slopes is None else ["∂a/∂z", "δ"]
    body = []
    for j in shown:
        names = [_short(e.names.outputs[j], 16), _n(float(e.view.Y[e.focus, j]))] if last else []
        arrays = [e.z(l), e.a(l), e.by_a(l), *([] if slopes is None else [slopes]), e.delta(l)]
        body.append((str(j), *names, *(_n(float(array[j])) for array in arrays)))
    if len(shown) < layer.n:
        body.append((f"… {layer.n - len(shown)} more", *[""] * (len(columns) - 1)))
    formula = formula_of(layer.activation)
    notes = [f"a = {formula.value}", f"∂a/∂z = {formula.derivative};  δ = ∂C₀/∂z = ∂C₀/∂a · ∂a/∂z"]
    if slopes is None:
        notes = [f"a = {formula.value}, which mixes the neurons: {formula.derivative}"]
        notes.append("and δ_j = ∂C₀/∂z_j = Σ_m ∂C₀/∂a_m ∂a_m/∂z_j")
    collapse = e.bias(l, shown[0]).collapse if last else None
    if collapse is not None:
        notes.append(f"With this cost δ collapses to {collapse.formula}.")
    numbers = tuple(i for i, name in enumerate(columns) if name not in ("neuron", "output"))
    return Piece(f"Layer {l}: {layer.activation.spec}", tuple(columns), tuple(body), numbers, tuple(notes))


def _largest(e: Explanation, most: int) -> Piece:
    body, marked = [], False
    for l in range(e.architecture.depth, 0, -1):
        for place in largest_weights(e, l, most, biases=False):
            found = derivative(e, place)
            if found.value == 0:
                continue
            marked |= found.kink
            factors = " · ".join(_n(x) for x in found.factors.values())
            nudged = _n(found.by_difference) + ("*" if found.kink else "")
            body.append((found.symbol, factors, _n(found.value), nudged))
    body = body or [("all are 0", "", "", "")]
    notes = ("* the nudge crossed a kink of an activation: the two need not agree",) if marked else ()
    head = ("by weight", "∂z/∂w · ∂a/∂z · ∂C₀/∂a", "product", "by difference")
    if any(not layer.activation.elementwise for layer in e.architecture.layers):
        notes = (*notes, "Two factors: the second is the sum over the Jacobian's column, Σ ∂C₀/∂a ∂a/∂z = δ.")
    return Piece("The largest derivatives", head, tuple(body), (1, 2, 3), notes)


# --- a chosen weight or bias ----------------------------------------------------------------------------------


def _parameter(e: Explanation, place: Place, top: int) -> list[Piece]:
    layer, j, k = place
    found = derivative(e, place)
    source = ""
    if k is not None:
        source = f" from {_short(e.names.inputs[k], 30)}" if layer == 1 else f" from neuron {k} of layer {layer - 1}"
    title = f"{found.symbol}: {'bias of' if k is None else 'weight to'} neuron {j} of layer {layer}{source}"
    pieces = [Piece(title, ("factor", "number"), _factor_rows(found), (1,), _column_notes(e, found))]
    if layer < e.architecture.depth:  # ∂C₀/∂a of an output comes from the cost itself
        pieces.append(_paths(e, layer, j, top))
    if e.n_examples > 1:
        pieces.append(_examples(e, place, top))
    return [*pieces, *([_step(e, place)] if e.training is not None else [])]


def _factor_rows(found: Derivative) -> tuple[tuple[str, str], ...]:
    rows = [(name, _n(value)) for name, value in found.factors.items()]
    nudged = "by difference (a kink was crossed)" if found.kink else "by difference"
    return (*rows, ("product", _n(found.value)), (nudged, _n(found.by_difference)))


def _column_notes(e: Explanation, found: Derivative) -> tuple[str, ...]:
    """The sum over the Jacobian's column, its largest terms; and what it collapses to."""
    notes = []
    if found.column_sum:
        terms = sorted(found.column_sum, key=lambda term: -abs(np.nan_to_num(term.product)))[:4]
        said = " + ".join(f"{_n(t.by_a)}·{_bracketed(t.by_z)}" for t in terms)
        more = len(found.column_sum) - len(terms)
        notes.append(f"Σ ∂C₀/∂a ∂a/∂z = {said}{f' + {more} more' if more else ''}")
    if found.collapse is not None:
        c = found.collapse
        notes.append(f"∂C₀/∂z collapses to {c.formula} with a = {_n(c.a)}, y = {_n(c.y)}: {_n(c.value)}")
    return tuple(notes)


def _bracketed(value: float) -> str:
    shown = _n(value)
    return f"({shown})" if shown.startswith("-") else shown


def _paths(e: Explanation, layer: int, j: int, top: int) -> Piece:
    paths: Paths = e.paths(layer, j, top)
    body = [(_route(path), _numbers(path), _n(path.product)) for path in paths.largest]
    others = paths.count - len(paths.largest)
    body += [(f"{others:,} more", "", _n(paths.rest))] if others else []
    body.append(("all", "", _n(paths.total)))
    what = f"∂C₀/∂x of {_short(e.names.inputs[j], 30)}" if layer == 0 else f"∂C₀/∂a of neuron {j}"
    title = f"How {what} came about: the sum over paths to the cost"
    return Piece(title, ("layer:neuron", "weights, slopes, end", "product"), tuple(body), (2,))


def _route(path: Path) -> str:
    """Neurons by layer; two where an activation mixes and the path leaves by another than it came."""
    steps = [f"{step.layer}:{step.j}" + (f"→{step.m}" if step.m != step.j else "") for step in path.steps]
    return " ".join(steps) or "the cost itself"


def _numbers(path: Path) -> str:
    numbers = [x for step in path.steps for x in (step.weight, step.slope) if x is not None]
    return " · ".join(_n(x) for x in [*numbers, path.end])


def _examples(e: Explanation, place: Place, top: int) -> Piece:
    pulls = e.examples(*place)
    order = sorted(range(e.n_examples), key=lambda i: -abs(pulls.values[i]))[:top]
    body = [(str(e.names.rows[i]), _n(pulls.values[i]), _pull(pulls.values[i])) for i in sorted(order)]
    left = e.n_examples - len(body)
    body += [("…", f"{left} more", "")] if left else []
    body.append(("all", _n(pulls.average), "average (E11)"))
    title = "By example, and what gradient descent on it alone would do to the parameter"
    return Piece(title, ("row", "derivative", "would"), tuple(body), (0, 1))


def _pull(value: float) -> str:
    return "leave it" if value == 0 else "raise it" if value < 0 else "lower it"


def _step(e: Explanation, place: Place) -> Piece:
    step = e.step(*place)
    gradient = f"g = {_n(step.data)} (data) + {_n(step.l2)} (L2)"
    if step.clipping != 1:
        gradient = f"g = ({gradient[4:]}) · {_n(step.clipping)} (clipping)"
    settings = ", ".join(
        f"{name} = {f'{value:,.0f}' if name == 't' else _n(value)}" for name, value in step.settings.items()
    )
    body = [(name, _n(value), _n(step.after[name])) for name, value in step.before.items()]
    notes = [f"{gradient} = {_n(step.gradient)}", *step.formula.split(";  ")]
    notes += [f"with {settings}", f"w changes by {_n(step.change)}"]
    title = f"One step of {step.optimizer} on {'this row' if e.n_examples == 1 else 'these rows'}"
    return Piece(title, ("", "before", "after"), tuple(body), (1, 2), tuple(note for note in notes if note))


# --- columns --------------------------------------------------------------------------------------------------


def _columns(e: Explanation, most: int, rows: bool) -> Piece:
    found = [(column, e.by_column(column)) for column in e.names.columns]
    found = sorted(found, key=lambda pair: -_size(pair[1]))
    body = []
    for column, one in found[:most]:
        here = _short(one.shown) if rows else ""
        if one.switches:
            best = min(one.switches, key=lambda key: one.switches[key])
            body.append((_short(column.name), here, f"{_n(one.switches[best])} as {_short(best, 16)}", ""))
        else:
            name = _short(column.name) + (f" (per {column.unit})" if column.unit else "")
            body.append((name, here, _n(one.value), _n(one.by_difference)))
    if len(found) > most:
        body.append((f"… {len(found) - most} more", "", "", ""))
    head = ("column", "here", "∂C₀/∂column", "by difference")
    title = "The columns with the largest derivatives, per unit of the column"
    return Piece(title, head, tuple(body), (2, 3))


def _size(one: ColumnDerivative) -> float:
    value = max(map(abs, one.switches.values()), default=0.0) if one.switches else abs(one.value)
    return 0.0 if math.isnan(value) else value


def _input(e: Explanation, name: str, top: int, rows: bool) -> list[Piece]:
    found = e.input(name)
    here = f" = {_short(found.shown)}" if rows and found.shown else ""
    body = [(_short(p.name), _n(p.x), _n(p.by_x), _n(p.by_column) if rows else "") for p in found.parts[:top]]
    if len(found.parts) > top:
        body.append((f"… {len(found.parts) - top} more", "", "", ""))
    notes = []
    if not math.isnan(found.value):
        notes.append(f"∂C₀/∂column = Σ ∂C₀/∂x ∂x/∂column = {_n(found.value)}; by difference {_n(found.by_difference)}")
    head = ("input", "x", "∂C₀/∂x", "∂x/∂column")
    pieces = [Piece(f"Column {_short(name, 40)}{here}", head, tuple(body), (1, 2, 3), tuple(notes))]
    if found.switches:
        order = sorted(found.switches, key=lambda key: found.switches[key])[:top]
        rest = len(found.switches) - len(order)
        changes = [(_short(key), _n(found.switches[key])) for key in order]
        changes += [(f"… {rest} more", "")] if rest else []
        pieces.append(Piece("Had it been, to first order", ("category", "C₀ would change by"), tuple(changes), (1,)))
    if found.parts:  # of a category, the input that is on
        part = max(found.parts, key=lambda p: abs(p.x)) if found.switches else found.parts[0]
        pieces.append(_paths(e, 0, part.index, top))
    return pieces
