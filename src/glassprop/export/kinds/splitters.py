"""How rows are divided into folds, as a field: what scikit-learn's models have under ``cv``."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.export.kinds.scikit_values import RandomState
from glassprop.export.schema.array_values import Array
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Reading, Writing
from glassprop.export.schema.values import Either, Field, Flag, Maybe, Object, Real, Several, Whole

_SIZE: Field = Maybe(Either(Whole(1), Real(0, 1)))
_FOLDS: dict[str, Field] = {"n_splits": Whole(2), "shuffle": Flag(), "random_state": RandomState()}
_DRAWN: dict[str, Field] = {
    "n_splits": Whole(1), "test_size": _SIZE, "train_size": _SIZE, "_default_test_size": Real(0, 1),
    "random_state": RandomState(),
}  # fmt: skip
_REPEATED: dict[str, Field] = {"n_repeats": Whole(1), "n_splits": Whole(2), "random_state": RandomState()}
_KINDS: dict[str, dict[str, Field]] = {
    "KFold": _FOLDS,
    "StratifiedKFold": _FOLDS,
    "GroupKFold": _FOLDS,
    "StratifiedGroupKFold": _FOLDS,
    "ShuffleSplit": _DRAWN,
    "StratifiedShuffleSplit": _DRAWN,
    "GroupShuffleSplit": _DRAWN,
    "RepeatedKFold": _REPEATED,
    "RepeatedStratifiedKFold": _REPEATED,
    "TimeSeriesSplit": {
        "n_splits": Whole(2), "shuffle": Flag(), "random_state": RandomState(), "max_train_size": Maybe(Whole(1)),
        "test_size": Maybe(Whole(1)), "gap": Whole(),
    },
    "LeaveOneOut": {},
    "LeaveOneGroupOut": {},
}  # fmt: skip
_ROWS = Array(("int64",))


class Splitter:
    """One of scikit-learn's, as {"splitter": its class, …}; or the rows of each fold, as given."""

    _pairs = Several(Several(_ROWS, into=tuple, least=2, most=2), least=1, most=100_000)

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        name = type(value).__name__
        if name in _KINDS and type(value) is self._class(name):
            state = dict(vars(value))
            if name.startswith("Repeated"):  # whose folds are made of these
                state |= state.pop("cvargs")
                del state["cv"]
            return {"splitter": name, **Object(_KINDS[name]).write(state, at, arrays)}
        if not isinstance(value, list):
            raise Misfit(at, f"a {name} is no way to divide rows that a file may name: give scikit-learn's, or rows")
        return self._pairs.write([[np.asarray(rows) for rows in pair] for pair in value], at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        if type(node) is list:
            return self._pairs.read(node, at, arrays)
        name = node.get("splitter") if type(node) is dict else None
        if type(name) is not str or name not in _KINDS:
            raise Misfit(at, "it must be one of scikit-learn's ways to divide rows")
        given = {key: part for key, part in node.items() if key != "splitter"}
        found = Object(_KINDS[name]).read(given, at, arrays)
        if name.startswith("Repeated"):
            return self._class(name)(**found)
        made: Any = object.__new__(self._class(name))
        vars(made).update(found)
        return made

    def _class(self, name: str) -> type:
        from sklearn import model_selection

        found: type = getattr(model_selection, name)
        return found


CV: Field = Either(Maybe(Whole(2)), Splitter())
