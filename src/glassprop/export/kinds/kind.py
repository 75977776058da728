"""The table of kinds: what a model file's steps and estimators are called, and how each is written and read.

A node of the document is an object with ``kind``, a name in `KINDS`, ``version``, and the attributes of that kind by
their names in scikit-learn, each of them a field of ``values.py``. To add a kind: one `Kind` in a file of this folder;
the tests run over the table. To change one: raise its version, and teach its ``check`` to read the earlier ones. What
is not fitted, and only told how it is to be, is a template (``templates.py``).
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from glassprop.errors import ModelFileError
from glassprop.export.kinds.everywhere import everywhere
from glassprop.export.kinds.searches import written_for
from glassprop.export.schema.misfit import Misfit
from glassprop.export.schema.parts import Reading, Writing
from glassprop.export.schema.values import Field, Object, Whole

FOREIGN = "skops"  # the kind of what is none of ours
_MOST_LEVELS = 9  # of steps within steps: scikit-learn asks a Pipeline's last step three times for what it is
# What belongs to a fit and not to the model: scikit-learn's callbacks.
OF_THE_RUN = ("_skl_callbacks", "_parent_callback_ctx", "_callback_fit_ctx", "_skl_callbacks_to_teardown")


@dataclass(frozen=True)
class Bare:
    """What is written of one that is not fitted: its constructor's arguments.

    Attributes
    ----------
    fields : mapping of str to Field, optional
        Where they differ from those of a fitted one.
    state, restore : callables (arguments) -> arguments, (object, arguments)
        Where they are not what is written.
    """

    fields: Mapping[str, Field] | None = None
    state: Callable[[dict[str, Any]], dict[str, Any]] = lambda arguments: arguments
    restore: Callable[[Any, dict[str, Any]], None] = lambda made, arguments: vars(made).update(arguments)


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
    bare : Bare
        How one that is not fitted is written.
    holds : callable (object) -> iterable
        The fitted models that it predicts with.
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
    bare: Bare = Bare()
    holds: Callable[[Any], Iterable[Any]] = lambda made: ()
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
        return Object({**self.settings, **self.fitted, **counted}, {**self.optional, **everywhere()})


def _class_at(home: str) -> type:
    module, _, name = home.partition(":")
    found: type = getattr(import_module(module), name)
    return found


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
    value = written_for(value, at, arrays)
    kind = kind_of(value)
    if kind is None:
        return as_foreign(value, at, arrays)
    with misfits(at, kind):
        left_out = {*kind.derived, *OF_THE_RUN}
        state = {name: part for name, part in kind.state(value).items() if name not in left_out}
        return {"kind": kind.name, "version": kind.version, **kind.fields().write(state, at, arrays)}


@contextmanager
def misfits(at: str, kind: Kind) -> Iterator[None]:
    """Attributes may be of any types (an object of format 1, say): what they make NumPy or scikit-learn raise."""
    try:
        yield
    except Misfit as misfit:  # of an attribute, which may not know where it stands
        if misfit.at.startswith(at):
            raise
        raise Misfit(f"{at}.{misfit.at}".rstrip("."), misfit.reason) from misfit
    except ModelFileError:  # types that are not trusted
        raise
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError) as error:
        raise Misfit(at, f"its parts are not those of kind {kind.name} ({type(error).__name__})") from error


def as_foreign(value: Any, at: str, arrays: Writing) -> dict[str, Any]:
    """The node of what no kind takes, by whoever takes it."""
    return {"kind": FOREIGN, "version": 1, **arrays.foreign(_without_callbacks(value), at)}


def _without_callbacks(value: Any) -> Any:
    if getattr(value, "__dict__", {}).get("_skl_callbacks"):
        value = copy.copy(value)
        del value._skl_callbacks
    return value


def read_node(node: Any, at: str, arrays: Reading) -> Any:
    """The object that a node describes, checked.

    Raises
    ------
    Misfit
    """
    with deeper(arrays, at):
        kind, attributes = opened(node, at)
        if kind is None:
            return arrays.foreign(attributes, at)
        made: Any = object.__new__(kind.type())  # no constructor runs
        with misfits(at, kind):
            kind.restore(made, kind.fields().read(attributes, at, arrays))
            kind.check(made, at)
        return made


@contextmanager
def deeper(arrays: Reading, at: str) -> Iterator[None]:
    """One level of steps within steps more, of which there are not many.

    Raises
    ------
    Misfit
    """
    arrays.levels += 1
    try:
        if arrays.levels > _MOST_LEVELS:
            raise Misfit(at, f"steps lie within steps more than {_MOST_LEVELS - 1} levels deep")
        yield
    finally:
        arrays.levels -= 1


def opened(node: Any, at: str) -> tuple[Kind | None, dict[str, Any]]:
    """The kind of a node, None where it is of none, and its attributes.

    Raises
    ------
    Misfit
    """
    kind = None if type(node) is dict and node.get("kind") == FOREIGN else _named(node, at)
    return kind, {name: part for name, part in node.items() if name not in ("kind", "version")}


def _named(node: Any, at: str) -> Kind:
    if type(node) is not dict or type(node.get("kind")) is not str:
        raise Misfit(at, "it must be an object with a kind")
    kind = KINDS.get(node["kind"])
    if kind is None:
        raise Misfit(at, f"no kind is called {node['kind'][:60]!r}; a newer glassprop may know it")
    if type(node.get("version")) is not int or not 1 <= node["version"] <= kind.version:
        raise Misfit(at, f"kind {kind.name!r} has version {kind.version} here; a newer glassprop may know another")
    return kind
