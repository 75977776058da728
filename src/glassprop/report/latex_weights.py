"""The LaTeX document's sections on chosen weights: factors, paths, examples, the optimizer's step; and on columns."""

from __future__ import annotations

from collections.abc import Sequence

from glassprop.document.tex import by, tex_factor, tex_number, tex_plus, tex_symbol, tex_text
from glassprop.insight.explanation import Explanation
from glassprop.insight.factors import BY_A, BY_B, BY_W, BY_Z, MIXED, SLOPE, Derivative
from glassprop.insight.largest import Place
from glassprop.insight.paths import Path
from glassprop.report.chosen import derivative, step_record
from glassprop.report.latex_parts import display, table

_MOST_EXAMPLES = 30


def weights_section(e: Explanation, places: Sequence[Place], top: int) -> str:
    """Each chosen derivative taken apart."""
    parts = [r"\section{Weights}"]
    for place in places:
        parts += _weight(e, place, top)
    return "\n".join(parts)


def _weight(e: Explanation, place: Place, top: int) -> list[str]:
    layer, j, k = place
    found = derivative(e, place)
    symbol = tex_symbol("b" if k is None else "w", layer, j, k)
    source = "" if k is None else f" from {_source(e, layer - 1, k)}"
    what = "Bias" if k is None else "Weight"
    lines = [
        rf"\subsection*{{{what} ${symbol}$: to neuron {j} of layer {layer}{source}}}",
        _product(found, symbol, place),
    ]
    kink = " (the nudge crossed a kink of an activation: the two need not agree)" if found.kink else ""
    lines.append(rf"By central differences: ${tex_number(found.by_difference)}${kink}.")
    if layer < e.architecture.depth:
        lines += _paths(e, layer, j, top)
    if e.n_examples > 1:
        lines += _examples(e, place)
    return lines + _step(e, place)


def _source(e: Explanation, layer: int, k: int) -> str:
    return f"input {k} ({tex_text(e.names.inputs[k])})" if layer == 0 else f"neuron {k} of layer {layer}"


def _product(found: Derivative, symbol: str, place: Place) -> str:
    layer, j, _ = place
    z, a = tex_symbol("z", layer, j), tex_symbol("a", layer, j)
    written = {
        BY_W: rf"\frac{{\partial {z}}}{{\partial {symbol}}}",
        BY_B: rf"\frac{{\partial {z}}}{{\partial {symbol}}}",
        SLOPE: rf"\frac{{\partial {a}}}{{\partial {z}}}",
        BY_A: by(a),
        BY_Z: by(z),
        MIXED: rf"\sum_m \frac{{\partial C_0}}{{\partial a_m^{{({layer})}}}}"
        rf"\frac{{\partial a_m^{{({layer})}}}}{{\partial {z}}}",
    }
    general = r" \cdot ".join(written[name] for name in found.factors)
    numbers = r" \cdot ".join(tex_factor(value) for value in found.factors.values())
    return display(f"{by(symbol)} &= {general}", f"&= {numbers}", f"&= {tex_number(found.value)}")


def _paths(e: Explanation, layer: int, j: int, top: int) -> list[str]:
    paths = e.paths(layer, j, top)
    rows = [[_route(layer, j, path), _numbers(path), f"${tex_number(path.product)}$"] for path in paths.largest]
    others = paths.count - len(paths.largest)
    if others:
        rows.append([f"{others} more", "", f"${tex_number(paths.rest)}$"])
    total = by(tex_symbol("a", layer, j)).replace("frac", "tfrac")
    rows.append([rf"\hline ${total}$", "", f"${tex_number(paths.total)}$"])
    head = ["path to the cost", "weights, slopes, and the derivative at the end", "product"]
    return [
        rf"The factor $\partial C_0 / \partial {tex_symbol('a', layer, j)}$ is the sum over all paths:",
        table(head, rows, r"p{45mm}p{80mm}r"),
    ]


