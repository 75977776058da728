"""The activations: each σ beside its slope σ' (or, where neurons mix, its pullback), in one table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import pi, sqrt
from typing import Any, Literal, TypeAlias

import numpy as np

from glassprop.equations.arrays import Array, like, namespace
from glassprop.equations.domain import NOT_NEGATIVE, POSITIVE, REALS, SIMPLEX_OPEN, UNIT_OPEN, Domain
from glassprop.equations.entry_names import find, is_entry, spec_of
from glassprop.errors import ArchitectureError

# Names as types, so that editors offer them and type checkers know them; a test holds them to the table below.
ActivationName = Literal[
    "identity", "relu", "leaky_relu", "sigmoid", "tanh", "softplus", "elu", "selu", "gelu", "silu", "mish", "softsign",
    "hardswish", "squared_relu", "blended_selu", "blended_mish", "exp", "softmax", "logistic",
]  # fmt: skip

# SELU's constants, from its fixed-point condition: Klambauer et al. 2017, arXiv 1706.02515, equation 14.
SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


@dataclass(frozen=True)
class Activation:
    """A function σ that a layer applies to z, with its derivative.

    Parameters
    ----------
    name : str
        What to call it.
    value : callable (z, …) -> a
        σ. z and a have shape (n, n_l): examples are rows.
    slope : callable (z, a, …) -> σ'(z), or None
        The derivative of an elementwise σ, same shape. Exactly one of ``slope`` and ``mixing`` is given.
    mixing : callable (g, z, a, …) -> ∂C/∂z, or None
        For a σ that mixes the neurons of a layer: its pullback, which takes g = ∂C/∂a to ∂C/∂z.
    range : Domain
        Where the values lie; a cost that cannot take them refuses the pair.
    kinks : tuple of float
        Places on the z axis where a derivative (first or second) jumps; gradient checks keep away from them.
    parameters : tuple of float
        Fixed numbers that are handed to these functions after the arrays.
    limits : tuple of Domain
        The open interval that each parameter must lie in when it is given by name: ``"elu(0.5)"``.
    by_parameter : callable (z, a, …) -> ∂a/∂p, or None
        For one that has a parameter which can be trained.

    Examples
    --------
    >>> import numpy as np
    >>> cube = Activation("cube", value=lambda z: z**3, slope=lambda z, a: 3 * z**2)
    >>> cube.pullback(g=np.array([[1.0]]), z=np.array([[2.0]]), a=np.array([[8.0]]))
    array([[12.]])
    """

    name: str
    value: Callable[..., Array]
    slope: Callable[..., Array] | None = None
    mixing: Callable[..., Array] | None = None
    range: Domain = REALS
    kinks: tuple[float, ...] = ()
    parameters: tuple[float, ...] = ()
    limits: tuple[Domain, ...] = ()
    by_parameter: Callable[..., Array] | None = None

    def __post_init__(self) -> None:
        if (self.slope is None) == (self.mixing is None):
            raise ArchitectureError(
                f"activation {self.name!r}: give either slope (elementwise) or mixing (its pullback), not "
                + ("both" if self.slope is not None else "neither")
            )

    @property
    def elementwise(self) -> bool:
        """Whether a_j depends on z_j alone."""
        return self.slope is not None

    def __call__(self, z: Array) -> Array:
        """a = σ(z) (E1)."""
        return self.value(z, *self.parameters)

    def pullback(self, g: Array, z: Array, a: Array) -> Array:
        """Take ∂C/∂a to ∂C/∂z: ``Σ_m g_m ∂a_m/∂z_j``, which is ``g σ'(z)`` where σ is elementwise (E4, E6)."""
        if self.mixing is not None:
            return self.mixing(g, z, a, *self.parameters)
        assert self.slope is not None  # one of the two is there: __post_init__
        return g * self.slope(z, a, *self.parameters)

    def at(self, p: Array) -> Activation:
        """The same with an array as its parameter: one number for each neuron, (n_l,)."""
        bound: Any = (p,)
        return replace(self, parameters=bound)

    @property
    def spec(self) -> str:
        """The name with its parameters, as ``find_activation`` reads it: ``'leaky_relu(0.01)'``."""
        return spec_of(self)


# --- values and slopes -------------------------------------------------------------------------------------


def _identity(z: Array) -> Array:
    return z


def _identity_slope(z: Array, a: Array) -> Array:
    return namespace(z).ones_like(z)


def _relu(z: Array) -> Array:
    return namespace(z).maximum(z, 0)


def _relu_slope(z: Array, a: Array) -> Array:  # E19: 0 at 0
    return namespace(z).astype(z > 0, z.dtype)


def _leaky_relu(z: Array, slope: float) -> Array:
    return namespace(z).where(z > 0, z, slope * z)


