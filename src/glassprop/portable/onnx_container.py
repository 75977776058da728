"""A graph whose nodes become part of a model that skl2onnx writes: names, versions and opsets are its own."""

from __future__ import annotations

from typing import Any

from glassprop.errors import ExportError
from glassprop.portable.onnx_ending import Value
from glassprop.portable.onnx_graph import LEAST_OPSET, ML, Graph

ML_THERE = 3  # all that skl2onnx takes of ai.onnx.ml, whatever it is asked for
_ML_VERSIONS = {"LabelEncoder": 2, "ZipMap": 1}
SINCE = {"RegexFullMatch": 20, "StringConcat": 20, "StringSplit": 20}


class ContainerGraph(Graph):
    """Writes into skl2onnx's container. It has no inputs and outputs but the variables of an operator."""

    def __init__(self, scope: Any, container: Any) -> None:
        opset = int(container.target_opset)
        if opset < LEAST_OPSET:
            raise ExportError(f"target_opset={opset} is too low for networks: {LEAST_OPSET} or more would do")
        super().__init__(opset, ML_THERE)
        self._scope, self._container = scope, container

    def taken(self, variable: Any) -> str:
        """A variable of the model, as a name of this graph."""
        return str(variable.full_name)

    def give(self, value: Value, variable: Any) -> None:
        """Let a variable of the model be what the graph has under this name."""
        from skl2onnx.common.data_types import guess_proto_type

        to = guess_proto_type(variable.type)
        if to == self._type(value.elem_type):
            self._append("Identity", [value.name], [variable.full_name], "", {})
        else:
            self._append("Cast", [value.name], [variable.full_name], "", {"to": to})

    def _append(self, op: str, inputs: list[str], outputs: list[str], domain: str, attributes: dict[str, Any]) -> None:
        if self.opset < SINCE.get(op, 0):
            raise ExportError(f"target_opset={self.opset} is too low for columns of text: {SINCE[op]} or more would do")
        more = {"op_domain": domain, "name": self._scope.get_unique_operator_name(op)}
        more |= {"op_version": _ML_VERSIONS[op]} if domain == ML else {}
        self._container.add_node(op, inputs, outputs, **more, **self._written(attributes))

    def _keep(self, tensor: Any) -> None:
        self._container.initializers.append(tensor)

    def _fresh(self, stem: str) -> str:
        return str(self._scope.get_unique_variable_name(f"glassprop_{stem}"))
