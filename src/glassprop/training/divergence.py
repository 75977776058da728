"""When the cost turns NaN or infinite: which layer's numbers went first, and what to try."""

from __future__ import annotations

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.passes import example_costs, forward
from glassprop.engine.elsewhere import brought_home
from glassprop.engine.plan import Data
from glassprop.equations.arrays import Array
from glassprop.errors import DivergenceError


def diagnose(
    architecture: Architecture,
    theta: Array,
    batch: Data,
    *,
    of: str,
    epoch: int,
    rate: float,
    kept: str,
    alone: bool = True,
) -> DivergenceError:
    """Build the error: go through the layers with the θ and the examples at which it happened.

    of: whose cost. kept: which weights are left, as the end of a sentence; empty if there are none to speak of.
    alone: whether these are all the examples of the batch, and no other process has some.
    """
    batch = brought_home(batch)
    with np.errstate(all="ignore"):
        layer, what = _first_bad(architecture, theta, batch, alone)
    where = f"{what} of layer {layer} went first" if layer else what
    return DivergenceError(
        f"{of} stopped being a finite number in epoch {epoch}: {where} (learning rate {rate:g}); try a smaller "
        f"learning rate, standardized inputs and targets, or clip_norm=1{f'; {kept} are kept' if kept else ''}",
        epoch=epoch,
        layer=layer,
    )


def _first_bad(architecture: Architecture, theta: Array, batch: Data, alone: bool) -> tuple[int | None, str]:
    if not len(batch):
        return None, "this process has none of its examples"
    x = batch.X.data if hasattr(batch.X, "tocsr") else batch.X
    if not np.isfinite(x).all():
        return None, "the inputs themselves are not all finite"
    members = architecture.each_member
    traces = [forward(member, theta, batch.X) for member in members]
    for l in range(1, architecture.depth + 1):
        for block in architecture.layout.by_layer[l]:
            if not np.isfinite(block.view(theta)).all():
                return l, f"the {block.words}"
        for number, trace in enumerate(traces):
            of = f" of member {number}" if len(traces) > 1 else ""
            if not np.isfinite(trace.z[l]).all():
                return l, f"the weighted sums z{of}"
            if not np.isfinite(trace.a[l]).all():
                return l, f"the activations a{of}"
    costs = [example_costs(member, trace, batch.Y) for member, trace in zip(members, traces, strict=True)]
    if not alone and np.isfinite(costs).all():
        return None, "every number of the examples of this process is finite"
    largest = max(float(np.abs(trace.a[-1]).max()) for trace in traces)
    return None, f"every layer is finite (outputs up to {largest:.3g}), only the cost itself overflowed"
