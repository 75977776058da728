"""From what a sample tells of a long table to a fitted Pipeline: statistics, inputs, lanes of rows, the network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np

from glassprop.backprop.ranks import Group, LaneSums
from glassprop.ground.note import Say
from glassprop.tables.encoding.columns import tell_terms
from glassprop.tables.encoding.encode import encoder
from glassprop.tables.encoding.table_pipeline import TablePipeline
from glassprop.tables.fitting import target_scale
from glassprop.tables.fitting.assess import Guess
from glassprop.tables.fitting.examples import CountedClass, Examples
from glassprop.tables.fitting.fit_pipeline import Fitted
from glassprop.tables.fitting.manner import PlainBuilder
from glassprop.tables.fitting.many_categories import tell_shared, with_inputs
from glassprop.tables.fitting.spoken import quiet
from glassprop.tables.fitting.target_scale import Choice
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.streaming.fitted_steps import fitted_steps
from glassprop.tables.streaming.lane_rows import EncodedLanes
from glassprop.tables.streaming.network_targets import NetworkTargets
from glassprop.tables.streaming.on_sample import Decided
from glassprop.tables.streaming.row_source import RowSource, lanes_of
from glassprop.tables.streaming.scratch import ScratchSettings
from glassprop.tables.streaming.statistics import Statistics, statistics
from glassprop.tables.streaming.stream_network import Network
from glassprop.tables.streaming.tell_statistics import tell_statistics
from glassprop.tables.streaming.unvaried import unvaried_of
from glassprop.tables.streaming.uses import TRAINED, WATCHED
from glassprop.tables.streaming.watched_pass import OnPass, WatchedPass
from glassprop.tables.streaming.watched_rows import WatchedRows


@dataclass(frozen=True)
class Reading:
    """How a table is read.

    Attributes
    ----------
    rows : RowSource
    budget : int
        Bytes for rows in memory.
    scratch : ScratchSettings or None
        Where encoded rows are kept for later epochs.
    lanes : int
    group : Group or None
    on_pass : OnPass or None
    """

    rows: RowSource
    budget: int
    scratch: ScratchSettings | None
    lanes: int
    group: Group | None
    on_pass: OnPass | None


@dataclass(frozen=True)
class Taught:
    """What a long table has taught.

    Attributes
    ----------
    fitted : Fitted
    guess : Guess
    classes : list of CountedClass
    rows : dict of str to int
        Trained on, and watched.
    more : dict
        What else the record is to tell.
    seconds : dict of str to float
        Of training, and of its waiting for rows.
    """

    fitted: Fitted
    guess: Guess
    classes: list[CountedClass]
    rows: dict[str, int]
    more: dict[str, Any]
    seconds: dict[str, float]


def learn(decided: Decided, reading: Reading, callbacks: Sequence[Any], say: Say) -> Taught:
    """Fit inputs and network on all rows that are trained on.

    Raises
    ------
    SettingsError, TableError, DivergenceError
    """
    found, watched = _counted(decided, reading, say)
    counts = {name: names.counts for name, names in found.tally.categories.items()}
    settings = with_inputs(decided.task.settings, decided.parts.train, decided.schema, found.reader.seed, counts)
    steps, X, inner, choice = _inputs(decided, found, watched, settings, say)
    classes = None if choice is not None else found.classes
    network = Network(decided, None if choice is None else choice.units, classes, X.dtype, reading.group)
    lanes = _lanes(decided, reading, found, steps, network)
    try:
        for note in lanes.notes:
            say(note)
        estimator = network.train(lanes, inner, X, callbacks, say)
    finally:
        lanes.close()
    scale = None
    if choice is not None:
        rows = (X, decided.parts.train) if inner is None else inner
        scale = target_scale.set_units(estimator, choice, rows, trained_on=inner is None)
        target_scale.tell(choice, scale, decided.task.target.name, say)
    return Taught(
        Fitted(TablePipeline([*steps.steps, ("network", estimator)]), scale, settings.to_dict(), None),
        _guess(found),
        _classes(found),
        {"train": sum(lanes.lanes), "validation": 0 if watched is None else len(watched)},
        {"stream": _told(lanes, decided)},
        {"training": network.waited.seconds, "waiting": network.waited.waited},
    )


def _counted(decided: Decided, reading: Reading, say: Say) -> tuple[Statistics, Examples | None]:
    """Statistics of the whole table, and the rows of it that early stopping watches, by one pass."""
    rows, target = reading.rows, decided.task.target
    kept = WatchedRows(decided.reader)
    also = [reading.name for reading in decided.schema.of_kind("text")]
    watched = WatchedPass(rows, "statistics of its columns", reading.on_pass, keep=kept.take, columns=also)
    sums = None if reading.group is None else LaneSums(reading.group, reading.lanes)
    unvaried = unvaried_of(decided.table, decided.roles, decided.task.options)
    ranges = lanes_of(rows, reading.lanes)
    found = statistics(watched, decided.schema, decided.reader, ranges, unvaried=unvaried, sums=sums)
    tell_statistics(found, decided.sample, say)
    if reading.group is not None and reading.group.size > 1:
        kept.share(reading.group)
    classes = found.classes if target.task == "classification" else None
    return found, kept.examples(decided.task, classes)


def _inputs(
    decided: Decided, found: Statistics, watched: Examples | None, settings: Defaults, say: Say
) -> tuple[TablePipeline, Any, tuple[Any, Examples] | None, Choice | None]:
    """Fitted steps; what they make of the sample's rows, and of those watched; the scale of amounts."""
    train, options = decided.parts.train, decided.task.options
    plain = None if decided.task.target.task == "classification" else found.scale
    dtype = settings.dtype if plain is None or plain.fits_float32(np.array(found.ends(TRAINED, WATCHED))) else "float64"
    frame = train.frame
    with quiet():  # what is odd in these columns has been told for the table as a whole
        steps = fitted_steps(found, encoder(found.schema, settings, dtype), frame)
        X = steps.inputs(frame.to_native())
        inner = None if watched is None else (steps.inputs(watched.frame.to_native()), watched)
    tell_shared(steps[-1], say)
    tell_terms(steps, say)
    choice = None if plain is None else target_scale.choose(X, train, plain, options, PlainBuilder(settings))
    return steps, X, inner, choice


