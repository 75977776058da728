"""The worksheet: what is printed is what is computed with, and every answer of the key holds in exact arithmetic."""

from __future__ import annotations

import copy
import re
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from html.parser import HTMLParser
from itertools import pairwise

import mpmath
import numpy as np
import pytest
import sympy as sp
from core_cases import dense, targets
from hypothesis import given
from hypothesis import strategies as st
from tex_cases import HOSTILE, compile_tex

from glassprop import Activation, Layer, Network, Scale
from glassprop.architecture.own_units import OwnUnits
from glassprop.equations.activation import SELU_ALPHA, SELU_SCALE
from glassprop.errors import DataError, SettingsError
from glassprop.ground.text import shortened
from glassprop.insight.names import Column, Names, Scaling
from glassprop.insight.step import Training
from glassprop.optimizer import AdamW
from glassprop.worksheet.exact import decimal_of, rounded
from glassprop.worksheet.worksheet import classroom_network, worksheet_of

EPS = sp.Symbol("epsilon")
ALPHA, SCALE = sp.Rational(str(SELU_ALPHA)), sp.Rational(str(SELU_SCALE))


def softplus(z):
    return sp.log(1 + sp.exp(z))


# Written anew from their definitions; z > 0 is decided by the number.
ACTIVATIONS = {
    "identity": lambda z, up: z,
    "relu": lambda z, up: z if up else sp.Integer(0) * z,
    "leaky_relu": lambda z, up: z if up else z / 100,
    "sigmoid": lambda z, up: 1 / (1 + sp.exp(-z)),
    "tanh": lambda z, up: sp.tanh(z),
    "softplus": lambda z, up: softplus(z),
    "elu": lambda z, up: z if up else sp.exp(z) - 1,
    "selu": lambda z, up: SCALE * z if up else SCALE * ALPHA * (sp.exp(z) - 1),
    "gelu": lambda z, up: z * (1 + sp.erf(z / sp.sqrt(2))) / 2,
    "silu": lambda z, up: z / (1 + sp.exp(-z)),
    "mish": lambda z, up: z * sp.tanh(softplus(z)),
    "softsign": lambda z, up: z / (1 + z if up else 1 - z),
    "hardswish": lambda z, up: z * (z + 3) / 6,  # near 0, where the numbers of the tests lie
    "squared_relu": lambda z, up: z**2 if up else sp.Integer(0) * z,
    "blended_selu": lambda z, up: SCALE * z if up else SCALE * ALPHA * (sp.exp(z) - 1),  # all of it: p = 1
    "blended_mish": lambda z, up: z * sp.tanh(softplus(z)),
    "exp": lambda z, up: sp.exp(z),
}
COSTS = {
    "squared_error": lambda a, y: (a - y) ** 2,
    "half_squared_error": lambda a, y: (a - y) ** 2 / 2,
    "cross_entropy": lambda a, y: -y * sp.log(a) if y else sp.Integer(0),
    "binary_cross_entropy": lambda a, y: (-y * sp.log(a) if y else 0) - ((1 - y) * sp.log(1 - a) if 1 - y else 0),
    "absolute_error": lambda a, y: (a - y) * sp.sign((a - y).subs(EPS, 0).evalf()),
    "huber": lambda a, y: (
        (a - y) ** 2 / 2 if abs((a - y).subs(EPS, 0).evalf()) <= 1 else abs_of(a - y) - sp.Rational(1, 2)
    ),
    "poisson": lambda a, y: (y * sp.log(y) - y * sp.log(a) if y else 0) - y + a,
    "quantile": lambda a, y: abs_of(a - y) / 2,
    "log_cosh": lambda a, y: sp.log(sp.cosh(a - y)),
}


def abs_of(r):
    return r * (1 if r.subs(EPS, 0).evalf() > 0 else -1)


