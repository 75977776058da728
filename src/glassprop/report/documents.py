"""An explanation as a document to keep: LaTeX, Markdown, or HTML that stands still. All three say the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from glassprop.document.blocks import Document
from glassprop.document.html_document import html_document
from glassprop.document.latex_document import latex_document
from glassprop.document.markdown_document import markdown_document
from glassprop.insight.chosen import largest_of_each_layer
from glassprop.insight.explanation import Explanation
from glassprop.insight.largest import Place
from glassprop.insight.telling.asked import Asked
from glassprop.insight.telling.whole import document_of

DOCUMENTS: dict[str, Callable[[Document], str]] = {
    "latex": latex_document,
    "markdown": markdown_document,
    "html": html_document,
}


def latex_of(
    explanation: Explanation,
    *,
    weights: Sequence[Place] | None = None,
    inputs: Sequence[str | int] = (),
    top: int = 10,
    rows: bool = True,
) -> str:
    """A LaTeX document that walks through the example in focus: forward, cost, backward, and chosen weights.

    Parameters
    ----------
    explanation : Explanation
    weights : sequence of (layer, j, k), optional
        Which derivatives are taken apart; k None is a bias. Without, the three largest of each layer.
    inputs : sequence of str or int
        Inputs, or columns of the table, that are taken apart, too.
    top : int
        Maximum number of neurons of a layer, paths and rows of a table that are written; the others are counted or
        summed.
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
        If there is no such weight or input, or ``top`` is less than 1.

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
    return latex_document(_document(explanation, weights, inputs, top, rows))


def markdown_of(
    explanation: Explanation,
    *,
    weights: Sequence[Place] | None = None,
    inputs: Sequence[str | int] = (),
    top: int = 10,
    rows: bool = True,
) -> str:
    """The same as Markdown in GitHub's manner: pipe tables, formulas between dollars.

    Parameters
    ----------
    explanation : Explanation
    weights, inputs, top, rows
        As of ``latex_of``.

    Returns
    -------
    str

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop import Layer, Network
    >>> network = Network(2, [Layer(2, "tanh"), Layer(1, "identity")])
    >>> theta = network.initial(np.random.default_rng(0))
    >>> markdown_of(network.explain(theta, [0.5, -1.0], [1.0])).splitlines()[0]
    '# Row 0'
    """
    return markdown_document(_document(explanation, weights, inputs, top, rows))


def html_of(
    explanation: Explanation,
    *,
    weights: Sequence[Place] | None = None,
    inputs: Sequence[str | int] = (),
    top: int = 10,
    rows: bool = True,
) -> str:
    """The same as one HTML file that stands still: no script, nothing loaded.

    For a page to click through see ``page``.

    Parameters
    ----------
    explanation : Explanation
    weights, inputs, top, rows
        As of ``latex_of``.

    Returns
    -------
    str

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop import Layer, Network
    >>> network = Network(2, [Layer(2, "tanh"), Layer(1, "identity")])
    >>> theta = network.initial(np.random.default_rng(0))
    >>> html_of(network.explain(theta, [0.5, -1.0], [1.0])).splitlines()[0]
    '<!DOCTYPE html>'
    """
    return html_document(_document(explanation, weights, inputs, top, rows))


def _document(
    explanation: Explanation, weights: Sequence[Place] | None, inputs: Sequence[str | int], top: int, rows: bool
) -> Document:
    places = largest_of_each_layer(explanation) if weights is None else weights
    return document_of(explanation, Asked(tuple(places), tuple(inputs), top, rows))
