"""The LaTeX document's section on the way back: ∂C/∂a, the slope or the Jacobian, and δ of each layer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassprop.document.formulas import formula_of
from glassprop.document.tex import by, tex_number, tex_symbol, tex_text
from glassprop.insight.explanation import Explanation
from glassprop.report.latex_parts import display, sum_lines, table

_MOST_JACOBIAN = 6  # neurons of a layer whose Jacobian is printed


def backward_section(e: Explanation, shown: Sequence[Sequence[int]]) -> str:
    """From the cost back to the inputs, layer by layer."""
    parts = [r"\section{Backward}"]
    for l in range(e.architecture.depth, 0, -1):
        parts += _layer(e, l, shown[l])
    k = max(shown[0], key=lambda m: abs(e.by_a(0)[m]))
    parts += [
        r"\subsection*{The inputs}",
        _sum_over_next(e, 0, k),
    ]
    return "\n".join(parts)


def _layer(e: Explanation, l: int, shown: Sequence[int]) -> list[str]:
    layer, last = e.architecture.layer(l), l == e.architecture.depth
    j = max(shown, key=lambda m: abs(np.nan_to_num(e.delta(l)[m])))
    parts = [rf"\subsection*{{Layer {l}: {tex_text(layer.activation.spec)}}}"]
    if last:
        slope = formula_of(e.architecture.cost_function).derivative_latex
        parts.append(rf"The cost by the outputs: $\partial C_0 / \partial a_j^{{({l})}} = {slope}$.")
    else:
        parts.append(f"A neuron reaches the cost through every neuron of layer {l + 1}; neuron {j}, for example:")
        parts.append(_sum_over_next(e, l, j))
    parts += _elementwise(e, l, shown) if layer.activation.elementwise else _mixing(e, l, shown, j)
    return parts + (_collapse(e, j) if last else [])


def _sum_over_next(e: Explanation, l: int, k: int) -> str:
    """∂C_0/∂a_k as the sum over the neurons of the next layer (E18)."""
    w, delta = e.view.w(l + 1)[:, k], e.delta(l + 1)
    left = by(tex_symbol("a", l, k))
    general = rf"\sum_j w_{{j,{k}}}^{{({l + 1})}} \delta_j^{{({l + 1})}}"
    return sum_lines(left, general, list(zip(w.tolist(), delta.tolist(), strict=True)), float(e.by_a(l)[k]))


def _elementwise(e: Explanation, l: int, shown: Sequence[int]) -> list[str]:
    layer, slopes = e.architecture.layer(l), e.slope(l)
    assert slopes is not None  # elementwise
    head = ["$j$", r"$\partial C_0 / \partial a_j$", r"$\sigma'(z_j)$", r"$\delta_j$"]
    rows = [
        [str(m), *(f"${tex_number(float(numbers[m]))}$" for numbers in (e.by_a(l), slopes, e.delta(l)))] for m in shown
    ]
    return [
        rf"The slope $\sigma'(z) = {formula_of(layer.activation).derivative_latex}$, and",
        r"$\delta_j = \sigma'(z_j) \cdot \partial C_0 / \partial a_j$:",
        table(head, rows, "rrrr", layer.n - len(rows), "neurons"),
    ]


def _mixing(e: Explanation, l: int, shown: Sequence[int], j: int) -> list[str]:
    layer, jacobian = e.architecture.layer(l), e.jacobian(l)
    parts = [rf"Every $a_m$ depends on every $z_j$: ${formula_of(layer.activation).derivative_latex}$."]
    if layer.n <= _MOST_JACOBIAN:
        body = r" \\ ".join(" & ".join(tex_number(float(x), 4) for x in row) for row in jacobian)
        parts.append(
            display(
                rf"J = \left(\frac{{\partial a_m}}{{\partial z_j}}\right) = \begin{{pmatrix}} {body} \end{{pmatrix}}"
            )
        )
    pairs = list(zip(e.by_a(l).tolist(), jacobian[:, j].tolist(), strict=True))
    parts.append(f"Neuron {j}, for example, by the column of the Jacobian:")
    general = rf"\sum_m \frac{{\partial C_0}}{{\partial a_m}} \cdot \frac{{\partial a_m}}{{\partial z_{{{j}}}}}"
    total = float(e.delta(l)[j])
    if l == e.architecture.depth and not e.view.long_way_holds[e.focus]:
        total = float(np.dot(*np.array(pairs).T))
    parts.append(sum_lines(tex_symbol(r"\delta", l, j), general, pairs, total))
    rows = [[str(m), f"${tex_number(e.by_a(l)[m])}$", f"${tex_number(e.delta(l)[m])}$"] for m in shown]
    head = ["$j$", r"$\partial C_0 / \partial a_j$", r"$\delta_j$"]
    return [*parts, table(head, rows, "rrr", layer.n - len(rows), "neurons")]


def _collapse(e: Explanation, j: int) -> list[str]:
    """The short form of δ in the last layer, where its derivatives collapse (E26)."""
    collapse = e.bias(e.architecture.depth, j).collapse
    if collapse is None:
        return []
    total = float(e.view.Y[e.focus].sum())
    formula, begin = (f"a_{{{j}}} - y_{{{j}}}", tex_number(collapse.a))
    if "Σ" in collapse.formula:
        formula, begin = rf"a_{{{j}}} \sum_m y_m - y_{{{j}}}", rf"{begin} \cdot {tex_number(total)}"
    said = ["With this cost the derivatives collapse:"]
    if not e.view.long_way_holds[e.focus]:
        said.append("(and here only the short form holds, for an activation has rounded to the end of its range)")
    line = rf"\delta_{{{j}}} = {formula} = {begin} - {tex_number(collapse.y)} = {tex_number(collapse.value)}"
    return [*said, display(line)]