class Paper:
    """What a pupil would do: reads the printed numbers of a row, and computes with sympy from them alone."""

    def __init__(self, text: str, network: Network, row: int = 0, digits: int = 2) -> None:
        self.network, self.digits = network, digits
        head = text.split("## Given")[1].split("Answer key")[0]
        head = re.split(r"^## (?:0|1|Row)", head, flags=re.MULTILINE)[0]
        self.limit = int(limit[1]) if (limit := re.search(r"√\(1 \+ \(u/(\d+)\)²\)", text)) else None
        given = dict(re.findall(r"^(\S.*):\n\n((?:\|.*\n)+)", head, re.MULTILINE))
        self.u = {}
        self.x, self.y = (self._quantities(given, what, row) for what in ("Inputs", "Targets"))
        layers = [table for title, table in given.items() if title.startswith("Weights")]
        numbers = [[line for _, line in lines_of(table)] for table in layers]
        self.w = [None, *([line[:-1] for line in table] for table in numbers)]
        self.b = [None, *([line[-1] for line in table] for table in numbers)]

    def _quantities(self, given, what, row):
        """As they are given, or scaled and rounded from what stands in the table."""
        found = {}
        for title, table in given.items():
            if title.startswith(what):
                for symbol, numbers in lines_of(table):
                    k = int(re.search(r"\[(\d+)\]", symbol)[1])
                    found[k] = self._scaled(k, *numbers[-2:], numbers[row], what) if "table" in title else numbers[row]
        return [found[k] for k in range(len(found))]

    def _scaled(self, k, center, spread, value, what):
        u = (value - center) / spread
        self.u |= {k: u} if what == "Inputs" else {}
        x = u / sp.sqrt(1 + (u / self.limit) ** 2) if self.limit and what == "Inputs" else u
        return sp.Rational(str(round(Decimal(str(sp.N(x, 50))), self.digits)))

    def run(self, letter="", layer=0, j=0, k=None):
        """z and a of all layers and the cost, with ε added to the quantity named."""
        a, seen = list(self.x), {}
        for l, spec in enumerate(self.network.layers, start=1):
            z = []
            for m in range(spec.n):
                w = [x + EPS if (letter, layer, j, k) == ("w", l, m, n) else x for n, x in enumerate(self.w[l][m])]
                b = self.b[l][m] + (EPS if (letter, layer, j) == ("b", l, m) else 0)
                z.append(sum((p * q for p, q in zip(w, a, strict=True)), sp.Integer(0)) + b)
            if letter in "δ":
                z = [x + EPS if (letter, layer, j) == ("δ", l, m) else x for m, x in enumerate(z)]
            name = spec.activation.name
            if name == "softmax":
                total = sum(sp.exp(x) for x in z)
                a = [sp.exp(x) / total for x in z]
            else:
                a = [ACTIVATIONS[name](sp.sympify(x), sp.sympify(x).subs(EPS, 0).evalf() > 0) for x in z]
            seen |= {("z", l, m): x for m, x in enumerate(z)} | {("a", l, m): x for m, x in enumerate(a)}
            a = [x + EPS if (letter, layer, j) == ("a", l, m) else x for m, x in enumerate(a)]
        cost = sum(COSTS[self.network.cost_function.name](sp.sympify(p), q) for p, q in zip(a, self.y, strict=True))
        return seen, cost

    def derivative(self, letter, layer, j, k=None):
        return sp.diff(self.run(letter, layer, j, k)[1], EPS).subs(EPS, 0)

    def places(self):
        for l in range(1, len(self.w)):
            for j, weights in enumerate(self.w[l]):
                yield from (("w", l, j, k) for k in range(len(weights)))
                yield "b", l, j, None

    def with_parameters(self, change):
        """The same row where each parameter is more by what ``change`` says."""
        other = copy.copy(self)
        other.w = [None, *([[x + change("w", l, j, k) for k, x in enumerate(row)] for j, row in enumerate(self.w[l])]
                           for l in range(1, len(self.w)))]  # fmt: skip
        other.b = [
            None,
            *([x + change("b", l, j, None) for j, x in enumerate(self.b[l])] for l in range(1, len(self.b))),
        ]
        return other

    def by_difference(self, letter, layer, j, k=None):
        costs = [
            self.with_parameters(lambda *place, step=step: step * int(place == (letter, layer, j, k))).run()[1]
            for step in (sp.Rational(1, 100), -sp.Rational(1, 100))
        ]
        return (numeric(costs[0]) - numeric(costs[1])) / sp.Rational(2, 100)

    def answer(self, symbol: str):
        """What belongs in the blank after this symbol."""
        if symbol == "C₀":
            return self.run()[1]
        if symbol == "prediction":
            center, spread = self.units
            return center + spread * self.run()[0]["a", len(self.w) - 1, 0]
        if scaled := re.fullmatch(r"a\[(\d+)\]⁽⁰⁾|y\[(\d+)\]", symbol):
            return self.x[int(scaled[1])] if scaled[1] else self.y[int(scaled[2])]
        if u := re.fullmatch(r"u\[(\d+)\]", symbol):
            return self.u[int(u[1])]
        letter, layer, index = parts_of(symbol)
        if symbol.startswith("∂"):
            return self.derivative(letter, layer, *index)
        if symbol.startswith("σ"):
            z = self.run()[0]["z", layer, index[0]]
            return sp.diff(ACTIVATIONS[self.network.layer(layer).activation.name](z + EPS, z.evalf() > 0), EPS).subs(
                EPS, 0
            )
        return self.derivative("δ", layer, *index) if letter == "δ" else self.run()[0][letter, layer, index[0]]


def lines_of(table):
    """The lines of a printed table: what stands first, and the numbers."""
    for line in table.strip().split("\n")[2:]:
        first, *cells = line.strip("| ").split("|")
        yield first, [sp.Rational(cell.strip()) for cell in cells if cell.strip()]


def numeric(x):
    """Exact if it is a fraction, else to so many digits that nothing is lost."""
    return x if sp.sympify(x).is_Rational else sp.N(x, 120)


def parts_of(symbol):
    digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
    letter, index, layer = re.search(r"(\w)\[([\d,]+)\]⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾", symbol).groups()
    return letter, int(layer.translate(digits)), [int(x) for x in index.split(",")]


class Class:
    """All rows of a sheet: what is averaged, the step with the mean derivative, and what comes after it."""

    def __init__(self, text, network, n, digits, rate="1/10"):
        self.rows = [Paper(text, network, i, digits) for i in range(n)]
        self.n, self.rate, self._gradient = n, sp.Rational(rate), {}

    def mean(self, values):
        return sum(values, sp.Integer(0)) / self.n

    def gradient(self, *place):
        if place not in self._gradient:
            self._gradient[place] = numeric(self.mean([row.derivative(*place) for row in self.rows]))
        return self._gradient[place]

    @cached_property
    def after(self):
        return [row.with_parameters(lambda *place: -self.rate * self.gradient(*place)) for row in self.rows]

    def place(self, symbol):
        letter, layer, (j, *k) = parts_of(symbol)
        return letter, layer, j, *(k or [None])

    def answer(self, symbol, row=0):
        row = int(found[1]) if (found := re.search(r" \(row (\d)\)$", symbol)) else row
        symbol = re.sub(r" \(row \d\)$", "", symbol)
        if symbol.startswith("new C") and " - " in symbol:
            return self.mean([one.run()[1] for one in self.after]) - self.mean([one.run()[1] for one in self.rows])
        if symbol == "new C":
            return self.mean([one.run()[1] for one in self.after])
        if symbol == "C":
            return self.mean([one.run()[1] for one in self.rows])
        if re.match("new [wb]", symbol):
            letter, layer, j, k = place = self.place(symbol)
            old = self.rows[0].b[layer][j] if letter == "b" else self.rows[0].w[layer][j][k]
            return old - self.rate * self.gradient(*place)
        if symbol.startswith("new "):
            return self.after[row].answer(symbol.removeprefix("new "))
        return self.gradient(*self.place(symbol)) if symbol.startswith("∂C/") else self.rows[row].answer(symbol)

    def check(self, symbol):
        return self.mean([row.by_difference(*self.place(symbol)) for row in self.rows])


