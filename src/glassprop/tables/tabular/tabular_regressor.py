"""TabularRegressor: amounts from a table as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils._param_validation import Options

from glassprop.tables.schema.request import TARGET_SCALES
from glassprop.tables.tabular.base_tabular import BaseTabular
from glassprop.tables.tabular.given_target import GivenTarget, given_amounts


class TabularRegressor(RegressorMixin, BaseTabular):
    """Predict numbers (regression) from the columns of a table, whatever their types.

    Columns are recognized and read by the rules of ``glassprop train`` (docs/tables.md), numbers are scaled, missing
    values are filled in, and networks are trained with settings that need no tuning.

    Parameters
    ----------
    n_members : int or "auto", default="auto"
        Number of networks that are trained together, validated on the same rows, and averaged; 1 is a single network.
        "auto" leaves the number to ``cross_fit``; where there are no folds, it is 8 with the tabular recipe if rows are
        set aside or given for validation, else 1.
    member : {"head", "network"}, default="head"
        What each of ``n_members`` networks has for itself: "head" is a factor for each input and the output layer,
        "network" all layers.
    max_time : float or None, default=None
        Approximate time limit of ``fit`` in seconds: as many epochs are planned as the time allows
        (`n_epochs_planned_`).
    validation : "auto" or float, default="auto"
        The share of rows set aside for validation, in place of folds. "auto": none where there are folds; else 15 % of
        500 rows or more.
    cross_fit : int, "auto" or None, default="auto"
        Number of networks that are averaged, each trained without one fold of the rows and validated on it. None: no
        folds; networks are trained on all rows but those of ``validation``. "auto": 8 with the tabular recipe, unless
        ``n_members``, ``validation`` or X_val is given; no folds with the plain recipe.
    target_scale : {"auto", "none", "log", "quantile", "poisson"}, default="auto"
        The scale that the target is learned on; "auto" tries others where it is heavy-tailed.
    epochs : int or None, default=None
        Maximum number of passes over the rows; None: a number that was enough on many tables.
    recipe : {"tabular", "plain"}, default="tabular"
        How columns become inputs, and which network is trained on them; "plain" is one small network, and quicker.
    roles : mapping of str to str, or None
        Column -> "number", "category", "date", "keep", "drop"; or "group" (rows with one value stay together in every
        split) or "time" (the latest rows validate), neither of which is a feature. The roles of other columns are
        recognized.
    schema : mapping or None
        How columns are read, as `schema_` of another model.
    random_state : int, RandomState or None, default=None
        The same int, data and machine give the same model.
    verbose : bool, default=False
        Whether what is found in the table is reported on standard error.

    Attributes
    ----------
    pipeline_ : Pipeline
        Reads columns, makes inputs of them, and ends in an `MLPRegressor`.
    oof_prediction_ : array (n_rows,)
        With ``cross_fit``: the prediction of the network that has not seen the row; NaN for rows that were left out.
    columns_, schema_, notes_, report_, n_features_in_, feature_names_in_, n_iter_, n_epochs_planned_, time_curve_
        As of a `TabularClassifier`.

    Examples
    --------
    >>> import pandas as pd
    >>> from glassprop import TabularRegressor
    >>> frame = pd.DataFrame({"day": pd.date_range("2024-01-01", periods=90), "open": [True, True, False] * 30})
    >>> takings = [100.0 + day if day % 3 < 2 else 0.0 for day in range(90)]
    >>> model = TabularRegressor(random_state=0).fit(frame, takings)
    >>> model.score(frame, takings) > 0.9
    True
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseTabular._parameter_constraints,
        "target_scale": [Options(str, set(TARGET_SCALES))],
    }

    def __init__(
        self,
        *,
        n_members: Literal["auto"] | int = "auto",
        member: Literal["head", "network"] = "head",
        max_time: float | None = None,
        validation: Literal["auto"] | float = "auto",
        cross_fit: Literal["auto"] | int | None = "auto",
        target_scale: Literal["auto", "none", "log", "quantile", "poisson"] = "auto",
        epochs: int | None = None,
        recipe: Literal["tabular", "plain"] = "tabular",
        roles: Mapping[str, str] | None = None,
        schema: Mapping[str, Any] | None = None,
        random_state: int | np.random.RandomState | None = None,
        verbose: bool = False,
    ) -> None:
        self.n_members = n_members
        self.member = member
        self.max_time = max_time
        self.validation = validation
        self.cross_fit = cross_fit
        self.target_scale = target_scale
        self.epochs = epochs
        self.recipe = recipe
        self.roles = roles
        self.schema = schema
        self.random_state = random_state
        self.verbose = verbose

    def _target(self, y: Any, *, learned: bool = True) -> GivenTarget:
        return given_amounts(y, learned=learned)

    def _more_options(self) -> dict[str, Any]:
        return {"target_scale": self.target_scale}
