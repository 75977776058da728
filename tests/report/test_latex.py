"""The LaTeX document: it compiles, its numbers are the network's, and names are text in it."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pytest
from core_cases import ACTIVATION_NAMES, COST_NAMES, dense, output_for, targets
from tex_cases import HOSTILE, compile_tex

from glassprop import Activation, Layer, Network
from glassprop.document.tex import tex_number, tex_text
from glassprop.errors import SettingsError
from glassprop.insight.names import Names
from glassprop.insight.step import Training
from glassprop.optimizer import OPTIMIZERS, Adam
from glassprop.report.documents import html_of, latex_of, markdown_of


def explanation(network, n=1, seed=0, **options):
    rng = np.random.default_rng(seed)
    y = targets(network.cost_function.targets, n, network.sizes[-1], rng)
    return network.explain(network.initial(rng), rng.normal(size=(n, network.sizes[0])), y, **options)


def floats(text):
    """The numbers of a piece of LaTeX, powers of ten put in."""
    text = re.sub(r"\s*\\cdot 10\^\{(-?\d+)\}", r"e\1", text)
    return [float(x) for x in re.findall(r"(?<![\d.e_{^])-?\d+\.?\d*(?:e-?\d+)?", text)]


# --- it compiles -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pair", list(pairwise(ACTIVATION_NAMES + ACTIVATION_NAMES[:1]))[::2], ids="-".join)
def test_every_activation_compiles(pair, tmp_path):
    first, second = pair
    network = dense(3, (4, first), (3, second), (2, "identity"))
    log = compile_tex(latex_of(explanation(network, 3)), tmp_path)
    assert "Overfull" not in log


@pytest.mark.parametrize("cost", COST_NAMES)
def test_every_cost_compiles(cost, tmp_path):
    network = dense(3, (3, "tanh"), (2, output_for(cost)), cost=cost)
    log = compile_tex(latex_of(explanation(network)), tmp_path)
    assert "Overfull" not in log


def test_a_large_network_with_an_optimizer_compiles(tmp_path):
    network = dense(64, (100, "relu"), (20, "softmax"), (10, "softmax"), cost="cross_entropy")
    optimizer = Adam()
    training = Training(optimizer, optimizer.start(np.zeros(network.layout.size)), 1e-3, 0.1, 0.01)
    text = latex_of(explanation(network, 40, training=training), top=30)
    assert "34 more inputs" in text
    assert "70 more neurons" in text
    log = compile_tex(text, tmp_path)
    assert "Overfull" not in log


MOVES = {  # by hand
    "sgd": [r"w &\leftarrow w - \eta g"],
    "momentum": [r"v &\leftarrow \mu v - \eta g", r"w &\leftarrow w + v"],
    "nesterov": [r"v &\leftarrow \mu v - \eta g", r"w &\leftarrow w + \mu v - \eta g"],
    "adam": [
        r"m &\leftarrow \beta_1 m + (1 - \beta_1) g",
        r"v &\leftarrow \beta_2 v + (1 - \beta_2) g^2",
        r"w &\leftarrow w - \frac{\eta \sqrt{1 - \beta_2^t}}{1 - \beta_1^t} \frac{m}{\sqrt{v} + \epsilon}",
    ],
}
MOVES["adamw"] = [r"w &\leftarrow w - \eta \lambda w", *MOVES["adam"]]


@pytest.mark.parametrize("rate", [None, 0.25])
def test_the_step_of_every_optimizer_is_set_as_formulas(rate, tmp_path):
    network, documents = dense(2, (2, "tanh"), (1, "identity")), []
    for name, moves in MOVES.items():
        optimizer = OPTIMIZERS[name]()
        e = explanation(network, training=Training(optimizer, optimizer.start(np.zeros(network.layout.size)), 1e-7))
        e = e if rate is None else e.at_rate(rate)
        text = latex_of(e, weights=[(1, 0, 0)])
        step = text.split("One step of")[1]
        assert all(move in step for move in moves)
        assert all(f"${letter}$ is" in step or f"${letter}$ the" in step for letter in ("g", r"\eta"))
        assert all(move.replace("&", "") in markdown_of(e, weights=[(1, 0, 0)]).replace("&", "") for move in moves)
        assert html_of(e, weights=[(1, 0, 0)]).count("<mo>←</mo>") == len(moves)
        documents.append(text)
    bodies = [text.split(r"\begin{document}")[1].split(r"\end{document}")[0] for text in documents]
    head = documents[0].split(r"\begin{document}")[0]
    log = compile_tex(head + r"\begin{document}" + "\n".join(bodies) + r"\end{document}", tmp_path)
    assert "Overfull" not in log


def test_the_moves_are_of_all_optimizers():
    assert set(MOVES) == set(OPTIMIZERS)


def test_only_the_asked_for_packages_are_needed():
    text = latex_of(explanation(dense(2, (2, "tanh"), (1, "identity"))))
    assert set(re.findall(r"\\usepackage(?:\[[^]]*\])?\{(\w+)\}", text)) == {
        "inputenc",
        "geometry",
        "amsmath",
        "longtable",
    }


# --- names are text --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_name_is_escaped_completely(name):
    escaped = tex_text(name)
    assert escaped.isascii()
    assert escaped.isprintable()
    assert not re.search(r"\\(input|immediate|write|end|par|cs|def)", escaped)
    plain = re.sub(r"\\(?:[{}$&#_%]|[a-zA-Z]+|[`'^~=.\"]\{)", "", escaped)
    assert not re.search(r"[$&#_%~\\]", plain.replace(r"\ensuremath", "")) or r"\ensuremath" in escaped


def test_a_document_full_of_hostile_names_compiles(tmp_path):
    network = Network(len(HOSTILE), [Layer(2, "tanh"), Layer(len(HOSTILE), "softmax")], cost="cross_entropy")
    names = Names.numbered(
        network, 1, inputs=HOSTILE, outputs=HOSTILE, targets=[HOSTILE[0]], predictions=[HOSTILE[4]], rows=[7]
    )
    rng = np.random.default_rng(0)
    y = np.eye(len(HOSTILE))[0]
    text = latex_of(network.explain(network.initial(rng), rng.normal(size=len(HOSTILE)), y, names=names), top=20)
    assert text.isascii()
    log = compile_tex(text, tmp_path)
    assert "passwd" not in re.sub(r"\\textbackslash.*", "", log)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["t.aux", "t.log", "t.tex"]


def test_every_character_of_western_scripts_and_greek_compiles(tmp_path):
    characters = [chr(c) for c in [*range(0x250), *range(0x370, 0x400), *range(0x2000, 0x2300)]]
    body = "\n\n".join(" ".join(tex_text(c) for c in characters[i : i + 20]) for i in range(0, len(characters), 20))
    compile_tex("\\documentclass{article}\\usepackage{amsmath}\\begin{document}\n" + body + "\\end{document}", tmp_path)


def test_text_that_can_be_shown_is_shown():
    assert tex_text("é ñ ß Ž ø") == r"\'{e} \~{n} \ss{} \v{Z} \o{}"
    assert tex_text("体\x07") == "{[}U+4F53{]}{[}U+0007{]}"
    assert tex_text("σ²") == r"\ensuremath{\sigma}\ensuremath{^2}"
    assert tex_text("a" * 46) == "a" * 45 + r"\ldots{}"


def test_an_activation_of_ones_own_is_told_by_name(tmp_path):
    own = Activation(r"my_%\cube", value=lambda z: z**3, slope=lambda z, a: 3 * z**2)
    network = Network(2, [Layer(2, own), Layer(1, "identity")])
    text = latex_of(explanation(network))
    assert r"my\_\%\textbackslash{}cube" in text
    compile_tex(text, tmp_path)


def test_without_rows_what_stands_in_the_table_is_left_out():
    network = dense(2, (2, "tanh"), (1, "identity"))
    names = Names.numbered(network, 1, targets=["secret"], predictions=["guess"])
    e = explanation(network, names=names)
    assert "secret" in latex_of(e)
    assert "secret" not in latex_of(e, rows=False)


# --- numbers ---------------------------------------------------------------------------------------------------


def test_each_product_is_the_gradient():
    network = dense(3, (4, "tanh"), (3, "sigmoid"), (2, "identity"))
    e = explanation(network, seed=3)
    gradient = network.gradient(e.view.theta, e.view.X, e.view.Y)
    places = [(l, j, k) for l in (1, 2, 3) for j in range(network.sizes[l]) for k in range(network.sizes[l - 1])]
    text = latex_of(e, weights=[*places, (2, 1, None)])
    blocks = re.split(r"\\subsection\*\{(?:Weight|Bias) ", text.split(r"\section{Weights}")[1])[1:]
    assert len(blocks) == len(places) + 1
    for (layer, j, k), block in zip(places, blocks[:-1], strict=True):
        product = re.search(r"\n&= (.*) \\\\\n&= (.*)\n\\end\{align", block)
        factors, (value,) = floats(product[1].replace(r" \cdot (", " ; (").replace("(", " ")), floats(product[2])
        want = network.w(gradient, layer)[j, k]
        assert value == pytest.approx(want, rel=1e-5, abs=1e-12)
        assert np.prod(factors) == pytest.approx(want, rel=3e-5, abs=1e-9)
        (nudged,) = floats(re.search(r"By central differences: \$(.*)\$", block)[1])
        assert nudged == pytest.approx(want, rel=1e-4, abs=1e-8)


def test_paths_with_their_rest_add_up():
    network = dense(3, (6, "tanh"), (5, "tanh"), (2, "identity"))
    e = explanation(network, seed=1)
    text = latex_of(e, weights=[(1, 2, 0)], top=4)
    table = text.split("sum over all paths:")[1].split(r"\end{tabular}")[0]
    rows = [row for row in table.split(r"\\")[1:] if "&" in row]
    products = [floats(row.split("&")[-1])[0] for row in rows]
    assert len(products) == 4 + 1 + 1
    assert "6 more" in rows[4]
    assert sum(products[:-1]) == pytest.approx(products[-1], rel=1e-4)
    assert products[-1] == pytest.approx(e.by_a(1)[2], rel=1e-5)


def test_sums_written_out_add_up():
    network = dense(9, (8, "tanh"), (7, "softmax"), (3, "softmax"), cost="cross_entropy")
    text = latex_of(explanation(network, seed=2), weights=[])
    text = re.sub(r" \\\\\n(?!&)", "\n\\\\end{align", text)  # each formula of a display by itself
    displays = re.findall(r"\\sum_[^\n]*\\\\\n(&= (?:.|\n)*?)\n\\end\{align", text)
    assert len(displays) >= 7
    for display in displays:
        *terms, total = (line.lstrip("&").strip().removesuffix(r"\\").strip() for line in display.split("\n"))
        expression = " ".join(term.removeprefix("=") for term in terms)
        if "text{" in expression:
            expression = re.sub(r"\\text\{[^}]*\}", "", expression)
        expression = re.sub(r" \\cdot 10\^\{(-?\d+)\}", r"e\1", expression).replace(r"\cdot", "*").replace(r"\quad", "")
        assert eval(expression.replace(r"\ldots", "0")) == pytest.approx(floats(total)[0], rel=1e-4, abs=1e-6)


@pytest.mark.parametrize(
    ("x", "text"),
    [(0.0, "0"), (-0.0, "0"), (1234567.0, r"1.23457 \cdot 10^{6}"), (-1.5e-7, r"-1.5 \cdot 10^{-7}"), (0.25, "0.25")],
)
def test_numbers_in_math(x, text):
    assert tex_number(x) == text


def test_numbers_that_are_none():
    assert tex_number(float("nan")) == r"\text{undefined}"
    assert tex_number(float("-inf")) == r"-\infty"


# --- refusals --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("weights", [[(3, 0, 0)], [(1, 9, 0)], [(1, 0, 9)]])
def test_weights_that_are_not_there(weights):
    with pytest.raises(SettingsError, match="there is no"):
        latex_of(explanation(dense(2, (2, "tanh"), (1, "identity"))), weights=weights)


@pytest.mark.parametrize("top", [0, True, 1.5])
def test_top_out_of_range(top):
    with pytest.raises(SettingsError, match="top must be"):
        latex_of(explanation(dense(2, (2, "tanh"), (1, "identity"))), top=top)
