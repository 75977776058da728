"""`fit_stream`: what `fit_table` does, for a table that is read piece by piece and never is in memory whole."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from numbers import Real
from typing import Any

from glassprop.backprop.ranks import Group
from glassprop.errors import SettingsError
from glassprop.ground.note import Note, Say
from glassprop.ground.text import quoted
from glassprop.tables.fitting.assess import Assessment
from glassprop.tables.fitting.fit import assessed_on, noted
from glassprop.tables.fitting.outcome import Learned, Outcome, outcome_of
from glassprop.tables.fitting.traced import tracer_in
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.request import FitOptions, check_options
from glassprop.tables.streaming.held_out import held_out_scores
from glassprop.tables.streaming.lane_rows import BUDGET, LANES
from glassprop.tables.streaming.on_sample import Decided, decide
from glassprop.tables.streaming.row_source import RowSource, row_source
from glassprop.tables.streaming.sample import sample_of
from glassprop.tables.streaming.scratch import ScratchSettings
from glassprop.tables.streaming.stream_learning import Reading, Taught, learn
from glassprop.tables.streaming.watched_pass import OnPass, WatchedPass
from glassprop.training.lanes import check_lanes


def fit_stream(
    source: Any,
    options: FitOptions,
    *,
    defaults: Defaults | None = None,
    callbacks: Sequence[Any] = (),
    on_message: Say | None = None,
    on_pass: OnPass | None = None,
    budget: int | None = None,
    scratch: str | os.PathLike[str] | None = None,
    lanes: int = LANES,
    group: Group | None = None,
) -> Outcome:
    """Learn to predict one column of a table from the others; the table may be larger than memory.

    What needs whole rows is decided on a uniform sample of 100,000; a pass over the table gives statistics of columns
    and target, and the rows that early stopping watches, 65,536 at most, which stay in memory. Then each epoch reads
    the table once. Which rows are held out follows from their numbers and the seed.

    Parameters
    ----------
    source : str, path, sequence of them, table or RowSource
        Names of .parquet, .arrow or text files, a pattern of names, a folder of .parquet files.
    options : FitOptions
    defaults : Defaults, optional
        Settings for all that the options leave open.
    callbacks : sequence
        scikit-learn callbacks for the estimator.
    on_message : callable, optional
        Called with each thing that a user should know, as it is found, a `Note` of one line.
    on_pass : callable (what, done, of), optional
        Called during each pass before training with the number of rows read so far.
    budget : int, optional
        Bytes for rows in memory; 256 MB by default. The order of rows, and so the bits, follow from it.
    scratch : str or path, optional
        Where to keep encoded rows, so that later epochs need not read the table: a folder, half of whose room may be
        used, or a size, such as ``"20GB"``, for a temporary file. It is gone in the end.
    lanes : int
        Streams of rows that are read side by side, of which several processes take whole ones.
    group : Group, optional
        The processes that train together.

    Returns
    -------
    Outcome
        As of `fit_table`; its `parts` and `held_out_table` are of the sample.

    Raises
    ------
    SettingsError
        Options that cannot be used.
    TableError
        A table that cannot be read piece by piece, or not be learned from.
    DivergenceError
        The cost turned NaN or infinite.
    MissingPackageError
        If pyarrow is not installed.

    Examples
    --------
    >>> from glassprop.tables import FitOptions, fit_stream
    >>> outcome = fit_stream("digits", FitOptions(epochs=20))
    >>> sum(outcome.rows.values()), outcome.scores["accuracy"] > 0.85
    (1797, True)
    """
    notes, say = noted(on_message)
    check_options(options)
    if tracer_in(callbacks) is not None:
        raise SettingsError("a trace is kept of tables that are read into memory, not of those read piece by piece")
    options = plain_options(options, say)
    check_lanes(lanes)
    _check_budget(budget)
    keeping = None if scratch is None else ScratchSettings.of(scratch)
    rows: RowSource = source if hasattr(source, "frames") else row_source(source)
    sample = sample_of(WatchedPass(rows, "a sample of them", on_pass), options.seed, group=group)
    if len(sample.rows) < sample.of:
        line = f"{sample.of:,} rows are read piece by piece; columns are recognized on {len(sample.rows):,} of them"
        say(Note(line, "streamed", number=sample.of))
    decided = decide(sample, rows, options, defaults, say)
    reading = Reading(rows, BUDGET if budget is None else budget, keeping, lanes, group, on_pass)
    taught = learn(decided, reading, callbacks, say)
    found = _assessed(taught, decided, reading, say)
    learned = Learned(
        decided.table,
        decided.task.target,
        decided.roles,
        decided.task.options,
        taught.fitted,
        taught.guess,
        taught.classes,
        decided.parts,
        {**taught.rows, "held_out": found.rows},
        taught.more,
        taught.seconds,
    )
    return outcome_of(learned, found, notes, say)


def plain_options(options: FitOptions, say: Say) -> FitOptions:
    """The options as a stream can follow them: one network, by the plain recipe; another recipe is told not to be used.

    Raises
    ------
    SettingsError
        Networks of folds were asked for.
    """
    if isinstance(options.cross_fit, int):
        raise SettingsError(
            f"cross_fit={options.cross_fit} needs all rows in memory, but these are read piece by piece: leave it out"
        )
    if options.recipe != "plain":
        text = "a table that is read piece by piece is learned by the plain recipe: docs/tabular.md says why"
        say(Note(text, "plain-recipe"))
    return replace(options, recipe="plain", cross_fit=None)


def _check_budget(budget: Any) -> None:
    if budget is not None and (isinstance(budget, bool) or not isinstance(budget, Real) or not isfinite(budget)):
        raise SettingsError(f"budget must be a number of bytes, got {quoted(budget, 60)}")


def _assessed(taught: Taught, decided: Decided, reading: Reading, say: Say) -> Assessment:
    """Of the held-out rows: those of the whole table, or of the one that was given for them."""
    task, pipeline = decided.task, taught.fitted.pipeline
    if isinstance(task.options.validation, Table):
        return assessed_on(decided.parts.held_out, pipeline, taught.guess, task.options, say)
    watched = WatchedPass(reading.rows, "scores of those held out", reading.on_pass)
    return held_out_scores(pipeline, decided, taught.guess, watched, reading.lanes, reading.group)[0]
