"""The costs: each C_0 beside ∂C_0/∂a and its valid targets, in one table. Pairs that collapse: pairs.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import log
from typing import Literal, TypeAlias

import numpy as np

from glassprop.equations.arrays import Array, namespace, tiny
from glassprop.equations.domain import (
    NOT_NEGATIVE,
    POSITIVE,
    REALS,
    SIMPLEX,
    SIMPLEX_OPEN,
    UNIT,
    UNIT_OPEN,
    Domain,
)
from glassprop.equations.entry_names import find, is_entry, spec_of
from glassprop.errors import DataError

# Names as types, so that editors offer them and type checkers know them; a test holds them to the table below.
CostName = Literal[
    "squared_error", "half_squared_error", "cross_entropy", "binary_cross_entropy", "absolute_error", "huber",
    "poisson", "quantile", "log_cosh", "log_loss", "mse", "mae",
]  # fmt: skip


@dataclass(frozen=True)
class Cost:
    """What is minimized: the cost C_0 of one example, with its derivative by the output.

    Parameters
    ----------
    name : str
        What to call it.
    value : callable (a, y, …) -> C_0
        a, y (n, n_L) -> (n,): one number an example, summed over outputs.
    gradient : callable (a, y, …) -> ∂C_0/∂a
        Same shape as a.
    outputs : Domain
        What a may be: decides which activations fit.
    targets : Domain
        What y may be.
    kinks : callable (a, y, …) -> list of arrays, or None
        Functions of a and y whose change of sign is a kink of the cost; gradient checks keep away from them.
    parameters : tuple of float
        Fixed numbers that are handed to these functions after the arrays.
    limits : tuple of Domain
        The open interval that each parameter must lie in when it is given by name: ``"quantile(0.9)"``.

    Examples
    --------
    >>> import numpy as np
    >>> quartic = Cost("quartic", value=lambda a, y: ((a - y) ** 4).sum(axis=1), gradient=lambda a, y: 4 * (a - y) ** 3)
    >>> quartic(np.array([[2.0]]), np.array([[0.0]]))
    array([16.])
    """

    name: str
    value: Callable[..., Array]
    gradient: Callable[..., Array]
    outputs: Domain = REALS
    targets: Domain = REALS
    kinks: Callable[..., list[Array]] | None = None
    parameters: tuple[float, ...] = ()
    limits: tuple[Domain, ...] = ()

    def __call__(self, a: Array, y: Array) -> Array:
        """C_0 of each example. a, y (n, n_L) -> (n,)."""
        return self.value(a, y, *self.parameters)

    def by_output(self, a: Array, y: Array) -> Array:
        """∂C_0/∂a (E7). a, y (n, n_L) -> (n, n_L)."""
        return self.gradient(a, y, *self.parameters)

    def check_targets(self, y: Array) -> None:
        """Refuse targets outside the cost's domain.

        Raises
        ------
        DataError
            Naming the first such row and output, and what the cost accepts.
        """
        bad = self.targets.outside(y)
        if not bad.any():
            return
        row, output = (int(i) for i in np.argwhere(bad)[0])
        what = f"{y[row, output]:g}" if not self.targets.simplex else f"{np.array2string(y[row], precision=4)}"
        raise DataError(
            f"cost {self.spec!r} takes targets that are {self.targets.words}; got {what} in row {row}, output "
            f"{output} ({int(bad.any(axis=1).sum())} of {y.shape[0]} rows are like it); "
            + _REMEDY.get(self.targets, "correct these rows, or drop them")
        )

    @property
    def spec(self) -> str:
        """The name with its parameters, as ``find_cost`` reads it: ``'huber(1.0)'``."""
        return spec_of(self)


_REMEDY = {
    REALS: "drop these rows or fill them in",
    NOT_NEGATIVE: "correct them, or use squared_error for quantities that can be negative",
    UNIT: "scale them, or use squared_error",
    SIMPLEX: "encode the classes one-hot, or use binary_cross_entropy for labels that do not exclude each other",
}


# --- values and gradients ----------------------------------------------------------------------------------


def _squared_error(a: Array, y: Array) -> Array:  # E2, E14
    return namespace(a).sum((a - y) ** 2, axis=1)


def _squared_error_gradient(a: Array, y: Array) -> Array:  # E7
    return 2 * (a - y)


def _half_squared_error(a: Array, y: Array) -> Array:
    return 0.5 * namespace(a).sum((a - y) ** 2, axis=1)


def _half_squared_error_gradient(a: Array, y: Array) -> Array:
    return a - y


def _times_log(y: Array, a: Array) -> Array:
    """``y log a``, and 0 where y is 0 whatever a; a is kept away from 0 so that nothing turns infinite."""
    xp = namespace(a)
    return xp.where(y == 0, 0.0, y * xp.log(xp.maximum(a, tiny(a))))


def _cross_entropy(a: Array, y: Array) -> Array:  # E25
    return -namespace(a).sum(_times_log(y, a), axis=1)


def _over(y: Array, a: Array) -> Array:
    """``y / a`` that stays finite: a is kept so far from 0 that even a large y does not overflow."""
    xp = namespace(a)
    return y / xp.maximum(a, tiny(a) * (1 + xp.abs(y)))


def _cross_entropy_gradient(a: Array, y: Array) -> Array:  # E25
    return -_over(y, a)


def _binary_cross_entropy(a: Array, y: Array) -> Array:
    return -namespace(a).sum(_times_log(y, a) + _times_log(1 - y, 1 - a), axis=1)


def _binary_cross_entropy_gradient(a: Array, y: Array) -> Array:
    return _over(1 - y, 1 - a) - _over(y, a)


def _absolute_error(a: Array, y: Array) -> Array:
    xp = namespace(a)
    return xp.sum(xp.abs(a - y), axis=1)


def _absolute_error_gradient(a: Array, y: Array) -> Array:
    return namespace(a).sign(a - y)


def _residual_kink(a: Array, y: Array, *parameters: float) -> list[Array]:
    return [a - y]


def _huber(a: Array, y: Array, delta: float) -> Array:
    xp = namespace(a)
    r = xp.abs(a - y)
    return xp.sum(xp.where(r <= delta, 0.5 * r * r, delta * (r - 0.5 * delta)), axis=1)


def _huber_gradient(a: Array, y: Array, delta: float) -> Array:
    return namespace(a).clip(a - y, -delta, delta)


def _huber_kink(a: Array, y: Array, delta: float) -> list[Array]:
    return [a - y - delta, a - y + delta]


def _poisson(a: Array, y: Array) -> Array:
    """Half the Poisson deviance: ``y log(y/a) - y + a``, which is 0 at a = y."""
    return namespace(a).sum(_times_log(y, y) - _times_log(y, a) - y + a, axis=1)


def _poisson_gradient(a: Array, y: Array) -> Array:
    return 1 - _over(y, a)


def _quantile(a: Array, y: Array, level: float) -> Array:
    xp, r = namespace(a), y - a
    return xp.sum(xp.maximum(level * r, (level - 1) * r), axis=1)


def _quantile_gradient(a: Array, y: Array, level: float) -> Array:
    sign = namespace(a).sign(a - y)  # 0 at the kink, as for the absolute error
    return 0.5 * sign * (1 + sign * (1 - 2 * level))


def _log_cosh(a: Array, y: Array) -> Array:
    """By ``|d| + log(1 + e^-2|d|) - log 2``; near 0, where that cancels, by ``cosh d - 1 = e^d (e^-d - 1)² / 2``."""
    xp = namespace(a)
    d = xp.abs(a - y)
    near = xp.minimum(d, 1)
    less = xp.expm1(-near)
    costs = xp.where(d < 1, xp.log1p(0.5 * less * less * xp.exp(near)), d + xp.log1p(xp.exp(-2 * d)) - log(2))
    return xp.sum(costs, axis=1)


def _log_cosh_gradient(a: Array, y: Array) -> Array:
    return namespace(a).tanh(a - y)


# --- the table ---------------------------------------------------------------------------------------------

COSTS: dict[str, Cost] = {
    entry.name: entry
    for entry in (
        Cost("squared_error", _squared_error, _squared_error_gradient),
        Cost("half_squared_error", _half_squared_error, _half_squared_error_gradient),
        Cost("cross_entropy", _cross_entropy, _cross_entropy_gradient, SIMPLEX_OPEN, SIMPLEX),
        Cost("binary_cross_entropy", _binary_cross_entropy, _binary_cross_entropy_gradient, UNIT_OPEN, UNIT),
        Cost("absolute_error", _absolute_error, _absolute_error_gradient, kinks=_residual_kink),
        Cost("huber", _huber, _huber_gradient, kinks=_huber_kink, parameters=(1.0,), limits=(POSITIVE,)),
        Cost("poisson", _poisson, _poisson_gradient, POSITIVE, NOT_NEGATIVE),
        Cost("quantile", _quantile, _quantile_gradient, kinks=_residual_kink, parameters=(0.5,), limits=(UNIT_OPEN,)),
        Cost("log_cosh", _log_cosh, _log_cosh_gradient),
    )
}
ALIASES = {"log_loss": "cross_entropy", "mse": "squared_error", "mae": "absolute_error"}
# What a function takes as a cost; any text, because parameters may stand in brackets: "huber(1.5)".
CostLike: TypeAlias = CostName | Cost | str


def find_cost(cost: CostLike) -> Cost:
    """Return the cost of that name, with its parameter in brackets if wished; own ones pass through.

    Raises
    ------
    ArchitectureError
        If there is none of that name.

    Examples
    --------
    >>> find_cost("quantile(0.9)").parameters
    (0.9,)
    """
    return cost if isinstance(cost, Cost) else find("cost", cost, COSTS, ALIASES)


def is_built_in(cost: Cost) -> bool:
    """Whether this is an entry of the table, whatever its parameters, rather than user-defined."""
    return is_entry(cost, COSTS)
