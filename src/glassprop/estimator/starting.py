"""The weights a fit starts from: drawn, and where layers look at examples, from a sample of the rows to train on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from math import ceil
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from glassprop.engine.plan import Data, LanedSource, Source
from glassprop.equations.arrays import Array, Rows, on_host
from glassprop.network import Network
from glassprop.training.generators import draw_key
from glassprop.training.lanes import is_laned

LOOKED_AT = 10_000  # rows at most: means and deviations of so many are off by a hundredth


def looks_at_examples(network: Network) -> bool:
    """Whether a layer's start does."""
    return any(layer.needs_examples for layer in network.layers)


def sampled_rows(n: int, rng: Any) -> NDArray[np.integer]:
    """Some of n rows, rising, or all where they are few. One number is drawn from the generator."""
    own = np.random.default_rng(draw_key(rng))
    return np.arange(n) if n <= LOOKED_AT else np.sort(own.choice(n, LOOKED_AT, replace=False))


def sample_of(data: Data, rng: Any) -> Rows:
    """X of some rows to train on, as NumPy's."""
    X = data.rows(sampled_rows(len(data), rng)).X
    return X if hasattr(X, "tocsr") else on_host(X)


def sample_of_source(source: Source | LanedSource) -> Rows:
    """X of the first rows of a source, as many of each lane."""
    if is_laned(source):
        laned = cast(LanedSource, source)
        streams = [laned.lane(lane, 0, 0) for lane, rows in enumerate(laned.lanes) if rows]
    else:
        streams = [cast(Source, source).blocks(0)]
    each = ceil(LOOKED_AT / len(streams))
    found = list(chain.from_iterable(_first(stream, each) for stream in streams))
    if hasattr(found[0], "tocsr"):
        from scipy.sparse import vstack

        return vstack(found, format="csr")
    return np.concatenate(found)


def _first(blocks: Iterable[Data], rows: int) -> Iterator[Any]:
    for block in blocks:
        X = block.X.tocsr() if hasattr(block.X, "tocsr") else np.asarray(block.X)
        yield X[:rows]
        rows -= X.shape[0]
        if rows <= 0:
            return


def starting_weights(network: Network, rng: Any, dtype: Any, X: Rows | None) -> Array:
    """θ; X: examples to look at, or None where they are to come: then all is 0 until then."""
    if X is None and looks_at_examples(network):
        return np.zeros(network.layout.size, dtype)
    return network.initial(rng, dtype, X=X)
