"""The LaTeX document's sections on the way forward and on the cost."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassprop.document.formulas import formula_of
from glassprop.document.tex import tex_number, tex_symbol, tex_text
from glassprop.equations.cost import is_built_in
from glassprop.insight.explanation import Explanation
from glassprop.report.latex_parts import display, sum_lines, table


def forward_section(e: Explanation, shown: Sequence[Sequence[int]]) -> str:
    """z and a of each layer, and one weighted sum of each written out."""
    n = e.architecture.sizes[0]
    rows = [[str(k), tex_text(e.names.inputs[k]), f"${tex_number(e.a(0)[k])}$"] for k in shown[0]]
    parts = [
        r"\section{Forward}",
        "The inputs, as the network takes them:",
        table(["$k$", "input", "$a_k^{(0)}$"], rows, "rlr", n - len(rows), "inputs"),
    ]
    for l in range(1, e.architecture.depth + 1):
        parts += _layer(e, l, shown[l])
    return "\n".join(parts)


def _layer(e: Explanation, l: int, shown: Sequence[int]) -> list[str]:
    layer = e.architecture.layer(l)
    last = l == e.architecture.depth
    formula = formula_of(layer.activation).value_latex
    j = _leading(e, l, shown)
    w, a = e.view.w(l)[j], e.a(l - 1)
    general = (
        rf"\sum_k {tex_symbol('w', l, j).replace(f'{{{j}}}', f'{{{j},k}}')} a_k^{{({l - 1})}} + b_{{{j}}}^{{({l})}}"
    )
    pairs = list(zip(w.tolist(), a.tolist(), strict=True))
    head = ["$j$", *(["output"] if last else []), f"$z_j^{{({l})}}$", f"$a_j^{{({l})}}$"]
    rows = [
        [
            str(m),
            *([tex_text(e.names.outputs[m])] if last else []),
            f"${tex_number(e.z(l)[m])}$",
            f"${tex_number(e.a(l)[m])}$",
        ]
        for m in shown
    ]
    return [
        rf"\subsection*{{Layer {l}: {layer.n} neurons, {tex_text(layer.activation.spec)}}}",
        rf"$z = W a + b$, then $a = {formula}$. The weighted sum of neuron {j}, for example:",
        sum_lines(tex_symbol("z", l, j), general, pairs, float(e.z(l)[j]), float(e.view.b(l)[j])),
        table(head, rows, "rlrr" if last else "rrr", layer.n - len(rows), "neurons"),
    ]


def _leading(e: Explanation, l: int, shown: Sequence[int]) -> int:
    """The neuron of those shown that moves the cost most."""
    influence = np.abs(np.nan_to_num(e.a(l) * e.by_a(l)))
    return max(shown, key=lambda m: influence[m])


def cost_section(e: Explanation, shown: Sequence[int]) -> str:
    """The cost: its formula, the outputs beside the targets, and the number."""
    depth, cost = e.architecture.depth, e.architecture.cost_function
    a, y = e.a(depth), e.view.Y[e.focus]
    rows = [[str(j), tex_text(e.names.outputs[j]), f"${tex_number(a[j])}$", f"${tex_number(y[j])}$"] for j in shown]
    lines = [rf"C_0 &= {formula_of(cost).value_latex}"]
    terms = _terms(e)
    if terms is not None and len(terms) > 1:
        largest = sorted(np.argsort(-np.abs(terms), kind="stable")[:6].tolist())
        said = " + ".join(tex_number(terms[j]) for j in largest).replace("+ -", "- ")
        lines.append(f"&= {said}" + (r" + \ldots" if len(terms) > len(largest) else ""))
    lines.append(f"&= {tex_number(e.cost)}")
    return "\n".join(
        [
            rf"\section{{Cost: {tex_text(cost.spec)}}}",
            table(["$j$", "output", "$a_j$", "$y_j$"], rows, "rlrr", len(a) - len(rows), "outputs"),
            display(*lines),
        ]
    )


def _terms(e: Explanation) -> np.ndarray | None:
    """What each output adds to the cost; None for an own cost, and where a has rounded to the end of its range."""
    cost, a, y = e.architecture.cost_function, e.a(e.architecture.depth), e.view.Y[e.focus]
    if not is_built_in(cost):
        return None
    terms = cost(a[:, None], y[:, None])
    return terms if np.isclose(terms.sum(), e.cost, rtol=1e-9, atol=0) else None
