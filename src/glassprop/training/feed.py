"""The examples of a training, checked and made ready, and how an epoch of them is cut into batches."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from math import ceil

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.compressed import refuse_broken
from glassprop.architecture.fits import check_shapes
from glassprop.backprop.ranks import Ranks
from glassprop.backprop.user_defined import check_user_defined
from glassprop.engine.plan import Data, Examples, Source
from glassprop.equations.arrays import Array
from glassprop.errors import DataError, SettingsError
from glassprop.training.targets import smooth
from glassprop.training.train_settings import Settings


class Feed:
    """Arrays are made ready once; what comes in blocks, block by block.

    Attributes
    ----------
    sample : Data
        The arrays, or the first examples of a source.
    n, n_steps, batch_size : int
        Examples and steps of an epoch; examples of a batch: of all ranks.
    bounds : integers (n_steps + 1,) or None
        Where batches begin among the examples here; None: all of ``batch_size``, but the last.
    batch_here : int
        Examples of the largest batch that are here, or 1 if there are none.
    """

    def __init__(
        self,
        architecture: Architecture,
        given: Data | Source,
        settings: Settings,
        theta: Array,
        epoch: int,
        *,
        ranks: Ranks | None = None,
        checked: bool = False,
    ) -> None:
        """epoch: the number of the next. checked: whether arrays have been looked at, as ``given_examples`` does."""
        self._architecture, self._smoothing = architecture, settings.label_smoothing
        self._source = None if isinstance(given, Data) else given
        first = given if isinstance(given, Data) else _in_rows(_first_block(given, epoch))
        if not (checked and self._source is None):
            check_examples(architecture, first, theta)
        check_user_defined(architecture, first.Y)
        here = len(given)
        self.n = here if ranks is None else _over_all(ranks, here, theta)
        self.batch_size = settings.batch_of(self.n)
        self.n_steps = ceil(self.n / self.batch_size)
        self.bounds: NDArray[np.integer] | None = None
        if ranks is not None or self._source is not None:
            ends = np.minimum(np.arange(self.n_steps + 1) * self.batch_size, self.n)
            self.bounds = ends * here // self.n
        self.batch_here = self.batch_size if self.bounds is None else max(1, int(np.diff(self.bounds).max()))
        if self._source is not None:
            first = first.rows(np.arange(min(len(first), self.batch_size)))  # a copy, and no more than is looked at
        self.sample = self._smoothed(first)

    @property
    def in_order(self) -> bool:
        """Whether these are arrays, which an epoch takes in an order of the loop's."""
        return self._source is None

    def rows(self, epoch: int, first_step: int = 0) -> Examples:
        """The examples of an epoch (from 0); of a source those from a step on, while arrays have them all."""
        if self._source is None:
            return self.sample
        skipped = 0 if self.bounds is None else int(self.bounds[first_step])
        return self._blocks(self._source, epoch, skipped)

    def settle(self) -> None:
        """From here on hold arrays of its own, into which ``bring`` brings others."""
        weight = self.sample.sample_weight
        X, Y = (np.array(array, order="C") for array in (self.sample.X, self.sample.Y))
        self.sample = Data(X, Y, None if weight is None else np.array(weight))

    def bring(self, data: Data) -> None:
        """Take as many other examples, of the same kind and shape."""
        self._architecture.cost_function.check_targets(data.Y)
        fresh, place = self._smoothed(data), self.sample
        place.X[...], place.Y[...] = fresh.X, fresh.Y
        if place.sample_weight is not None:
            place.sample_weight[...] = fresh.sample_weight

    def _blocks(self, source: Source, epoch: int, skipped: int = 0) -> Iterator[Data]:
        for block in source.blocks(epoch):
            if len(block) <= skipped:
                skipped -= len(block)
                continue
            block = _in_rows(block)
            if skipped:
                block, skipped = block.rows(slice(skipped, None)), 0
            check_examples(self._architecture, block)
            if not _alike(block, self.sample):
                raise DataError(
                    f"all blocks of a source must be alike: {_kind(self.sample)} came first, and now {_kind(block)}"
                )
            yield self._smoothed(block)

    def _smoothed(self, data: Data) -> Data:
        return Data(data.X, smooth(self._architecture, data.Y, self._smoothing), data.sample_weight)


def check_examples(architecture: Architecture, data: Data, theta: Array | None = None) -> None:
    """Refuse examples that do not fit the network, each other, or the cost.

    Raises
    ------
    DataError
    """
    check_shapes(architecture, data.X, data.Y, data.sample_weight, theta)
    architecture.cost_function.check_targets(data.Y)


def _first_block(source: Source, epoch: int) -> Data:
    for block in source.blocks(epoch):
        if len(block):
            return block
    raise DataError("the source has no block: there must be at least one example")


def _in_rows(data: Data) -> Data:
    """A block whose rows can be taken: a sparse X of another format made CSR."""
    if not hasattr(data.X, "tocsr"):
        return data
    refuse_broken(data.X)
    return Data(data.X.tocsr(), data.Y, data.sample_weight)


def _kind(data: Data) -> str:
    weights = "without weights" if data.sample_weight is None else "with weights"
    return f"{type(data.X).__name__} of {data.X.dtype} and {data.Y.dtype} {weights}"


def _alike(one: Data, other: Data) -> bool:
    return _kind(one) == _kind(other)


def _over_all(ranks: Ranks, here: int, theta: Array) -> int:
    """The number of examples of all ranks, which must have begun with the same θ.

    Raises
    ------
    SettingsError
    """
    digest = hashlib.blake2b(theta.dtype.str.encode() + theta.tobytes(), digest_size=16).digest()
    at = np.frombuffer(digest, np.uint16).astype(np.float64)  # whole numbers, whose sums are exact
    n, count, *sums = ranks.add(here, 1, *at, *at**2)
    if not (n >= 1 and count >= 1 and np.isfinite(sums).all()):
        raise SettingsError(f"reduce gave back {n:g} examples of {count:g} processes: it must give the sums over all")
    totals, squares = np.split(np.array(sums), 2)
    if (count * squares != totals**2).any():
        raise SettingsError(
            f"the {count:g} processes begin with different parameters, or precisions; give each the same theta, as "
            "drawn from a generator of the same seed"
        )
    return round(n)
