"""Checks the derivatives of user-defined activations and costs by differences, before training starts."""

from __future__ import annotations

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.equations.activation import Activation
from glassprop.equations.activation import is_built_in as activation_is_built_in
from glassprop.equations.arrays import Array
from glassprop.equations.cost import Cost
from glassprop.equations.cost import is_built_in as cost_is_built_in
from glassprop.errors import ArchitectureError, DerivativeError

_STEP = 1e-5
_TOLERANCE = 1e-4
_POINTS = 60
_REACH = 5.0  # activations are tried on z in about ±5


def check_user_defined(architecture: Architecture, Y: Array) -> None:
    """Check every function that is not an entry of the tables. Y (n, n_L): the targets it will be trained on.

    Raises
    ------
    DerivativeError
        Naming the function, the place, and both derivatives there.
    ArchitectureError
        If a user-defined output activation gives what the cost does not take.
    """
    for layer in architecture.layers:
        if not activation_is_built_in(layer.activation):
            check_activation(layer.activation, layer.n)
            if layer.parametric:
                check_by_parameter(layer.activation, layer.n)
    output = architecture.layers[-1]
    if not activation_is_built_in(output.activation):
        check_outputs(output.activation, architecture.cost_function, output.n)
    if not cost_is_built_in(architecture.cost_function):
        check_cost(architecture.cost_function, architecture.layers[-1].activation, Y)


def check_activation(activation: Activation, n: int = 3) -> None:
    """Compare the pullback of an activation with central differences, n neurons at a time.

    Raises
    ------
    DerivativeError
    """
    n = min(n, 8)
    rng = np.random.default_rng(0)
    z = rng.uniform(-_REACH, _REACH, size=(_POINTS, n))
    g = rng.normal(size=(_POINTS, n))
    a = _call(f"activation {activation.name!r}", "value", z.shape, activation, z)
    given = _call(f"activation {activation.name!r}", "derivative", z.shape, activation.pullback, g, z, a)
    for j in range(n):
        e = np.zeros(n)
        e[j] = _STEP
        up, down = activation(z + e), activation(z - e)
        difference = (g * (up - down)).sum(axis=1) / (2 * _STEP)
        near_kink = np.zeros(_POINTS, dtype=bool)
        for kink in activation.kinks:
            near_kink |= np.abs(z[:, j] - kink) <= 2 * _STEP
        if activation.elementwise:  # report σ' itself rather than a product with an unseen g
            _compare(
                f"activation {activation.name!r}: slope",
                "z",
                z[:, j],
                given[:, j] / g[:, j],
                difference / g[:, j],
                near_kink,
            )
        else:
            _compare(
                f"activation {activation.name!r}: mixing",
                f"z_{j}",
                z[:, j],
                given[:, j],
                difference,
                near_kink,
            )


def check_by_parameter(activation: Activation, n: int = 3) -> None:
    """Compare ∂a/∂p of an activation whose parameter is trained with central differences, n neurons at a time.

    Raises
    ------
    DerivativeError
    """
    assert activation.by_parameter is not None  # a layer with a trained parameter asks for it
    n, name = min(n, 8), f"activation {activation.name!r}: by_parameter"
    rng = np.random.default_rng(0)
    z, p = rng.uniform(-_REACH, _REACH, size=(_POINTS, n)), activation.parameters[0] + np.zeros(n)
    up, here, down = (activation.at(p + step) for step in (_STEP, 0.0, -_STEP))
    a = _call(name, "value", z.shape, here, z)
    given = _call(name, "derivative", z.shape, activation.by_parameter, z, a, p)
    difference = (up(z) - down(z)) / (2 * _STEP)
    for j in range(n):
        _compare(name, f"z_{j}", z[:, j], given[:, j], difference[:, j], np.zeros(_POINTS, dtype=bool))


def check_outputs(activation: Activation, cost: Cost, n: int = 3) -> None:
    """See that a user-defined activation gives what the cost takes, n neurons at a time.

    Raises
    ------
    ArchitectureError
        Saying where it does not.
    """
    z = np.random.default_rng(0).uniform(-_REACH, _REACH, size=(_POINTS, n))
    a = activation(z)
    bad = cost.outputs.outside(a)
    if bad.any():
        row, j = (int(i) for i in np.argwhere(bad)[0])
        raise ArchitectureError(
            f"cost {cost.spec!r} needs outputs that are {cost.outputs.words}; activation {activation.name!r} gives "
            f"{a[row, j]:.4g} at z = {z[row, j]:.4g}; use another cost, or an activation that keeps to that"
        )


def check_cost(cost: Cost, output: Activation, Y: Array) -> None:
    """Compare ∂C_0/∂a of a cost with central differences, on outputs of ``output`` and targets out of Y.

    Raises
    ------
    DerivativeError
    """
    rng = np.random.default_rng(0)
    y = np.asarray(Y[rng.integers(Y.shape[0], size=_POINTS)], dtype=np.float64)
    a = output(rng.normal(size=y.shape))
    if output.name == "identity":
        a = y + rng.normal(size=y.shape) * (1 + np.abs(y))
    name = f"cost {cost.name!r}"
    _call(name, "value", (_POINTS,), cost, a, y)
    given = _call(name, "gradient", a.shape, cost.by_output, a, y)
    scale = 1 + np.abs(a)
    for j in range(y.shape[1]):
        e = np.zeros_like(a)
        e[:, j] = _STEP * scale[:, j]
        difference = (cost(a + e, y) - cost(a - e, y)) / (2 * e[:, j])
        near_kink = np.zeros(_POINTS, dtype=bool)
        if cost.kinks is not None:
            for f in cost.kinks(a, y, *cost.parameters):
                near_kink |= np.abs(f[:, j]) <= 2 * e[:, j]
        _compare(f"{name}: gradient", f"a_{j}", a[:, j], given[:, j], difference, near_kink)


def _call(name: str, part: str, shape: tuple[int, ...], function: object, *arrays: Array) -> Array:
    """Call one of the user's functions and refuse a result of the wrong shape or kind."""
    try:
        given = function(*arrays)  # type: ignore[operator]
        result = np.asarray(given, dtype=np.float64)
    except Exception as error:
        raise DerivativeError(
            f"{name}: its {part} failed on arrays of shape {arrays[0].shape}: {type(error).__name__}: {error}"
        ) from error
    if result.shape != shape:
        raise DerivativeError(
            f"{name}: its {part} must have shape {shape} for inputs of shape {arrays[0].shape}, got {result.shape}"
        )
    if not isinstance(given, np.ndarray):
        raise DerivativeError(f"{name}: its {part} must return an array, got a {type(given).__name__}")
    if not np.isfinite(result).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(result))[0])
        at = float(arrays[0][place]) if result.shape == arrays[0].shape else arrays[0][place[0]]
        raise DerivativeError(f"{name}: its {part} is not finite at {at}; it must be finite on ordinary numbers")
    return result


def _compare(name: str, variable: str, at: Array, given: Array, difference: Array, skip: Array) -> None:
    error = np.where(skip, 0.0, np.abs(given - difference) / np.maximum(1.0, np.abs(difference)))
    worst = int(np.argmax(error))
    if error[worst] > _TOLERANCE:
        raise DerivativeError(
            f"{name} is wrong at {variable} = {at[worst]:.4g}: it gives {given[worst]:.6g}, central differences give "
            f"{difference[worst]:.6g} (error {error[worst]:.2g}); correct the derivative, or list the place in kinks "
            "if the function has a corner there"
        )