EXACT_TEXT, ABOUT_TEXT = r"-?[\d./]+", r"-?[\d.]+(?:·10\S+)?"


def key_of(text):
    """By section: (symbol, the exact number or None, the rounded one or None, the text by difference) as in the key."""
    found, row = [], 0
    for line in text.split("# Answer key")[1].split("\n"):
        if re.match(r"## Row \d", line):
            row = int(line[7:])
        cells = [cell.strip() for cell in line.strip("| ").split(" | ")] if line.startswith("| ∂C") else []
        if line.startswith("    ") or (len(cells) == 3 and cells[1][0] in "=≈"):
            line, check = (f"    {cells[0]} {cells[1]}", cells[2]) if cells else (line, None)
            symbol = re.match(r" +(.*?) [=≈] ", line)[1]
            pieces = re.findall(r"([=≈]) ([^=≈]+)", line[len(symbol) + 4 :])
            exact = [value for sign, value in pieces if sign == "=" and re.fullmatch(EXACT_TEXT, value.strip())]
            about = [value for sign, value in pieces if sign == "≈" and re.fullmatch(ABOUT_TEXT, value.strip())]
            found.append(
                (row, symbol, exact[-1].strip() if exact else None, about[-1].strip() if about else None, check)
            )
    return found


def blanks_of(text):
    sheet = text.split("# Answer key")[0]
    lines = re.findall(r"^    (\S.*?) = _+$|^\| (∂C\S+) +\| = _+", sheet, re.MULTILINE)
    return [one or other for one, other in lines]


