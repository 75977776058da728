"""An ONNX graph that is written node by node: names go in, names come out, and a checked model at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import count
from typing import Any, Literal, overload

import numpy as np

from glassprop.errors import ExportError
from glassprop.ground.version import VERSION
from glassprop.portable.needs_onnx import import_onnx

OPSET, ML_OPSET, IR_VERSION = 20, 4, 9  # of ONNX 1.15; onnxruntime reads them from 1.17 on
LEAST_OPSET = 13  # where others choose: what is written has the same meaning from there on
ML = "ai.onnx.ml"
_MOST_BYTES = 2**31 - 1  # of one message of protobuf
_KEYS: dict[type, Any] = {str: object, int: np.int64}  # what is looked up, by its type; else doubles
_LATER = "ReduceMax", "ReduceMin", "ReduceMean", "ReduceProd"  # axes are an input from opset 18 on

Size = int | str | None  # of a dimension: a number, a name for one that is not known, or nothing


class Graph:
    """Nodes, constants, inputs and outputs of one graph. Everything that writes ONNX takes one, and names of it.

    Names that are given (inputs, outputs) are kept as they are. Inputs come before nodes.

    Parameters
    ----------
    opset, ml_opset : int
        Of ai.onnx and ai.onnx.ml. Where others choose them, they may be lower than ours: ``LEAST_OPSET``.

    Examples
    --------
    >>> import numpy as np
    >>> graph = Graph()
    >>> x = graph.input("x", "float32", ["N", 2])
    >>> y = graph.node("Add", x, graph.constant(np.ones(2, np.float32)))
    >>> graph.output("y", y, "float32", ["N", 2])
    'y'
    >>> [node.op_type for node in graph.model().graph.node]
    ['Add', 'Identity']
    """

    def __init__(self, opset: int = OPSET, ml_opset: int = ML_OPSET) -> None:
        self._onnx = import_onnx()
        self.opset, self.ml_opset = opset, ml_opset
        self._taken: set[str] = set()
        self._numbers = count()
        self._constants: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._inputs: list[Any] = []
        self._outputs: list[Any] = []
        self._initializers: list[Any] = []
        self._nodes: list[Any] = []

    # --- what goes in and comes out ---------------------------------------------------------------------------

    def input(self, name: str, elem_type: str, shape: Sequence[Size], about: str = "") -> str:
        """An input of the model, with what it is in words. elem_type: of NumPy, or "string". Its name is given back.

        Raises
        ------
        ExportError
            If it is called nothing, or as another.
        """
        if not name:
            raise ExportError("an input of ONNX has a name: call the column something")
        self._inputs.append(self._value(self._take(name), elem_type, shape, about))
        return name

    def output(self, name: str, of: str, elem_type: str, shape: Sequence[Size]) -> str:
        """What the graph has computed under the name ``of``, as an output of the model; its name is given back."""
        self._outputs.append(self._value(self._take(name), elem_type, shape))
        self._append("Identity", [of], [name], "", {})
        return name

    def output_of_maps(self, name: str, of: str, labels: np.ndarray) -> str:
        """The same for one map a row, label -> number of float32. of: (n, n_labels); labels: int64, or text."""
        helper, texts = self._onnx.helper, labels.dtype == object
        number = helper.make_tensor_type_proto(self._type("float32"), [])
        maps = helper.make_map_type_proto(self._type("string" if texts else "int64"), number)
        self._outputs.append(helper.make_value_info(self._take(name), helper.make_sequence_type_proto(maps)))
        keys = {"classlabels_strings" if texts else "classlabels_int64s": labels.tolist()}
        self._append("ZipMap", [self.cast(of, "float32")], [name], ML, keys)
        return name

    def free(self, name: str) -> str:
        """A name that nothing has yet: this one, or one with a number behind it."""
        if name not in self._taken:
            return name
        return next(other for k in count(2) if (other := f"{name}_{k}") not in self._taken)

    # --- what it computes -------------------------------------------------------------------------------------

    def constant(self, array: Any) -> str:
        """A constant: numbers, truths, or texts (of ``str``). The same one twice is kept once."""
        array = np.asarray(array)
        if array.dtype.kind == "U":
            array = array.astype(object)
        data = repr(array.tolist()).encode("utf-8", "surrogatepass") if array.dtype == object else array.tobytes()
        key = array.dtype.str, array.shape, data
        if key not in self._constants:
            name = self._constants[key] = self._fresh("constant")
            self._keep(self._tensor(array, name))
        return self._constants[key]

    @overload
    def node(self, op: str, *inputs: str, outputs: Literal[1] = 1, domain: str = "", **attributes: Any) -> str: ...

    @overload
    def node(self, op: str, *inputs: str, outputs: int, domain: str = "", **attributes: Any) -> Any: ...

    def node(self, op: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: Any) -> Any:
        """One node; the name of what it gives, or a list of names where there are several.

        Attributes may be arrays. An input that is left out is "".
        """
        names = [self._fresh(op) for _ in range(outputs)]
        self._append(op, list(inputs), names, domain, attributes)
        return names[0] if outputs == 1 else names

    def double(self, value: float) -> str:
        """A number in double precision, without axes."""
        return self.constant(np.float64(value))

    def between(self, x: str, low: str, high: str) -> str:
        """Not below low, not above high; what is no number stays none."""
        return self.node("Min", self.node("Max", x, low), high)

    def reduce(self, op: str, x: str, axis: int) -> str:
        """A reduction over one axis, which stays, with a size of 1: ``"ReduceSum"``, ``"ReduceMax"`` and the like."""
        if op in _LATER and self.opset < 18:
            return self.node(op, x, axes=[axis], keepdims=1)
        return self.node(op, x, self.constant(np.array([axis], np.int64)), keepdims=1)

    def looked_up(self, x: str, known: Mapping[Any, int], others: int) -> str:
        """What each text or number stands for, or all others. x of any shape: string, float64, int64 -> int64."""
        keys, values = list(known), np.array(list(known.values()), np.int64)
        kind: Any = _KEYS.get(type(keys[0]), np.float64)
        if self.ml_opset >= 4:
            tables: dict[str, Any] = {"keys_tensor": np.array(keys, kind), "values_tensor": values}
            default = np.array([others], np.int64)
            return self.node("LabelEncoder", x, domain=ML, default_tensor=default, **tables)
        if kind is not np.float64:
            of_keys = "keys_strings" if kind is object else "keys_int64s"
            lists: dict[str, Any] = {of_keys: keys, "values_int64s": values.tolist(), "default_int64": others}
            return self.node("LabelEncoder", x, domain=ML, **lists)
        last = self.constant(np.array([-1], np.int64))
        same = self.node("Equal", self.node("Unsqueeze", x, last), self.constant(np.array(keys, np.float64)))
        same = self.cast(same, "int64")
        found = self.node("Squeeze", self.reduce("ReduceMax", same, -1), last)
        value = self.node("Gather", self.constant(values), self.node("ArgMax", same, axis=-1, keepdims=0))
        return self.node("Where", self.cast(found, "bool"), value, self.constant(np.int64(others)))

    def cosine(self, x: str, elem_type: str) -> str:
        """cos x. As a sine of double, for onnxruntime had no cosine of it in 1.20."""
        if elem_type != "float64":
            return self.node("Cos", x)
        return self.node("Sin", self.node("Add", x, self.constant(np.float64(np.pi / 2))))

    def cast(self, x: str, elem_type: str) -> str:
        """The same values as another type."""
        return self.node("Cast", x, to=self._type(elem_type))

    # --- the whole --------------------------------------------------------------------------------------------

    def model(self, metadata: Mapping[str, str] | None = None, about: str = "", name: str = "glassprop") -> Any:
        """All of it as an ``onnx.ModelProto``, which ONNX's checker and its strict inference of shapes have passed.

        Raises
        ------
        ExportError
            If it is larger than a file of ONNX may be, or holds text that is no Unicode.
        """
        helper, used = self._onnx.helper, _names_in(self._nodes)
        held = [tensor for tensor in self._initializers if tensor.name in used]
        if sum(tensor.ByteSize() for tensor in held) > _MOST_BYTES:
            raise ExportError("the model has more than 2 GB of parameters, which no single ONNX file can hold")
        graph = helper.make_graph(self._nodes, name, self._inputs, self._outputs, initializer=held, doc_string=about)
        opsets = [helper.make_opsetid("", self.opset)]
        if any(node.domain == ML for node in self._nodes):
            opsets.append(helper.make_opsetid(ML, self.ml_opset))
        model = helper.make_model(
            graph,
            opset_imports=opsets,
            ir_version=IR_VERSION,
            producer_name="glassprop",
            producer_version=VERSION,
            doc_string=about,
        )
        if metadata:
            helper.set_model_props(model, dict(metadata))
        self._onnx.checker.check_model(model, full_check=True)
        self._onnx.shape_inference.infer_shapes(model, check_type=True, strict_mode=True, data_prop=True)
        return model

    # --- helpers ----------------------------------------------------------------------------------------------

    def _append(self, op: str, inputs: list[str], outputs: list[str], domain: str, attributes: dict[str, Any]) -> None:
        more = {"domain": domain, "name": outputs[0]}  # without names, what onnxruntime 1.20 fuses has the same one
        self._nodes.append(self._onnx.helper.make_node(op, inputs, outputs, **more, **self._written(attributes)))

    def _keep(self, tensor: Any) -> None:
        self._initializers.append(tensor)

    def _written(self, attributes: dict[str, Any]) -> dict[str, Any]:
        return {
            key: self._tensor(value, key) if isinstance(value, np.ndarray) else value
            for key, value in attributes.items()
        }

    def _tensor(self, array: np.ndarray, name: str) -> Any:
        try:
            return self._onnx.numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name)
        except UnicodeEncodeError as error:
            raise ExportError(
                f"ONNX holds text as UTF-8, which cannot write {ascii(error.object)[:60]}: it is no whole character"
            ) from error

    def _take(self, name: str) -> str:
        if name.encode("utf-8", "replace").decode() != name:
            raise ExportError(f"ONNX holds names as UTF-8, which cannot write {ascii(name)[:60]}: call it otherwise")
        if name in self._taken:
            raise ExportError(f"two inputs or outputs of an ONNX graph cannot both be called {name!r}")
        self._taken.add(name)
        return name

    def _fresh(self, stem: str) -> str:
        return self._take(next(name for number in self._numbers if (name := f"{stem}/{number}") not in self._taken))

    def _value(self, name: str, elem_type: str, shape: Sequence[Size], about: str = "") -> Any:
        return self._onnx.helper.make_tensor_value_info(name, self._type(elem_type), list(shape), about)

    def _type(self, elem_type: str) -> int:
        if elem_type == "string":
            return self._onnx.TensorProto.STRING
        return self._onnx.helper.np_dtype_to_tensor_dtype(np.dtype(elem_type))


def _names_in(nodes: Iterable[Any]) -> set[str]:
    """What nodes take, those of the bodies in them as well; runtimes warn of constants that nothing takes."""
    found = set()
    for node in nodes:
        found.update(node.input)
        for attribute in node.attribute:
            if attribute.HasField("g"):
                found |= _names_in(attribute.g.node) | {put.name for put in attribute.g.output}
    return found
