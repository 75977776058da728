"""How numbers are written in C: in float or double, alone and as arrays; and what is told of a part of the source."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassprop.equations.arrays import Array
from glassprop.errors import ExportError

_WIDTH = 110


@dataclass(frozen=True)
class Dialect:
    """What the network is computed in, and what its parameters are kept in.

    Attributes
    ----------
    real : {"float", "double"}
        Of what is computed.
    weight : {"float", "double"}
        Of parameters: float where nothing is lost by it.
    int8 : bool
        Whether weights are kept in 8 bits.
    """

    real: str
    weight: str
    int8: bool = False

    @property
    def suffix(self) -> str:
        """Of functions of math.h."""
        return "f" if self.real == "float" else ""

    @property
    def size(self) -> int:
        """Bytes of a number that is computed."""
        return bytes_of(self.real)

    def number(self, value: float) -> str:
        """A number to be computed with."""
        return c_number(value, self.real)


@dataclass
class Part:
    """Text of a source file, in the order it stands there, and the bytes of its constants."""

    arrays: list[str] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    size: int = 0

    def array(self, kind: str, name: str, values: Any) -> str:
        """Add an array of constants. -> its name."""
        flat = np.asarray(values).ravel()
        self.size += flat.size * bytes_of(kind)
        self.arrays.append(c_array(kind, name, flat))
        return name


_SIZES = {"float": 4, "double": 8, "signed char": 1, "unsigned char": 1, "short": 2, "int": 4}


def bytes_of(kind: str) -> int:
    """Bytes of a type, on machines of today."""
    return _SIZES[kind]


def c_number(value: float, kind: str) -> str:
    """A number as a constant, exact for its type; in brackets where it is negative.

    Examples
    --------
    >>> c_number(0.1, "double"), c_number(-0.1, "float"), c_number(3, "int")
    ('0.1', '(-0.1f)', '3')
    """
    text = _written(value, kind)
    return f"({text})" if text.startswith("-") else text


def _written(value: Any, kind: str) -> str:
    if kind not in ("float", "double"):
        return str(int(value))
    with np.errstate(over="ignore"):
        short = np.float32(value) if kind == "float" else np.float64(value)
    if np.isnan(value):
        return "NAN" if kind == "float" else "(double)NAN"
    if np.isinf(short) and kind == "double":
        return "HUGE_VAL" if short > 0 else "-HUGE_VAL"  # an end that is none
    if not np.isfinite(short):
        raise ExportError(f"{float(value):g} is no {kind} in C: use precision='double', or train on scaled numbers")
    return str(short) + ("f" if kind == "float" else "")


def c_array(kind: str, name: str, values: Iterable[Any]) -> str:
    """A constant array with its numbers, in lines."""
    texts = [_written(value, kind) for value in values]
    lines, line = [], ""
    for text in texts:
        if len(line) + len(text) > _WIDTH:
            lines.append(line)
            line = ""
        line += f" {text},"
    lines.append(line)
    body = "\n".join(f"   {one}" for one in lines)
    return f"static const {kind} {name}[{len(texts)}] = {{\n{body.rstrip(',')}\n}};"


def weight_kind(real: str, thetas: Iterable[Array]) -> str:
    """float where all numbers are exact in it, or where float is what is computed in."""
    if real == "float":
        return "float"
    with np.errstate(over="ignore"):
        exact = all(bool((theta.astype(np.float32).astype(theta.dtype) == theta).all()) for theta in thetas)
    return "float" if exact else "double"
