"""Formulas as they are read from the definitions: text and LaTeX of every function, and how expressions are written."""

from __future__ import annotations

import re

import pytest
from core_cases import ACTIVATION_NAMES, COST_NAMES

from glassprop.document.formulas import formula_of
from glassprop.document.written import Writer
from glassprop.document.written_latex import LatexWriter
from glassprop.equations.activation import ACTIVATIONS, Activation, find_activation
from glassprop.equations.cost import COSTS, find_cost
from glassprop.equations.expression import parse

TEXTS = {  # value and derivative, written by hand; a new function asks for its own
    "identity": ("z", "1"),
    "relu": ("max(z, 0)", "1 if z > 0 else 0"),
    "leaky_relu": ("z if z > 0 else p z, p = 0.01", "1 if z > 0 else p, p = 0.01"),
    "sigmoid": ("1/(1 + e⁻ᶻ)", "a (1 - a)"),
    "tanh": ("tanh z", "1 - a²"),
    "softplus": ("ln(1 + eᶻ)", "1/(1 + e⁻ᶻ)"),
    "elu": ("z if z > 0 else p (eᶻ - 1), p = 1", "1 if z > 0 else a + p, p = 1"),
    "selu": ("λ z if z > 0 else λ α (eᶻ - 1)", "λ if z > 0 else a + λ α"),
    "gelu": ("z Φ(z)", "Φ(z) + z φ(z)"),
    "silu": ("z σ(z)", "σ(z) + a (1 - σ(z))"),
    "mish": ("z t, t = tanh(ln(1 + eᶻ))", "t + z (1 - t²) σ(z)"),
    "softsign": ("z/(1 + |z|)", "1/(1 + |z|)²"),
    "hardswish": ("z min(max(z + 3, 0), 6)/6", "1 if z > 3 else (2 z + 3)/6 if z > -3 else 0"),
    "squared_relu": ("max(z, 0)²", "2 max(z, 0)"),
    "blended_selu": (
        "(1 - p + p λ) z if z > 0 else (1 - p) z + p λ α (eᶻ - 1), p = 1",
        "1 - p + p λ if z > 0 else 1 - p + p λ α eᶻ, p = 1",
    ),
    "blended_mish": ("(1 - p) z + p z t, t = tanh(ln(1 + eᶻ)), p = 1", "1 - p + p (t + z (1 - t²) σ(z)), p = 1"),
    "exp": ("eᶻ", "a"),
    "softmax": ("eᶻʲ / Σ eᶻᵐ", "∂a_m/∂z_j = a_m ([m = j] - a_j)"),
    "squared_error": ("Σ (a - y)²", "2 (a - y)"),
    "half_squared_error": ("½ Σ (a - y)²", "a - y"),
    "cross_entropy": ("-Σ y ln a", "-y/a"),
    "binary_cross_entropy": ("-Σ (y ln a + (1 - y) ln(1 - a))", "(1 - y)/(1 - a) - y/a"),
    "absolute_error": ("Σ |a - y|", "sign(a - y)"),
    "huber": (
        "Σ (½ r² if |r| ≤ p else p (|r| - ½ p)), r = a - y, p = 1",
        "min(max(a - y, -p), p), p = 1",
    ),
    "poisson": ("Σ (y ln(y/a) - y + a)", "1 - y/a"),
    "quantile": (
        "Σ (p r if r > 0 else (p - 1) r), r = y - a, p = 0.5",
        "1 - p if a > y else -p if a < y else 0, p = 0.5",
    ),
    "log_cosh": ("Σ ln(cosh(a - y))", "tanh(a - y)"),
}
BOTH = [*ACTIVATIONS.values(), *COSTS.values()]


def test_the_texts_are_of_the_whole_tables():
    assert list(TEXTS) == [*ACTIVATION_NAMES, *COST_NAMES]


@pytest.mark.parametrize("function", BOTH, ids=lambda entry: entry.name)
def test_texts(function):
    formula = formula_of(function)
    assert (formula.value, formula.derivative) == TEXTS[function.name]


