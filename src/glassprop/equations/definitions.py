"""Each activation and cost with its derivative, derived by hand, as one expression; what tells or checks it reads this.

Text, LaTeX, a worksheet's exact numbers and the tables of docs/functions.md are readings of these expressions. The
NumPy forms (activation.py, cost.py) and the kernels are written apart, so that they neither overflow nor cancel, and
are tested against them. z, a and y are those of one neuron, p is the function's parameter; the language is that of
expression.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from glassprop.equations.activation import SELU_ALPHA, SELU_SCALE, Activation
from glassprop.equations.activation import is_built_in as activation_is_built_in
from glassprop.equations.cost import Cost
from glassprop.equations.cost import is_built_in as cost_is_built_in
from glassprop.equations.expression import Arithmetic, T, evaluate, parse


@dataclass(frozen=True)
class Definition:
    """A function and its derivative.

    Parameters
    ----------
    value : str
        Of an activation: a, from z. Of a cost: what one output adds to C_0, from a and y.
    slope : str
        Of an activation: σ'(z), from z and a; where it mixes neurons, ∂a_m/∂z_j. Of a cost: ∂C_0/∂a.
    where : mapping of str to str
        Names for parts of the two.
    constants : mapping of str to float
        Names for fixed numbers that have no short form.
    by_parameter : str
        Of an activation whose parameter can be trained: ∂a/∂p, from z.
    kinks : tuple of str
        Of a cost: what is 0 where a derivative jumps, from a and y.
    """

    value: str
    slope: str
    where: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, float] = field(default_factory=dict)
    by_parameter: str = ""
    kinks: tuple[str, ...] = ()

    def value_at(self, names: Mapping[str, Any], over: Arithmetic[T]) -> T:
        """The value for these z (or a and y), and p."""
        return self._at(self.value, names, over)

    def slope_at(self, names: Mapping[str, Any], over: Arithmetic[T]) -> T:
        """The derivative there; of an activation from z and a."""
        return self._at(self.slope, names, over)

    def _at(self, expression: str, names: Mapping[str, Any], over: Arithmetic[T]) -> T:
        known = {**names, **{name: over.constant(value) for name, value in self.constants.items()}}
        for name, part in self.where.items():
            known[name] = evaluate(parse(part), known, over)
        return evaluate(parse(expression), known, over)


_SELU = {"λ": SELU_SCALE, "α": SELU_ALPHA}
_SOFTPLUS = "ln(1 + exp(z))"
_OF_MISH = {"t": f"tanh({_SOFTPLUS})"}

ACTIVATION_DEFINITIONS: dict[str, Definition] = {
    "identity": Definition("z", "1"),
    "relu": Definition("max(z, 0)", "1 if z > 0 else 0"),
    "leaky_relu": Definition("z if z > 0 else p*z", "1 if z > 0 else p", by_parameter="min(z, 0)"),
    "sigmoid": Definition("1/(1 + exp(-z))", "a*(1 - a)"),
    "tanh": Definition("tanh(z)", "1 - a**2"),
    "softplus": Definition(_SOFTPLUS, "1/(1 + exp(-z))"),
    "elu": Definition(
        "z if z > 0 else p*(exp(z) - 1)", "1 if z > 0 else a + p", by_parameter="0 if z > 0 else exp(z) - 1"
    ),
    "selu": Definition("λ*z if z > 0 else λ*α*(exp(z) - 1)", "λ if z > 0 else a + λ*α", constants=_SELU),
    "gelu": Definition("z*Φ(z)", "Φ(z) + z*φ(z)"),
    "silu": Definition("z*σ(z)", "σ(z) + a*(1 - σ(z))"),
    "mish": Definition("z*t", "t + z*(1 - t**2)*σ(z)", where=_OF_MISH),
    "softsign": Definition("z/(1 + abs(z))", "1/(1 + abs(z))**2"),
    "hardswish": Definition("z*min(max(z + 3, 0), 6)/6", "1 if z > 3 else (2*z + 3)/6 if z > -3 else 0"),
    "squared_relu": Definition("max(z, 0)**2", "2*max(z, 0)"),
    "blended_selu": Definition(
        "(1 - p + p*λ)*z if z > 0 else (1 - p)*z + p*λ*α*(exp(z) - 1)",
        "1 - p + p*λ if z > 0 else 1 - p + p*λ*α*exp(z)",
        constants=_SELU,
        by_parameter="(λ - 1)*z if z > 0 else λ*α*(exp(z) - 1) - z",
    ),
    "blended_mish": Definition(
        "(1 - p)*z + p*z*t",
        "1 - p + p*(t + z*(1 - t**2)*σ(z))",
        where=_OF_MISH,
        by_parameter="-(2*z/(exp(z)*(exp(z) + 2) + 2))",
    ),
    "exp": Definition("exp(z)", "a"),
    "softmax": Definition("exp(z_j)/Σ_m(exp(z_m))", "a_m*(δ_mj - a_j)"),
}

COST_DEFINITIONS: dict[str, Definition] = {
    "squared_error": Definition("(a - y)**2", "2*(a - y)"),
    "half_squared_error": Definition("1/2*(a - y)**2", "a - y"),
    "cross_entropy": Definition("-(y*ln(a))", "-(y/a)"),
    "binary_cross_entropy": Definition("-(y*ln(a) + (1 - y)*ln(1 - a))", "(1 - y)/(1 - a) - y/a"),
    "absolute_error": Definition("abs(a - y)", "sign(a - y)", kinks=("a - y",)),
    "huber": Definition(
        "1/2*r**2 if abs(r) <= p else p*(abs(r) - 1/2*p)",
        "min(max(a - y, -p), p)",
        where={"r": "a - y"},
        kinks=("a - y - p", "a - y + p"),
    ),
    "poisson": Definition("y*ln(y/a) - y + a", "1 - y/a"),
    "quantile": Definition(
        "p*r if r > 0 else (p - 1)*r",
        "1 - p if a > y else -p if a < y else 0",
        where={"r": "y - a"},
        kinks=("a - y",),
    ),
    "log_cosh": Definition("ln(cosh(a - y))", "tanh(a - y)"),
}

# Of a pair that collapses (pairs.py): what one output adds to C_0, from z and y; and its δ = ∂C_0/∂z, from a and y.
PAIR_DEFINITIONS: dict[tuple[str, str], Definition] = {
    ("softmax", "cross_entropy"): Definition("y*(ln(Σ_m(exp(z_m))) - z)", "a*Σ_m(y_m) - y"),
    ("sigmoid", "binary_cross_entropy"): Definition("ln(1 + exp(z)) - y*z", "a - y"),
    ("identity", "half_squared_error"): Definition("1/2*(z - y)**2", "a - y"),
    ("exp", "poisson"): Definition("exp(z) - y*z + (y*ln(y) - y)", "a - y"),
}


def definition_of(function: Activation | Cost) -> Definition | None:
    """The definition of a built-in activation or cost, whatever its parameter; None for a user-defined one."""
    if isinstance(function, Activation):
        return ACTIVATION_DEFINITIONS.get(function.name) if activation_is_built_in(function) else None
    return COST_DEFINITIONS.get(function.name) if cost_is_built_in(function) else None


def without_definition(functions: Iterable[Activation | Cost]) -> list[str]:
    """What those are called whose formula is not known, each once."""
    return list(dict.fromkeys(function.spec for function in functions if definition_of(function) is None))
