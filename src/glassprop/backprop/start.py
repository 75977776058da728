"""Where θ starts: each layer writes its own parameters, and may look at what it sees of some examples."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.architecture.given import given_inputs
from glassprop.backprop.passes import through
from glassprop.equations.arrays import Array
from glassprop.errors import DataError, SettingsError


def start(architecture: Architecture, rng: Any, theta: Array, X: Any = None) -> Array:
    """Fill θ (size,), layer by layer; where members have parameters of their own, one after another in each layer.

    X (n, n_inputs): examples to look at, where a layer does. One that all members share looks at what all of them see.

    Raises
    ------
    SettingsError
        If a layer needs examples and there are none.
    DataError
        If X does not fit, or is not finite.
    """
    looking = [number for number, layer in enumerate(architecture.layers, start=1) if layer.needs_examples]
    x = None if X is None else given_inputs(architecture, np.zeros_like(theta), X)[1]
    if looking and (x is None or not x.shape[0]):
        raise SettingsError(
            f"the start of layer {looking[0]} looks at examples (initial='data'): give some, as initial(rng, X=X)"
        )
    if x is not None and not np.isfinite(x.data if hasattr(x, "tocsr") else x).all():
        raise DataError("X holds NaN or infinity: no start follows from it")
    members = architecture.each_member
    seen: list[Any] = [x if looking else None]  # by the members; one entry while all see the same
    for number, layer in enumerate(architecture.layers, start=1):
        each = [member.layout.of_layer(theta, number) for member in (members if layer.own else members[:1])]
        if len(seen) < len(each):
            seen = seen * len(each)
        if layer.own:
            for parameters, x in zip(each, seen, strict=True):
                layer.start(parameters, rng, x)
        else:
            layer.start(each[0], rng, seen[0] if not looking or len(seen) == 1 else np.concatenate(seen))
        if looking and number < looking[-1]:
            each = each if len(each) == len(seen) else each * len(seen)
            seen = [through(layer, parameters, x)[-1] for parameters, x in zip(each, seen, strict=True)]
    return theta
