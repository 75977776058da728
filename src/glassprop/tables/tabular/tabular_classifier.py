"""TabularClassifier: classes from a table as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils._param_validation import Options

from glassprop.tables.tabular.base_tabular import BaseTabular
from glassprop.tables.tabular.given_target import GivenTarget, given_classes


class TabularClassifier(ClassifierMixin, BaseTabular):
    """Predict classes from the columns of a table, whatever their types.

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
    class_weight : "balanced", dict or None, default=None
        Weights of the classes.
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
        Reads columns, makes inputs of them, and ends in an `MLPClassifier`.
    classes_ : array (n_classes,)
    columns_ : list of ColumnRole
        What each column is taken for, and why.
    schema_ : dict
        How they are read.
    oof_prediction_ : array (n_rows, n_classes)
        With ``cross_fit``: the probabilities that the network which has not seen a row predicts for it; NaN for rows
        that were left out.
    notes_ : list of str
        What was found, a line each.
    report_ : dict
        All of it, and the course of training, JSON-able.
    n_features_in_, feature_names_in_, n_iter_
        As in scikit-learn.
    n_epochs_planned_, time_curve_ : int and list
        As in `MLPClassifier`, for the one network, or the first of those that are averaged.

    Examples
    --------
    >>> import polars as pl
    >>> from glassprop import TabularClassifier
    >>> days = [7 * k % 60 for k in range(60)]
    >>> frame = pl.DataFrame({"town": ["Ulm", "Bonn", None, "Jena"] * 15, "days": days})
    >>> late = ["late" if day > 30 else "early" for day in days]
    >>> model = TabularClassifier(random_state=0).fit(frame, late)
    >>> model.predict(pl.DataFrame({"days": [2, 58], "town": ["Ulm", "Rome"]})).tolist()
    ['early', 'late']
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        **BaseTabular._parameter_constraints,
        "class_weight": [None, dict, Options(str, {"balanced"})],
    }

    def __init__(
        self,
        *,
        n_members: Literal["auto"] | int = "auto",
        member: Literal["head", "network"] = "head",
        max_time: float | None = None,
        validation: Literal["auto"] | float = "auto",
        cross_fit: Literal["auto"] | int | None = "auto",
        class_weight: Literal["balanced"] | Mapping[Any, float] | None = None,
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
        self.class_weight = class_weight
        self.epochs = epochs
        self.recipe = recipe
        self.roles = roles
        self.schema = schema
        self.random_state = random_state
        self.verbose = verbose

    def predict_proba(self, X: Any) -> np.ndarray:
        """The probabilities of the classes, (n_rows, n_classes), in the order of ``classes_``.

        Parameters
        ----------
        X : table or array (n_rows, n_columns)
        """
        return self._said("predict_proba", X)

    @property
    def classes_(self) -> np.ndarray:
        """The classes, in the order of their probabilities."""
        return np.asarray(self.pipeline_[-1].classes_)

    def _target(self, y: Any, *, learned: bool = True) -> GivenTarget:
        return given_classes(y, learned=learned)

    def _more_options(self) -> dict[str, Any]:
        return {"class_weight": self.class_weight}