def test_costs_in_latex_are_summed_and_their_names_have_an_index():
    assert formula_of(COSTS["binary_cross_entropy"]).value_latex == (
        r"-\sum_j \bigl(y_j \ln a_j + (1 - y_j) \ln(1 - a_j)\bigr)"
    )
    assert formula_of(COSTS["half_squared_error"]).value_latex == r"\frac12 \sum_j (a_j - y_j)^2"
    assert formula_of(COSTS["poisson"]).value_latex == r"\sum_j \Bigl(y_j \ln \frac{y_j}{a_j} - y_j + a_j\Bigr)"
    assert formula_of(find_cost("quantile(0.3)")).value_latex == (
        r"\sum_j \bigl(p \max(r_j, 0) + (p - 1) \min(r_j, 0)\bigr),\ r_j = y_j - a_j,\ p = 0.3"
    )
    assert formula_of(COSTS["quantile"]).derivative_latex == r"(1 - p)\,[a_j > y_j] - p\,[a_j < y_j],\ p = 0.5"


def test_softmax_in_latex_says_by_what():
    assert formula_of(ACTIVATIONS["softmax"]).derivative_latex == (
        r"\frac{\partial a_m}{\partial z_j} = a_m\,([m = j] - a_j)"
    )


@pytest.mark.parametrize("function", BOTH, ids=lambda entry: entry.name)
def test_latex_is_whole(function):
    formula = formula_of(function)
    for text in (formula.value_latex, formula.derivative_latex):
        assert text.isascii()
        assert "if" not in text
        for left, right in ("()", "[]", "{}", (r"\lvert", r"\rvert"), ("bigl", "bigr")):
            assert text.count(left) == text.count(right)
        assert not re.search(r"(?<!\\)\b(exp|ln|max|min|tanh|cosh|abs|sign)\(", text)


def test_functions_of_ones_own_are_told_by_name_whatever_the_name():
    for name in ("cube", "relu"):
        own = Activation(name, value=lambda z: z**3, slope=lambda z, a: 3 * z**2)
        assert formula_of(own).value == f"{name}(…)"
    assert formula_of(find_activation("elu(0.25)")).value.endswith(", p = 0.25")


@pytest.mark.parametrize(
    ("expression", "text", "latex"),
    [
        ("x - (y - z)", "x - (y - z)", "x - (y - z)"),
        ("x - (y + z)", "x - (y + z)", "x - (y + z)"),
        ("(x - y) - z", "x - y - z", "x - y - z"),
        ("x*(y/z)", "x y/z", r"x \frac{y}{z}"),
        ("(x/y)*z", "(x/y) z", r"\frac{x}{y} z"),
        ("x/(y*z)", "x/(y z)", r"\frac{x}{y z}"),
        ("x/(y/z)", "x/(y/z)", r"\frac{x}{\frac{y}{z}}"),
        ("(x*y)**2", "(x y)²", "(x y)^2"),
        ("(x**2)**2", "(x²)²", "(x^2)^2"),
        ("(x/y)**2", "(x/y)²", r"(\frac{x}{y})^2"),
        ("(-x)**2", "(-x)²", "(-x)^2"),
        ("-x**2", "-x²", "-x^2"),
        ("x*(-y)", "x (-y)", r"x\,(-y)"),
        ("x - (-y)", "x - (-y)", "x - (-y)"),
        ("-(x + y)", "-(x + y)", "-(x + y)"),
        ("exp(-2*x)", "e⁻²ˣ", "e^{-2 x}"),
        ("exp(x/y)", "e^(x/y)", r"e^{\frac{x}{y}}"),
        ("ln(x)**2", "(ln x)²", r"(\ln x)^2"),
        ("abs(x)**2", "|x|²", r"\lvert x \rvert^2"),
        ("x*(1 if y > 0 else 2)", "x (1 if y > 0 else 2)", r"x\,([y > 0] + 2\,[y \le 0])"),
        ("x if x > 0 else 1/x", "x if x > 0 else 1/x", r"x\,[x > 0] + \frac{1}{x}\,[x \le 0]"),
        ("1 if x > 3 else y if x > -3 else 0", "1 if x > 3 else y if x > -3 else 0", r"[x > 3] + y\,[-3 < x \le 3]"),
        ("1 if x > 3 else y if z > 0 else 0", "1 if x > 3 else y if z > 0 else 0",
         r"[x > 3] + y\,[x \le 3]\,[z > 0]"),
        ("(1 if x > 0 else 2) if y > 0 else 3", "(1 if x > 0 else 2) if y > 0 else 3",
         r"([x > 0] + 2\,[x \le 0])\,[y > 0] + 3\,[y \le 0]"),
    ],
)  # fmt: skip
def test_brackets_stand_where_they_are_needed(expression, text, latex):
    assert Writer().write(parse(expression)) == text
    assert LatexWriter().write(parse(expression)) == latex