def _lanes(
    decided: Decided, reading: Reading, found: Statistics, steps: TablePipeline, network: Network
) -> EncodedLanes:
    options, reader = decided.task.options, found.reader

    def use(frame: nw.DataFrame, first: int) -> np.ndarray:
        return reader.read(frame, np.arange(first, first + len(frame))).uses == TRAINED

    targets = NetworkTargets(
        reader.target,
        network.dtype,
        classes=network.classes,
        units=network.scale,
        use=use,
        use_columns=reader.columns,
        weight=reader.weight,
        weight_unit=reader.weight_unit,
        class_weights=_balanced(found) if options.class_weight == "balanced" else None,
    )
    made = [step for _, step in steps.steps]
    return EncodedLanes(
        reading.rows,
        made,
        targets,
        n_lanes=reading.lanes,
        seed=options.seed,
        budget=reading.budget,
        used=found.trained(),
        scratch=reading.scratch,
    )


def _classes(found: Statistics) -> list[CountedClass]:
    if found.target.task == "regression":
        return []
    counts = zip(found.classes.tolist(), found.class_rows(), found.class_rows(weighed=True), strict=True)
    return [CountedClass(label, place, int(rows), float(weight)) for place, (label, rows, weight) in enumerate(counts)]


def _guess(found: Statistics) -> Guess:
    """What knows no columns would say."""
    if found.target.task == "regression":
        return Guess(mean=found.scale.mean)
    weights = found.class_rows(weighed=True)
    return Guess(shares=weights / weights.sum())


def _balanced(found: Statistics) -> np.ndarray:
    """Of each class the weight that makes all classes count the same, as scikit-learn has it."""
    rows = found.class_rows()
    return np.asarray(rows.sum() / (len(rows) * rows))


def _told(lanes: EncodedLanes, decided: Decided) -> dict[str, Any]:
    """What a record has of how the table was read."""
    return {
        "rows": decided.sample.of,
        "sample_rows": len(decided.sample.rows),
        "lanes": len(lanes.lanes),
        "window_rows": lanes.window_rows,
    }
