"""Fields that scikit-learn's steps and estimators share: dtypes, seeds, categories; and a check of shapes."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np

from glassprop.export.schema.array_values import Array, Scalar, Values
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Reading, Writing
from glassprop.export.schema.values import Either, Exactly, Flag, Maybe, Object, Real, Several, Whole, Word

NUMBERS = ("float64", "float32", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8", "bool")


def has_shape(made: Any, name: str, shape: tuple[int, ...], at: str) -> None:
    """Refuse an attribute that is an array of another shape.

    Raises
    ------
    Misfit
    """
    value = getattr(made, name)
    if value is not None and np.shape(value) != shape:
        raise Misfit(f"{at}.{name}", f"it must have shape {shape}, not {np.shape(value)}")


def labels_rise(classes: Any, at: str) -> None:
    """Refuse labels that are not in rising order, each of them once: scikit-learn looks them up by halves.

    Raises
    ------
    Misfit
    """
    if not all(one < other for one, other in pairwise(classes.tolist())):
        raise Misfit(at, "its classes_ must rise, each of them once")


class DType:
    """A NumPy dtype by its name, from a list: ``numpy.dtype`` itself believes too much."""

    _names = Word(*NUMBERS, "object")

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        return self._names.check(value.name if isinstance(value, np.dtype) else value, at)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        return np.dtype(self._names.check(node, at))


class NumberType:
    """A type of NumPy's, such as numpy.float32 (or Python's float), by its dtype's name."""

    _names = Word(*NUMBERS)

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        try:
            return self._names.check(np.dtype(value).name, at)
        except TypeError as error:
            raise Misfit(at, "it must be a type of numbers") from error

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        return np.dtype(self._names.check(node, at)).type


class Number:
    """A number of NumPy's or of Python's: bits may depend on which, as float32 times either is not of one type."""

    _fields = Object({"dtype": Word("float64", "float32"), "value": Real()})

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        if isinstance(value, np.floating) and type(value).__name__ in ("float64", "float32"):
            return self._fields.write({"dtype": value.dtype.name, "value": value}, at, arrays)
        return Real().write(value, at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        if type(node) is not dict:
            return Real().read(node, at, arrays)
        found = self._fields.read(node, at, arrays)
        return np.dtype(found["dtype"]).type(found["value"])


class Weights:
    """``class_weight`` of one output: [[label, weight], …], for JSON's own keys are texts."""

    _pairs = Several(Several(Scalar(), least=2, most=2))

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        if not isinstance(value, dict):
            raise Misfit(at, "it must be a dict of labels and weights")
        return self._pairs.write(list(value.items()), at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        found = {label: Real(0).read(weight, at, arrays) for label, weight in self._pairs.read(node, at, arrays)}
        if len(found) != len(node):
            raise Misfit(at, "a label stands twice")
        return found


class Binarizer:
    """scikit-learn's LabelBinarizer, as an object of its attributes.

    sparse : whether what it gives is.
    """

    def __init__(self, *, sparse: bool) -> None:
        self._fields = Object(
            {
                "neg_label": Exactly(0),
                "pos_label": Exactly(1),
                "sparse_output": Exactly(sparse),
                "sparse_input_": Flag(),
                "y_type_": Word("binary", "multiclass", "multilabel-indicator"),
                "classes_": Values(),
            }
        )

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        return self._fields.write(dict(vars(value)), at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        from sklearn.preprocessing import LabelBinarizer

        made = object.__new__(LabelBinarizer)
        vars(made).update(self._fields.read(node, at, arrays))
        return made


class Seen:
    """How many rows a scaler has seen: a number, or one for each column."""

    _field = Either(Whole(), Real(0), Array(("int64", "float64")))

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        return self._field.write(value, at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        return self._field.read(node, at, arrays)


class RandomState:
    """``random_state``: None, a seed, or NumPy's legacy generator as it stands."""

    _seed = Maybe(Whole(0, 2**32 - 1))
    _generator = Object(
        {"key": Array(("uint32",)), "pos": Whole(0, 624), "has_gauss": Whole(0, 1), "cached_gaussian": Real()}
    )

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        if not isinstance(value, np.random.RandomState):
            return self._seed.write(value, at, arrays)
        state = value.get_state(legacy=False)
        if state["bit_generator"] != "MT19937":
            raise Misfit(at, f"of NumPy's generators, only MT19937 can be kept, not {state['bit_generator']}")
        rest = {"has_gauss": state["has_gauss"], "cached_gaussian": state["gauss"]}
        key = np.array(state["state"]["key"], dtype=np.uint32)
        return self._generator.write({"key": key, "pos": int(state["state"]["pos"]), **rest}, at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        if type(node) is not dict:
            return self._seed.read(node, at, arrays)
        state = self._generator.read(node, at, arrays)
        if state["key"].shape != (624,):
            raise Misfit(at, "the key of MT19937 has 624 numbers")
        made = np.random.RandomState()
        made.set_state(("MT19937", state["key"], state["pos"], state["has_gauss"], state["cached_gaussian"]))
        return made


class Categories:
    """The categories of each column; numbers must rise, for scikit-learn looks them up by halves."""

    _each = Several(Values())

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        if not isinstance(value, list | tuple):
            raise Misfit(at, "it must be a list of categories")
        listed = [
            self._checked(np.array(part, dtype=object) if isinstance(part, list | tuple) else part, at)
            for part in value
        ]
        return self._each.write(listed, at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        return [self._checked(part, at) for part in self._each.read(node, at, arrays)]

    def _checked(self, categories: Any, at: str) -> Any:
        kind = getattr(getattr(categories, "dtype", None), "kind", "O")
        if kind in "fiu" and len(categories):
            numbers = categories[:-1] if categories[-1] != categories[-1] else categories
            if (numbers != numbers).any() or not (numbers[1:] > numbers[:-1]).all():
                raise Misfit(at, "categories that are numbers must rise, NaN last")
        return categories


class Dropped:
    """Which category of each column an encoder leaves out: a rule, or one of each column."""

    _field = Either(Word("first", "if_binary"), Values())

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        if isinstance(value, list | tuple):
            listed = np.empty(len(value), dtype=object)
            listed[:] = value
            value = listed
        return self._field.write(value, at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        return self._field.read(node, at, arrays)


class Infrequent:
    """For each column the numbers of its infrequent categories, or None where there are none.

    Two arrays: how many each column has (-1 for None), and the numbers, one column after the other.
    """

    _both = Object({"counts": Array(("int64",)), "numbers": Array(("int64",))})

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        counts = np.array([-1 if part is None else len(part) for part in value], dtype=np.int64)
        numbers = np.concatenate([np.empty(0), *(part for part in value if part is not None)]).astype(np.int64)
        return self._both.write({"counts": counts, "numbers": numbers}, at, arrays)

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        both = self._both.read(node, at, arrays)
        counts, numbers = both["counts"], both["numbers"]
        held = np.maximum(counts, 0)
        if (counts < -1).any() or (held > len(numbers)).any() or held.sum() != len(numbers):
            raise Misfit(at, "its counts do not add up")
        parts = np.split(numbers, np.cumsum(held)[:-1])
        return [None if count < 0 else part for count, part in zip(counts, parts, strict=True)] if len(counts) else []
