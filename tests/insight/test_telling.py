"""The document of an explanation: the same numbers in every medium, each statement there, and nothing left unsaid."""

from __future__ import annotations

from collections import Counter
from math import isclose

import numpy as np
import pytest
from core_cases import dense, targets
from document.media_cases import MEDIA, html_as_text, nodes_of, numbers_in, numbers_of, shown_in
from rich.cells import cell_len

from glassprop import Layer, Network, Scale
from glassprop.architecture.own_units import OwnUnits
from glassprop.document.blocks import Display, Section, Table
from glassprop.document.mathematics import Becomes, Difference, Number, Partial, Product, Symbol
from glassprop.document.text_pieces import terminal_number
from glassprop.errors import SettingsError
from glassprop.insight.chosen import largest_of_each_layer
from glassprop.insight.names import Column, Names
from glassprop.insight.step import Training
from glassprop.insight.telling.asked import Asked
from glassprop.insight.telling.layer_equations import parameter
from glassprop.insight.telling.told_derivatives import would_do
from glassprop.insight.telling.told_kinds import TOLD
from glassprop.insight.telling.whole import document_of
from glassprop.layers.layer_table import KINDS
from glassprop.optimizer import OPTIMIZERS

NETWORKS = {
    "chain": dense(1, (1, "tanh"), (1, "sigmoid")),
    "kinks": dense(3, (4, "relu"), (2, "identity"), cost="absolute_error"),
    "softmax": dense(4, (6, "gelu"), (3, "softmax"), cost="cross_entropy"),
    "mixing below": dense(9, (12, "tanh"), (7, "softmax"), (3, "softmax"), cost="squared_error"),
    "kinds": Network(
        3,
        [
            Scale(),
            Layer(3, "leaky_relu(0.2)", residual=True, parametric=True),
            Layer(3, "softmax", residual=True),
            Scale(),
        ],
        cost="half_squared_error",
    ),
    "parameters": dense(2, (3, "leaky_relu(0.2)"), (3, "elu(0.5)"), (1, "exp"), cost="poisson"),
}


def explanation(network: Network, n: int = 1, seed: int = 0, optimizer: str = "adamw", **options):
    rng = np.random.default_rng(seed)
    y = targets(network.cost_function.targets, n, network.sizes[-1], rng)
    theta, chosen = rng.normal(size=network.layout.size), OPTIMIZERS[optimizer]()
    vectors = tuple(rng.random(theta.size) * 0.1 for _ in range(chosen.n_vectors))
    state = chosen.start(theta)
    state = type(state)(vectors, 7, state.kind)
    training = Training(chosen, state, 0.02, 0.5, 0.01)
    return network.explain(theta, rng.normal(size=(n, network.sizes[0])), y, training=training, **options)


def document(e, **asked):
    return document_of(e, Asked(places_of(e), **asked))


def places_of(e):
    """The largest weights of each layer, and a bias."""
    return *largest_of_each_layer(e), (next(l for l in range(1, 9) if e.view.has_biases(l)), 0, None)


# --- the same in every medium -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("medium", MEDIA)
@pytest.mark.parametrize("name", NETWORKS)
def test_every_medium_shows_every_number(name, medium, capsys):
    e = explanation(NETWORKS[name], 3)
    told = document(e)
    numbers, entries = numbers_of(told)
    assert len(numbers) > 40
    found = Counter(numbers_in(shown_in(medium, told, capsys)))
    digits, of_entries = {"terminal": (4, 4), "latex": (6, 4)}.get(medium, (6, 6))
    for values, kept in ((numbers, digits), (entries, of_entries)):
        written = [abs(float(terminal_number(x) if medium == "terminal" else f"{x:.{kept}g}")) for x in values]
        missing = Counter(written) - found
        assert not missing, missing
        found -= Counter(written)


