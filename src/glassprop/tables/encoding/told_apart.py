"""Which categories of each column a fitted step tells apart, and which share what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassprop.tables.encoding.category_inputs import CategoryInputs


@dataclass(frozen=True)
class ToldApart:
    """The categories of one column.

    Attributes
    ----------
    own : list of str
        With an input, a code or a mean of their own, in its order.
    shared : list of str
        The rare ones, which share one.
    table : array (n_own + n_shared + 1, n_inputs) or None
        What the column's inputs are by category, of any that training never saw last; None where they are one-hot.
    """

    own: list[str]
    shared: list[str]
    table: np.ndarray | None = None


def told_apart(step: Any) -> list[ToldApart]:
    """Of scikit-learn's one-hot encoder or `CategoryInputs`, by column."""
    found = []
    if isinstance(step, CategoryInputs):
        for place, (form, known) in enumerate(zip(step.forms_, step.categories_, strict=True)):
            names, kept = known.tolist(), len(known) if "means" in form else int(step.kept_[place])
            found.append(ToldApart(names[:kept], names[kept:], step.table(place)))
        return found
    for categories, rare in zip(step.categories_, step.infrequent_categories_, strict=True):
        few = [] if rare is None else rare.tolist()
        others = set(few)
        found.append(ToldApart([str(name) for name in categories.tolist() if name not in others], few))
    return found
