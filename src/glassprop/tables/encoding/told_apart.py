"""Which categories of each column a fitted step tells apart, and which share what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from glassprop.tables.encoding.category_inputs import CategoryInputs


@dataclass(frozen=True)
class ToldApart:
    """The categories of one column.

    Attributes
    ----------
    own : list of str
        With an input, or a code, of their own, in its order.
    shared : list of str
        The rare ones, which share one.
    coded : bool
        Whether there is one input, which holds a code: 0 for the rare ones and for any that training never saw.
    """

    own: list[str]
    shared: list[str]
    coded: bool = False


def told_apart(step: Any) -> list[ToldApart]:
    """Of scikit-learn's one-hot encoder or `CategoryInputs`, by column."""
    if isinstance(step, CategoryInputs):
        columns = zip(step.categories_, step.kept_.tolist(), step.forms_, strict=True)
        return [
            ToldApart(names[:kept].tolist(), names[kept:].tolist(), form == "codes") for names, kept, form in columns
        ]
    found = []
    for categories, rare in zip(step.categories_, step.infrequent_categories_, strict=True):
        few = [] if rare is None else rare.tolist()
        known = set(few)
        found.append(ToldApart([str(name) for name in categories.tolist() if name not in known], few))
    return found