@pytest.mark.parametrize("medium", MEDIA)
def test_statements_stand_in_every_medium(medium, capsys):
    names = Names.numbered(NETWORKS["softmax"], 3, targets=["t0", "t1", "t2"], predictions=["p0", "p1", "p2"])
    e = explanation(NETWORKS["softmax"], 3, names=names)
    text = " ".join(shown_in(medium, document(e, inputs=(2,)), capsys).split())
    for said in (
        "predicted", "p0", "target", "t0", "The batch", "Forward", "Cost", "Backward", "collapse", "The largest",
        "Weights", "By central differences", "sum over all paths", "By example", "raise the weight", "lower the weight",
        "One step of", "AdamW", "changes by", "Column", "x2",
    ):  # fmt: skip
        assert said in text, said


# --- what is told is what is so ---------------------------------------------------------------------------------------


def products_told(told):
    """Of each chosen weight: the parameter, its factors, and their product as it is told."""
    for node in nodes_of(told):
        if isinstance(node, Display) and hasattr(node.formulas[0], "sides"):
            left, *sides = node.formulas[0].sides
            if isinstance(left, Partial) and left.below.letter in "wsb" and len(sides) == 3:
                yield left.below, [number.value for number in sides[1].factors], sides[2].value


@pytest.mark.parametrize("name", NETWORKS)
def test_the_derivatives_told_are_the_gradient(name):
    e = explanation(NETWORKS[name])
    network, told = NETWORKS[name], {symbol: (factors, value) for symbol, factors, value in products_told(document(e))}
    gradient = network.gradient(e.view.theta, e.view.X, e.view.Y)
    places = set(places_of(e))
    assert set(told) == {parameter(e, place) for place in places}
    for layer, j, k in places:
        factors, value = told[parameter(e, (layer, j, k))]
        blocks = network.layout.of_layer(gradient, layer)
        want = blocks["b"][j] if k is None else blocks["s"][k] if "s" in blocks else blocks["w"][j, k]
        assert isclose(value, want, rel_tol=1e-9, abs_tol=1e-12)
        assert isclose(np.prod(factors), want, rel_tol=1e-9, abs_tol=1e-12)


def section(told, title):
    return next(part for part in nodes_of(told) if isinstance(part, Section) and part.title == title)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_bias_is_told_as_b_and_does_not_decay(optimizer):
    e = explanation(NETWORKS["softmax"], optimizer=optimizer)
    of_bias, of_weight = (document_of(e, Asked((place,))) for place in ((1, 0, None), (1, 0, 1)))
    moves = [[n.what for n in nodes_of(told) if isinstance(n, Becomes)] for told in (of_bias, of_weight)]
    assert Symbol("b") in moves[0]
    assert Symbol("w") not in moves[0]
    assert len(moves[1]) - len(moves[0]) == (optimizer == "adamw")
    tables = [
        [n for n in nodes_of(told) if isinstance(n, Table) and len(n.columns) == 3][-1] for told in (of_bias, of_weight)
    ]
    assert [table.rows[0][0] for table in tables] == [Symbol("b"), Symbol("w")]
    symbols = [set(nodes_of(section(told, told.parts[-2].title))) for told in (of_bias, of_weight)]
    assert (Symbol("λ") in symbols[1], Symbol("λ") in symbols[0]) == (optimizer == "adamw", False)


def test_which_collapse_holds(capsys):
    """Targets that do not sum to 1 multiply the outputs by their sum first."""
    network = NETWORKS["softmax"]
    rng = np.random.default_rng(2)
    theta, x = rng.normal(size=network.layout.size), rng.normal(size=4)
    for y, sign in (([0.0, 1.0, 0.0], 0), ([0.2, 0.3, 0.5000005], 1)):
        e = network.explain(theta, x, y)
        text = shown_in("terminal", document_of(e, Asked()), capsys).split("cancels (E26).")[1].split("\n")[1]
        assert ("Σ_m y_m" in text) == bool(sign)
        numbers = numbers_in(text.split(" = ", 2)[2])
        assert abs(np.prod(numbers[: 1 + sign]) - numbers[-2]) == pytest.approx(numbers[-1], abs=2e-4)
    plain = document_of(explanation(NETWORKS["mixing below"]), Asked())
    assert "collapse" not in shown_in("terminal", plain, capsys)


