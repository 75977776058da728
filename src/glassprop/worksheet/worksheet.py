"""A worksheet: back-propagation through a small network on paper, with blanks to fill and an answer key."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Literal

import numpy as np

from glassprop.equations.activation import ActivationLike
from glassprop.equations.cost import CostLike
from glassprop.equations.definitions import without_definition
from glassprop.errors import SettingsError
from glassprop.ground.text import listed
from glassprop.insight.explanation import Explanation
from glassprop.layers.dense import Layer
from glassprop.network import Network
from glassprop.worksheet.sheet import Sheet
from glassprop.worksheet.sheet_html import as_html
from glassprop.worksheet.sheet_latex import as_latex
from glassprop.worksheet.sheet_numbers import given_parameters, given_row
from glassprop.worksheet.sheet_scaling import own_units
from glassprop.worksheet.sheet_text import as_text
from glassprop.worksheet.sheet_units import NOTHING
from glassprop.worksheet.sheet_whole import sheet_of

MOST_NEURONS, MOST_WEIGHTS, MOST_DIGITS, MOST_ROWS = 12, 40, 6, 5
MOST_DERIVATIVES = 120  # of all rows together
FORMS: dict[str, Callable[[Sheet], str]] = {"text": as_text, "html": as_html, "latex": as_latex}


def worksheet_of(
    explanation: Explanation, digits: int = 2, form: Literal["text", "html", "latex"] = "text", *, rows: bool = True
) -> str:
    """A worksheet on the explained examples, its answer key on a page or in a section of its own.

    Each row goes forward and back; then come the average (of several rows), the same derivatives by differences, one
    step of gradient descent for every weight and bias, and the new cost. The step is taken at the rate 0.1, or at the
    one of ``explanation.at_rate``.

    Weights, biases, inputs and targets are rounded to ``digits`` decimals first, and everything is computed from these:
    what the pupil sees is exactly what the key was computed with. Inputs and a target that are numbers of a table,
    scaled, are given in the table's units, and scaling them is step 0. The key is exact, in whole decimals or
    fractions, wherever only +, -, × and ÷ are needed (relu and the squared error, say). Where e or a logarithm comes
    in, numbers are computed to a hundred digits and rounded rightly to ``digits + 2`` significant digits, and marked
    by ≈.

    Parameters
    ----------
    explanation : Explanation
        Of 5 rows at most.
    digits : int
        Decimals of the given numbers, 1 to 6.
    form : {"text", "html", "latex"}
        Markdown that reads well as plain text; one HTML file; a LaTeX document for pdflatex.
    rows : bool
        Whether the number of the row, and names of the columns and of the target's values, are written down. The inputs
        themselves are: without them there is nothing to compute.

    Returns
    -------
    str

    Raises
    ------
    SettingsError
        If it is too much for paper (more than 12 inputs and neurons, 40 weights, 5 rows, or 120 derivatives of all
        rows), the network has layers that are not dense or an activation or cost of the user's own, all weights of a
        layer round to 0, or an argument is out of range.
    DataError
        If the rounded targets are none for this cost.

    Examples
    --------
    >>> print(worksheet_of(classroom_network(0)).splitlines()[0])
    # Back-propagation by hand
    """
    if form not in FORMS:
        raise SettingsError(f"form must be one of {', '.join(map(repr, FORMS))}, got {form!r}")
    return FORMS[form](_sheet(explanation, digits, rows))


def _sheet(e: Explanation, digits: int, rows: bool) -> Sheet:
    if isinstance(digits, bool) or not hasattr(digits, "__index__") or not 1 <= digits <= MOST_DIGITS:
        raise SettingsError(f"digits must be a whole number from 1 to {MOST_DIGITS}, got {digits!r}")
    check_size(e)
    digits = int(digits)
    w, b = given_parameters(e, digits)
    each = [e.of(i) for i in range(e.n_examples)]
    given = [given_row(one, w, b, digits, own_units(one, digits) if rows else NOTHING) for one in each]
    e.architecture.cost_function.check_targets(np.array([[float(y.value) for y in row.y] for row in given]))
    return sheet_of(e, [row.forward().backward() for row in given], digits, rows)


def check_size(e: Explanation) -> None:
    """Refuse what does not go on paper.

    Raises
    ------
    SettingsError
        Saying what is too much, and what would do.
    """
    architecture = e.architecture
    sizes = architecture.sizes
    weights = sum(prod(block.shape) for block in architecture.layout.blocks if block.name != "b")
    if sum(sizes) > MOST_NEURONS or weights > MOST_WEIGHTS:
        raise SettingsError(
            f"a worksheet is for paper: the network {'-'.join(map(str, sizes))} has {sum(sizes):,} inputs and neurons "
            f"and {weights:,} weights, where {MOST_NEURONS} and {MOST_WEIGHTS} are the most; train one with fewer "
            "columns and a hidden layer of 2 or 3 (--recipe plain --hidden 2), or use --latex or --html"
        )
    n, parameters = e.n_examples, architecture.layout.used
    if n > MOST_ROWS or n * parameters > max(MOST_DERIVATIVES, parameters):
        most = max(1, min(MOST_ROWS, MOST_DERIVATIVES // parameters))
        raise SettingsError(
            f"a worksheet is for paper: {n} rows of {parameters} weights and biases are {n * parameters:,} "
            f"derivatives, and {most} {'row is' if most == 1 else 'rows are'} the most of this network"
        )
    other = [
        layer.title for layer in architecture.layers if layer.kind != "dense" or layer.residual or layer.parametric
    ]
    if other:
        raise SettingsError(
            "a worksheet has only dense layers, each with z = Σ w a + b and a = σ(z), but this network has "
            f"{listed(other)}: use --latex, --markdown or --html, or train a table with --recipe plain"
        )
    unknown = without_definition([*(layer.activation for layer in architecture.layers), architecture.cost_function])
    if unknown:
        own = ", ".join(map(repr, unknown))
        raise SettingsError(
            f"a worksheet computes with exact formulas, but has none for {own}: use activations and a cost that come "
            "with glassprop"
        )


def classroom_network(
    seed: int = 0,
    *,
    activation: ActivationLike = "relu",
    output: ActivationLike = "identity",
    cost: CostLike = "squared_error",
    rows: int = 1,
) -> Explanation:
    """An example for the blackboard: two inputs, two hidden neurons, one output, and numbers of one decimal.

    With relu, identity and the squared error, as here by default, everything can be computed exactly on paper.

    Parameters
    ----------
    seed : int
        Another seed, other numbers: a sheet for each pupil.
    activation, output, cost : str
        Of the hidden layer, the output, and what is minimized.
    rows : int
        How many examples, to be averaged.

    Returns
    -------
    Explanation
        Of examples for which no hidden neuron is switched off and no derivative is 0.

    Raises
    ------
    ArchitectureError
        If the three do not fit together.
    SettingsError
        If no such numbers were found.

    Examples
    --------
    >>> classroom_network(seed=1)
    <Explanation of 1 example(s), network 2-2-1, cost ...>
    """
    if isinstance(rows, bool) or not hasattr(rows, "__index__") or not 1 <= rows <= MOST_ROWS:
        raise SettingsError(f"rows must be a whole number from 1 to {MOST_ROWS}, got {rows!r}")
    network = Network(2, [Layer(2, activation), Layer(1, output)], cost=cost)
    rng = np.random.default_rng(seed)
    tenths = np.concatenate([np.arange(-9, 0), np.arange(1, 10)])
    for _ in range(1000):
        theta = rng.choice(tenths, network.layout.size) / 10
        x = rng.choice([0.5, 1.0, 1.5, 2.0], (rows, 2))
        y = rng.choice([0.0, 1.0], (rows, 1))
        found = network.explain(theta, x, y)
        smallest = min(np.abs(found.view.by_output[l]).min() for l in range(3))
        apart = len(np.unique(np.hstack([x, y]), axis=0)) == rows
        if apart and smallest > 1e-3 and min(np.abs(found.view.deltas[l]).min() for l in (1, 2)) > 1e-3:
            return found
    raise SettingsError(
        f"found no numbers for which every derivative of {activation}, {output} and {cost} differs from 0: "
        "choose others, such as relu, identity and squared_error"
    )
