"""Public: what explanations, diagnoses, blame and the like return, as types for annotations of your own."""

from __future__ import annotations

from glassprop.backprop.check import GradientCheck
from glassprop.backprop.example_gradients import ExampleGradients
from glassprop.diagnosis.finding import Diagnosis, Finding, Remedy
from glassprop.engine.warm import Warmed
from glassprop.influence.blame import Blame, Pull
from glassprop.influence.model_trace import ModelTrace
from glassprop.influence.seen_rows import SeenRows
from glassprop.influence.suspects import Retrained, Suspects
from glassprop.influence.trace import Trace
from glassprop.insight.contributions import Contributions
from glassprop.insight.factors import ColumnDerivative, Derivative, ExamplePulls
from glassprop.insight.paths import Paths
from glassprop.insight.step import OptimizerStep
from glassprop.portable.c_source import CSource

__all__ = [
    "Blame",
    "CSource",
    "ColumnDerivative",
    "Contributions",
    "Derivative",
    "Diagnosis",
    "ExampleGradients",
    "ExamplePulls",
    "Finding",
    "GradientCheck",
    "ModelTrace",
    "OptimizerStep",
    "Paths",
    "Pull",
    "Remedy",
    "Retrained",
    "SeenRows",
    "Suspects",
    "Trace",
    "Warmed",
]
