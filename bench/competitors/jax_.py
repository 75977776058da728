"""JAX: one jitted call an epoch, a scan over batches, the optimizer by hand, buffers donated."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from bench.cases import RATE, Case
from bench.competitors.base import Competitor

_ACTIVATIONS = {"relu": jax.nn.relu, "tanh": jnp.tanh, "gelu": partial(jax.nn.gelu, approximate=False)}


class Jax(Competitor):
    name = "jax"

    def __init__(self, case: Case, **options: Any) -> None:
        self.case = case
        X, Y, _ = case.data()
        with self._precision():
            self.X, self.Y = jnp.asarray(X), jnp.asarray(Y)
            self.parameters = [(jnp.asarray(w), jnp.asarray(b)) for w, b in case.start()]
            n_moments = 2 if case.optimizer == "adam" else 0
            self.moments = tuple(jax.tree.map(jnp.zeros_like, self.parameters) for _ in range(n_moments))
            self.t = jnp.zeros((), jnp.int32)
            # for dropout the generator that is made for speed; else, for the order of rows, the usual one
            self.key = jax.random.key(0, impl="unsafe_rbg" if case.dropout else None)

    @staticmethod
    def obstacle(case: Case) -> str:
        return "its sparse arrays are an experiment" if case.density else ""

    def _precision(self) -> Any:
        return jax.enable_x64(self.case.dtype == "float64")

    def epochs(self, k: int) -> None:
        with self._precision():
            for _ in range(k):
                self.key, key = jax.random.split(self.key)
                state = (self.parameters, self.moments, self.t)
                self.parameters, self.moments, self.t = _epoch(state, self.X, self.Y, key, case=self.case)
            jax.block_until_ready(self.parameters)

    def weights(self) -> list[tuple[np.ndarray, np.ndarray]]:
        return [(np.asarray(w), np.asarray(b)) for w, b in self.parameters]


@partial(jax.jit, static_argnames="case", donate_argnums=0)
def _epoch(state: Any, X: Any, Y: Any, key: Any, *, case: Case) -> Any:
    order_key, dropout_key = jax.random.split(key)
    order = jax.random.permutation(order_key, X.shape[0])
    whole, step = X.shape[0] // case.batch * case.batch, partial(_step, case, X, Y, dropout_key)
    state, _ = jax.lax.scan(step, state, order[:whole].reshape(-1, case.batch))
    if whole < X.shape[0]:
        state, _ = step(state, order[whole:])
    return state


def _step(case: Case, X: Any, Y: Any, key: Any, state: Any, rows: Any) -> Any:
    parameters, moments, t = state
    t = t + 1
    key = jax.random.fold_in(key, t) if case.dropout else None
    gradient = jax.grad(_cost)(parameters, X[rows], Y[rows], case, key)
    if case.optimizer == "sgd":
        return (jax.tree.map(lambda p, g: p - RATE * g, parameters, gradient), moments, t), None
    m, v = moments
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, gradient)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradient)
    rate = RATE * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    rate = rate.astype(X.dtype)
    parameters = jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), parameters, m, v)
    return (parameters, (m, v), t), None


def _cost(parameters: Any, x: Any, y: Any, case: Case, key: Any) -> Any:
    for l, (w, b) in enumerate(parameters[:-1]):
        x = _ACTIVATIONS[case.activation](x @ w + b)
        if case.dropout:
            keep = jax.random.bernoulli(jax.random.fold_in(key, l), 1 - case.dropout, x.shape)
            x = jnp.where(keep, x / (1 - case.dropout), 0)
    w, b = parameters[-1]
    out = x @ w + b
    if case.classes:
        return -(y * jax.nn.log_softmax(out)).sum(axis=1).mean()
    return ((out - y) ** 2).sum(axis=1).mean()
