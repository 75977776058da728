"""The formulas of costs, activations and their slopes, as text and as LaTeX; own functions are told by name."""

from __future__ import annotations

from dataclasses import dataclass

from glassprop.equations.activation import Activation
from glassprop.equations.cost import Cost


@dataclass(frozen=True)
class Formula:
    """A function and its derivative, each as text and as LaTeX (without dollars)."""

    value: str
    derivative: str
    value_latex: str
    derivative_latex: str


ACTIVATION_FORMULAS: dict[str, Formula] = {
    "identity": Formula("z", "1", "z", "1"),
    "relu": Formula("max(z, 0)", "1 if z > 0 else 0", r"\max(z, 0)", r"[z > 0]"),
    "leaky_relu": Formula(
        "z if z > 0 else p z", "1 if z > 0 else p", r"\max(z, 0) + p \min(z, 0)", r"[z > 0] + p\,[z \le 0]"
    ),
    "sigmoid": Formula("1/(1 + e⁻ᶻ)", "a (1 - a)", r"\frac{1}{1 + e^{-z}}", r"a (1 - a)"),
    "tanh": Formula("tanh z", "1 - a²", r"\tanh z", r"1 - a^2"),
    "softplus": Formula("ln(1 + eᶻ)", "1/(1 + e⁻ᶻ)", r"\ln(1 + e^z)", r"\frac{1}{1 + e^{-z}}"),
    "elu": Formula(
        "z if z > 0 else p (eᶻ - 1)", "1 if z > 0 else a + p", r"\max(z, 0) + p\,(e^{\min(z, 0)} - 1)",
        r"[z > 0] + (a + p)\,[z \le 0]",
    ),
    "selu": Formula(
        "λ z if z > 0 else λ α (eᶻ - 1)", "λ if z > 0 else a + λ α",
        r"\lambda \max(z, 0) + \lambda\alpha\,(e^{\min(z, 0)} - 1)",
        r"\lambda\,[z > 0] + (a + \lambda\alpha)\,[z \le 0]",
    ),
    "gelu": Formula("z Φ(z)", "Φ(z) + z φ(z)", r"z\,\Phi(z)", r"\Phi(z) + z\,\varphi(z)"),
    "silu": Formula("z σ(z)", "σ(z) + a (1 - σ(z))", r"z\,\sigma(z)", r"\sigma(z) + a\,(1 - \sigma(z))"),
    "mish": Formula(
        "z t, t = tanh(ln(1 + eᶻ))", "t + z (1 - t²) σ(z)", r"z\,t,\ t = \tanh(\ln(1 + e^z))",
        r"t + z\,(1 - t^2)\,\sigma(z)",
    ),
    "exp": Formula("eᶻ", "a", r"e^z", "a"),
    "softmax": Formula(
        "eᶻʲ / Σ eᶻᵐ", "∂a_m/∂z_j = a_m (δ_mj - a_j)", r"\frac{e^{z_j}}{\sum_m e^{z_m}}",
        r"\frac{\partial a_m}{\partial z_j} = a_m (\delta_{mj} - a_j)",
    ),
}  # fmt: skip

COST_FORMULAS: dict[str, Formula] = {
    "squared_error": Formula("Σ (a - y)²", "2 (a - y)", r"\sum_j (a_j - y_j)^2", r"2 (a_j - y_j)"),
    "half_squared_error": Formula("½ Σ (a - y)²", "a - y", r"\frac12 \sum_j (a_j - y_j)^2", r"a_j - y_j"),
    "cross_entropy": Formula("-Σ y ln a", "-y/a", r"-\sum_j y_j \ln a_j", r"-\frac{y_j}{a_j}"),
    "binary_cross_entropy": Formula(
        "-Σ (y ln a + (1 - y) ln(1 - a))", "(1 - y)/(1 - a) - y/a",
        r"-\sum_j \bigl(y_j \ln a_j + (1 - y_j) \ln (1 - a_j)\bigr)", r"\frac{1 - y_j}{1 - a_j} - \frac{y_j}{a_j}",
    ),
    "absolute_error": Formula("Σ |a - y|", "sign(a - y)", r"\sum_j |a_j - y_j|", r"\operatorname{sign}(a_j - y_j)"),
    "huber": Formula(
        "Σ (½ r² if |r| ≤ p else p (|r| - ½ p)), r = a - y", "a - y, kept within ±p",
        r"\sum_j H_p(a_j - y_j)", r"\min(\max(a_j - y_j, -p), p)",
    ),
    "poisson": Formula(
        "Σ (y ln(y/a) - y + a)", "1 - y/a",
        r"\sum_j \Bigl(y_j \ln \frac{y_j}{a_j} - y_j + a_j\Bigr)", r"1 - \frac{y_j}{a_j}"
    ),
    "quantile": Formula(
        "Σ (p r if r > 0 else (p - 1) r), r = y - a", "1 - p if a > y else -p",
        r"\sum_j \max\bigl(p\,(y_j - a_j), (p - 1)(y_j - a_j)\bigr)", r"[a_j > y_j] - p",
    ),
}  # fmt: skip


def formula_of(function: Activation | Cost) -> Formula:
    """The formulas of an activation or a cost, with its parameter p said; by name where it is the user's own."""
    table = ACTIVATION_FORMULAS if isinstance(function, Activation) else COST_FORMULAS
    found = table.get(function.name)
    if found is None:
        name = function.name
        return Formula(f"{name}(…)", f"{name}'(…)", r"f(\ldots)", r"f'(\ldots)")
    if not function.parameters:
        return found
    p = f"{function.parameters[0]:g}"
    return Formula(
        f"{found.value}, p = {p}", f"{found.derivative}, p = {p}",
        rf"{found.value_latex},\ p = {p}", rf"{found.derivative_latex},\ p = {p}",
    )  # fmt: skip
