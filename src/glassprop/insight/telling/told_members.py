"""The members of a network: what each says, and what they say together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glassprop.document.blocks import Column, Inline, Line, Name, Paragraph, Section, Table
from glassprop.document.mathematics import COST, Number, Symbol, numbers
from glassprop.insight.largest import largest_neurons

if TYPE_CHECKING:
    from glassprop.insight.explained import Explained as Explanation

_MOST_OUTPUTS = 4


def members_paragraphs(e: Explanation) -> list[Paragraph]:
    """Whose numbers follow."""
    several = e.members
    if several is None:
        return []
    nearest = ", the one nearest to the mean" if several.walked == several.nearest else ""
    return [
        Paragraph(
            f"Members: {len(several.views)} networks as one, which share the layers that are not their own; the mean "
            "of their outputs is predicted (E44)."
        ),
        Paragraph(
            (
                f"What follows walks through member {several.walked}{nearest}, and ",
                COST,
                " is its cost. Columns of the table, and steps of the optimizer, are told of the mean over all (E41).",
            )
        ),
    ]


def members_sections(e: Explanation, top: int) -> list[Section]:
    """Outputs and cost of each, their mean, and how far they are from it."""
    several = e.members
    if several is None:
        return []
    depth, i = e.architecture.depth, e.focus
    outputs = largest_neurons(e, depth, _MOST_OUTPUTS)
    listed = sorted({*range(min(top, len(several.views))), several.walked})
    rows: list[tuple[Line, ...]] = []
    for member in listed:
        cost = Number(float(several.costs[member, i]))
        rows.append((str(member), *numbers(*several.outputs[member, i, outputs]), cost))
    rows.append(("mean", *numbers(*several.mean[i, outputs]), Number(float(several.cost[i]))))
    a = [Column((Symbol("a"), " of ", Name(e.names.outputs[j], 16)), numbers=True) for j in outputs]
    columns = Column("member"), *a, Column(COST, numbers=True)
    table = Table(columns, tuple(rows), (len(several.views) - len(listed), "members"), total=True)
    said: list[Inline] = ["The mean of the outputs costs ", Number(float(several.cost_of_mean[i]))]
    said.append(" by itself. Members lie about it with a standard deviation of ")
    for place, spread in enumerate(several.spread[i, outputs]):
        said += [", " if place else "", Number(float(spread))]
    return [Section("The members", (table, Paragraph((*said, "."))))]