def test_words_for_what_a_step_does():
    assert [would_do(x, "bias") for x in (-1.0, 0.0, 2.0)] == ["raise the bias", "leave the bias", "lower the bias"]


def test_outputs_that_have_rounded_are_told_in_the_short_form():
    network = dense(1, (2, "softmax"), cost="cross_entropy")
    e = network.explain([800.0, -800.0, 0.0, 0.0], [1.0], [0.0, 1.0])
    told = document_of(e, Asked(((1, 0, 0),)))
    assert any("only this short form holds" in node for node in nodes_of(told) if isinstance(node, str))
    assert next(products_told(told))[1:] == ([1.0, 1.0], 1.0)  # ∂z/∂w and ∂C₀/∂z


def test_a_kink_is_told(capsys):
    """A neuron so near to its kink that the nudge crosses it."""
    network = dense(1, (1, "relu"), (1, "identity"))
    e = network.explain([1.0, 1e-5, 1.0, 0.0], [0.0], [2.0])
    text = " ".join(shown_in("terminal", document_of(e, Asked(((1, 0, None),))), capsys).split())
    assert "the nudge crossed a kink" in text


def test_what_is_left_out_is_counted():
    e = explanation(NETWORKS["mixing below"], 5)
    told = document(e, top=2)
    left_out = Counter(node.left_out for node in nodes_of(told) if isinstance(node, Table))
    assert left_out[(7, "inputs")] == 1
    assert left_out[(10, "neurons")] == 2
    assert left_out[(5, "neurons")] == 2
    assert left_out[(1, "neurons")] == 2
    assert left_out[(1, "outputs")] == 1
    assert left_out[(3, "rows")] == 1
    assert left_out[(7, "columns")] == 1


def test_without_rows_nothing_of_the_table_is_told(capsys):
    network = NETWORKS["chain"]
    column = Column("height", (0,), shown=("tall 1.9",), slopes=np.array([[0.123456789]]))
    names = Names.numbered(network, 1, columns=(column,), targets=["secret"], predictions=["guess"])
    e = explanation(network, names=names)
    for medium in MEDIA:
        texts = [shown_in(medium, document(e, inputs=("height",), rows=rows), capsys) for rows in (True, False)]
        for said in ("secret", "guess", "tall 1.9", "0.123"):
            assert said in texts[0]
            assert said not in texts[1]


def test_the_scale_of_the_target_is_told(capsys):
    e = explanation(NETWORKS["kinks"].in_units(OwnUnits(149.94378711, 77.0094502)))
    for medium in MEDIA:
        assert "149.943787" in shown_in(medium, document(e), capsys)


def test_one_that_is_not_in_the_first_place_says_so(capsys):
    e = explanation(NETWORKS["chain"], 3)
    assert "the first of 3" in shown_in("markdown", document(e), capsys)
    assert "number 3 of 3" in shown_in("markdown", document(e.of(2)), capsys)


@pytest.mark.parametrize(
    "asked", [{"top": 0}, {"top": True}, {"top": 1.5}, {"places": ((9, 0, 0),)}, {"inputs": ("?",)}]
)
def test_what_is_not_there_is_refused(asked):
    with pytest.raises(SettingsError):
        document_of(explanation(NETWORKS["chain"]), Asked(**asked))


def test_sums_that_are_told_come_out():
    """Of every equation that ends in a sum of products and a number."""
    e, seen = explanation(NETWORKS["mixing below"]), 0
    for node in nodes_of(document(e)):
        sides = getattr(node, "sides", ())
        if len(sides) == 4 and hasattr(sides[2], "terms"):
            assert isclose(value_of(sides[2]), sides[3].value, rel_tol=1e-9, abs_tol=1e-12)
            seen += 1
    assert seen >= 8


