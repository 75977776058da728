"""Of each row of a long table: what it is for, its target and its weight; by readings that a sample decided."""

from __future__ import annotations

from dataclasses import dataclass, replace

import narwhals as nw
import numpy as np

from glassprop.errors import TableError
from glassprop.tables.fitting.divide import Parts
from glassprop.tables.fitting.examples import Examples
from glassprop.tables.fitting.key_columns import KeyReading, named_groups, time_reading, weight_reading
from glassprop.tables.reading.table import Table
from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.request import FitOptions
from glassprop.tables.schema.target import Target, there
from glassprop.tables.streaming.sample import Sample
from glassprop.tables.streaming.uses import (
    HELD_OUT,
    LEFT_OUT,
    TRAINED,
    WATCHED,
    Shares,
    TimeBounds,
    uses_of_groups,
    uses_of_rows,
)
from glassprop.tables.values.category_names import names_of
from glassprop.tables.values.texts import Texts

MOST_WATCHED = 65_536  # rows of a long table, by early stopping
_WATCHED = 64_000  # that are expected, so that chance makes no more of it


@dataclass(frozen=True)
class ReadTargets:
    """Of rows that were read.

    Attributes
    ----------
    targets : array (n_rows,) of float64, or Texts
        As `Target.values` gives them.
    uses : array (n_rows,) of uint8
        `uses.TRAINED`, `WATCHED`, `HELD_OUT` or `LEFT_OUT`.
    weights : array (n_rows,) of float64, or None
    without_target, without_time : int
        Why rows are left out.
    """

    targets: np.ndarray | Texts
    uses: np.ndarray
    weights: np.ndarray | None
    without_target: int = 0
    without_time: int = 0


@dataclass(frozen=True)
class RowReader:
    """Reads targets, uses and weights of any rows, from any thread.

    Attributes
    ----------
    target : Target
    seed : int
    shares : Shares
    group : str or None
        The column whose rows with the same value stay together.
    time, bounds : KeyReading and TimeBounds, or None
        The column by which the latest rows are held out, and since when.
    weight : KeyReading or None
    weight_unit : float
        What weights are divided by: their mean, once it is known.
    """

    target: Target
    seed: int
    shares: Shares
    group: str | None = None
    time: KeyReading | None = None
    bounds: TimeBounds | None = None
    weight: KeyReading | None = None
    weight_unit: float = 1.0

    @classmethod
    def of_sample(cls, sample: Sample, target: Target, options: FitOptions, settings: Defaults) -> RowReader:
        """By what the sample shows.

        Raises
        ------
        TableError
            The column of times holds none, or one moment only.
        """
        frame = nw.from_native(sample.table.frame, eager_only=True)
        reader = cls(target, options.seed, shares_of(options, settings, sample.of), options.group)
        if options.weight is not None:
            reader = replace(reader, weight=weight_reading(frame, options.weight))
        if options.time is None:
            return reader
        faults: list[str] = []
        time = time_reading(frame, options.time, faults)
        if faults:
            raise TableError("; ".join(faults))
        times = time.values(frame[options.time])
        times = times[there(target.values(frame[target.name])) & ~np.isnan(times)]
        return replace(reader, time=time, bounds=TimeBounds.of_sample(times, reader.shares))

    @property
    def columns(self) -> list[str]:
        """The columns that it reads."""
        others = [self.group, *(reading.name for reading in (self.time, self.weight) if reading is not None)]
        return list(dict.fromkeys([self.target.name, *(name for name in others if name is not None)]))

    def read(self, frame: nw.DataFrame, rows: np.ndarray) -> ReadTargets:
        """Of rows with these numbers in the whole table, (n_rows,)."""
        targets = self.target.values(frame[self.target.name])
        uses, known = self._uses(frame, rows), there(targets)
        late = int((uses[known] == LEFT_OUT).sum())
        uses[~known] = LEFT_OUT
        weights = None if self.weight is None else self.weight.values(frame[self.weight.name]) / self.weight_unit
        return ReadTargets(targets, uses, weights, int((~known).sum()), late)

    def _uses(self, frame: nw.DataFrame, rows: np.ndarray) -> np.ndarray:
        if self.time is not None and self.bounds is not None:
            times = self.time.values(frame[self.time.name])
            return np.where(np.isnan(times), LEFT_OUT, self.bounds.uses(times)).astype(np.uint8)
        if self.group is None:
            return uses_of_rows(rows, self.seed, self.shares)
        cells = named_groups(frame[self.group])
        groups = cells.texts if cells.kind == "text" else names_of(frame[self.group], cells=cells)
        return uses_of_groups(groups, rows, self.seed, self.shares)


def shares_of(options: FitOptions, settings: Defaults, rows: int) -> Shares:
    """As a table in memory of so many rows is divided: a short one spares no rows for early stopping.

    Of a long one no more are watched than are kept in memory, `MOST_WATCHED`.
    """
    held_out = 0.0 if isinstance(options.validation, Table) else options.validation
    rest = rows * (1.0 - held_out)
    watched = min(settings.inner_validation, _WATCHED / max(rest, 1.0))
    return Shares(held_out, watched if rest >= settings.early_stopping_rows else 0.0)


def parts_of_sample(sample: Sample, examples: Examples, reader: RowReader) -> Parts:
    """The rows of a sample that have a target, as they were read of it, by their uses in the whole table."""
    uses = reader.read(examples.frame, sample.rows[examples.rows]).uses
    train, watched, held_out = (examples.of(np.flatnonzero(uses == use)) for use in (TRAINED, WATCHED, HELD_OUT))
    return Parts(train, watched if len(watched) else None, held_out)
