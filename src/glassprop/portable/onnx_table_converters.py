"""What skl2onnx asks of our models of tables, which read columns by name, and of our steps before a network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from glassprop.errors import ExportError
from glassprop.ground.text import quoted
from glassprop.portable.onnx_container import ContainerGraph
from glassprop.portable.onnx_ending import Value, written_ending
from glassprop.portable.onnx_given import about, type_of
from glassprop.portable.onnx_inputs import written_inputs
from glassprop.portable.onnx_labels import by_places, is_asked, labels_for
from glassprop.portable.onnx_whole import written_whole
from glassprop.portable.plan_of import plan_of
from glassprop.portable.plan_of_columns import Raw, Sources, pieces_of
from glassprop.portable.plan_of_steps import through
from glassprop.portable.whole_model import Ending, Source, Whole

# --- whole tables -----------------------------------------------------------------------------------------------------


def parsed_table(scope: Any, model: Any, inputs: list[Any], custom_parsers: Any = None) -> Any:
    """The outputs of a model of a table: as of an estimator, in the precision that it was trained in."""
    from skl2onnx._parse import _apply_zipmap
    from skl2onnx.common.data_types import DoubleTensorType, FloatTensorType, Int64TensorType

    whole = plan_of(model)
    operator = scope.declare_local_operator("GlasspropTable", model)
    operator.inputs = inputs
    kind = DoubleTensorType if whole.precision == "float64" else FloatTensorType
    if whole.ending.kind == "amounts":
        operator.outputs.append(scope.declare_local_variable("variable", kind()))
        return operator.outputs
    zipmap = scope.get_options(model, {"zipmap": True})["zipmap"]
    operator.outputs.append(scope.declare_local_variable("label", Int64TensorType()))
    operator.outputs.append(
        scope.declare_local_variable("probabilities", FloatTensorType() if zipmap is True else kind())
    )
    return _apply_zipmap(zipmap, scope, model, FloatTensorType(), operator.outputs) if zipmap else operator.outputs


def table_shapes(operator: Any) -> None:
    """As of estimators."""
    from skl2onnx.common.data_types import Int64TensorType, StringTensorType

    model, rows = operator.raw_operator, operator.inputs[0].get_first_dimension()
    whole = plan_of(model)
    first, *others = operator.outputs
    if whole.ending.kind == "amounts":
        first.type.shape = [rows, 1 if whole.ending.flat else whole.networks[0][0].sizes[-1]]
        return
    labels = labels_for(model, nocl=is_asked(operator.scope_inst, model, "nocl"))
    first.set_type((StringTensorType if labels.dtype == object else Int64TensorType)([rows]))
    others[0].type.shape = [rows, len(labels)]


def table(scope: Any, operator: Any, container: Any) -> None:
    """The nodes of a model of a table."""
    whole, graph = plan_of(operator.raw_operator), ContainerGraph(scope, container)
    given = {variable.raw_name: variable for variable in operator.inputs}
    names = [_column(graph, source, given) for source in whole.sources]
    asked = is_asked(scope, operator.raw_operator, "nocl")
    ending = by_places(whole.ending) if asked else whole.ending
    if ending.kind == "amounts":
        ending = replace(ending, flat=False)
    a = written_whole(graph, whole, names)
    said = written_ending(graph, ending, a, whole.precision, whole.networks[0][0].sizes[-1])
    graph.give(said.prediction, operator.outputs[0])
    if said.probabilities is not None:
        graph.give(said.probabilities, operator.outputs[1])


def _column(graph: ContainerGraph, source: Source, given: dict[str, Any]) -> str:
    """A column of the table among the variables, of the type that it is read in."""
    from skl2onnx.common.data_types import StringTensorType

    if source.name not in given:
        raise ExportError(f"the model reads a column {quoted(source.name)}, which is not among the inputs: give it too")
    variable = given[source.name]
    text = isinstance(variable.type, StringTensorType)
    if text != (source.given == "text"):
        raise ExportError(
            f"column {quoted(source.name)} is given as {'text' if text else 'numbers'}, and the model takes "
            f"{type_of(source)} ({about(source)}): give initial_types, or use glassprop.to_onnx"
        )
    return graph.taken(variable) if text else graph.cast(graph.taken(variable), "float64")


# --- steps by themselves ----------------------------------------------------------------------------------------------


def step_shapes(operator: Any) -> None:
    """(n, n_outputs), of double where the inputs are, else of float."""
    rows = operator.inputs[0].get_first_dimension()
    _, whole = _of_step(operator)
    operator.outputs[0].type.shape = [rows, whole.n_inputs]


def step(scope: Any, operator: Any, container: Any) -> None:
    """The nodes of a step of ours between steps of scikit-learn's."""
    graph = ContainerGraph(scope, container)
    used, whole = _of_step(operator)
    names = [name for variable in operator.inputs for name in _columns(graph, variable)]
    x = written_inputs(graph, whole, [names[place] for place in used])
    graph.give(Value(x, whole.precision, (whole.n_inputs,)), operator.outputs[0])


def refused_step(operator: Any) -> None:
    """What gives columns, and not an array.

    Raises
    ------
    ExportError
    """
    raise ExportError(
        f"a {type(operator.raw_operator).__name__} gives columns of text and numbers, which are no array of ONNX: "
        "write the whole model with glassprop.to_onnx, or hand skl2onnx the Pipeline that glassprop made"
    )


def _of_step(operator: Any) -> tuple[list[int], Whole]:
    """Which columns a step makes its outputs of, and how, as the inputs of a model without a network."""
    count = sum(_width(variable) for variable in operator.inputs)
    sources = Sources([str(place) for place in range(count)])
    columns = through(operator.raw_operator, [Raw(place) for place in range(count)], "a step", sources)
    used, pieces = pieces_of(columns, sources)
    return [int(source.name) for source in used], Whole(used, pieces, (), Ending("amounts"))


def _columns(graph: ContainerGraph, variable: Any) -> Sequence[str]:
    """The columns of a variable, (n, 1) each: of double, or of text."""
    from skl2onnx.common.data_types import StringTensorType

    name, count = graph.taken(variable), _width(variable)
    name = name if isinstance(variable.type, StringTensorType) else graph.cast(name, "float64")
    if count == 1:
        return [name]
    return list(graph.node("Split", name, graph.constant(np.ones(count, np.int64)), outputs=count, axis=1))


def _width(variable: Any) -> int:
    shape = variable.type.shape
    if len(shape) != 2 or not isinstance(shape[1], int):
        raise ExportError(f"how many columns {variable.raw_name!r} has has to be said: give it as [None, 3], say")
    return shape[1]