def value_of(node):
    """What numbers that are added and multiplied come to."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Product):
        return float(np.prod([value_of(factor) for factor in node.factors]))
    return value_of(node.of) if hasattr(node, "of") else sum(value_of(term) for term in node.terms)


# --- in the order it happens ------------------------------------------------------------------------------------------


def equations_of(part):
    return [node for node in nodes_of(part) if hasattr(node, "sides") and isinstance(node.sides[-1], Number)]


@pytest.mark.parametrize("name", ["chain", "softmax", "kinks"])
def test_the_recursion_is_told_in_its_order(name):
    """Forward z by z, the cost, then from the last layer ∂C₀/∂a by Σ w δ, and with δ the parameters of that layer."""
    e = explanation(NETWORKS[name])
    depth, told = e.architecture.depth, document(e)
    sections = {part.title: part for part in told.parts if isinstance(part, Section)}
    titles = [part.title if isinstance(part.title, str) else part.title[0] for part in sections.values()]
    assert titles[:3] == ["Forward", "Cost: ", "Backward"]
    whole = [l for l in range(1, depth + 1) if e.architecture.layer(l).n <= 4]
    forward = [equation.sides[0] for equation in equations_of(sections["Forward"])]
    assert [one for one in forward if one.layer in whole] == [
        Symbol("z", l, (j,)) for l in whole for j in range(e.architecture.layer(l).n)
    ]
    of = [equation.sides[0] for equation in equations_of(sections["Backward"])]
    layers = [side.below.layer for side in of if isinstance(side, Partial) and side.below.letter == "w"]
    assert layers == list(range(depth, 0, -1))
    for l in set(whole) - {depth}:
        sums = [x for x in equations_of(sections["Backward"]) if x.sides[0] in [by_a(l, k) for k in range(9)]]
        want = e.view.w(l + 1, e.focus).T @ e.delta(l + 1)
        np.testing.assert_allclose([x.sides[-1].value for x in sums], want)
        np.testing.assert_allclose([value_of(x.sides[2]) for x in sums], want, atol=1e-12)


def by_a(l, k):
    return Partial(Symbol("C₀"), Symbol("a", l, (k,)))


@pytest.mark.parametrize("name", NETWORKS)
def test_the_largest_derivative_of_each_layer_is_what_comes_in_times_delta(name):
    e = explanation(NETWORKS[name])
    gradient = NETWORKS[name].gradient(e.view.theta, e.view.X, e.view.Y)
    backward = next(part for part in document(e).parts if getattr(part, "title", "") == "Backward")
    seen = 0
    for equation in equations_of(backward):
        left = equation.sides[0]
        if isinstance(left, Partial) and left.below.letter in "ws":
            block = NETWORKS[name].layout.of_layer(gradient, left.below.layer)[left.below.letter]
            assert equation.sides[-1].value == pytest.approx(block[left.below.indices])
            assert abs(equation.sides[-1].value) == pytest.approx(np.abs(block).max())
            assert value_of(equation.sides[2]) == pytest.approx(equation.sides[-1].value)
            seen += 1
    assert seen == e.architecture.depth


WIDE = {
    "many": dense(64, (100, "tanh"), (20, "softmax"), (10, "softmax"), cost="cross_entropy"),
    "deep": dense(12, (30, "relu"), (30, "tanh"), (30, "sigmoid"), (12, "identity"), cost="squared_error"),
}


@pytest.mark.parametrize("scale", [1e-3, 8.0])
@pytest.mark.parametrize("name", WIDE)
def test_eighty_columns_hold_and_no_term_is_torn(name, scale, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    network, rng = WIDE[name], np.random.default_rng(0)
    long = {"inputs": [f"a very long name of column {k} 体体体" for k in range(network.sizes[0])]}
    names = Names.numbered(network, 3, **long, targets=["a long target, too"] * 3, rows=[123456, 2, 3])
    y = targets(network.cost_function.targets, 3, network.sizes[-1], rng)
    e = network.explain(
        rng.normal(size=network.layout.size) * scale, rng.normal(size=(3, network.sizes[0])), y, names=names
    )
    text = shown_in("terminal", document(e, inputs=(0,)), capsys)
    assert max(map(cell_len, text.split("\n"))) <= 80
    assert "\x1b" not in text
    formulas = [line for line in text.split("\n") if line.startswith("    ") and not line.startswith("     ")]
    assert not [line for line in formulas if line.rstrip().endswith((" ·", " +", " -"))]
    assert any(line.startswith("    = ") for line in formulas)


def test_words_are_explained_where_they_come_first(capsys):
    e = explanation(NETWORKS["softmax"], 3)
    for medium in MEDIA:
        text = " ".join(shown_in(medium, document(e), capsys).split())
        text = html_as_text(text) if medium in ("html", "notebook") else text
        for word, explained in (
            ("Jacobian", "a whole matrix of slopes, the Jacobian"),
            ("central differences", "the change of the cost divided by that of the nudge (central differences)"),
            ("collapse", "collapse: in the product all but a difference cancels"),
            ("error of a neuron", "the error of a neuron: how the cost moves with its weighted sum"),
        ):
            plain = text.replace("{,}", ",").replace("{-}", "-")
            first = plain.index(word)
            assert plain.index(explained) <= first < plain.index(explained) + len(explained), (medium, word)
        assert "δ_mj" not in text
        assert "cross_entropy" not in text


# --- kinds of layer ---------------------------------------------------------------------------------------------------


def test_every_kind_of_layer_is_told():
    assert set(TOLD) == set(KINDS)


def told_sums(e, letter, layer):
    """The equations told of z or ∂C₀/∂a of a layer's neuron: those with numbers."""
    for node in nodes_of(document(e)):
        left, *_ = getattr(node, "sides", (None,))
        of = left.below if isinstance(left, Partial) else left
        if isinstance(of, Symbol) and (of.letter, of.layer) == (letter, layer) and len(node.sides) == 4:
            yield of.indices[0], value_of(node.sides[2]), node.sides[3].value


