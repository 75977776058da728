"""A fit that was left before its end, as fields of a model file: what it is gone on with, checked."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.engine.midway import StepCosts
from glassprop.export.kinds.scikit_values import RandomState
from glassprop.export.schema.array_values import Array
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.values import Flag, Maybe, Object, Real, Several, Text, Whole, Word
from glassprop.training.state_facts import faults_of_costs

_FLOATS = ("float64", "float32")
_ROWS = Array(("uint32", "int64"))
OPTIMIZER = Object({"vectors": Several(Array(_FLOATS), most=8), "t": Whole(), "kind": Text(40)})
_TABLE, _STEPS = Array(("float64",), axes=2), Array(("int64",))
_SO_FAR = Object(
    {"costs": _TABLE, "squares": _TABLE, "rows": _STEPS, "totals": Array(("float64",)), "averaged": Flag()}
)
_POINT = Object({"theta": Array(_FLOATS), "optimizer": Maybe(OPTIMIZER), "rate": Maybe(Real(0))})
LEFT = Object(
    {
        "rows": Whole(1),
        "dtype": Word(*_FLOATS),
        "kept": Maybe(_ROWS),
        "aside": Maybe(_ROWS),
        "rows_val": Whole(),
        "order": _ROWS,
        "drawn": Flag(),
        "rng": RandomState(),
        "dropout_key": Whole(0, 2**32 - 1),
        "best": Maybe(_POINT),
        "last": Maybe(_POINT),
    },
    {"so_far": _SO_FAR},
)


def left_fits(state: dict[str, Any], solver: str, at: str) -> None:
    """Refuse what does not fit together: kernels take rows by the order without a look.

    Raises
    ------
    Misfit
    """
    left = state["left"]
    if solver == "lbfgs":
        raise Misfit(at, "L-BFGS cannot be resumed")
    if not isinstance(left["rng"], np.random.RandomState):
        raise Misfit(f"{at}.rng", "it must be a generator")
    trained_on = check_rows(left["kept"], left["aside"], left["rows"], at)
    if left["kept"] is not None or len(left["order"]):  # rows of a source come in an order of its own
        _once_each(left["order"], trained_on, f"{at}.order")
    so_far = None if "so_far" not in left else StepCosts(**left["so_far"])
    for fault in faults_of_costs(so_far, goes_on=left["drawn"]):
        raise Misfit(f"{at}.so_far", fault)
    best = 0 if left["best"] is None else state["best_epoch"]
    if not best <= state["epoch"] <= len(state["history"]["cost"]):
        raise Misfit(at, "its epochs are not those of the history")


def check_rows(kept: np.ndarray | None, aside: np.ndarray | None, rows: int, at: str) -> int:
    """Refuse rows to train on and rows set aside that are not each row once; how many there are to train on.

    Raises
    ------
    Misfit
    """
    if (kept is None) != (aside is None):
        raise Misfit(at, "it has rows that were kept or set aside, and not the others")
    trained_on = rows
    if kept is not None and aside is not None:
        _once_each(np.concatenate([kept, aside]), rows, f"{at}.kept")
        trained_on = len(kept)
    if not trained_on or (aside is not None and not len(aside)):
        raise Misfit(at, "it has no rows to train on, or none to judge by")
    return trained_on


def _once_each(rows: np.ndarray, n: int, at: str) -> None:
    if len(rows) != n or (np.sort(rows) != np.arange(n)).any():
        raise Misfit(at, f"it must name each of {n:,} rows once")
