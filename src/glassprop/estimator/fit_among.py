"""A fit on rows that several processes have between them: each trains on whole lanes of them, and all end alike."""

from __future__ import annotations

import re
import warnings
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.utils import check_random_state

from glassprop.backprop.ranks import lanes_of_rank
from glassprop.distributed.mpi_group import MpiGroup, together
from glassprop.engine.plan import Data
from glassprop.equations.arrays import Array
from glassprop.errors import SettingsError
from glassprop.estimator.callbacks import LISTENERS, told_data
from glassprop.estimator.dispatched import refuse_elsewhere
from glassprop.estimator.fit_source import FitsSources
from glassprop.estimator.rollback import UndoneOnFailure
from glassprop.estimator.rows_among_ranks import RowsAmongRanks, gathered, rows_here
from glassprop.estimator.starting import sampled_rows
from glassprop.estimator.training_means import KeepsMeans, means_of_lanes
from glassprop.estimator.validation import example_weights, split_validation
from glassprop.ground.array_digest import digest_of
from glassprop.training.lanes import ArrayLanes, check_lanes, lane_edges

_LATER = (None, None, None)  # validation data that are to come
LANES = 12  # whole ones to each of 1, 2, 3, 4, 6 or 12 processes, as many as all have


@dataclass(frozen=True)
class Among:
    """With whom a fit shares its rows.

    Attributes
    ----------
    communicator : mpi4py communicator
    fast_sums : bool
        Whether MPI adds up as it likes, so that bits depend on the number of processes.
    lanes : int
        Into how many lanes the rows are divided, whole ones to each process; bits depend on it.
    """

    communicator: Any
    fast_sums: bool = False
    lanes: int = LANES


@dataclass(frozen=True)
class SharedLanes(ArrayLanes):
    """Lanes of which this process has its own.

    Parameters
    ----------
    group : MpiGroup
        The processes that have the others.
    """

    group: MpiGroup | None = None

    def own_lanes(self) -> list[Data]:
        """The examples of this process's lanes, lane by lane."""
        assert self.group is not None
        cuts = [int(edge) - self.first_row for edge in self.edges]
        lanes = lanes_of_rank(len(self.lanes), self.group.rank, self.group.size)
        return [self.data.rows(slice(cuts[lane], cuts[lane + 1])) for lane in lanes]

    def digest(self) -> str:
        """Of the examples of all processes, and of what decides their order; all processes ask at the same time."""
        assert self.group is not None
        own = self.own_lanes()
        weight = self.data.sample_weight is not None
        parts = [digest_of([lane.X, lane.Y, *([lane.sample_weight] if weight else [])]) for lane in own]
        every = [part for of_rank in self.group.told(parts) for part in of_rank]
        return digest_of([], list(map(int, self.edges)), self.seed, self.shuffle, every)


