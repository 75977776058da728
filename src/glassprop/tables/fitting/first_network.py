"""The first network that a table would be given, untrained, with the rows that it would learn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from glassprop.ground.note import Say
from glassprop.insight.names import InputName
from glassprop.tables.encoding.input_names import input_names
from glassprop.tables.fitting.divide import Parts
from glassprop.tables.fitting.examples import Examples
from glassprop.tables.fitting.fit import hinted
from glassprop.tables.fitting.fit_pipeline import Ready, ready_to_train
from glassprop.tables.fitting.table_network import SomeRows
from glassprop.tables.fitting.task import Task
from glassprop.tables.schema.readings import Schema
from glassprop.tables.schema.roles import ColumnRole


@dataclass(frozen=True)
class FirstNetwork:
    """It.

    Attributes
    ----------
    ready : Ready
    estimator : MLPClassifier or MLPRegressor
        Unfitted.
    rows : (X, y, weights)
        As it is given them.
    watched : (X, y, weights) or None
        Those that say when it is to stop.
    names : list of InputName
    looked_at : str
        Which of several it is.
    """

    ready: Ready
    estimator: Any
    rows: SomeRows
    watched: SomeRows | None
    names: list[InputName]
    looked_at: str

    def given(self, examples: Examples) -> SomeRows:
        """Other rows as it would be given them."""
        scale, y = self.ready.scale, examples.y
        X = self.ready.made[0].steps.inputs(examples.frame.to_native())
        return X, y if scale is None else scale.standard(y), examples.weights


def first_network(parts: Parts, roles: list[ColumnRole], schema: Schema, task: Task, say: Say) -> FirstNetwork:
    """Fit the inputs, and build the network that would be trained first; of folds, that without the first of them."""
    ready = ready_to_train(parts, schema, hinted(parts, roles, schema, task, say), (), say)
    inputs = ready.made[0]
    inputs.tell(say)
    network = ready.network_of(inputs)
    estimator, rows, watched = network.first(inputs.X, inputs.X_inner)
    looked_at = ""
    if network.joins_folds(inputs.X.shape[1]):
        count = round(network.trainings(inputs.X.shape[1]))
        looked_at = f"a network of the recipe {inputs.name!r}, the first of {count}: each is trained without a fold"
    return FirstNetwork(ready, estimator, rows, watched, input_names(inputs.steps), looked_at)
