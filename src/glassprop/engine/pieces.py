"""What an engine runs, one after another: arrays in memory whole, or blocks cut where batches begin and end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from glassprop.engine.plan import Data, EpochPlan, Examples
from glassprop.equations.arrays import Array
from glassprop.errors import DataError

Piece = tuple[Data, EpochPlan]


def pieces(rows: Examples, plan: EpochPlan) -> Iterable[Piece]:
    """Examples with the plan of their batches, so that the batches are those of one array, whatever the blocks.

    Raises
    ------
    DataError
        If there are more or fewer examples than the plan has.
    """
    return ((rows, plan),) if isinstance(rows, Data) else _cut(rows, plan)


def _cut(blocks: Iterable[Data], plan: EpochPlan) -> Iterator[Piece]:
    """Whole batches of a block are a piece, without a copy; so is a batch that more than one block has a part in."""
    edges, step, begun, given = plan.edges, 0, None, 0
    for block in blocks:
        given += len(block)
        if given > edges[-1]:
            raise DataError(f"the source said {edges[-1]} examples an epoch, and gives more")
        if begun is not None:
            lacks = int(edges[step + 1] - edges[step]) - len(begun)
            begun, block = joined(begun, block.rows(slice(0, lacks))), block.rows(slice(lacks, None))
            if len(begun) < edges[step + 1] - edges[step]:
                continue
            yield begun, plan.part(step, step + 1)
            step, begun = step + 1, None
        last = int(np.searchsorted(edges, edges[step] + len(block), side="right")) - 1
        whole = int(edges[last] - edges[step])
        if last > step:
            yield (block if whole == len(block) else block.rows(slice(0, whole))), plan.part(step, last)
            step = last
        if whole < len(block):
            begun = block.rows(np.arange(whole, len(block)))  # a copy: the next block may stand in the same place
    if given < edges[-1]:
        raise DataError(f"the source said {edges[-1]} examples an epoch, and gave {given}")


def joined(one: Data, other: Data) -> Data:
    """The examples of both, one after the other."""
    weight = None
    if one.sample_weight is not None:
        weight = np.concatenate([one.sample_weight, other.sample_weight])
    return Data(_stacked(one.X, other.X), np.concatenate([one.Y, other.Y]), weight)


def _stacked(one: Array, other: Array) -> Array:
    if isinstance(one, np.ndarray):
        return np.concatenate([one, other])
    from scipy.sparse import vstack

    return vstack([one, other], format="csr")
