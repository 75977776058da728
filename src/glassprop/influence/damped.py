"""Scores at the final weights that allow for what other rows teach: products over the gradients' second moments."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from glassprop.architecture.architecture import Architecture
from glassprop.equations.arrays import Array, Rows
from glassprop.influence.influence import OnRows, blocks, gradients

SHARE = 0.01  # of the trace of the second moments: the damping; docs/blame.md has what .1 does
_ROWS = 500  # that second moments are taken of, at most


def damped_influences(
    network: Architecture,
    theta: Array,
    X: Rows,
    Y: Array,
    X_of: Rows,
    Y_of: Array,
    weight: Array | None = None,
    share: float = SHARE,
    on_rows: OnRows | None = None,
    asked_of: Architecture | None = None,
) -> NDArray[np.float64]:
    """λ ∇C_i · (F + λ)⁻¹ ∇C_j, of every row j of ``X_of`` and every training row i. -> (n', n).

    F = Σ w g gᵀ of up to 500 training rows at even distances, λ this share of its trace. By the identity of Woodbury
    it takes products of gradients alone: neither F nor a gradient is built. Arguments and errors as of ``influences``.
    """
    some = np.unique(np.linspace(0, len(Y) - 1, min(len(Y), _ROWS)).astype(int))
    root = np.ones(len(some)) if weight is None else np.sqrt(weight[some])
    asked, picked = gradients(asked_of or network, theta, X_of, Y_of), gradients(network, theta, X[some], Y[some])
    own = picked.dot(picked).astype(np.float64) * np.outer(root, root)
    damping = share * np.trace(own)
    taken: NDArray[np.float64] = np.zeros((len(Y_of), len(some)))
    if damping > 0:  # else no row teaches anything
        across = asked.dot(picked) * root
        taken = np.linalg.solve(own + damping * np.eye(len(own)), across.T).T * root
    found = np.empty((len(Y_of), len(Y)))
    for rows in blocks(network, len(Y)):
        each = gradients(network, theta, X[rows], Y[rows])
        found[:, rows] = asked.dot(each) - taken @ picked.dot(each)
        if on_rows is not None:
            on_rows(rows.stop - rows.start)
    return found if weight is None else found * weight
