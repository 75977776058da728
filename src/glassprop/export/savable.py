"""Whether a model file could hold a model once it is fitted: looked at before training, for after it is late."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from sklearn.base import clone

from glassprop.errors import ModelFileError
from glassprop.estimator.base_mlp import BaseMLP
from glassprop.export import foreign
from glassprop.export.kinds.inner_steps import read_template, write_template
from glassprop.export.kinds.searches import is_search
from glassprop.export.kinds.within import is_tabular
from glassprop.export.model_file import WHAT_IS_SAVED
from glassprop.export.schema.budget import Budget
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Held, Writing

_PLAIN = (bool, int, float, str, tuple, list, type(None))
_MOST_CANDIDATES = 1000  # of one argument of a search


def check_savable(model: Any) -> list[str]:
    """Refuse, before it is trained, a model that a model file cannot hold afterwards.

    It checks the arguments: user-defined functions (a lambda, an activation, a cost, a scorer), user-defined classes,
    models and steps that neither model files nor skops can hold. What ``glassprop train`` makes, and the tabular
    estimators, can always be saved.

    Parameters
    ----------
    model : estimator, Pipeline, model made of others, or search; it need not be fitted
        Of a search, what it looks for and what it tries.

    Returns
    -------
    list of str
        The names of types that ``load`` needs (``trusted=[…]``), as far as they are known before fitting; empty where
        it needs none.

    Raises
    ------
    ModelFileError
        In one line: which argument of which step, and why.
    MissingPackageError
        A step needs skops, and it is not installed.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import FunctionTransformer
    >>> import numpy as np, glassprop
    >>> from glassprop.saving import check_savable
    >>> check_savable(make_pipeline(FunctionTransformer(np.log1p), glassprop.MLPClassifier()))
    []
    """
    names: set[str] = set()
    for case in _cases(model):
        if is_tabular(case):
            continue
        if not _has_a_network(case):
            raise ModelFileError(f"a {type(case).__name__} could not be saved: {WHAT_IS_SAVED}")
        try:
            _try(case, names)
        except Misfit as misfit:
            raise ModelFileError(f"this model could not be saved once it is fitted: {misfit}") from misfit
    return sorted(names)


def _try(model: Any, names: set[str]) -> None:
    """Write it as one that is not fitted, and read that again, as a file would be.

    Raises
    ------
    Misfit
    """
    written, steps = Writing(), {}
    through_skops = foreign.writer(written)

    def keep(step: Any, at: str) -> Any:
        steps[at] = step
        node = through_skops(step, at)
        names.update(foreign.names_of(written[node["data"]["array"]].tobytes()))
        return node

    written.foreign = keep
    node = json.loads(json.dumps(write_template(model, "model", written)))
    budget = Budget(sum(array.nbytes for array in written.values()))
    read_template(node, "model", Held(written, lambda node, at: steps[at], budget, alone=False))


def _has_a_network(model: Any) -> bool:
    parts = [model]
    with suppress(Exception):  # objects of others may do anything
        parts += model.get_params().values()
    return any(isinstance(part, BaseMLP) or is_tabular(part) for part in parts)


def _cases(model: Any) -> Iterator[Any]:
    """The model; of a search, alone or at the end of a Pipeline, what it looks for, as it is and as it is tried."""
    steps = getattr(model, "steps", None)
    if is_search(model):
        for candidate in [{}, *_candidates(model)]:
            with suppress(ValueError):  # no argument of that name: fit says so
                yield from _cases(clone(model.estimator).set_params(**candidate))
    elif isinstance(steps, list) and steps and is_search(steps[-1][1]):
        for case in _cases(steps[-1][1]):
            whole = copy.copy(model)
            whole.steps = [*steps[:-1], (steps[-1][0], case)]
            yield whole
    else:
        yield model


def _candidates(search: Any) -> Iterator[dict[str, Any]]:
    """What a search tries, one argument at a time, where it is more than numbers and texts."""
    given = getattr(search, "param_grid", None) or getattr(search, "param_distributions", None) or ()
    for grid in [given] if isinstance(given, Mapping) else given:
        for name, values in grid.items():
            listed = list(values)[:_MOST_CANDIDATES] if isinstance(values, Iterable) else []  # distributions are none
            yield from ({name: value} for value in listed if not isinstance(value, _PLAIN) or callable(value))
