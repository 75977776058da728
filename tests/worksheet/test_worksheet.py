"""The worksheet: what is printed is what is computed with, and every answer of the key holds in exact arithmetic."""

from __future__ import annotations

import re
from fractions import Fraction
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
from glassprop.equations.activation import SELU_ALPHA, SELU_SCALE
from glassprop.errors import DataError, SettingsError
from glassprop.ground.text import shortened
from glassprop.insight.names import Names
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
    """What a pupil would do: reads the printed numbers, and computes with sympy from them alone."""

    def __init__(self, text: str, network: Network) -> None:
        self.network = network
        head = text.split("# Answer key")[0]
        tables = [block for block in head.split("\n\n") if block.startswith("|")]
        cells = [[row.strip("| ").split("|") for row in table.split("\n")[2:]] for table in tables]
        numbers = [[[sp.Rational(c.strip()) for c in row[1:]] for row in table] for table in cells]
        depth = len(network.sizes) - 1
        assert len(numbers) == depth + 2
        self.x, self.y = [row[0] for row in numbers[0]], [row[0] for row in numbers[-1]]
        self.w = [None, *([row[:-1] for row in table] for table in numbers[1:-1])]
        self.b = [None, *([row[-1] for row in table] for table in numbers[1:-1])]

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

    def answer(self, symbol: str):
        """What belongs in the blank after this symbol."""
        digits = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
        if symbol == "C₀":
            return self.run()[1]
        letter, index, layer = re.search(r"(\w)\[([\d,]+)\]⁽([⁰¹²³⁴⁵⁶⁷⁸⁹]+)⁾", symbol).groups()
        layer, index = int(layer.translate(digits)), [int(x) for x in index.split(",")]
        if symbol.startswith("new "):
            return self.w[layer][index[0]][index[1]] - sp.Rational(1, 10) * self.derivative("w", layer, *index)
        if symbol.startswith("∂"):
            return self.derivative(letter, layer, *index)
        if symbol.startswith("σ"):
            z = self.run()[0]["z", layer, index[0]]
            return sp.diff(ACTIVATIONS[self.network.layer(layer).activation.name](z + EPS, z.evalf() > 0), EPS).subs(
                EPS, 0
            )
        return self.derivative("δ", layer, *index) if letter == "δ" else self.run()[0][letter, layer, index[0]]


def key_of(text):
    """symbol -> (the exact number or None, the rounded one or None), as printed in the key."""
    found = {}
    for line in text.split("# Answer key")[1].split("\n"):
        if line.startswith("    "):
            symbol = re.match(r" +((?:new )?[^ =≈]+) ", line)[1]
            pieces = re.findall(r"([=≈]) ([^=≈]+)", line[len(symbol) + 4 :])
            exact = [value for sign, value in pieces if sign == "=" and re.fullmatch(r"-?[\d./]+", value.strip())]
            about = [
                value for sign, value in pieces if sign == "≈" and re.fullmatch(r"-?[\d.]+(·10\S+)?", value.strip())
            ]
            found[symbol] = (exact[-1].strip() if exact else None, about[-1].strip() if about else None)
    return found


def as_fraction(text):
    mantissa, _, power = text.partition("·10")
    return Fraction(mantissa) * Fraction(10) ** int(power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")) or 0)


def check_key(text, network, digits, *, exact=None):
    paper, key = Paper(text, network), key_of(text)
    blanks = re.findall(r"^    ((?:new )?[^ =]+) = _+$", text.split("# Answer key")[0], re.MULTILINE)
    assert blanks == list(key)
    for symbol, (whole, about) in key.items():
        want = paper.answer(symbol)
        assert whole or about
        if exact is not None:
            assert (whole is not None) == exact(symbol), symbol
        if whole is not None:
            assert sp.simplify(want - sp.Rational(whole)) == 0, symbol
        if about is not None:
            with mpmath.workdps(60):
                true = mpmath.mpf(sp.sympify(want).evalf(60)) if want != 0 else mpmath.mpf(0)
                shown = mpmath.mpf(as_fraction(about).numerator) / as_fraction(about).denominator
                power = mpmath.floor(mpmath.log10(abs(true))) if true else 0
                assert abs(shown - true) <= mpmath.mpf(10) ** (power - digits - 1) / 2 * (1 + mpmath.mpf(10) ** -30), (
                    symbol
                )
                assert len(re.sub(r"[-.]|·.*", "", about).lstrip("0")) >= digits + 2 or not true


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
    assert all(value != "0" for value, _ in key_of(text).values())


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


def test_a_large_network_gets_some_derivatives_of_each_layer():
    e = explanation(dense(3, (4, "relu"), (2, "identity")), seed=1)
    symbols = [symbol for symbol in key_of(worksheet_of(e)) if re.match("∂C₀/∂[wb]", symbol)]
    assert sum("⁽¹⁾" in symbol for symbol in symbols) == 3
    assert sum("⁽²⁾" in symbol for symbol in symbols) == 3


def test_the_sheet_before_the_key_has_no_answers():
    text = worksheet_of(classroom_network(0))
    sheet, key = text.split("# Answer key")
    assert "____" not in key
    for line in sheet.split("## 1.")[1].split("\n"):
        if line.startswith("    ") and line.endswith("_"):
            assert re.fullmatch(r"    \S.* = _{12}", line)
    assert "≈" not in sheet


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
        for exact, about in key.values():
            assert (exact or about.partition("·")[0]) in answers
    assert html.count('class="blank"') == tex.count(r"\underline") == len(key)


def test_without_rows_names_are_left_out():
    network = dense(2, (2, "relu"), (1, "identity"))
    names = Names.numbered(network, 1, inputs=["age", "income"], outputs=["debt"], targets=["7000"], rows=[17])
    e = network.explain(np.full(network.layout.size, 0.5), [1.0, 2.0], [1.0], names=names)
    for form in ("text", "html", "latex"):
        assert all(word in worksheet_of(e, form=form) for word in ("age", "debt", "7000", "17"))
        assert not any(word in worksheet_of(e, form=form, rows=False) for word in ("income", "debt", "7000", "Row 17"))


# --- refusals --------------------------------------------------------------------------------------------------


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
    with pytest.raises(SettingsError, match=r"a worksheet has dense layers, .*: use --latex"):
        worksheet_of(network.explain(theta, [1.0, 2.0], np.ones(network.sizes[-1])))


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
