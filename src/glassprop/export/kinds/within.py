"""What a model holds: the networks of ours in it, and what it ends in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from glassprop.export.kinds.kind import kind_of
from glassprop.export.kinds.searches import best_of

NETWORKS = ("mlp_classifier", "mlp_regressor")  # the kinds that are networks


def networks_in(model: Any) -> Iterator[Any]:
    """The estimators of ours that a model predicts with, in the order in which a file has them."""
    model = best_of(model)
    kind = kind_of(model)
    if kind is None:
        return
    if kind.name in NETWORKS:
        yield model
    with suppress(AttributeError):  # it is not fitted, or is only half of what it should be
        for part in kind.holds(model):
            yield from networks_in(part)


def is_tabular(model: Any) -> bool:
    """Whether this is a TabularClassifier or TabularRegressor; their room is imported by whoever has one."""
    home = "glassprop.tables.tabular.base_tabular.BaseTabular"
    return any(f"{base.__module__}.{base.__qualname__}" == home for base in type(model).__mro__)


def end_of(model: Any) -> Any:
    """The last step, of Pipelines within Pipelines; anything else is its own end."""
    model = best_of(model)
    while getattr(kind_of(model), "name", "") == "pipeline" and getattr(model, "steps", None):
        model = best_of(model.steps[-1][1])
    return model
