"""Fields that are arrays, or lists that become one: of numbers, of labels and categories, of names."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from glassprop.export.schema.layout import KEYS, put_together, taken_apart
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Reading, Writing
from glassprop.export.schema.values import Object, Several, Text, Word, told


@dataclass(frozen=True)
class Array:
    """An array of one of some dtypes, with `axes` axes. In the JSON stands {"array": its name}.

    How a matrix lies stands beside the name (``layout.py``).

    numbers: "finite", "not infinite" (NaN may stand for missing), or "any".
    """

    dtypes: tuple[str, ...] = ("float64",)
    axes: int = 1
    numbers: str = "finite"

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        if not isinstance(value, np.ndarray):
            raise Misfit(at, f"it must be an array, not {told(value)}")
        self._fits(value.dtype, value.ndim, at)
        written, layout = taken_apart(value)
        arrays[at] = self._checked(written, at)
        return {"array": at, **layout}

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        known = type(node) is dict and {"array"} <= node.keys() <= {"array", *KEYS}
        if not known or type(node["array"]) is not str:
            raise Misfit(at, 'it must be {"array": name}')
        entry = arrays.entry(node["array"])
        self._fits(entry.dtype, len(entry.shape), at)
        array = self._checked(arrays.take(node["array"]), at)
        return put_together(array, {key: node[key] for key in node.keys() - {"array"}}, at)

    def _fits(self, dtype: np.dtype, axes: int, at: str) -> None:
        if dtype.name not in self.dtypes or axes != self.axes:
            wanted = f"{' or '.join(self.dtypes)} with {self.axes} axes"
            raise Misfit(at, f"it must be an array of {wanted}, not of {dtype} with {axes}")

    def _checked(self, array: np.ndarray, at: str) -> np.ndarray:
        if array.dtype.kind == "f" and self.numbers != "any":
            bad = np.isinf(array) if self.numbers == "not infinite" else ~np.isfinite(array)
            if bad.any():
                raise Misfit(at, f"{int(bad.sum())} of its {array.size} numbers are not finite")
        return array


class Numbers:
    """A list of Python floats, kept as an array of float64."""

    _array = Array(numbers="any")

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        if not isinstance(value, list):
            raise Misfit(at, f"it must be a list of numbers, not {told(value)}")
        try:
            return self._array.write(np.array(value, dtype=np.float64).reshape(len(value)), at, arrays)
        except (TypeError, ValueError) as error:
            raise Misfit(at, "it must be a list of numbers") from error

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        array = self._array.read(node, at, arrays)
        arrays.budget.spend(4 * array.nbytes, at)  # a Python float takes as much
        return array.tolist()


class NaN:
    """Not a number, for which JSON has no word: {"number": "nan"}."""

    _node: ClassVar = {"number": "nan"}

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        if not isinstance(value, float) or not math.isnan(value):
            raise Misfit(at, f"it must be NaN, not {told(value)}")
        return dict(self._node)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        if type(node) is not dict or node != self._node:
            raise Misfit(at, f"it must be NaN, not {told(node)}")
        return math.nan


class Scalar:
    """What may be a label or a category: text, a number, true or false, or missing (None, or NaN)."""

    _nan = NaN()

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        value = value.item() if isinstance(value, np.generic) else value
        if type(value) is float and math.isnan(value):
            return self._nan.write(value, at, arrays)
        return self._checked(value, at)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        return self._nan.read(node, at, arrays) if type(node) is dict else self._checked(node, at)

    def _checked(self, value: Any, at: str) -> Any:
        if value is not None and type(value) not in (bool, int, float, str):
            raise Misfit(at, f"it must be text, a number, true, false or null, not {told(value)}")
        if type(value) is float and math.isinf(value):
            raise Misfit(at, "it must be finite")
        return value


class Values:
    """A one-dimensional array of labels or categories: {"dtype": …, "values": […]}."""

    _DTYPES = Word(
        "object", "str", "bool", "float64", "float32", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16",
        "uint8",
    )  # fmt: skip
    _items = Several(Scalar())

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        if not isinstance(value, np.ndarray) or value.ndim != 1:
            raise Misfit(at, f"it must be a one-dimensional array, not {told(value)}")
        dtype = "str" if value.dtype.kind == "U" else value.dtype.name
        return {"dtype": self._DTYPES.check(dtype, at), "values": self._items.write(value.tolist(), at, arrays)}

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        Object({"dtype": self._DTYPES, "values": self._items}).read(node, at, arrays)
        values, dtype = self._items.read(node["values"], at, arrays), node["dtype"]
        kinds = {"object": (str, int, float, bool, type(None)), "str": (str,), "bool": (bool,)}
        numbers = (int,) if "int" in dtype else (int, float)
        if not all(type(value) in kinds.get(dtype, numbers) for value in values):
            raise Misfit(at, f"its values are not all of {dtype}")
        if dtype == "object" or (dtype == "str" and _would_waste(values)):
            array = np.empty(len(values), dtype=object)
            array[:] = values
            return array
        if dtype == "str":
            arrays.budget.spend(4 * len(values) * max(map(len, values), default=0), at)
        try:
            return np.array(values, dtype=dtype)
        except (OverflowError, ValueError) as error:
            raise Misfit(at, f"its values do not fit {dtype}") from error


def _would_waste(texts: list[str]) -> bool:
    """Whether one text is so much longer than the others that an array as wide as it would fill the memory."""
    return len(texts) * max(map(len, texts), default=0) > 16 * sum(map(len, texts)) + (1 << 16)


NAMES = Several(Text())


class Names:
    """Names of columns: an array of texts, as scikit-learn has it."""

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        return NAMES.write(value, at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        names = NAMES.read(node, at, arrays)
        array = np.empty(len(names), dtype=object)
        array[:] = names
        return array
