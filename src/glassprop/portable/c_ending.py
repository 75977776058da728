"""What is made of outputs in C: classes, labels that are there, probabilities, or amounts in the target's own units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from glassprop.architecture.own_units import OwnUnits
from glassprop.architecture.target_scales import quantile_places
from glassprop.errors import ExportError
from glassprop.ground.text import quoted
from glassprop.portable.c_dialect import Dialect, Part, c_number
from glassprop.portable.c_text import LONGEST_LITERAL, c_bytes, c_literal
from glassprop.portable.whole_model import Ending

_ERROR = "-1 where a row holds what training has no place for"


@dataclass(frozen=True)
class Function:
    """A public function: what is said of it, how it is called, and its body."""

    says: str
    head: str
    body: list[str]


@dataclass(frozen=True)
class EndingInC:
    """The ending while it is written.

    Attributes
    ----------
    name : str
        What public names begin with.
    n : int
        How many outputs there are.
    helpers : set of str
    """

    name: str
    n: int
    ending: Ending
    dialect: Dialect
    part: Part
    helpers: set[str]

    @property
    def outputs(self) -> list[str]:
        """Lines that each function begins with."""
        return [f"{self.real} out[{self.n}];", "if (evaluate(row, out) != 0)", "    return -1;"]

    @property
    def real(self) -> str:
        """Of public functions."""
        return f"{self.name}_real"

    @property
    def row(self) -> str:
        """The argument of all of them."""
        return f"const {self.name}_inputs *row"


def functions_of(to: EndingInC) -> list[Function]:
    """All public functions of a model."""
    return ENDINGS_IN_C[to.ending.kind](to)


# --- classes ---------------------------------------------------------------------------------------------------------


def _class(to: EndingInC, lines: list[str]) -> Function:
    says = f"The number of the class, from 0; {_ERROR}."
    return Function(says, f"int {to.name}_class({to.row})", [*to.outputs, *lines])


def _probabilities(to: EndingInC, n: int, lines: list[str]) -> list[Function]:
    if not to.ending.probabilities:
        return []
    says = f"Probabilities, {n} of them. Returns 0, or {_ERROR}."
    head = f"int {to.name}_probabilities({to.row}, {to.real} *probabilities)"
    return [Function(says, head, [*to.outputs, *lines, "return 0;"])]


def _one_class(to: EndingInC) -> list[Function]:
    of_class = _class(to, ["return 0;"])
    return [of_class, *_labels(to), *_probabilities(to, 1, ["probabilities[0] = 1;"])]


def _two_classes(to: EndingInC) -> list[Function]:
    half = to.dialect.number(0.5)
    of_class = _class(to, [f"return out[0] > {half};"])
    lines = ["probabilities[0] = 1 - out[0];", "probabilities[1] = out[0];"]
    return [of_class, *_labels(to), *_probabilities(to, 2, lines)]


def _classes(to: EndingInC) -> list[Function]:
    most = ["int j, most = 0;", f"for (j = 1; j < {to.n}; j++)", "    if (out[j] > out[most])", "        most = j;"]
    each = [f"for (j = 0; j < {to.n}; j++)"]
    lines = ["int j;", *each, "    probabilities[j] = out[j];"]
    if to.ending.shares:
        total = ["int j;", f"{to.real} total = 0;", *each, "    total += out[j];"]
        lines = [*total, *each, f"    probabilities[j] = total > 0 ? out[j] / total : {to.dialect.number(1 / to.n)};"]
    of_class = _class(to, [])
    ordered = [most[0], *to.outputs, *most[1:], "return most;"]
    of_class = Function(of_class.says, of_class.head, ordered)
    return [of_class, *_labels(to), *_probabilities(to, to.n, lines)]


def _several(to: EndingInC) -> list[Function]:
    each, half = f"for (j = 0; j < {to.n}; j++)", to.dialect.number(0.5)
    says = f"Of {to.n} labels, 1 for each that is there, else 0. Returns 0, or {_ERROR}."
    head = f"int {to.name}_labels({to.row}, unsigned char *labels)"
    lines = ["int j;", *to.outputs, each, f"    labels[j] = out[j] > {half};", "return 0;"]
    return [Function(says, head, lines), *_probabilities(to, to.n, ["int j;", each, "    probabilities[j] = out[j];"])]


def _labels(to: EndingInC) -> list[Function]:
    """What a class is called: text, a whole number, a number, or true or false."""
    classes: list[Any] = np.asarray(to.ending.classes).tolist()
    n, head, asked = len(classes), f"{to.name}_label(int number)", "What the class of a number is called"
    inside = f"number >= 0 && number < {n}"
    if found := _numbers(classes):
        kind, values = found
        lines = [f"static const {kind} labels[{n}] = {{{', '.join(values)}}};"]
        lines.append(f"return {inside} ? labels[number] : 0;")
        return [Function(f"{asked}; 0 where there is none.", f"{kind} {head}", lines)]
    if ended := next((text for text in map(str, classes) if "\0" in text), None):
        raise ExportError(f"the label {quoted(ended, 60)} has a NUL in it, which ends a text in C: call it otherwise")
    lines, literals = [], []
    for k, text in enumerate(map(str, classes)):
        long = len(text.encode("utf-8", "surrogatepass")) > LONGEST_LITERAL
        lines += [f"static const char label{k}[] = {c_bytes(text)};"] * long
        literals.append(f"label{k}" if long else c_literal(text))
    between = ",\n    ".join(literals)
    lines += [f"static const char *const labels[{n}] = {{", f"    {between}", "};"]
    lines.append(f'return {inside} ? labels[number] : "";')
    return [Function(f'{asked}, in UTF-8; "" where there is none.', f"const char *{head}", lines)]


def _numbers(classes: Sequence[Any]) -> tuple[str, list[str]] | None:
    """The type of labels, and each of them, where they are numbers that C has."""
    if all(isinstance(one, bool) for one in classes):
        return "int", [str(int(one)) for one in classes]
    if any(isinstance(one, bool) for one in classes):
        return None
    if all(isinstance(one, int) for one in classes) and all(abs(one) < 1 << 63 for one in classes):
        short = all(abs(one) < 1 << 31 for one in classes)
        return "long" if short else "long long", [f"{one}{'L' if short else 'LL'}" for one in classes]
    if all(isinstance(one, float) for one in classes):
        return "double", [c_number(one, "double") for one in classes]
    return None


# --- amounts ---------------------------------------------------------------------------------------------------------


def _log(to: EndingInC, units: OwnUnits, v: str) -> str:
    low, high = np.log(np.array(units.knots)[[0, -1]] + units.shift)
    to.helpers.add("clip")
    inner = f"exp(clip({v}, {_double(low)}, {_double(high)})) - {_double(units.shift)}"
    return f"clip({inner}, {_double(units.knots[0])}, {_double(units.knots[-1])})"


def _quantile(to: EndingInC, units: OwnUnits, v: str) -> str:
    to.helpers.add("along")
    at = to.part.array("double", "quantiles_at", quantile_places(len(units.knots)))
    return f"along({v}, {at}, {to.part.array('double', 'quantiles', units.knots)}, {len(units.knots)})"


UNITS_IN_C: dict[str, Callable[[EndingInC, OwnUnits, str], str]] = {
    "none": lambda to, units, v: v,
    "log": _log,
    "quantile": _quantile,
    "poisson": lambda to, units, v: v,
}


def _amounts(to: EndingInC) -> list[Function]:
    each, units = f"for (j = 0; j < {to.n}; j++)", to.ending.units
    lines = ["int j;"] * (units is not None) + ["if (evaluate(row, amounts) != 0)", "    return -1;"]
    if units is not None:
        body = [f"double v = (double)amounts[j] * {_double(units.spread)} + {_double(units.mean)};"]
        body += [f"v = {found};"] if (found := UNITS_IN_C[units.scale](to, units, "v")) != "v" else []
        if units.factor != 1:
            shift = _double(units.shift)
            body.append(f"v = {_double(units.factor)} * (v + {shift}) - {shift};")
            body += [f"v = v < {_double(units.knots[0])} ? {_double(units.knots[0])} : v;"] if units.knots else []
        body.append(f"amounts[j] = ({to.real})v;")
        lines += [f"{each} {{", *(f"    {line}" for line in body), "}"]
    says = f"What is predicted, {to.n} number{'s' * (to.n > 1)}. Returns 0, or {_ERROR}."
    head = f"int {to.name}_amounts({to.row}, {to.real} *amounts)"
    functions = [Function(says, head, [*lines, "return 0;"])]
    if to.n > 1:
        return functions
    lines = [f"{to.real} amount;", f"return {to.name}_amounts(row, &amount) == 0 ? amount : ({to.real})NAN;"]
    says = "The same; NAN where a row holds what training has no place for."
    return [*functions, Function(says, f"{to.real} {to.name}_amount({to.row})", lines)]


def _double(value: float) -> str:
    return c_number(value, "double")


ENDINGS_IN_C: dict[str, Callable[[EndingInC], list[Function]]] = {
    "one class": _one_class,
    "two classes": _two_classes,
    "classes": _classes,
    "labels": _several,
    "amounts": _amounts,
}
