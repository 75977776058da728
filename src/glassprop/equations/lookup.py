"""Categories embedded by a table, z = the row of the code, and its derivative (E39, E40), for rows of examples."""

from __future__ import annotations

import numpy as np

from glassprop.equations.arrays import Array, device, namespace


def looked_up(t: Array, codes: Array) -> Array:
    """E39: ``z_m = t_rm`` for the code r. t (size, m), codes (n,), whole numbers -> z (n, m)."""
    return t[codes] if isinstance(t, np.ndarray) else namespace(t).take(t, codes, axis=0)


def by_row(delta: Array, codes: Array, size: int) -> Array:
    """E40: ``∂z_m/∂t_rm = 1`` for the code r, so the sum of δ_m over the examples that have it. -> (size, m).

    Each example adds to its own row: what this takes does not grow with examples times categories. On arrays of other
    libraries, whose standard has no such sum, it is a product with one-hot rows.
    """
    if isinstance(delta, np.ndarray):
        width = delta.shape[1]
        places = codes[:, None] * width + np.arange(width)
        sums = np.bincount(places.ravel(), delta.ravel(), minlength=size * width)
        return sums.reshape(size, width).astype(delta.dtype, copy=False)
    xp = namespace(delta)
    has = codes[:, None] == xp.arange(size, device=device(delta))[None, :]
    return xp.permute_dims(xp.astype(has, delta.dtype), (1, 0)) @ delta