def test_layers_of_other_kinds_are_told_as_they_are(capsys):
    """Factors by E29 and E31; past a residual layer by E32 and E33; each sum against numbers of its own."""
    e = explanation(NETWORKS["kinds"])
    (j, written, said), *_ = told_sums(e, "z", 1)
    s = e.view.theta[:3]
    assert written == pytest.approx(said) == pytest.approx(s[j] * e.view.X[0, j])
    (k, written, said), *_ = told_sums(e, "a", 0)
    assert written == pytest.approx(said) == pytest.approx(s[k] * e.delta(1)[k])
    (k, written, said), *_ = told_sums(e, "a", 1)
    assert written == pytest.approx(said) == pytest.approx(e.delta(2) @ e.view.w(2, e.focus)[:, k] + e.by_a(2)[k])
    text = " ".join(shown_in("terminal", document(e), capsys).split())
    assert "z_j = s_j a_j" in text
    assert "a_j⁽²⁾ = σ(z_j⁽²⁾) + a_j⁽¹⁾" in text
    assert "through every neuron of layer 2, and past layer 2" in text
    assert "Factor s[" in text
    assert "z if z > 0 else p z, and" in text  # no one number for a trained parameter


def test_the_last_layer_may_have_no_biases():
    network = Network(2, [Scale()], cost="half_squared_error")
    e = network.explain([0.5, 2.0], [3.0, -1.0], [1.0, 1.0])
    told = document_of(e, Asked(((1, 1, 1),)))
    assert [node.sides[1:] for node in nodes_of(told) if getattr(node, "sides", (0,))[0] == Symbol("δ", 1, (1,))] == [
        (Difference(Symbol("a", 1, (1,)), Symbol("y", None, (1,))), Difference(Number(-2.0), Number(1.0)), Number(-3.0))
    ] * 2


@pytest.mark.parametrize("medium", MEDIA)
def test_derivatives_that_are_no_numbers_are_told_as_such(medium, capsys):
    network = dense(1, (1, "relu"), (1, "exp"))
    with np.errstate(all="ignore"):
        e = network.explain([-1.0, 0.0, 1.0, 1e3], [1.0], [0.0])  # back comes ∞, and the slope is 0
        assert np.isnan(e.delta(1)).all()
        assert "undefined" in shown_in(medium, document_of(e, Asked(())), capsys)
