"""The document of a prediction: what it is, what each column adds to it, how it moves, and the walk to it."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from glassprop.document.blocks import Block, Document, Inline, Name, Paragraph, Section
from glassprop.document.mathematics import COST, Number, Reading, Symbol
from glassprop.insight.contributions import told, what
from glassprop.insight.telling.asked import Asked
from glassprop.insight.telling.layer_equations import layer_name
from glassprop.insight.telling.told_columns import chosen_columns, columns_section
from glassprop.insight.telling.told_derivatives import largest_section, weights_section
from glassprop.insight.telling.told_layers import backward_section, forward_section

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

PREDICTION = Symbol("ŷ")


def prediction_document(e: Explanation, asked: Asked) -> Document:
    """All that is told of a row without a target: no cost, and ∂ŷ where there would be ∂C₀.

    Raises
    ------
    SettingsError
        If there is no such weight, bias or column.
    """
    names, i = e.names, e.focus
    title: list[Inline] = [f"Row {names.rows[i]}"]
    title += [": predicted ", Name(names.predictions[i])] if names.predictions else []
    with np.errstate(all="ignore"):
        parts: list[Block] = [*_overview(e), came_about(e, asked)]
        parts += [] if asked.inputs else [columns_section(e, asked)]
        parts += chosen_columns(e, asked)
        parts += [forward_section(e, asked.top), backward_section(e, asked.top)]
        parts.append(largest_section(e, asked.top, nudges_known=not asked.inputs))
        parts += [weights_section(e, asked)] if asked.places else []
    return Document(tuple(title), tuple(_of_prediction(part) for part in parts))


def came_about(e: Explanation, asked: Asked, most: int | None = None) -> Section:
    """The prediction as a waterfall, from the baseline on. most: at most so many columns."""
    top = asked.top if most is None else min(most, asked.top)
    return told(e.contributions(), top, rows=asked.rows)


def _overview(e: Explanation) -> list[Paragraph]:
    assert e.predictions is not None
    prediction = e.predictions[e.focus]
    network: list[Inline] = [f"Network: {e.architecture.sizes[0]}"]
    for l, layer in enumerate(e.architecture.layers, start=1):
        network += [f" → {layer.n} ", layer_name(e, l)]
    more = {
        "probability": "",
        "score": ", what its probability is made of (z of the last layer)",
        "amount": " as it is predicted, in its own units",
    }
    value = Number(e.contributions().prediction)
    asked: tuple[Inline, ...] = ("What is explained is not a cost but ", PREDICTION, ", ")
    asked += (
        *what(prediction.of, prediction.name),
        f"{more[prediction.of]}: ",
        value,
        ". Every derivative says how it moves.",
    )
    found = [Paragraph(tuple(network)), Paragraph(asked)]
    several = e.members
    if several is not None:
        found.append(
            Paragraph(
                f"Members: {len(several.views)} networks as one, and their mean is predicted (E44). Columns are told "
                f"of all; the walk through the network, and derivatives by weights, are of member {several.walked}."
            )
        )
    if e.n_examples > 1:
        which = f"number {e.focus + 1}" if e.focus else "the first"
        found.append(Paragraph(f"What follows is of this row, {which} of {e.n_examples}."))
    return [*found, Paragraph("Layers count from 1 (layer 0 is the input), neurons from 0.")]


def _of_prediction(node: Any) -> Any:
    """What is told of a cost, told of a prediction in its place. Names from outside stay as they are."""
    if node == COST:
        return PREDICTION
    if isinstance(node, str):
        return node.replace("the cost", "the prediction").replace("C₀", "ŷ")
    if isinstance(node, tuple):
        return tuple(map(_of_prediction, node))
    if isinstance(node, Name | Reading) or not is_dataclass(node):
        return node
    return replace(node, **{field.name: _of_prediction(getattr(node, field.name)) for field in fields(node)})  # type: ignore[type-var]
