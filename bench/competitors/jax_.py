"""JAX: one jitted call an epoch, a scan over batches, Adam by hand, buffers donated."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bench.competitors.base import Competitor


class Jax(Competitor):
    name = "jax"

    def __init__(self, case: Any, **options: Any) -> None:
        X, Y, _ = case.data()
        self.X, self.Y = jnp.asarray(X), jnp.asarray(Y)
        self.parameters = [(jnp.asarray(w), jnp.asarray(b)) for w, b in case.start()]
        zeros = jax.tree.map(jnp.zeros_like, self.parameters)
        self.moments, self.t = (zeros, jax.tree.map(jnp.zeros_like, self.parameters)), jnp.zeros((), jnp.int32)
        self.key = jax.random.key(0)
        self._epoch = partial(_epoch, batch=case.batch, classes=case.classes, tanh=case.activation == "tanh")

    def epochs(self, k: int) -> None:
        for _ in range(k):
            self.key, key = jax.random.split(self.key)
            state = (self.parameters, self.moments, self.t)
            self.parameters, self.moments, self.t = self._epoch(state, self.X, self.Y, key)
        jax.block_until_ready(self.parameters)

    def weights(self) -> list[tuple[np.ndarray, np.ndarray]]:
        return [(np.asarray(w), np.asarray(b)) for w, b in self.parameters]


@partial(jax.jit, static_argnames=("batch", "classes", "tanh"), donate_argnums=0)
def _epoch(state: Any, X: Any, Y: Any, key: Any, *, batch: int, classes: bool, tanh: bool) -> Any:
    order = jax.random.permutation(key, X.shape[0])
    whole = X.shape[0] // batch * batch
    state, _ = jax.lax.scan(partial(_step, X, Y, classes, tanh), state, order[:whole].reshape(-1, batch))
    if whole < X.shape[0]:
        state, _ = _step(X, Y, classes, tanh, state, order[whole:])
    return state


def _step(X: Any, Y: Any, classes: bool, tanh: bool, state: Any, rows: Any) -> Any:
    parameters, (m, v), t = state
    gradient = jax.grad(_cost)(parameters, X[rows], Y[rows], classes, tanh)
    t = t + 1
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradient)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradient)
    rate = 1e-3 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    parameters = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), parameters, m, v)
    return (parameters, (m, v), t), None


def _cost(parameters: Any, x: Any, y: Any, classes: bool, tanh: bool) -> Any:
    for w, b in parameters[:-1]:
        z = x @ w + b
        x = jnp.tanh(z) if tanh else jax.nn.relu(z)
    w, b = parameters[-1]
    out = x @ w + b
    if classes:
        return -(y * jax.nn.log_softmax(out)).sum(axis=1).mean()
    return ((out - y) ** 2).sum(axis=1).mean()