def as_fraction(text):
    mantissa, _, power = text.partition("·10")
    return Fraction(mantissa) * Fraction(10) ** int(power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")) or 0)


def assert_about(about, want, significant, symbol):
    """Rightly rounded to so many digits."""
    with mpmath.workdps(60):
        true = mpmath.mpf(sp.sympify(want).evalf(60)) if want != 0 else mpmath.mpf(0)
        shown = mpmath.mpf(as_fraction(about).numerator) / as_fraction(about).denominator
        power = mpmath.floor(mpmath.log10(abs(true))) if true else 0
        assert abs(shown - true) <= mpmath.mpf(10) ** (power - significant + 1) / 2 * (1 + mpmath.mpf(10) ** -30), (
            symbol
        )
        assert len(re.sub(r"[-.]|·.*", "", about).lstrip("0")) >= significant or not true


def check_key(text, network, digits, *, exact=None, n=1):
    paper, key = Class(text, network, n, digits), key_of(text)
    short = {i for i, (_, symbol, *_) in enumerate(key) if symbol in [s for r, s, *_ in key[:i] if r == key[i][0]]}
    assert blanks_of(text) == [symbol for i, (_, symbol, *_) in enumerate(key) if i not in short]
    for row, symbol, whole, about, check in key:
        want = paper.answer(symbol, row)
        assert whole or about
        if exact is not None and not symbol.startswith("new"):
            assert (whole is not None) == exact(symbol), symbol
        if whole is not None:
            assert sp.simplify(want - sp.Rational(whole)) == 0, symbol
        if re.fullmatch(r"a\[\d\]⁽⁰⁾|y\[\d\]", symbol):  # rounded, to go on with
            assert sp.Rational(about) == want, symbol
        elif about is not None:
            assert_about(about, want, digits + 2, symbol)
        if check is not None:
            want, shown = paper.check(symbol), check.removesuffix(r"\*")
            if re.fullmatch(EXACT_TEXT, shown) and abs(as_fraction(shown) - Fraction(str(sp.N(want, 40)))) < 1e-30:
                continue
            assert_about(shown, want, digits + 2, symbol)
    return paper


def explanation(network, seed=0):
    rng = np.random.default_rng(seed)
    y = targets(network.cost_function.targets, 1, network.sizes[-1], rng)
    if network.cost_function.name == "cross_entropy":
        y = np.eye(network.sizes[-1])[:1]
    theta = rng.normal(size=network.layout.size)
    return network.explain(theta, rng.normal(size=network.sizes[0]), y[0])


# --- answers ---------------------------------------------------------------------------------------------------

NETWORKS = {
    "relu identity squared": (dense(2, (2, "relu"), (1, "identity")), 2),
    "relu relu absolute": (dense(2, (2, "relu"), (2, "relu"), (2, "identity"), cost="absolute_error"), 3),
    "leaky_relu huber": (dense(3, (2, "leaky_relu"), (2, "identity"), cost="huber"), 1),
    "quantile": (dense(2, (2, "leaky_relu"), (2, "identity"), cost="quantile"), 2),
    "sigmoid binary": (dense(2, (2, "sigmoid"), (1, "sigmoid"), cost="binary_cross_entropy"), 2),
    "tanh softmax": (dense(2, (2, "tanh"), (3, "softmax"), cost="cross_entropy"), 2),
    "softmax inside": (dense(2, (3, "softmax"), (1, "identity"), cost="half_squared_error"), 3),
    "softplus exp poisson": (dense(2, (2, "softplus"), (1, "exp"), cost="poisson"), 2),
    "elu": (dense(2, (3, "elu"), (1, "identity")), 2),
    "selu": (dense(2, (3, "selu"), (1, "identity")), 2),
    "gelu": (dense(2, (2, "gelu"), (1, "identity")), 6),
    "softsign hardswish": (dense(2, (2, "softsign"), (2, "hardswish"), (1, "identity")), 2),
    "squared_relu log_cosh": (dense(2, (2, "squared_relu"), (2, "identity"), cost="log_cosh"), 2),
    "silu mish": (dense(1, (2, "silu"), (1, "mish"), (1, "identity")), 2),
}
EXACT = {"relu identity squared", "relu relu absolute", "leaky_relu huber", "quantile", "softsign hardswish"}


@pytest.mark.parametrize("name", NETWORKS)
def test_every_answer_of_the_key_holds(name):
    network, digits = NETWORKS[name]
    e = explanation(network, seed=sum(map(ord, name)))
    check_key(worksheet_of(e, digits), network, digits, exact=(lambda symbol: True) if name in EXACT else None)


def test_only_what_e_and_logarithms_touch_is_rounded():
    e = classroom_network(2, activation="sigmoid", output="identity")
    check_key(worksheet_of(e), e.architecture, 2, exact=lambda symbol: symbol in ("z[0]⁽¹⁾", "z[1]⁽¹⁾", "σ'(z[0]⁽²⁾)"))


@pytest.mark.parametrize("seed", range(3))
def test_the_classroom_network_is_exact_and_alive(seed):
    e = classroom_network(seed)
    assert e.architecture.sizes == [2, 2, 1]
    text = worksheet_of(e, 1)
    check_key(text, e.architecture, 1, exact=lambda symbol: True)
    np.testing.assert_array_equal(np.round(e.view.theta, 1), e.view.theta)
    assert all(value != "0" for _, symbol, value, *_ in key_of(text) if not symbol.startswith("new"))


def test_another_seed_gives_other_numbers():
    assert worksheet_of(classroom_network(0)) == worksheet_of(classroom_network(0))
    assert worksheet_of(classroom_network(0)) != worksheet_of(classroom_network(1))


@pytest.mark.parametrize("digits", [1, 2, 4])
def test_given_numbers_are_rounded_first(digits):
    e = explanation(dense(2, (2, "tanh"), (1, "identity")), seed=5)
    paper = Paper(worksheet_of(e, digits), e.architecture)
    half = 0.5 * 10.0**-digits + 1e-12
    for l in (1, 2):
        shown = np.array(paper.w[l], dtype=float)
        assert np.abs(shown - e.view.w(l, e.focus)).max() <= half
        assert np.abs(shown * 10**digits - np.round(shown * 10**digits)).max() < 1e-9
    assert np.abs(np.array(paper.x, dtype=float) - e.view.X[0]).max() <= half


def test_every_weight_is_asked_for_and_moved():
    e = explanation(dense(3, (4, "relu"), (2, "identity")), seed=1)
    symbols = [symbol for _, symbol, *_ in key_of(worksheet_of(e))]
    for begin in ("∂C₀/∂", "new "):
        assert len([s for s in symbols if re.match(f"{begin}[wb]", s)]) == e.architecture.layout.size == 26


def test_the_sheet_before_the_key_has_no_answers():
    text = worksheet_of(classroom_network(0))
    sheet, key = text.split("# Answer key")
    assert "____" not in key
    for line in sheet.split("## 1.")[1].split("\n"):
        if line.startswith("    ") and line.endswith("_"):
            assert re.fullmatch(r"    \S.* = _{12}", line)
    assert "≈" not in sheet
    rows = [line for line in sheet.split("## 8.")[1].split("\n") if line.startswith("| ∂")]
    assert len(rows) == 9
    assert all(re.fullmatch(r"\| \S+ +\| = _{12} \| +_{8} \|", row) for row in rows)


# --- several rows, the step, and what they say ------------------------------------------------------------------------


SEVERAL = {
    "relu": (dense(2, (2, "relu"), (1, "identity")), 3, 1),
    "softmax": (dense(2, (1, "sigmoid"), (2, "softmax"), cost="cross_entropy"), 2, 2),
}


def several(name):
    network, n, digits = SEVERAL[name]
    rng = np.random.default_rng(7)
    y = targets(network.cost_function.targets, n, network.sizes[-1], rng)
    if network.cost_function.name == "cross_entropy":
        y = np.eye(network.sizes[-1])[:n]
    return network.explain(rng.normal(size=network.layout.size), rng.normal(size=(n, 2)), y), n, digits


@pytest.mark.parametrize("name", SEVERAL)
def test_several_rows_are_averaged(name):
    e, n, digits = several(name)
    text = worksheet_of(e, digits)
    check_key(text, e.architecture, digits, n=n, exact=(lambda symbol: True) if name == "relu" else None)
    assert re.findall(r"^## (?:Row|All).*", text.split("# Answer key")[0], re.MULTILINE) == [
        *(f"## Row {i}" for i in range(n)), "## All rows",
    ]  # fmt: skip
    means = [symbol for _, symbol, *_ in key_of(text) if symbol.startswith("∂C/")]
    assert len(means) == e.architecture.layout.size


def test_the_means_are_those_of_the_network():
    """With numbers that are given in tenths nothing is rounded, and the gradient of the network is in the key."""
    e = classroom_network(3, rows=4)
    gradient = e.architecture.gradient(e.view.theta, e.view.X, e.view.Y)
    key = {symbol: float(exact) for _, symbol, exact, *_ in key_of(worksheet_of(e, 1)) if exact}
    for l in (1, 2):
        for (j, k), value in np.ndenumerate(e.architecture.w(gradient, l)):
            assert key[f"∂C/∂w[{j},{k}]⁽{'⁰¹²'[l]}⁾"] == pytest.approx(value, rel=1e-12)
    assert key["C"] == pytest.approx(e.view.costs.mean(), rel=1e-12)
    moved = e.view.theta - 0.1 * gradient
    after = e.architecture.cost(moved, e.view.X, e.view.Y)
    new = {symbol: as_fraction(about or exact) for _, symbol, exact, about, _ in key_of(worksheet_of(e, 6))}
    assert float(new["new C"]) == pytest.approx(after, rel=1e-6)
    assert float(new["new C - C"]) == pytest.approx(after - key["C"], rel=1e-5)


def test_the_step_is_taken_at_the_rate_asked_for():
    e = classroom_network(0).at_rate(0.01)
    text = worksheet_of(e, 1)
    assert "the learning rate η = 0.01." in text
    key = {symbol: exact for _, symbol, exact, *_ in key_of(text)}
    assert Fraction(key["new w[1,0]⁽¹⁾"]) == Fraction("0.9") - Fraction("0.01") * Fraction(key["∂C₀/∂w[1,0]⁽¹⁾"])


def test_a_step_that_leads_beyond_paper_is_said():
    """Weights that grow by hundreds: e to their power is no number for paper; at a small rate all is there."""
    network = dense(1, (1, "exp"), (1, "identity"))
    e = network.explain([4.0, 0.0, 9.0, 0.0], [1.0], [-400.0])
    for form in ("text", "html", "latex"):
        assert "Left out: with these new weights" in worksheet_of(e, 2, form)
    text = worksheet_of(e.at_rate(1e-8), 2)
    assert "Left out" not in text
    assert [symbol for _, symbol, *_ in key_of(text)][-1] == "new C₀ - C₀"


def test_a_kink_between_the_two_points_is_marked():
    """One neuron's z is 0.01 times an input of 1: its weight and bias cross 0, the other's do not."""
    network = dense(1, (2, "relu"), (1, "identity"))
    e = network.explain([0.5, 0.5, -0.495, 0.5, 1.0, 1.0, 0.0], [1.0], [2.0])
    checks = {symbol: check for _, symbol, _, _, check in key_of(worksheet_of(e, 3)) if check}
    marked = {symbol for symbol, check in checks.items() if check.endswith(r"\*")}
    assert marked == {"∂C₀/∂w[0,0]⁽¹⁾", "∂C₀/∂b[0]⁽¹⁾"}
    assert "lies a kink" in worksheet_of(e, 3).split("# Answer key")[1]
    assert "lies a kink" not in worksheet_of(classroom_network(0), 1)


@pytest.mark.parametrize(
    ("layers", "cost", "y", "short"),
    [
        ([(3, "softmax")], "cross_entropy", [0.0, 1.0, 0.0], "δ_j = a_j - y_j"),
        ([(3, "softmax")], "cross_entropy", [0.2, 0.2, 0.600001], "δ_j = a_j · Σ_m y_m - y_j"),
        ([(2, "sigmoid")], "binary_cross_entropy", [0.0, 1.0], "δ_j = a_j - y_j"),
        ([(1, "exp")], "poisson", [2.0], "δ_j = a_j - y_j"),
        ([(1, "identity")], "half_squared_error", [2.0], "δ_j = a_j - y_j"),
    ],
)
def test_the_collapse_stands_in_the_key_alone(layers, cost, y, short):
    """The short form of every output, beside the long way to the same number."""
    network = dense(2, *layers, cost=cost)
    theta = np.random.default_rng(1).normal(size=network.layout.size)
    text = worksheet_of(network.explain(theta, [0.5, -1.0], y), 6 if sum(y) != round(sum(y)) else 2)
    sheet, key = text.split("# Answer key")
    assert "collapses" in sheet
    assert "The short form" not in sheet
    assert f"The short form is {short}, and it gives the same:" in key.replace("\\_", "_")
    for j in range(network.sizes[-1]):
        long, fast = re.findall(rf"^    δ\[{j}\]⁽¹⁾ .* (\S+)$", key, re.MULTILINE)
        assert long == fast


def test_without_a_collapse_none_is_told():
    text = worksheet_of(explanation(dense(2, (3, "softmax"), cost="squared_error")))
    assert "collaps" not in text
    assert "short form" not in text
    assert "the Jacobian" in text


def test_the_jacobian_is_filled_in():
    network = dense(2, (2, "tanh"), (3, "softmax"), cost="cross_entropy")
    e = explanation(network, seed=2)
    text = worksheet_of(e, 6)
    tables = [part.split("\n\n")[0] for part in text.split("| ∂a_m/∂z_j |")[1:]]
    blank, filled = (
        [[cell.strip() for cell in line.strip("| ").split("|")][1:] for line in table.split("\n")[2:]]
        for table in tables
    )
    assert all(cell == "_" * 8 for row in blank for cell in row)
    np.testing.assert_allclose([[float(as_fraction(x)) for x in row] for row in filled], e.jacobian(2), atol=2e-6)


# --- the drawing ------------------------------------------------------------------------------------------------------


def test_the_drawing_joins_all_neurons_of_neighbors():
    lines = worksheet_of(classroom_network(0)).split("## The network")[1].split("## Given")[0].strip("\n").split("\n")
    assert lines == [
        "    a[0]⁽⁰⁾ ──┬─▶ a[0]⁽¹⁾ ──┐",
        "              │             ├─▶ a[0]⁽²⁾ ────▶ C₀ ◀──── y[0]",
        "    a[1]⁽⁰⁾ ──┴─▶ a[1]⁽¹⁾ ──┘",
    ]


def test_what_does_not_fit_into_a_line_is_said():
    deep = dense(1, *[(1, "relu")] * 8, (1, "identity"))
    drawn = worksheet_of(explanation(deep, seed=3)).split("## The network")[1].split("## Given")[0]
    assert "draw the network yourself, 1 → 1 → 1 → 1 → 1 → 1 → 1 → 1 → 1 → 1" in drawn


@pytest.mark.parametrize("form", ["html", "latex"])
def test_every_circle_weight_and_bias_is_drawn(form):
    e = explanation(dense(3, (2, "tanh"), (2, "identity")), seed=6)
    document = worksheet_of(e, 2, form)
    circles, begin, end = {
        "html": ("<circle", "<svg", "</svg>"), "latex": (r"\circle{", r"\begin{picture}", r"\end{picture}"),
    }[form]  # fmt: skip
    drawings = [part.split(end)[0] for part in document.split(begin)[1:]]
    assert [drawing.count(circles) for drawing in drawings] == [3 + 2 + 2 + 2] * 2  # the targets, too; and in the key
    paper = Paper(worksheet_of(e, 2), e.architecture)
    numbers = [x for block in paper.w[1:] for row in block for x in row] + [x for block in paper.b[1:] for x in block]
    for drawing in drawings:
        found = re.findall(
            r"(?<![\d.])-?\d+\.?\d*(?![\d.])", re.sub(r"<[^>]*>|\\put\([^)]*\)|\\qbezier\S+", " ", drawing)
        )
        values = [sp.Rational(x) for x in found]
        assert all(values.count(x) >= numbers.count(x) for x in numbers)
    answers = [float(as_fraction(about or exact)) for _, symbol, exact, about, _ in key_of(worksheet_of(e, 2))
               if re.fullmatch(r"[aδ]\[\d\]⁽[¹²]⁾", symbol)]  # fmt: skip
    assert len(answers) == 8
    written = drawings[1].replace(r" \cdot 10^{", "e")
    assert all(f"{x:.4g}".rstrip("0") in written for x in answers if abs(x) > 1e-3)
    assert not any(f"{x:.4g}" in drawings[0] for x in answers)


# --- in the table's units ---------------------------------------------------------------------------------------------


def of_a_table(n=1, limit=5.0, units=None, digits=2):
    """Rows of a table with two numbers, scaled, and a category; the scaling is worked out here, by hand."""
    network = dense(4, (2, "tanh"), (1, "identity"), cost="half_squared_error")
    network = network if units is None else network.in_units(units)
    rng = np.random.default_rng(4)
    v = np.array([[178.5, 50], [161.0, 18], [183.25, 71]])[:n]
    center, spread = np.array([170.2581, 48.637]), np.array([8.54512, 17.7281])
    u = (v - center) / spread
    x = u if limit is None else u / np.sqrt(1 + (u / limit) ** 2)
    X = np.hstack([x, np.tile([0.0, 1.0], (n, 1))])
    y = np.array([63.5, 51.25, 88.0])[:n]
    columns = (
        *(Column(name, (k,), tuple(map(str, v[:, k])), numbers=tuple(v[:, k]),
                 scalings=(Scaling(center[k], spread[k], limit),)) for k, name in enumerate(["height", "age"])),
        Column("town", (2, 3), ("Ulm",) * n, categories=("Bern", "Ulm")),
    )  # fmt: skip
    names = Names.numbered(network, n, inputs=["height", "age", "town = Bern", "town = Ulm"], columns=columns,
                           outputs=["weight"], targets=[f"{one:g}" for one in y])  # fmt: skip
    Y = y[:, None] if units is None else units.standard(y[:, None])
    return network.explain(rng.normal(size=network.layout.size), X, Y, names=names), v, y


UNITS = OwnUnits(65.993, 10.0534)


@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("limit", [5.0, None])
def test_scaling_is_step_0_and_the_prediction_comes_back(n, limit):
    e, v, y = of_a_table(n, limit, UNITS)
    text = worksheet_of(e, 2)
    Paper.units = sp.Rational("65.99"), sp.Rational("10.05")
    paper = check_key(text, e.architecture, 2, n=n)
    for i, row in enumerate(paper.rows):
        np.testing.assert_allclose(np.array(row.x, float), e.view.X[i], atol=0.0051)
        np.testing.assert_allclose(np.array(row.y, float), e.view.Y[i], atol=0.0051)
    sheet, key = text.split("# Answer key")
    assert "Inputs, as they stand in the table:" in sheet
    assert "not in the table's units: town = Bern, town = Ulm." in sheet
    for number in (*v.ravel(), *y):
        assert re.search(rf"\| +{re.escape(f'{number:g}')} \|", sheet)
    first = [line for line in sheet.split("\n") if re.match(r"#+ \d+\. ", line)]
    assert re.match(r"#+ 0\. Scaling", first[0])
    assert len([line for line in first if re.match(r"#+ 0\. ", line)]) == 1
    assert len(re.findall(r"^    prediction ≈ 65.99 \+ 10.05·", key, re.MULTILINE)) == n
    assert len(re.findall(r"^    new prediction (?:\(row \d\) )?≈", key, re.MULTILINE)) == n
    assert ("squeezed" in sheet) == (limit is not None)


def test_the_squeeze_is_rounded_as_a_pupil_would():
    e, *_ = of_a_table(1, 1.5, UNITS)
    key = worksheet_of(e, 2).split("# Answer key")[1]
    u = (178.5 - 170.258) / 8.545
    assert f"    a[0]⁽⁰⁾ ≈ {u / np.sqrt(1 + (u / 1.5) ** 2):.2f}\n" in key


def test_without_rows_nothing_of_the_table_is_in_the_sheet_and_it_says_so():
    e, *_ = of_a_table(1, 5.0, UNITS)
    for one in (e, e.without_rows()):
        for form in ("text", "html", "latex"):
            sheet = worksheet_of(one, 2, form, rows=False)
            assert "178.5" not in sheet
            assert "63.5" not in sheet
            assert "given as the network takes them" in sheet
    assert "## 1. Forward" in worksheet_of(e, 2, rows=False)


def test_a_target_that_is_bent_is_given_as_it_is_and_says_so():
    units = OwnUnits(4.1, 0.2, "log", knots=(20.0, 200.0))
    e, *_ = of_a_table(1, 5.0, units)
    text = worksheet_of(e, 2)
    assert "y is given as the network takes it: (log(target) - 4." in text
    assert "prediction" not in text


def test_what_a_scaling_does_not_say_rightly_is_not_told():
    """A scaling that is not what the network was given: the inputs are then given as they are."""
    e, *_ = of_a_table(1, 5.0)
    wrong = tuple(replace(c, scalings=(Scaling(0.0, 3.0),)) if c.numbers else c for c in e.names.columns)
    text = worksheet_of(replace(e, names=replace(e.names, columns=wrong)), 2)
    assert "Scaling" not in text
    assert "as they stand in the table" not in text


# --- what is left out is said -----------------------------------------------------------------------------------------


def test_what_the_sheet_leaves_out_of_the_training_is_said():
    network = Network(2, [Layer(2, "relu", dropout=0.25), Layer(1, "identity")])
    optimizer = AdamW()
    training = Training(optimizer, optimizer.start(np.zeros(network.layout.size)), 0.1, l2=0.5, clip_norm=1.0)
    theta = np.linspace(-1, 1, network.layout.size)
    text = worksheet_of(network.explain(theta, [1.0, 2.0], [1.0], training=training))
    assert "trained with AdamW, L2, clipping of large gradients; the step of this sheet is one of plain" in text
    assert "Left out: dropout, which in training switches neurons off at random (0.25 of layer 1)." in text
    plain = worksheet_of(classroom_network(0))
    assert "Left out" not in plain
    assert "was trained with" not in plain


def test_one_of_several_networks_says_so():
    network = Network(2, [Layer(2, "relu", own=True), Layer(1, "identity", own=True)], members=3)
    theta = np.random.default_rng(0).normal(size=network.layout.size)
    text = worksheet_of(network.explain(theta, [1.0, 2.0], [1.0]).member(1))
    assert "the mean of 3 networks; this sheet is about one of them, number 1" in text


# --- numbers as text -------------------------------------------------------------------------------------------


@given(st.fractions(max_denominator=10**9), st.integers(1, 9))
def test_rounding_is_right(x, significant):
    mantissa, power = rounded(x, significant)
    shown = Fraction(mantissa) * Fraction(10) ** power
    if x == 0:
        assert (mantissa, power) == ("0", 0)
        return
    unit = Fraction(10) ** (len(str(int(abs(x)))) - significant) if abs(x) >= 1 else None
    if unit is None:
        places = 0
        while abs(x) * 10**places < 1:
            places += 1
        unit = Fraction(1, 10 ** (places + significant - 1))
    assert abs(shown - x) <= unit / 2
    assert len(mantissa) < significant + 12


@given(st.decimals(allow_nan=False, allow_infinity=False, places=8, min_value=-(10**9), max_value=10**9))
def test_a_decimal_is_shown_whole(decimal):
    shown = decimal_of(Fraction(decimal))
    assert Fraction(shown) == Fraction(decimal)
    assert not ("." in shown and shown.endswith("0"))


def test_fractions_whose_decimals_do_not_end():
    assert decimal_of(Fraction(1, 3)) is None
    assert decimal_of(Fraction(1, 8)) == "0.125"


# --- forms -----------------------------------------------------------------------------------------------------


class Tags(HTMLParser):
    """Which elements and attributes a document has."""

    def __init__(self):
        super().__init__()
        self.seen, self.attributes, self.text = set(), set(), []

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data):
        self.text.append(data)