def _route(layer: int, j: int, path: Path) -> str:
    """The neurons on the way. Where an activation mixes, a path may leave a layer by another neuron than it came to."""
    steps = [tex_symbol("a", layer, j)]
    for step in path.steps:
        if step.m != step.j:
            steps.append(tex_symbol("z", step.layer, step.j))
        steps.append(tex_symbol("z" if step.slope is None else "a", step.layer, step.m))
    return r"\raggedright $" + r" \to ".join(steps) + "$"


def _numbers(path: Path) -> str:
    numbers = [x for step in path.steps for x in (step.weight, step.slope) if x is not None]
    return r"\raggedright $" + r" \cdot ".join(tex_factor(x, 5) for x in [*numbers, path.end]) + "$"


def _examples(e: Explanation, place: Place) -> list[str]:
    pulls = e.examples(*place)
    order = sorted(range(e.n_examples), key=lambda i: -abs(pulls.values[i]))[:_MOST_EXAMPLES]
    rows = [
        [str(e.names.rows[i]), f"${tex_number(pulls.values[i])}$", "raise" if i in pulls.raise_it else "lower"]
        if pulls.values[i]
        else [str(e.names.rows[i]), "$0$", "leave"]
        for i in sorted(order)
    ]
    return [
        "The same by example, and what a step of gradient descent on it would do to the parameter; their average is",
        f"${tex_number(pulls.average)}$.",
        table(["row", "derivative", "would"], rows, "rrl", e.n_examples - len(rows), "examples"),
    ]


def _step(e: Explanation, place: Place) -> list[str]:
    step = step_record(e, place)
    if step is None:
        return []
    settings = ", ".join(rf"{tex_text(name)} = ${tex_number(value)}$" for name, value in step["settings"].items())
    clipping = "" if step["clipping"] == 1 else rf" \cdot {tex_number(step['clipping'])}\ (\text{{clipping}})"
    gradient = rf"g &= ({tex_number(step['data'])} {tex_plus(step['l2'])}\ (\text{{L2}})){clipping}"
    lines = [gradient, f"&= {tex_number(step['gradient'])}"]
    rows = [
        [tex_text(name), f"${tex_number(value)}$", f"${tex_number(step['after'][name])}$"]
        for name, value in step["before"].items()
    ]
    return [
        rf"One step of {tex_text(step['optimizer'])}: {_formula(step['formula'])} With {settings}:",
        display(*lines),
        table(["", "before", "after"], rows, "lrr"),
        rf"The parameter changes by ${tex_number(step['change'])}$.",
    ]


def _formula(text: str) -> str:
    return f"{tex_text(text, most=None)}." if text else ""


def columns_section(e: Explanation, top: int, rows: bool) -> str:
    """The derivative by columns of the table, in their own units: the largest ones."""
    found = [(column, e.by_column(column)) for column in e.names.columns]
    found = sorted(found, key=lambda pair: -_size(pair[1]))[:top]
    lines = []
    for column, one in found:
        shown = tex_text(one.shown, 25) if rows else ""
        if one.switches:
            best = min(one.switches, key=lambda key: one.switches[key])
            said = f"{tex_text(best, 20)} instead: ${tex_number(one.switches[best])}$"
        else:
            said = f"${tex_number(one.value)}$"
        unit = f" (per {tex_text(column.unit)})" if column.unit else ""
        lines.append([tex_text(column.name, 30) + unit, shown, said])
    left_out = len(e.names.columns) - len(lines)
    return "\n".join(
        [
            r"\section{Columns}",
            "How the cost moves with a column of the table, per unit of that column. For a category, to first order,",
            "the change of the cost if this row had the category that lowers it most:",
            table(["column", "here", r"$\partial C_0 / \partial$ column"], lines, "lll", left_out, "columns"),
        ]
    )


def _size(one: object) -> float:
    """By how much a column can matter; what has no number comes last."""
    switches = getattr(one, "switches", {})
    value = max((abs(x) for x in switches.values()), default=0.0) if switches else abs(getattr(one, "value", 0.0))
    return value if value == value else 0.0
