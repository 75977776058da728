"""The whole document of an explanation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from glassprop.document.blocks import Block, Column, Document, Inline, Line, Name, Paragraph, Section, Table
from glassprop.document.mathematics import COST, Equation, Number, Product, Reading, Symbol, by
from glassprop.insight.telling.asked import Asked
from glassprop.insight.telling.layer_equations import layer_name
from glassprop.insight.telling.told_columns import chosen_columns, columns_section
from glassprop.insight.telling.told_derivatives import largest_section, weights_section
from glassprop.insight.telling.told_layers import backward_section, cost_section, forward_section
from glassprop.insight.telling.told_members import members_paragraphs, members_sections
from glassprop.insight.telling.told_prediction import came_about, prediction_document

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

_MOST_COLUMNS = 5  # of how a prediction came about, where it is the cost that is explained


def document_of(e: Explanation, asked: Asked) -> Document:
    """All that is told of an explanation, whatever medium shows it.

    Raises
    ------
    SettingsError
        If there is no such weight, bias or column.
    """
    if not asked.rows:
        e = e.without_rows()
    if e.predictions is not None:
        return prediction_document(e, asked)
    with np.errstate(all="ignore"):
        parts: list[Block] = [*_overview(e), *([_batch(e, asked.top)] if e.n_examples > 1 else [])]
        parts += [came_about(e, asked, _MOST_COLUMNS)] if e.what_predicts.baseline.known else []
        parts += members_sections(e, asked.top)
        parts += [forward_section(e, asked.top), cost_section(e, asked.top), backward_section(e, asked.top)]
        parts.append(largest_section(e, asked.top))
        parts += [weights_section(e, asked)] if asked.places else []
        parts += chosen_columns(e, asked) or [columns_section(e, asked)]
    return Document(_title(e), tuple(parts))


def _title(e: Explanation) -> Line:
    names, i = e.names, e.focus
    said: list[Inline] = [f"Row {names.rows[i]}"]
    if names.predictions:
        said += [": predicted ", Name(names.predictions[i])]
    if names.targets:
        said += [", target " if names.predictions else ": target ", Name(names.targets[i])]
    return tuple(said)


def _overview(e: Explanation) -> list[Paragraph]:
    architecture = e.architecture
    network: list[Inline] = [f"Network: {architecture.sizes[0]}"]
    for l, layer in enumerate(architecture.layers, start=1):
        network += [f" → {layer.n} ", layer_name(e, l)]
    cost = Equation((COST, Reading(architecture.cost_function)))
    found = [Paragraph(tuple(network)), *members_paragraphs(e), Paragraph(("Cost: ", cost))]
    units = architecture.units
    if units is not None:  # in so many digits that y can be worked out
        found.append(Paragraph(f"y: the target, standardized: {units.formula}"))
    if e.n_examples > 1:
        which = f"number {e.focus + 1}" if e.focus else "the first"
        found.append(Paragraph(f"What follows is of this row, {which} of {e.n_examples}."))
    influence = Product((Symbol("a"), by(Symbol("a"))))
    guide = "Layers count from 1 (layer 0 is the input), neurons from 0. Of a large layer, those with the largest "
    return [*found, Paragraph((guide, influence, " are shown."))]


def _batch(e: Explanation, top: int) -> Section:
    names, costs = e.names, e.view.costs
    rows: list[tuple[Line, ...]] = [
        (
            str(names.rows[i]),
            Name(names.predictions[i]) if names.predictions else "",
            Name(names.targets[i]) if names.targets else "",
            Number(float(costs[i])),
        )
        for i in range(min(top, e.n_examples))
    ]
    left_out = e.n_examples - len(rows), "rows"
    rows.append(("all", "average (E11)", "", Number(float(costs.mean()))))
    columns = Column("row", numbers=True), Column("predicted"), Column("target"), Column(COST, numbers=True)
    return Section("The batch", (Table(columns, tuple(rows), left_out, total=True),))