def _leaky_relu_slope(z: Array, a: Array, slope: float) -> Array:
    xp = namespace(z)
    return xp.where(z > 0, xp.ones_like(z), slope)


def _leaky_relu_by_parameter(z: Array, a: Array, slope: Array) -> Array:
    return namespace(z).minimum(z, 0)


def _sigmoid(z: Array) -> Array:
    xp = namespace(z)
    e = xp.exp(-xp.abs(z))  # never overflows
    return xp.where(z >= 0, 1 / (1 + e), e / (1 + e))


def _sigmoid_slope(z: Array, a: Array) -> Array:  # E20
    return a * (1 - a)


def _tanh(z: Array) -> Array:
    return namespace(z).tanh(z)


def _tanh_slope(z: Array, a: Array) -> Array:
    return 1 - a * a


def _softplus(z: Array) -> Array:
    xp = namespace(z)
    return xp.maximum(z, 0) + xp.log1p(xp.exp(-xp.abs(z)))


def _softplus_slope(z: Array, a: Array) -> Array:
    return _sigmoid(z)


def _elu(z: Array, alpha: float, scale: float = 1.0) -> Array:
    xp = namespace(z)
    return scale * xp.where(z > 0, z, alpha * xp.expm1(xp.minimum(z, 0)))


def _elu_slope(z: Array, a: Array, alpha: float, scale: float = 1.0) -> Array:
    return namespace(z).where(z > 0, scale, a + scale * alpha)


def _elu_by_parameter(z: Array, a: Array, alpha: Array) -> Array:
    return namespace(z).expm1(namespace(z).minimum(z, 0))


def _selu(z: Array) -> Array:
    return _elu(z, SELU_ALPHA, SELU_SCALE)


def _selu_slope(z: Array, a: Array) -> Array:
    return _elu_slope(z, a, SELU_ALPHA, SELU_SCALE)


def _normal_below(z: Array) -> Array:
    from scipy.special import ndtr  # Φ; the array API standard has no erf, and SciPy knows that of each library

    return ndtr(z)


def _gelu(z: Array) -> Array:
    return z * _normal_below(z)


def _gelu_slope(z: Array, a: Array) -> Array:  # Φ(z) + z φ(z)
    return _normal_below(z) + z * namespace(z).exp(-0.5 * z * z) / sqrt(2 * pi)


def _silu(z: Array) -> Array:
    return z * _sigmoid(z)


def _silu_slope(z: Array, a: Array) -> Array:
    s = _sigmoid(z)
    return s + a * (1 - s)


def _mish(z: Array) -> Array:
    return z * _tanh(_softplus(z))


def _mish_slope(z: Array, a: Array) -> Array:
    t = _tanh(_softplus(z))
    return t + z * (1 - t * t) * _sigmoid(z)


def _blended_selu(z: Array, part: float) -> Array:
    return (1 - part) * z + part * _selu(z)


def _blended_selu_slope(z: Array, a: Array, part: float) -> Array:
    return 1 - part + part * _selu_slope(z, _selu(z))


def _selu_by_part(z: Array, a: Array, part: Array) -> Array:
    return _selu(z) - z


def _blended_mish(z: Array, part: float) -> Array:
    return (1 - part) * z + part * _mish(z)


def _blended_mish_slope(z: Array, a: Array, part: float) -> Array:
    return 1 - part + part * _mish_slope(z, a)


def _mish_by_part(z: Array, a: Array, part: Array) -> Array:
    """mish(z) - z: with n = e^z (e^z + 2), tanh(ln(1 + e^z)) - 1 is -2 / (n + 2). From 40 on it is 0 to rounding."""
    xp = namespace(z)
    near = xp.minimum(z, 40.0)
    e = xp.exp(near)
    return -2 * near / (e * (e + 2) + 2)


def _softsign(z: Array) -> Array:
    return z / (1 + namespace(z).abs(z))


def _softsign_slope(z: Array, a: Array) -> Array:
    s = 1 / (1 + namespace(z).abs(z))  # from a, (1 - |a|)² would lose its digits where a is near 1
    return s * s


def _hardswish(z: Array) -> Array:
    return z * (namespace(z).clip(z + 3, 0, 6) / 6)


def _hardswish_slope(z: Array, a: Array) -> Array:
    xp = namespace(z)
    return xp.where(z > 3, xp.ones_like(z), xp.where(z > -3, z / 3 + 0.5, 0))


def _squared_relu(z: Array) -> Array:
    r = _relu(z)
    return r * r


def _squared_relu_slope(z: Array, a: Array) -> Array:
    return 2 * _relu(z)


def _exp(z: Array) -> Array:
    return namespace(z).exp(z)