def hostile_explanations():
    for first, second in pairwise([*HOSTILE, HOSTILE[0]]):
        network = Network(2, [Layer(2, "relu"), Layer(1, "identity")])
        names = Names.numbered(
            network, 1, inputs=[first, second], outputs=[first], targets=[second], predictions=[first], rows=[3]
        )
        yield first, network.explain(np.full(network.layout.size, 0.5), [1.0, 2.0], [1.0], names=names)


def test_hostile_names_stay_text_in_html():
    for name, e in hostile_explanations():
        parser = Tags()
        parser.feed(worksheet_of(e, form="html"))
        assert not parser.seen & {"script", "img", "a", "link", "iframe"}
        assert not {a for a in parser.attributes if a.startswith("on") or a in ("src", "href")}
        if name.isprintable():
            assert shortened(name) in "".join(parser.text)
        assert "\x1b" not in "".join(parser.text)


def test_hostile_names_stay_text_in_markdown():
    for name, e in hostile_explanations():
        text = worksheet_of(e)
        assert all(c.isprintable() or c == "\n" for c in text)
        assert "<img" not in text.replace("\\<", "")
        assert not re.search(r"(?<!\\)[<`*]", text.split("## 1.")[0])
        assert len(Paper(text.replace("\\|", "!"), e.architecture).x) == 2, name


