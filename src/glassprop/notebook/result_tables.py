"""Small results as documents, for which a page would be too much: what was found, in a line and a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from glassprop.backprop.check_result import GradientCheck
from glassprop.document.blocks import Block, Column, Document, Line, Paragraph, Table
from glassprop.document.mathematics import Number
from glassprop.influence.model_trace import ModelTrace
from glassprop.influence.seen_rows import SeenRows
from glassprop.influence.trace import Trace
from glassprop.insight.contributions import Contributions, told
from glassprop.insight.factors import Derivative, ExamplePulls
from glassprop.insight.paths import Paths
from glassprop.insight.step import OptimizerStep

_TOP = 10  # rows of a table


def of_check(found: GradientCheck) -> Document:
    """A gradient beside central differences."""
    heads = "layer", "compared", "at kinks", "below rounding", "largest entry", "worst error"
    rows = (
        (
            *(f"{number:,}" for number in (layer.layer, layer.checked, layer.at_kinks, layer.below_rounding)),
            f"{layer.largest:.3g}",
            "–" if layer.worst is None else f"{layer.worst.error:.1e}",
        )
        for layer in found.layers
    )
    worst = [] if found.worst is None else [Paragraph(f"Worst: {found.worst}.")]
    return Document("; ".join(found.verdict()), (_numbers(heads, rows), *worst))


def of_contributions(found: Contributions) -> Document:
    """How a prediction came about, from the baseline on."""
    section = told(found, _TOP)
    return Document(section.title, section.parts)


def of_derivative(found: Derivative) -> Document:
    """A derivative and its factors."""
    parts: list[Block] = [_table("factor", found.factors)] if found.factors else []
    kink = ", across a kink, where the two need not agree" if found.kink else ""
    parts.append(Paragraph(("By central differences: ", Number(found.by_difference), f"{kink}.")))
    return Document((f"{found.symbol} = ", Number(found.value)), tuple(parts))


def of_pulls(found: ExamplePulls) -> Document:
    """A derivative in every example."""
    rows = tuple((f"{i:,}", Number(value)) for i, value in enumerate(found.values[:_TOP]))
    columns = Column("example", numbers=True), Column("derivative", numbers=True)
    table = Table(columns, rows, (len(found.values) - len(rows), "examples"))
    return Document(("On average ", Number(found.average)), (table,))


def of_step(found: OptimizerStep) -> Document:
    """What a step of the optimizer does to a parameter."""
    columns = Column(""), Column("before", numbers=True), Column("after", numbers=True)
    rows = tuple((name, Number(found.before[name]), Number(found.after[name])) for name in found.before)
    parts = Table(columns, rows), Paragraph(found.formula), _table("setting", found.settings)
    return Document((f"A step of {found.optimizer}: ", Number(found.change)), parts)


def of_paths(found: Paths) -> Document:
    """A derivative as the sum over paths to the cost."""
    rows = tuple((" → ".join(f"{one.layer}:{one.j}" for one in path.steps), Number(path.product))
                 for path in found.largest[:_TOP])  # fmt: skip
    columns = Column("through layer:neuron"), Column("product", numbers=True)
    table = Table(columns, rows, (found.count - len(rows), "paths"))
    return Document(("The sum over all paths: ", Number(found.total)), (table,))


def of_trace(found: Trace) -> Document:
    """Weights that a training passed through."""
    return of_model_trace(ModelTrace("", (found,)))


def of_model_trace(found: ModelTrace) -> Document:
    """The same of a model."""
    rows = (
        (f"{number:,}", f"{len(one):,}", f"{one.thetas.shape[1]:,}", _span(one.epochs))
        for number, one in enumerate(found.traces[:_TOP])
    )
    table = _numbers(("network", "weights kept", "entries of each", "epochs"), rows, len(found.traces) - _TOP)
    if found.is_final:
        return Document("No trace: the final weights alone", (table,))
    return Document(f"Kept of a training: its weights at {_many(found.weights, 'place')}", (table,))


def of_seen_rows(found: SeenRows) -> Document:
    """What a training has seen of each row."""
    columns = {
        "margin": found.margin, "confidence": found.confidence, "spread": found.spread,
        "times forgotten": found.forgotten, "learned for good after": found.learned[found.learned >= 0],
    }  # fmt: skip
    rows = ((name, *_quantiles(values)) for name, values in columns.items())
    heads = "", "least", "lower quartile", "median", "upper quartile", "most"
    never = int((found.learned < 0).sum())
    said = Paragraph(
        f"{never:,} of the rows were wrong at the last look; {int(found.trained.sum()):,} were trained on."
    )
    title = f"{_many(len(found), 'row')} as training saw them, over {_many(found.epochs, 'epoch')}"
    return Document(title, (_numbers(heads, rows), said))


def _numbers(heads: Iterable[str], rows: Iterable[tuple[Line, ...]], left_out: int = 0) -> Table:
    return Table(tuple(Column(head, numbers=True) for head in heads), tuple(rows), (max(left_out, 0), "networks"))


def _table(head: str, values: Mapping[str, float]) -> Table:
    rows = tuple((name, Number(value)) for name, value in values.items())
    return Table((Column(head), Column("", numbers=True)), rows)


def _quantiles(values: NDArray[Any]) -> tuple[Line, ...]:
    if not len(values):
        return ("–",) * 5
    return tuple(Number(float(one)) for one in np.quantile(values.astype(float), [0, 0.25, 0.5, 0.75, 1]))


def _span(epochs: NDArray[np.int64]) -> str:
    first, last = int(epochs[0]), int(epochs[-1])
    return "–" if last < 0 else f"{first}" if first == last else f"{first} to {last}"


def _many(n: int, what: str) -> str:
    return f"{n:,} {what}" if n == 1 else f"{n:,} {what}s"