def _exp_slope(z: Array, a: Array) -> Array:
    xp = namespace(z)
    return xp.minimum(a, xp.finfo(a.dtype).max)  # an overflowed a must not turn a zero error into 0 * inf


def _softmax(z: Array) -> Array:
    xp = namespace(z)
    e = xp.exp(z - xp.max(z, axis=-1, keepdims=True))  # the largest exponent is 0
    return e / xp.sum(e, axis=-1, keepdims=True)


def _softmax_pullback(g: Array, z: Array, a: Array) -> Array:
    """E23 without building J: ``Σ_m g_m a_m ([m = j] - a_j) = a_j (g_j - Σ_m g_m a_m)``."""
    return a * (g - namespace(z).sum(g * a, axis=-1, keepdims=True))


def softmax_jacobian(a: Array) -> Array:
    """E21, E22, E23: ``J_ij = ∂σ_i/∂z_j = σ_i ([i = j] - σ_j)``, from the softmax ``a`` (n_l,) -> (n_l, n_l).

    Examples
    --------
    >>> import numpy as np
    >>> softmax_jacobian(np.array([0.5, 0.5]))
    array([[ 0.25, -0.25],
           [-0.25,  0.25]])
    """
    return a[:, None] * (like(np.eye(a.shape[0]), a) - a[None, :])


# --- the table ---------------------------------------------------------------------------------------------

_BETWEEN_ONES = Domain(-1, 1, True, True, words="between -1 and 1")

ACTIVATIONS: dict[str, Activation] = {
    entry.name: entry
    for entry in (
        Activation("identity", _identity, _identity_slope),
        Activation("relu", _relu, _relu_slope, range=NOT_NEGATIVE, kinks=(0.0,)),
        Activation(
            "leaky_relu",
            _leaky_relu,
            _leaky_relu_slope,
            kinks=(0.0,),
            parameters=(0.01,),
            limits=(REALS,),
            by_parameter=_leaky_relu_by_parameter,
        ),
        Activation("sigmoid", _sigmoid, _sigmoid_slope, range=UNIT_OPEN),
        Activation("tanh", _tanh, _tanh_slope, range=_BETWEEN_ONES),
        Activation("softplus", _softplus, _softplus_slope, range=POSITIVE),
        Activation(
            "elu",
            _elu,
            _elu_slope,
            kinks=(0.0,),
            parameters=(1.0,),
            limits=(POSITIVE,),
            by_parameter=_elu_by_parameter,
        ),
        Activation("selu", _selu, _selu_slope, kinks=(0.0,)),
        Activation("gelu", _gelu, _gelu_slope),
        Activation("silu", _silu, _silu_slope),
        Activation("mish", _mish, _mish_slope),
        Activation("softsign", _softsign, _softsign_slope, range=_BETWEEN_ONES, kinks=(0.0,)),
        Activation("hardswish", _hardswish, _hardswish_slope, kinks=(-3.0, 3.0)),
        Activation("squared_relu", _squared_relu, _squared_relu_slope, range=NOT_NEGATIVE, kinks=(0.0,)),
        # (1 - p) z + p σ(z): the parametric activations of RealMLP (Holzmüller et al. 2024, arXiv 2407.04491)
        Activation(
            "blended_selu",
            _blended_selu,
            _blended_selu_slope,
            kinks=(0.0,),
            parameters=(1.0,),
            limits=(NOT_NEGATIVE,),
            by_parameter=_selu_by_part,
        ),
        Activation(
            "blended_mish",
            _blended_mish,
            _blended_mish_slope,
            parameters=(1.0,),
            limits=(NOT_NEGATIVE,),
            by_parameter=_mish_by_part,
        ),
        Activation("exp", _exp, _exp_slope, range=POSITIVE),
        Activation("softmax", _softmax, mixing=_softmax_pullback, range=SIMPLEX_OPEN),
    )
}
ALIASES = {"logistic": "sigmoid"}  # scikit-learn's name
# What a function takes as an activation; any text, because parameters may stand in brackets: "leaky_relu(0.2)".
ActivationLike: TypeAlias = ActivationName | Activation | str


def find_activation(activation: ActivationLike) -> Activation:
    """Return the activation of that name, with its parameter in brackets if wished; own ones pass through.

    Raises
    ------
    ArchitectureError
        If there is none of that name.

    Examples
    --------
    >>> find_activation("logistic").name, find_activation("leaky_relu(0.2)").parameters
    ('sigmoid', (0.2,))
    """
    if isinstance(activation, Activation):
        return activation
    return find("activation", activation, ACTIVATIONS, ALIASES)


def is_built_in(activation: Activation) -> bool:
    """Whether this is an entry of the table, whatever its parameters, rather than user-defined."""
    return is_entry(activation, ACTIVATIONS)
