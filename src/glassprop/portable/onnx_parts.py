"""A fitted model as parts to be written in ONNX: one of ours, or what a wrapper of scikit-learn's makes of several."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sklearn.pipeline import Pipeline

from glassprop.errors import ExportError
from glassprop.ground.text import quoted
from glassprop.portable.onnx_ending import written_ending
from glassprop.portable.onnx_given import type_of
from glassprop.portable.onnx_graph import Graph
from glassprop.portable.onnx_whole import written_whole
from glassprop.portable.onnx_wrappers import Around, Inner, around, held_by
from glassprop.portable.plan_of import plan_of
from glassprop.portable.whole_model import Ending, Source, Whole
from glassprop.tables.encoding.encode import TypedColumns
from glassprop.tables.tabular.base_tabular import BaseTabular

Columns = Mapping[str, str]  # of a column's name, the name that it has in a graph, (n, 1)


@dataclass(frozen=True)
class Parts:
    """A model to be written.

    Attributes
    ----------
    sources : tuple of Source
        The columns that something in it is made of.
    ending : Ending
        What is made of its outputs.
    precision, trained : str
        Of its outputs; of what it was trained on.
    n_outputs, n_networks : int
    of_table : bool
        Whether it reads the columns of a table, by their names.
    outputs : callable (graph, columns) -> name
        Writes the outputs, (n, n_outputs).
    """

    sources: tuple[Source, ...]
    ending: Ending
    precision: str
    trained: str
    n_outputs: int
    n_networks: int
    of_table: bool
    outputs: Callable[[Graph, Columns], str]

    def values(self, graph: Graph, columns: Columns) -> str:
        """What a wrapper takes of it, in float64: probabilities of all classes, or amounts, (n, how many)."""
        ending = replace(self.ending, flat=False) if self.ending.kind == "amounts" else self.ending
        said = written_ending(graph, ending, self.outputs(graph, columns), self.precision, self.n_outputs)
        return graph.cast((said.probabilities or said.prediction).name, "float64")


def parts_of(model: Any) -> Parts:
    """The parts of a model.

    Raises
    ------
    ExportError
        It cannot be said in ONNX, or something in it.
    """
    steps, last = _apart(model)
    found = around(last)
    if found is None:
        return _alone(_behind(steps, last))
    parts = [_of_inner(inner, steps, last) for inner in found.inner]
    bagged = any(inner.columns is not None for inner in found.inner)
    return _together(found, parts, last, [] if steps else _names_of(last), all_of_them=bagged)


def _apart(model: Any) -> tuple[list[Any], Any]:
    """The steps of a Pipeline, and what is behind them; what only holds a model, as a finished search, is undone."""
    steps: list[Any] = []
    while True:
        if isinstance(model, Pipeline) and (around(_apart(model.steps[-1][1])[1]) or held_by(model.steps[-1][1])):
            steps += model.steps[:-1]
            model = model.steps[-1][1]
        elif (held := held_by(model)) is not None:
            model = held
        else:
            return steps, model


def _behind(steps: Sequence[Any], model: Any) -> Any:
    return Pipeline([*steps, ("model", model)]) if steps else model


def _of_inner(inner: Inner, steps: Sequence[Any], wrapper: Any) -> Parts:
    """The parts of a model in a wrapper, which all steps before that are before, too."""
    every = inner.columns is None or list(inner.columns) == list(range(int(wrapper.n_features_in_)))
    if steps and not every:
        raise ExportError(f"a {type(wrapper).__name__} of some columns behind other steps is not written: give it all")
    parts = parts_of(_behind(steps, inner.model))
    if steps or inner.columns is None:
        return parts
    outer = _names_of(wrapper)
    names = {f"x{place}": outer[column] for place, column in enumerate(inner.columns)}
    sources = tuple(replace(source, name=names[source.name]) for source in parts.sources)

    def outputs(graph: Graph, columns: Columns) -> str:
        return parts.outputs(graph, {own: columns[name] for own, name in names.items()})

    return replace(parts, sources=sources, outputs=outputs)


def _names_of(wrapper: Any) -> list[str]:
    """What the columns that a wrapper is given are called, in their order."""
    names = getattr(wrapper, "feature_names_in_", None)
    if names is None:
        return [f"x{place}" for place in range(int(getattr(wrapper, "n_features_in_", 0)))]
    return [str(name) for name in names]


def _alone(model: Any) -> Parts:
    """A model of ours."""
    whole: Whole = plan_of(model)

    def outputs(graph: Graph, columns: Columns) -> str:
        return written_whole(graph, whole, [columns[source.name] for source in whole.sources])

    width, first = whole.networks[0][0].sizes[-1], model
    while isinstance(first, Pipeline):
        first = first.steps[0][1]
    of_table = isinstance(first, TypedColumns | BaseTabular)
    precision, count = whole.precision, len(whole.networks)
    return Parts(whole.sources, whole.ending, precision, precision, width, count, of_table, outputs)


def _together(found: Around, parts: Sequence[Parts], wrapper: Any, names: Sequence[str], *, all_of_them: bool) -> Parts:
    """What a wrapper makes of models. names, all_of_them: see _union."""
    if any(part.ending.kind == "labels" or found.of_classes != part.ending.probabilities for part in parts):
        raise ExportError(
            f"a {type(wrapper).__name__} is written around models that give "
            f"{'probabilities of classes' if found.of_classes else 'amounts'}, and one in it does not"
        )

    def outputs(graph: Graph, columns: Columns) -> str:
        return found.written(graph, [part.values(graph, columns) for part in parts])

    count, of_table = sum(part.n_networks for part in parts), any(part.of_table for part in parts)
    names = [] if of_table else names  # of a table each is given by its name
    all_of_them = all_of_them or not hasattr(wrapper, "feature_names_in_")
    sources = _union([part.sources for part in parts], wrapper, names, all_of_them=all_of_them)
    trained = max(part.trained for part in parts)  # float32 where all of them are
    return Parts(sources, found.ending, "float64", trained, found.n_outputs, count, of_table, outputs)


def _union(
    each: Sequence[Sequence[Source]], wrapper: Any, names: Sequence[str], *, all_of_them: bool
) -> tuple[Source, ...]:
    """The columns of all, each once.

    names: what the wrapper is given, where its order counts; none behind steps, where columns are those of the steps.
    all_of_them: whether columns are among them that nothing is made of: in a matrix each has its place.
    """
    found: dict[str, Source] = {}
    for source in (source for sources in each for source in sources):
        before = found.setdefault(source.name, source)
        if type_of(before) != type_of(source):
            raise ExportError(
                f"column {quoted(source.name)} is text for one model in a {type(wrapper).__name__}, and numbers for "
                "another"
            )
        found[source.name] = replace(before, gaps=before.gaps and source.gaps)
    if found.keys() <= set(names):
        kept = names if all_of_them else [name for name in names if name in found]
        found = {name: found.get(name, Source(name, "number", "number")) for name in kept}
    return tuple(found.values())
