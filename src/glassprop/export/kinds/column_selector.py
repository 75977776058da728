"""``make_column_selector`` as a field: columns that a ColumnTransformer asks for by type and name, when it is fitted.

It is called in ``fit`` alone, and gives names of columns; of types there are those of a list.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Reading, Writing
from glassprop.export.schema.values import Either, Maybe, Object, Several, Text, Word

_TYPES = {
    **{f"python.{kind.__name__}": kind for kind in (bool, int, float, complex, str, object)},
    **{
        f"numpy.{name}": getattr(np, name)
        for name in (
            "number", "integer", "signedinteger", "unsignedinteger", "inexact", "floating", "generic", "bool_",
            "object_", "str_", "datetime64", "timedelta64", "float64", "float32", "float16", "int64", "int32", "int16",
            "int8", "uint64", "uint32", "uint16", "uint8",
        )
    },
}  # fmt: skip
_WORDS = Word(
    "number", "integer", "floating", "object", "O", "bool", "boolean", "category", "str", "string", "float", "int",
    "datetime", "datetime64", "datetimetz", "timedelta", "timedelta64", "float64", "float32", "float16", "int64",
    "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8", "Int64", "Int32", "Float64", "Float32",
)  # fmt: skip


class _Type:
    """One of these types, as {"type": its name}; or a word that pandas knows."""

    _named = Object({"type": Word(*_TYPES)})

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        value = value.name if isinstance(value, np.dtype) else value
        for name, kind in _TYPES.items():
            if value is kind:
                return {"type": name}
        return _WORDS.write(value, at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        return _TYPES[self._named.read(node, at, arrays)["type"]] if type(node) is dict else _WORDS.check(node, at)


class Selector:
    """A selector of columns, as an object of its arguments."""

    _types = Maybe(Either(_Type(), Several(_Type(), most=100)))
    _fields = Object({"pattern": Maybe(Text(200)), "dtype_include": _types, "dtype_exclude": _types})

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        from sklearn.compose import make_column_selector

        if type(value) is not make_column_selector:
            raise Misfit(at, f"its columns are chosen by a {type(value).__name__}: give names, numbers or a selector")
        return self._fields.write(dict(vars(value)), at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        from sklearn.compose import make_column_selector

        found = self._fields.read(node, at, arrays)
        return make_column_selector(
            found["pattern"], dtype_include=found["dtype_include"], dtype_exclude=found["dtype_exclude"]
        )
