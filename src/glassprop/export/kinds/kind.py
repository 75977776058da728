"""The table of kinds: what a model file's steps and estimators are called, and how each is written and read.

A node of the document is an object with ``kind``, a name in `KINDS`, ``version``, and the attributes of that kind by
their names in scikit-learn, each of them a field of ``values.py``. To add a kind: one `Kind` in ``scikit_steps.py``,
``table_steps.py`` or ``networks.py``; the tests run over the table. To change one: raise its version, and teach its
``check`` to read the earlier ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from glassprop.errors import ModelFileError
from glassprop.export.schema.array_values import Names
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Reading, Writing
from glassprop.export.schema.values import Field, Object, Whole, Word

FOREIGN = "skops"  # the kind of what is none of ours
_MOST_LEVELS = 8  # of steps within steps: scikit-learn asks a Pipeline's last step three times for what it is


@dataclass(frozen=True)
class Kind:
    """One kind of step or estimator.

    Attributes
    ----------
    name, version : str, int
        What it is called in a file, and the newest form of its attributes.
    home : str
        "module:class" of what it is here; imported only when a file holds one.
    settings : mapping of str to Field
        The constructor's arguments.
    fitted : mapping of str to Field
        What fitting adds.
    optional : mapping of str to Field
        The same, where it may be missing.
    derived : tuple of str
        Attributes that follow from the others: not written, and made anew by ``check``.
    check : callable (object, place)
        Raises Misfit where the parts of an object that has just been read do not fit together, and sets ``derived``.
    width : callable (object) -> int or None
        How many columns come out of it; None where that cannot be told.
    columns : bool
        Whether it counts the columns that go in (``n_features_in_``).
    state, restore : callables (object) -> attributes, (object, attributes)
        Where an object's attributes are not what is written.
    others : tuple of str
        Homes of further classes that are written as this kind; ``restore`` finds them again by what they hold.
    """

    name: str
    home: str
    settings: Mapping[str, Field]
    fitted: Mapping[str, Field] = field(default_factory=dict)
    optional: Mapping[str, Field] = field(default_factory=dict)
    derived: tuple[str, ...] = ()
    check: Callable[[Any, str], None] = lambda made, at: None
    width: Callable[[Any], int | None] = lambda made: made.n_features_in_
    columns: bool = True
    state: Callable[[Any], dict[str, Any]] = lambda value: dict(vars(value))
    restore: Callable[[Any, dict[str, Any]], None] = lambda made, attributes: vars(made).update(attributes)
    others: tuple[str, ...] = ()
    version: int = 1

    def type(self) -> type:
        """The class, imported now."""
        return _class_at(self.home)

    def is_of(self, home: Any) -> bool:
        """Whether objects of this class are written as this kind."""
        return home is self.type() or any(home is _class_at(other) for other in self.others)

    def fields(self) -> Object:
        """All attributes of a fitted object."""
        counted = {"n_features_in_": Whole(1)} if self.columns else {}
        return Object({**self.settings, **self.fitted, **counted}, {**self.optional, **_everywhere()})


def _class_at(home: str) -> type:
    module, _, name = home.partition(":")
    found: type = getattr(import_module(module), name)
    return found


def _everywhere() -> dict[str, Field]:
    """What scikit-learn may hang on any estimator: names of columns, what frames come out, metadata routing."""
    return {
        "feature_names_in_": Names(),
        "_sklearn_output_config": Object({"transform": Word("default", "pandas", "polars")}),
        "_metadata_request": Requests(),
    }


class Requests:
    """scikit-learn's metadata requests (``set_fit_request``), as {method: {argument: true, false, null or a name}}."""

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        methods = {name: part for name, part in vars(value).items() if hasattr(part, "requests")}
        asked = {name: self._checked(dict(part.requests), at) for name, part in methods.items()}
        return {name: requests for name, requests in asked.items() if requests}

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        from sklearn.utils._metadata_requests import SIMPLE_METHODS, MetadataRequest

        if type(node) is not dict or not node.keys() <= set(SIMPLE_METHODS):
            raise Misfit(at, "it must be an object of scikit-learn's methods")
        made = MetadataRequest(owner="")
        for method, requests in node.items():
            getattr(made, method)._requests = self._checked(requests, at)
        return made

    def _checked(self, requests: Any, at: str) -> dict[str, Any]:
        if type(requests) is not dict or not all(
            type(name) is str and name.isidentifier() and (alias is None or type(alias) in (bool, str))
            for name, alias in requests.items()
        ):
            raise Misfit(at, "requests must be true, false, null or a name, by argument")
        return requests


