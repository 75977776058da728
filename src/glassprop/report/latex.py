"""The chain rule of one example as a whole LaTeX document, which compiles as it is."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassprop.document.tex import tex_text
from glassprop.errors import SettingsError
from glassprop.insight.explanation import Explanation
from glassprop.insight.largest import Place, largest_neurons, largest_weights
from glassprop.report.latex_backward import backward_section
from glassprop.report.latex_forward import cost_section, forward_section
from glassprop.report.latex_weights import columns_section, weights_section

_MOST_WEIGHTS = 3  # of each layer, where none were chosen

_HEAD = r"""% The chain rule with the numbers of one example, written by glassprop. pdflatex compiles it as it is.
\documentclass[11pt]{article}
\usepackage[utf8]{inputenc}
\usepackage[a4paper, margin=22mm]{geometry}
\usepackage{amsmath}
\usepackage{longtable}
\setlength{\parindent}{0pt}
\setlength{\parskip}{5pt}
\setlength{\emergencystretch}{3em}
\renewcommand{\arraystretch}{1.25}
\allowdisplaybreaks
\begin{document}
"""


def latex_of(
    explanation: Explanation, *, weights: Sequence[Place] | None = None, top: int = 10, rows: bool = True
) -> str:
    """A LaTeX document that walks through the example in focus: forward, cost, backward, and chosen weights.

    Parameters
    ----------
    weights : sequence of (layer, j, k), optional
        Which derivatives are taken apart; k None is a bias. Without, the three largest of each layer.
    top : int
        At most so many neurons of a layer and so many paths are written down; the others are counted or summed.
    rows : bool
        Whether what stands in the table is written down: the values of columns, and the target as it stands there.

    Returns
    -------
    str
        A document of class article, in ASCII. It needs pdflatex and the packages that every LaTeX comes with (amsmath,
        geometry, inputenc, longtable). Names are text in it, whatever characters they are made of.

    Raises
    ------
    SettingsError
        If there is no such weight, or ``top`` is less than 1.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop import Layer, Network
    >>> network = Network(2, [Layer(2, "tanh"), Layer(1, "identity")])
    >>> theta = network.initial(np.random.default_rng(0))
    >>> text = latex_of(network.explain(theta, [0.5, -1.0], [1.0]), weights=[(1, 0, 1)])
    >>> text.splitlines()[1]
    '\\\\documentclass[11pt]{article}'
    """
    if isinstance(top, bool) or not hasattr(top, "__index__") or top < 1:
        raise SettingsError(f"top must be a whole number of 1 or more, got {top!r}")
    e, depth = explanation, explanation.architecture.depth
    if weights is None:
        weights = [place for l in range(depth, 0, -1) for place in largest_weights(e, l, _MOST_WEIGHTS, biases=False)]
    shown = [largest_neurons(e, l, top) for l in range(depth + 1)]
    with np.errstate(all="ignore"):
        parts = [
            _HEAD,
            _opening(e, rows),
            forward_section(e, shown),
            cost_section(e, shown[-1]),
            backward_section(e, shown),
            weights_section(e, weights, top),
            columns_section(e, top, rows),
        ]
    return "\n".join([*parts, r"\end{document}", ""])


def _opening(e: Explanation, rows: bool) -> str:
    names, i = e.names, e.focus
    layers = [f"{e.architecture.sizes[0]} inputs"]
    layers += [f"{layer.n} ({tex_text(layer.activation.spec)})" for layer in e.architecture.layers]
    chain = r" $\to$ ".join(layers)
    said = [f"Row {names.rows[i]} of the table."]
    if names.predictions:
        said.append(f"Predicted: {tex_text(names.predictions[i])}.")
    if names.targets and rows:
        said.append(f"Target: {tex_text(names.targets[i])}.")
    return "\n".join(
        [
            r"\section*{The chain rule, with numbers}",
            " ".join(said) + r"\\",
            rf"Network: {chain}; cost: {tex_text(e.architecture.cost_function.spec)}.",
            "",
            "Layers count from 1 (layer 0 is the input), neurons from 0. Numbers are worked out in double precision",
            "and shown with six digits that count. Of a large layer, the neurons with the largest",
            r"$|a \cdot \partial C_0 / \partial a|$ are shown.",
        ]
    )
