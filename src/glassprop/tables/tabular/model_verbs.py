"""What is asked of a tabular estimator's network: why it says this of a row, and what keeps it from learning."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from glassprop.insight.largest import MOST_PATHS

if TYPE_CHECKING:  # what explains and diagnoses is loaded by whoever asks
    from glassprop.diagnosis.finding import Diagnosis
    from glassprop.estimator.explaining import Question
    from glassprop.insight.explanation import Explanation
    from glassprop.insight.prediction import Of


class ModelVerbs:
    """The verbs."""

    def explain(
        self: Any,
        X: Any,
        y: Any = None,
        *,
        row: int | None = None,
        rows: Sequence[int] | None = None,
        top: int = MOST_PATHS,
        output: str | int | None = None,
        of: Of | None = None,
    ) -> Explanation:
        """Explain the model's predictions for some rows, in terms of the table's own columns.

        Without y the prediction is explained: ``contributions()`` of the result says what each column adds to it. With
        y the cost is explained, by the chain rule; ``contributions()`` is still about the prediction. If several
        networks are averaged, columns are explained for their mean, and the walk through the layers shows one of them.

        Parameters
        ----------
        X : table or array (n_rows, n_columns)
            With the columns that ``fit`` was given.
        y : array-like (n_rows,), optional
            Targets: classes, or numbers in their own units.
        row, rows : int, sequence of int
            Which rows to explain, counted from 0: one, or several; neither: all, if they are few.
        top : int, default=10
            How many paths are listed for each derivative.
        output : str or int, optional
            Without y, the class to explain, by its name or number. By default the likeliest class of each row.
        of : {"probability", "score", "amount"}, optional
            Without y, what is explained: "probability" of a class, or its "score" before the softmax or sigmoid;
            "amount": a regression's prediction in its own units.

        Returns
        -------
        Explanation

        Raises
        ------
        NotFittedError
            Before ``fit``.
        SettingsError, DataError
            If there is no such row or class, ``rows`` or ``top`` cannot be used, or y has a class that training did
            not see.
        TableError
            If X lacks columns.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> from glassprop import TabularClassifier
        >>> X, y = load_iris(return_X_y=True, as_frame=True)
        >>> model = TabularClassifier(recipe="plain", cross_fit=None, random_state=0).fit(X, y)
        >>> found = model.explain(X, row=7).contributions()
        >>> found.output, found.columns[0].name.split()[0]  # ``print(found)`` shows all of it
        ('0', 'petal')
        """
        from glassprop.estimator.explaining import Question, chosen

        check_is_fitted(self)
        frame = self._frame(X, reset=False)[0].to_native()
        numbers, frame, y = chosen(frame, y, row, rows)
        return self._explained(frame, y, numbers, Question(top, output, of))

    def diagnose(
        self: Any,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        X_val: Any = None,
        y_val: Any = None,
        budget: float = 1.0,
    ) -> Diagnosis:
        """Find what keeps the network of this model from learning.

        A fitted model is examined as it is. For an unfitted one, the first network that ``fit`` would train is trained,
        as a copy; if several are averaged, ``looked_at`` of the diagnosis says which one it is.

        Parameters
        ----------
        X, y, sample_weight
            What ``fit`` was given, or would be.
        X_val, y_val : optional
            Validation rows.
        budget : float, default=1.0
            How many trainings may be spent on trying remedies; 0: none is tried.

        Returns
        -------
        Diagnosis
            As of ``MLPClassifier.diagnose``; inputs are called by the columns that they are made of.

        Raises
        ------
        SettingsError
            If ``budget`` is no number of 0 or more.

        Examples
        --------
        >>> from sklearn.datasets import load_wine
        >>> from glassprop import TabularClassifier
        >>> X, y = load_wine(return_X_y=True, as_frame=True)
        >>> model = TabularClassifier(recipe="plain", cross_fit=None, random_state=0)
        >>> model.diagnose(X, y, budget=0).healthy
        True
        """
        from glassprop.estimator.diagnose_estimator import check_budget, diagnose_estimator
        from glassprop.tables.encoding.names_behind import names_behind
        from glassprop.tables.use.doctor_table import all_members, findings_of_first

        check_budget(budget)
        if not hasattr(self, "pipeline_"):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                first, judging = clone(self)._first_network(X, y, sample_weight, X_val, y_val)
                return findings_of_first(first, judging, float(budget))
        steps, network = self.pipeline_[:-1], self.pipeline_[-1]
        given, held = (None if part is None else self._inputs(part) for part in (X, X_val))
        labels, labels_val = (None if part is None else np.asarray(part) for part in (y, y_val))
        data = given, labels, sample_weight, held, labels_val
        found = diagnose_estimator(network, data, budget, inputs=names_behind(steps, X))
        return replace(found, looked_at=all_members(network))

    def _explained(self: Any, frame: Any, y: Any, numbers: Sequence[int], question: Question) -> Explanation:
        """Of these rows, all of them, which are called by these numbers. frame: with the names of ``fit``."""
        from glassprop.tables.use.explain_table import explain_steps

        return explain_steps([step for _, step in self.pipeline_.steps], frame, y, numbers, question)
