"""glassprop: dense neural networks by back-propagation, with every gradient open to inspection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glassprop.ground.lazily import lazily
from glassprop.ground.version import VERSION as __version__

# Public name -> module it lives in. Loaded at first use, so that `import glassprop` stays quick.
_HOME = {
    "Activation": "glassprop.equations.activation",
    "CategoryEmbedding": "glassprop.layers.category_embedding",
    "Checkpoint": "glassprop.export.checkpoint",
    "Cost": "glassprop.equations.cost",
    "Doctor": "glassprop.estimator.doctor",
    "Layer": "glassprop.layers.dense",
    "Margins": "glassprop.estimator.margins",
    "Network": "glassprop.network",
    "OwnUnits": "glassprop.architecture.own_units",
    "PeriodicEmbedding": "glassprop.layers.periodic_embedding",
    "Scale": "glassprop.layers.scale",
    "TabularClassifier": "glassprop.tables.tabular.tabular_classifier",
    "TabularRegressor": "glassprop.tables.tabular.tabular_regressor",
    "Tracer": "glassprop.estimator.tracer",
    "blame": "glassprop.tables.tabular.blame_model",
    "check_gradient": "glassprop.backprop.check",
    "diagnose": "glassprop.tables.tabular.diagnose_model",
    "explain": "glassprop.tables.tabular.explain_model",
    "MLflowLogger": "glassprop.export.mlflow_logger",
    "MLPClassifier": "glassprop.estimator.classifier",
    "MLPRegressor": "glassprop.estimator.regressor",
    "from_sklearn": "glassprop.portable.from_sklearn",
    "load": "glassprop.export.model_file",
    "load_trace": "glassprop.export.trace_file",
    "save": "glassprop.export.model_file",
    "suspect_labels": "glassprop.tables.tabular.suspect_model",
    "save_trace": "glassprop.export.trace_file",
    "to_sklearn": "glassprop.portable.to_sklearn",
    "to_torch": "glassprop.portable.to_torch",
    "to_c": "glassprop.portable.to_c",
    "to_onnx": "glassprop.portable.to_onnx",
    "warmup": "glassprop.engine.warm",
    "GlasspropError": "glassprop.errors",
}

__all__ = [
    "Activation",
    "CategoryEmbedding",
    "Checkpoint",
    "Cost",
    "Doctor",
    "GlasspropError",
    "Layer",
    "MLPClassifier",
    "MLPRegressor",
    "MLflowLogger",
    "Margins",
    "Network",
    "OwnUnits",
    "PeriodicEmbedding",
    "Scale",
    "TabularClassifier",
    "TabularRegressor",
    "Tracer",
    "__version__",
    "blame",
    "check_gradient",
    "diagnose",
    "explain",
    "from_sklearn",
    "load",
    "load_trace",
    "save",
    "save_trace",
    "suspect_labels",
    "to_c",
    "to_onnx",
    "to_sklearn",
    "to_torch",
    "warmup",
]

if TYPE_CHECKING:
    from glassprop.architecture.own_units import OwnUnits
    from glassprop.backprop.check import check_gradient
    from glassprop.engine.warm import warmup
    from glassprop.equations.activation import Activation
    from glassprop.equations.cost import Cost
    from glassprop.errors import GlasspropError
    from glassprop.estimator.classifier import MLPClassifier
    from glassprop.estimator.doctor import Doctor
    from glassprop.estimator.margins import Margins
    from glassprop.estimator.regressor import MLPRegressor
    from glassprop.estimator.tracer import Tracer
    from glassprop.export.checkpoint import Checkpoint
    from glassprop.export.mlflow_logger import MLflowLogger
    from glassprop.export.model_file import load, save
    from glassprop.export.trace_file import load_trace, save_trace
    from glassprop.layers.category_embedding import CategoryEmbedding
    from glassprop.layers.dense import Layer
    from glassprop.layers.periodic_embedding import PeriodicEmbedding
    from glassprop.layers.scale import Scale
    from glassprop.network import Network
    from glassprop.portable.from_sklearn import from_sklearn
    from glassprop.portable.to_c import to_c
    from glassprop.portable.to_onnx import to_onnx
    from glassprop.portable.to_sklearn import to_sklearn
    from glassprop.portable.to_torch import to_torch
    from glassprop.tables.tabular.blame_model import blame
    from glassprop.tables.tabular.diagnose_model import diagnose
    from glassprop.tables.tabular.explain_model import explain
    from glassprop.tables.tabular.suspect_model import suspect_labels
    from glassprop.tables.tabular.tabular_classifier import TabularClassifier
    from glassprop.tables.tabular.tabular_regressor import TabularRegressor


__getattr__ = lazily(__name__, _HOME)


def __dir__() -> list[str]:
    return sorted(__all__)