def test_hostile_names_compile_as_latex(tmp_path):
    documents = [worksheet_of(e, form="latex") for _, e in hostile_explanations()]
    assert all(document.isascii() for document in documents)
    head = documents[0].split(r"\begin{document}")[0]
    bodies = [d.split(r"\begin{document}")[1].split(r"\end{document}")[0] for d in documents]
    compile_tex(head + r"\begin{document}" + "\n".join(bodies) + r"\end{document}", tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["t.aux", "t.log", "t.tex"]


@pytest.mark.parametrize("name", ["tanh softmax", "relu identity squared"])
def test_latex_and_html_have_the_same_answers(name, tmp_path):
    network, digits = NETWORKS[name]
    e = explanation(network, seed=4)
    key = key_of(worksheet_of(e, digits))
    tex, html = (worksheet_of(e, digits, form=form) for form in ("latex", "html"))
    log = compile_tex(tex, tmp_path)
    assert "Overfull" not in log
    assert r"\clearpage" in tex.split("Answer key")[0]
    assert "break-before: page" in html
    for document in (tex, html):
        answers = document.split("Answer key")[1].replace(r" \cdot 10^{", "·10")
        for _, _, exact, about, _ in key:
            assert (exact or about.partition("·")[0]) in answers
    blanks = len(re.findall("_{8,}", worksheet_of(e, digits)))
    assert html.count('class="blank"') == tex.count(r"\underline") == blanks >= len(blanks_of(worksheet_of(e, digits)))


def test_without_rows_names_are_left_out():
    network = dense(2, (2, "relu"), (1, "identity"))
    names = Names.numbered(network, 1, inputs=["age", "income"], outputs=["debt"], targets=["7000"], rows=[17])
    e = network.explain(np.full(network.layout.size, 0.5), [1.0, 2.0], [1.0], names=names)
    for form in ("text", "html", "latex"):
        assert all(word in worksheet_of(e, form=form) for word in ("age", "debt", "7000", "17"))
        assert not any(word in worksheet_of(e, form=form, rows=False) for word in ("income", "debt", "7000", "Row 17"))


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sizes", [(10, 2, 1), (4, 6, 3), (7, 4, 2)])
def test_too_large_for_paper(sizes):
    network = dense(sizes[0], *((n, "identity") for n in sizes[1:]))
    with pytest.raises(SettingsError, match=r"for paper: the network .* 12 and 40 are the most; train one with fewer"):
        worksheet_of(explanation(network))


@pytest.mark.parametrize(
    "layers", [[Scale(), Layer(1, "identity")], [Layer(2, "relu", residual=True)], [Layer(2, "elu", parametric=True)]]
)
def test_layers_that_are_not_plain_dense_ones_are_refused(layers):
    network = Network(2, layers)
    theta = np.linspace(0.1, 1, network.layout.size)
    with pytest.raises(SettingsError, match=r"a worksheet has only dense layers, .*: use --latex"):
        worksheet_of(network.explain(theta, [1.0, 2.0], np.ones(network.sizes[-1])))


@pytest.mark.parametrize(("n", "hidden"), [(6, 1), (4, 8)])
def test_too_many_rows_for_paper(n, hidden):
    network = dense(2, (hidden, "tanh"), (1, "identity"))
    e = network.explain(np.full(network.layout.size, 0.5), np.ones((n, 2)), np.ones((n, 1)))
    with pytest.raises(SettingsError, match=r"a worksheet is for paper: . rows of \d+ weights and biases are"):
        worksheet_of(e)
    assert "## All rows" in worksheet_of(network.explain(e.view.theta, np.ones((3, 2)), np.ones((3, 1))))


@pytest.mark.parametrize("rows", [0, 6, True, 1.5])
def test_rows_of_a_classroom_out_of_range(rows):
    with pytest.raises(SettingsError, match="rows must be a whole number from 1 to 5"):
        classroom_network(0, rows=rows)


def test_functions_of_ones_own_have_no_exact_formula():
    own = Activation("cube", value=lambda z: z**3, slope=lambda z, a: 3 * z**2)
    with pytest.raises(SettingsError, match="none for 'cube'"):
        worksheet_of(explanation(Network(2, [Layer(2, own), Layer(1, "identity")])))


@pytest.mark.parametrize("digits", [0, 7, True, 1.5])
def test_digits_out_of_range(digits):
    with pytest.raises(SettingsError, match="digits must be a whole number from 1 to 6"):
        worksheet_of(classroom_network(0), digits)


def test_an_unknown_form():
    with pytest.raises(SettingsError, match="form must be one of 'text', 'html', 'latex'"):
        worksheet_of(classroom_network(0), form="pdf")


def test_weights_that_round_to_nothing():
    network = dense(2, (2, "relu"), (1, "identity"))
    e = network.explain(np.full(network.layout.size, 1e-3), [1.0, 2.0], [1.0])
    with pytest.raises(SettingsError, match="every weight of layer 1 is 0 and nothing is left"):
        worksheet_of(e)
    assert "0.001" in worksheet_of(e, 3)


def test_targets_that_are_none_after_rounding():
    network = dense(2, (3, "softmax"), cost="cross_entropy")
    e = network.explain(np.full(network.layout.size, 0.5), [1.0, 2.0], [1 / 3, 1 / 3, 1 / 3])
    with pytest.raises(DataError, match="cross_entropy"):
        worksheet_of(e)


def test_numbers_too_large_for_paper():
    network = dense(2, (2, "sigmoid"), (1, "identity"))
    e = network.explain(np.full(network.layout.size, 100.0), [1.0, 2.0], [1.0])
    with pytest.raises(SettingsError, match="cannot take e to the power"):
        worksheet_of(e)