KINDS: dict[str, Kind] = {}
_BY_HOME: dict[str, Kind] = {}


def add(*kinds: Kind) -> None:
    """Enter kinds into the table."""
    for kind in kinds:
        KINDS[kind.name] = kind
        _BY_HOME.update(dict.fromkeys((kind.home, *kind.others), kind))


def kind_of(value: Any) -> Kind | None:
    """The kind of an object; None for what is of no kind, subclasses included: they may do anything."""
    home = type(value)
    for module in _homes(home.__module__):
        found = _BY_HOME.get(f"{module}:{home.__qualname__}")
        if found is not None and found.is_of(home):
            return found
    return None


def _homes(module: str) -> list[str]:
    """A module and the packages it lies in: classes are listed where users import them from."""
    parts = module.split(".")
    return [".".join(parts[:k]) for k in range(len(parts), 0, -1)]


def write_node(value: Any, at: str, arrays: Writing) -> dict[str, Any]:
    """The node of an object of a kind.

    Raises
    ------
    Misfit
        It has an attribute that its kind does not know; or it is of no kind, and `arrays` does not take it.
    """
    arrays.count(at)
    kind = kind_of(value)
    if kind is None:
        return _as_foreign(value, at, arrays)
    with _misfits(at, kind):
        state = {name: part for name, part in kind.state(value).items() if name not in kind.derived}
        return {"kind": kind.name, "version": kind.version, **kind.fields().write(state, at, arrays)}


@contextmanager
def _misfits(at: str, kind: Kind) -> Iterator[None]:
    """Attributes may be of any types (an object of format 1, say): what they make NumPy or scikit-learn raise."""
    try:
        yield
    except ModelFileError:  # types that are not trusted
        raise
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
        raise Misfit(at, f"its parts are not those of kind {kind.name} ({type(error).__name__})") from error


def _as_foreign(value: Any, at: str, arrays: Writing) -> dict[str, Any]:
    return {"kind": FOREIGN, "version": 1, **arrays.foreign(value, at)}


def read_node(node: Any, at: str, arrays: Reading) -> Any:
    """The object that a node describes, checked.

    Raises
    ------
    Misfit
    """
    if at.count("].step") > _MOST_LEVELS:
        raise Misfit(at, f"steps lie within steps more than {_MOST_LEVELS} levels deep")
    if type(node) is dict and node.get("kind") == FOREIGN:
        return arrays.foreign({name: part for name, part in node.items() if name not in ("kind", "version")}, at)
    kind = _named(node, at)
    attributes = {name: part for name, part in node.items() if name not in ("kind", "version")}
    made: Any = object.__new__(kind.type())  # no constructor runs
    with _misfits(at, kind):
        kind.restore(made, kind.fields().read(attributes, at, arrays))
        kind.check(made, at)
    return made


def _named(node: Any, at: str) -> Kind:
    if type(node) is not dict or type(node.get("kind")) is not str:
        raise Misfit(at, "it must be an object with a kind")
    kind = KINDS.get(node["kind"])
    if kind is None:
        raise Misfit(at, f"no kind is called {node['kind'][:60]!r}; a newer glassprop may know it")
    if type(node.get("version")) is not int or not 1 <= node["version"] <= kind.version:
        raise Misfit(at, f"kind {kind.name!r} has version {kind.version} here; a newer glassprop may know another")
    return kind


class Step:
    """A step within a step: a node of a kind, or one of some words ("passthrough", "drop").

    kind : the name of the one kind that it may be.
    """

    def __init__(self, *words: str, kind: str = "") -> None:
        self.words, self.kind = words, kind

    def write(self, value: Any, at: str, arrays: Writing) -> Any:
        if type(value) is str and value in self.words:
            return value
        if self.kind:
            return self._checked(write_node(value, at, arrays), at)
        before = set(arrays)
        try:
            return write_node(value, at, arrays)
        except Misfit:
            kind = kind_of(value)
            if kind is None or kind.home.startswith("glassprop"):
                raise
            for name in arrays.keys() - before:
                del arrays[name]
            return _as_foreign(value, at, arrays)  # one of scikit-learn's in an unusual form

    def read(self, node: Any, at: str, arrays: Reading) -> Any:
        if type(node) is str and node in self.words:
            return node
        return read_node(self._checked(node, at), at, arrays)

    def _checked(self, node: Any, at: str) -> Any:
        if self.kind and (type(node) is not dict or node.get("kind") != self.kind):
            raise Misfit(at, f"it must be of kind {self.kind}")
        return node