class FitsAmongRanks(FitsSources, KeepsMeans):
    """The part of an estimator that trains together with others in other processes."""

    validation_fraction: float
    shuffle: bool

    @abstractmethod
    def _targets_of(self, y: Array, dtype: Any, *, first: bool) -> Array:
        """Targets (n,) or (n, n_outputs) as the network has them. first: whether it begins with new weights."""

    @abstractmethod
    def _all_labels(self, y: Array) -> Any:
        """What ``_take_classes`` takes, of the targets of all processes; None where there are no labels."""

    def _fit_among(self, X: Any, y: Any, sample_weight: Any, val: tuple[Any, Any, Any], among: Among) -> Self:
        """``fit``, of the rows of all processes, one after the other."""
        with (
            together(among.communicator, fast_sums=among.fast_sums) as group,
            _quiet_unless_first(group),
            UndoneOnFailure(self.__dict__),
        ):
            began = self._clock()
            self._agree(group, among)
            self._refuse_for_sources(_LATER)
            first = self._is_first("fit")
            rows = gathered(group, self._rows_here(X, y, sample_weight))
            classes = self._all_labels(rows.y)
            n_outputs = self._take_classes(classes, first=first) or (1 if rows.y.ndim == 1 else rows.y.shape[1])
            rng = _generator_of_first(group, self.random_state)
            as_many, balance = np.broadcast_to(np.zeros(1), (len(rows), 1)), self._arguments().get("class_weight")
            weight = example_weights(balance, as_many, rows.y, rows.weight, incremental=False)
            kept, held = self._held_among(rows, weight, val, rng, n_outputs)
            edges = lane_edges(len(kept), among.lanes)
            data, first_row = self._data_here(rows, weight, kept, edges, n_outputs)
            source = SharedLanes(data, edges, int(rng.randint(2**31)), first_row, bool(self.shuffle), group)
            self._take_columns(source.data, source.data.X.shape[1], None, first=first)
            outside = self._outside(told_data(X, y, sample_weight, None), "fit", began)
            self._fit_from(
                source,
                source.data,
                classes,
                held,
                rows.names,
                rng,
                outside,
                "fit",
                group,
                looked_at=lambda: rows.everywhere(kept[sampled_rows(len(kept), rng)]),
            )
            lanes = [lane.X for lane in source.own_lanes()]
            self.keep_means(means_of_lanes(lanes, self.network_, group))
        return self

    def _rows_here(self, X: Any, y: Any, weight: Any) -> Any:
        refuse_elsewhere(X)
        return rows_here(X, y, weight, numeric=self._all_labels(np.zeros(2)) is None, estimator=self)

    def _agree(self, group: MpiGroup, among: Among) -> None:
        """Refuse processes that are asked for different things.

        Raises
        ------
        SettingsError
        """
        check_lanes(among.lanes)
        kept = any(hasattr(each, "begin_fit") for each in vars(self).get(LISTENERS[0], ()))
        how = {"fast_sums": among.fast_sums, "lanes": among.lanes, "estimator": type(self).__name__, "Checkpoint": kept}
        asked = {**self._arguments(), **how}
        asked = {name: _spelled(value) for name, value in asked.items() if name not in ("random_state", "verbose")}
        for rank, other in enumerate(group.told(asked)):
            unlike = [f"{name}={other[name]}, here {asked[name]}" for name in asked if other[name] != asked[name]]
            if unlike:
                raise SettingsError(f"the processes must be asked for the same: rank {rank} has {'; '.join(unlike)}")

    def _held_among(
        self, rows: RowsAmongRanks, weight: Array | None, val: tuple[Any, Any, Any], rng: Any, n_outputs: int
    ) -> tuple[NDArray[np.integer], tuple[Any, Any, Any] | None]:
        """The rows to train on, in ascending order, and examples to judge by, which each process has all."""
        every = np.arange(len(rows))
        given = rows.group.told(any(part is not None for part in val))
        if any(given):
            X, y, weights = val
            held = gathered(rows.group, self._rows_here(X, y, weights), "X_val")
            return every, (held.everywhere(np.arange(len(held))), held.y, held.weight)
        if not self.early_stopping:
            return every, None
        wish = getattr(self, "stratify", False)
        by_class = n_outputs == 1 if isinstance(wish, str) else bool(wish)
        Y = self._targets_of(rows.y, np.float32, first=True) if by_class else np.empty((len(rows), 0))
        nothing = Data(np.empty((len(rows), 0)), Y)
        kept, aside = split_validation(nothing, rows.y, rng, fraction=self.validation_fraction, by_class=by_class)
        kept, aside = np.sort(kept), np.sort(aside)
        return kept, (rows.everywhere(aside), rows.y[aside], None if weight is None else weight[aside])

    def _data_here(
        self, rows: RowsAmongRanks, weight: Array | None, kept: Array, edges: Array, n_outputs: int
    ) -> tuple[Data, int]:
        """The examples of this process's lanes, brought here from whichever has them; and the number of the first."""
        group, lanes = rows.group, len(edges) - 1
        bounds = [int(edges[lanes_of_rank(lanes, rank, group.size).start]) for rank in range(group.size)]
        bounds.append(len(kept))
        X, mine = rows.shared_out(kept, bounds), kept[bounds[group.rank] : bounds[group.rank + 1]]
        y, first = rows.y[mine], self._is_first("fit")
        Y = self._targets_of(y, X.dtype, first=first) if len(y) else np.empty((0, n_outputs), X.dtype)
        return Data(X, Y, None if weight is None else weight[mine]), bounds[group.rank]


def _spelled(value: Any) -> str:
    """A setting as text that is the same in another process: without the places of objects in memory."""
    return re.sub(r" at 0x[0-9a-fA-F]+", "", repr(value))


def _generator_of_first(group: MpiGroup, random_state: Any) -> Any:
    """The generator of rank 0, which is a copy in the others."""
    own = check_random_state(random_state)
    every = group.told(own if group.rank == 0 else None)
    return own if group.rank == 0 else every[0]


@contextmanager
def _quiet_unless_first(group: MpiGroup) -> Iterator[None]:
    """Rank 0 warns for all."""
    if group.rank == 0:
        yield
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
