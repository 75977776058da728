"""What each column of the table adds to a prediction, counted from a baseline."""

from __future__ import annotations

from dataclasses import dataclass

from glassprop.document.blocks import Document, Inline, Line, Name, Paragraph, Section, Waterfall
from glassprop.document.plain_text import plain_text
from glassprop.equations.arrays import Array
from glassprop.ground.in_notebook import InNotebook
from glassprop.insight.baseline import Baseline
from glassprop.insight.names import Column, Names
from glassprop.insight.prediction import Prediction

_TOP = 10  # columns of a text
_WHAT = {"probability": "the probability of ", "score": "the score of ", "amount": ""}


@dataclass(frozen=True)
class Contribution:
    """What a column adds (E46).

    Attributes
    ----------
    name : str
    value : float
        How much of f(x) - f(baseline) is its own.
    shown : str
        What stands in the table.
    derivative : float
        ∂f/∂column here, per ``unit``; None for a category or text, which has none.
    unit : str
        "day" for a date, "hour" for a time of day.
    """

    name: str
    value: float
    shown: str = ""
    derivative: float | None = None
    unit: str = ""


@dataclass(frozen=True)
class Contributions(InNotebook):
    """The parts of a prediction: the baseline, what each column adds, and what numerical integration misses.

    Attributes
    ----------
    prediction, baseline : float
        f(x), and f where nothing is known of a row.
    columns : tuple of Contribution
        The largest first.
    rest : float
        The remainder: ``baseline + Σ columns + rest == prediction``.
    from_ : str
        What the baseline is.
    points : int
        The number of points at which gradients were computed.
    output, of : str
        What is predicted: a class or the target, and whether its probability, its score or a number.

    ``print`` shows the largest as a table.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop import Layer, Network
    >>> network = Network(2, [Layer(3, "tanh"), Layer(1, "identity")])
    >>> theta = network.initial(np.random.default_rng(0))
    >>> explanation = network.explain(theta, [[0.5, -1.0], [1.0, 1.0]], [[1.0], [0.0]])
    >>> told = explanation.contributions()
    >>> together = told.baseline + sum(each.value for each in told.columns) + told.rest
    >>> [each.name for each in told.columns], bool(np.isclose(together, told.prediction))
    (['x1', 'x0'], True)
    """

    prediction: float
    baseline: float
    columns: tuple[Contribution, ...]
    rest: float
    from_: str
    points: int
    output: str = ""
    of: str = ""

    def __str__(self) -> str:
        section = told(self, _TOP)
        return plain_text(Document(section.title, section.parts))


def told(found: Contributions, top: int, *, rows: bool = True) -> Section:
    """A prediction as a waterfall, from the baseline on: the largest steps, what the others add, and the rest.

    rows: whether what stands in the table is told.
    """
    shown, others = found.columns[:top], found.columns[top:]
    steps: list[tuple[Line, Line, float]] = [
        (Name(one.name), Name(one.shown, 16) if rows else "", one.value) for one in shown
    ]
    if others:
        more = f"{len(others):,} more {'column' if len(others) == 1 else 'columns'}"
        steps.append((more, "", float(sum(one.value for one in others))))
    steps.append(("rest", "", found.rest))
    to: tuple[Inline, ...] = (" to ", *what(found.of, found.output)) if found.of else ()
    counted = (
        f", counted from {found.from_}: integrated gradients (E46). The rest is what they miss, taken on "
        f"{found.points:,} points of the way from there."
    )
    waterfall = Waterfall(("baseline", found.baseline), tuple(steps), ("prediction", found.prediction))
    return Section("How the prediction came about", (Paragraph(("What each column adds", *to, counted)), waterfall))


def what(of: str, output: str) -> tuple[Inline, ...]:
    """What is predicted, in words."""
    return _WHAT[of], Name(output)


def contributions_of(prediction: Prediction, x: Array, baseline: Baseline, names: Names, example: int) -> Contributions:
    """E46, summed by columns; inputs of no column, or all where columns share some, stand for themselves."""
    found, by_x = prediction.integrated(x, baseline), prediction.slopes(x[None, :])[0]
    columns = tuple(
        Contribution(
            column.name,
            float(found.parts[list(column.parts)].sum()),
            names.shown(column, example),
            None if column.slopes is None else float(by_x[list(column.parts)] @ column.slopes[example]),
            column.unit,
        )
        for column in apart(names)
    )
    largest_first = tuple(sorted(columns, key=lambda one: -abs(one.value)))
    rest = found.end - found.begin - sum(one.value for one in columns)
    of = prediction.name, prediction.of
    return Contributions(found.end, found.begin, largest_first, rest, baseline.said, found.points, *of)


def apart(names: Names) -> list[Column]:
    """Columns that share no inputs and together have all of them."""
    fed = [k for column in names.columns for k in column.parts]
    columns = list(names.columns) if len(fed) == len(set(fed)) else []
    lone = sorted(set(range(len(names.inputs))) - {k for column in columns for k in column.parts})
    return [*columns, *(Column(names.inputs[k], (k,)) for k in lone)]
