"""What skl2onnx asks of our estimators: which outputs they have, of which shapes, and the nodes that compute them."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.errors import ExportError, MissingPackageError
from glassprop.estimator.classifier import MLPClassifier
from glassprop.estimator.regressor import MLPRegressor
from glassprop.portable.onnx_container import ContainerGraph
from glassprop.portable.onnx_ending import Said, written_ending
from glassprop.portable.onnx_labels import by_places, is_asked, labels_for
from glassprop.portable.onnx_network import written_networks
from glassprop.portable.onnx_table_converters import parsed_table, refused_step, step, step_shapes, table, table_shapes
from glassprop.portable.plan_of import plan_of
from glassprop.portable.whole_model import Ending
from glassprop.tables.encoding.category_inputs import CategoryInputs
from glassprop.tables.encoding.column_scaler import ColumnScaler
from glassprop.tables.encoding.encode import Bounded, TypedColumns
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.encoding.text_inputs import TextTerms
from glassprop.tables.tabular.tabular_classifier import TabularClassifier
from glassprop.tables.tabular.tabular_regressor import TabularRegressor

_INSTALL = "pipelines of scikit-learn's are written by the package skl2onnx: pip install 'glassprop[onnx]'"
STEPS = (Bounded, CategoryInputs, ColumnScaler, TextTerms)
TABLE_OPTIONS = {"zipmap": [True, False, "columns"], "nocl": [True, False]}
CLASSIFIER_OPTIONS = TABLE_OPTIONS | {"output_class_labels": [False, True]}


def register() -> None:
    """Make all of it known to skl2onnx; again does no harm.

    Raises
    ------
    MissingPackageError
        If skl2onnx is missing.

    Examples
    --------
    >>> from glassprop.onnx import register  # importing it has done so already
    >>> register()
    """
    try:
        from skl2onnx import update_registered_converter
    except ImportError as error:
        raise MissingPackageError(_INSTALL) from error
    update_registered_converter(
        MLPClassifier,
        "GlasspropMLPClassifier",
        classifier_shapes,
        classifier,
        parser=parsed_classifier,
        options=dict(CLASSIFIER_OPTIONS),
    )
    update_registered_converter(MLPRegressor, "GlasspropMLPRegressor", regressor_shapes, regressor)
    for model in (TablePipeline, TabularClassifier, TabularRegressor):
        update_registered_converter(
            model,
            "GlasspropTable",
            table_shapes,
            table,
            parser=parsed_table,
            options=dict(TABLE_OPTIONS),
        )
    for kind in STEPS:
        update_registered_converter(kind, f"Glassprop{kind.__name__}", step_shapes, step)
    update_registered_converter(TypedColumns, "GlasspropTypedColumns", refused_step, step)


# --- classifiers ----------------------------------------------------------------------------------------------------


def parsed_classifier(scope: Any, model: Any, inputs: list[Any], custom_parsers: Any = None) -> Any:
    """The outputs of a classifier: as skl2onnx has them, but of float where they become maps, which know no double."""
    from skl2onnx._parse import _parse_sklearn_classifier
    from skl2onnx.common.data_types import FloatTensorType

    outputs = _parse_sklearn_classifier(scope, model, inputs, custom_parsers=custom_parsers)
    if scope.get_options(model, {"zipmap": True})["zipmap"] is True:
        own = next(operator for operator in scope.operators.values() if operator.raw_operator is model)
        own.outputs[1].set_type(FloatTensorType())
    return outputs


def classifier_shapes(operator: Any) -> None:
    """Labels (n,), or (n, n_labels) where there are several; probabilities (n, n_classes)."""
    from skl2onnx.common.data_types import Int64TensorType, StringTensorType

    model, rows = operator.raw_operator, operator.inputs[0].get_first_dimension()
    labels = labels_for(model, nocl=is_asked(operator.scope_inst, model, "nocl"))
    several = _is_several(model)
    label_type = StringTensorType if labels.dtype == object else Int64TensorType
    operator.outputs[0].set_type(label_type([rows, len(labels)] if several else [rows]))
    operator.outputs[1].set_type(_float_type(operator.outputs[1])([rows, len(labels)]))


def classifier(scope: Any, operator: Any, container: Any) -> None:
    """The nodes of a classifier."""
    model = operator.raw_operator
    whole = plan_of(model)
    ending = whole.ending
    if not ending.probabilities:
        raise ExportError(
            f"a classifier that ends in {model.out_activation_} gives no probabilities, which skl2onnx expects of "
            "every classifier: use glassprop.to_onnx, or train with output_activation='auto'"
        )
    if is_asked(scope, model, "nocl"):
        ending = by_places(ending)
    graph = ContainerGraph(scope, container)
    said = _said_of_network(graph, whole.networks, ending, operator)
    assert said.probabilities is not None
    graph.give(said.prediction, operator.outputs[0])
    graph.give(said.probabilities, operator.outputs[1])


def _is_several(model: Any) -> bool:
    return plan_of(model).ending.kind == "labels"


# --- regressors -----------------------------------------------------------------------------------------------------


def regressor_shapes(operator: Any) -> None:
    """Amounts (n, n_outputs)."""
    rows = operator.inputs[0].get_first_dimension()
    operator.outputs[0].set_type(_float_type(operator.inputs[0])([rows, int(operator.raw_operator.n_outputs_)]))


def regressor(scope: Any, operator: Any, container: Any) -> None:
    """The nodes of a regressor."""
    whole = plan_of(operator.raw_operator)
    ending = Ending("amounts", units=whole.ending.units, flat=False)
    graph = ContainerGraph(scope, container)
    said = _said_of_network(graph, whole.networks, ending, operator)
    graph.give(said.prediction, operator.outputs[0])


# --- both -----------------------------------------------------------------------------------------------------------


def _said_of_network(graph: ContainerGraph, networks: Any, ending: Ending, operator: Any) -> Said:
    """What a network says of the rows that it is given, in the precision of both, as NumPy has it."""
    architecture, theta = networks[0]
    given = _numpy_type(operator.inputs[0].type)
    elem_type = np.result_type(given, theta.dtype).name if given in (np.float32, np.float64) else theta.dtype.name
    x = graph.taken(operator.inputs[0])
    x = x if elem_type == np.dtype(given).name else graph.cast(x, elem_type)
    a = written_networks(graph, networks, x, elem_type)
    return written_ending(graph, ending, a, elem_type, architecture.sizes[-1])


def _numpy_type(of: Any) -> Any:
    from skl2onnx.common.data_types import guess_numpy_type

    return guess_numpy_type(of)


def _float_type(variable: Any) -> Any:
    """What skl2onnx gives for it: double for double, else float."""
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType

    return DoubleTensorType if isinstance(variable.type, DoubleTensorType) else FloatTensorType
