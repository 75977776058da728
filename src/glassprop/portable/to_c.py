"""`to_c`: a fitted model as one header and one source in C99, from raw columns to what it predicts."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import validate_data

from glassprop.errors import DataError, SettingsError
from glassprop.ground.text import quoted
from glassprop.portable.c_loss import loss_of_8_bits
from glassprop.portable.c_source import CSource, whole_in_c
from glassprop.portable.c_text import checked_prefix
from glassprop.portable.plan_of import plan_of

PRECISIONS = ("float", "double")


def to_c(
    model: Any, name: str = "model", *, precision: str | None = None, int8: bool = False, rows: Any = None
) -> CSource:
    """Write a fitted model in C99: a header and a source file, with all that is done to columns before the network.

    The source needs only math.h, stddef.h and string.h, allocates no memory and keeps no state between calls. See
    docs/deploy.md.

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, or Pipeline
        Fitted. A Pipeline ends in one of the first two.
    name : str
        What the names of both files, and all names in them, begin with.
    precision : {"float", "double"} or None
        What the network computes in; None: as it was trained. What comes before it is always in double.
    int8 : bool
        Whether weights are kept in 8 bits, each row with a factor of its own. `CSource.loss` says what that changes.
    rows : table or array, optional
        Rows to measure that on; without, inputs are drawn.

    Returns
    -------
    CSource
        Its ``header`` and ``source`` are the text of both files, which ``write`` writes into a folder.

    Raises
    ------
    ExportError
        The model has a part that cannot be expressed in C, or is too large.
    SettingsError
        An argument cannot be used.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier, to_c
    >>> X, y = load_iris(return_X_y=True)
    >>> made = to_c(MLPClassifier((8,), solver="lbfgs", max_iter=50, random_state=0).fit(X, y), "iris")
    >>> print(*[line for line in made.header.splitlines() if line.startswith("int ")], sep="\\n")
    int iris_class(const iris_inputs *row);
    int iris_probabilities(const iris_inputs *row, iris_real *probabilities);
    """
    return c_source_of(model, name, precision=precision, int8=int8, rows=rows)


def c_source_of(
    model: Any,
    name: str,
    *,
    precision: str | None = None,
    int8: bool = False,
    rows: Any = None,
    file: str | None = None,
) -> CSource:
    """The same, where the files are called otherwise: `file`, without endings."""
    checked_prefix(name)
    if precision not in (*PRECISIONS, None):
        raise SettingsError(f"precision must be one of {', '.join(PRECISIONS)}, or None, got {quoted(precision, 60)}")
    if not isinstance(int8, bool | np.bool_):
        raise SettingsError(f"int8 must be True or False, got {quoted(int8, 60)}")
    if rows is not None and not int8:
        raise SettingsError("rows are what the loss of int8 is measured on: say int8=True, or leave them out")
    whole = plan_of(model)
    real = precision or ("float" if whole.precision == "float32" else "double")
    loss = str(loss_of_8_bits(whole, None if rows is None else _inputs_of(model, rows))) if int8 else ""
    return whole_in_c(whole, name, real, int8=bool(int8), loss=loss, file=file)


def _inputs_of(model: Any, rows: Any) -> Any:
    """What the network is given of these rows."""
    model = getattr(model, "pipeline_", model)
    made = model[:-1].transform(rows) if isinstance(model, Pipeline) else validate_data(model, rows, reset=False)
    if not made.shape[0]:
        raise DataError("rows to measure the loss of int8 on are none: give at least one, or leave rows out")
    return made
