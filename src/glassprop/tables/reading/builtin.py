"""The data sets that ship inside scikit-learn, as frames with readable column names and a known target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glassprop.tables.values.packages import need_polars

if TYPE_CHECKING:
    import polars as pl

# Name of the data set -> name of its target column.
_TARGETS = {
    "digits": "digit",
    "iris": "species",
    "wine": "cultivar",
    "breast_cancer": "diagnosis",
    "diabetes": "progression",
}
BUILT_IN = tuple(_TARGETS)


def read_builtin(name: str) -> tuple[pl.DataFrame, str]:
    """Give the frame and the name of the target column."""
    from sklearn import datasets

    pl = need_polars()
    bunch = getattr(datasets, f"load_{name}")()
    target = _TARGETS[name]
    columns: dict[str, Any] = {
        str(column): values for column, values in zip(bunch.feature_names, bunch.data.T, strict=True)
    }
    words = name in ("iris", "wine", "breast_cancer")
    columns[target] = [str(bunch.target_names[k]) for k in bunch.target] if words else bunch.target
    return pl.DataFrame(columns), target
