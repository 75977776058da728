"""Every reader of formulas knows every activation and cost of the tables, and any that is new in them."""

from __future__ import annotations

import json
from html import escape

import numpy as np
import pytest
from core_cases import dense, output_for, targets
from equations.definition_cases import ALL_COSTS, ELEMENTWISE, Z, activation_at, cost_at, pairs_for, spec
from rounding import assert_function, assert_rounded

from glassprop import Layer, Network
from glassprop.cli.terminal import pieces_of
from glassprop.document.formulas import formula_of
from glassprop.equations import definitions
from glassprop.equations.activation import ACTIVATIONS, Activation
from glassprop.equations.cost import COSTS, Cost
from glassprop.equations.definitions import Definition, definition_of
from glassprop.errors import SettingsError
from glassprop.insight.telling.asked import Asked
from glassprop.insight.telling.whole import document_of
from glassprop.report.documents import html_of, latex_of, markdown_of
from glassprop.report.page import embedded
from glassprop.worksheet.exact import EXACT, number
from glassprop.worksheet.worksheet import worksheet_of


def explanation(network: Network):
    """Of one example; targets one-hot where they are probabilities, so that rounding leaves them what they are."""
    cost, k, rng = network.cost_function, network.sizes[-1], np.random.default_rng(3)
    y = np.eye(k)[0] if cost.targets.simplex else targets(cost.targets, 1, k, rng)[0]
    return network.explain(rng.normal(size=network.layout.size), rng.normal(size=network.sizes[0]), y)


def assert_all_readers_tell(network: Network, function: Activation | Cost) -> None:
    e, formula = explanation(network), formula_of(function)
    assert "…" not in formula.value
    text = " ".join(line for piece in pieces_of(document_of(e, Asked(top=3))) for line in piece.lines)
    assert formula.value in " ".join(text.split())
    assert formula.derivative in " ".join(text.split())
    assert formula.value_latex in markdown_of(e)
    assert formula.derivative_latex in markdown_of(e)
    for html in (html_of(e), e._repr_html_()):
        assert escape(formula.value) in html
        assert escape(formula.derivative) in html
        assert formula.value_mathml in html
        assert formula.derivative_mathml in html
    record = json.loads(embedded(e.to_dict()))["network"]  # what the page shows its formulas from
    layer = record["layers"][0]
    assert (formula.value, formula.derivative) in [
        (layer["value"], layer["slope"]),
        (record["cost_value"], record["cost_slope"]),
    ]
    assert formula.value_latex in latex_of(e)
    assert formula.derivative_latex in latex_of(e)
    assert formula.value in worksheet_of(e).replace("\\", "")
    assert formula.value_latex in worksheet_of(e, form="latex")
    assert "Answer key" in worksheet_of(e, form="html")


@pytest.mark.parametrize("function", ACTIVATIONS.values(), ids=spec)
def test_every_activation(function):
    assert_all_readers_tell(Network(2, [Layer(2, function), Layer(1, "identity")]), function)


@pytest.mark.parametrize("function", COSTS.values(), ids=spec)
def test_every_cost(function):
    assert_all_readers_tell(dense(2, (2, "tanh"), (2, output_for(function.name)), cost=function.name), function)


# --- exact numbers -------------------------------------------------------------------------------------------------


def as_float(x) -> float:
    return x.value.numerator / x.value.denominator


@pytest.mark.parametrize("sigma", ELEMENTWISE, ids=spec)
def test_exact_numbers_of_activations(sigma):
    definition, z = definition_of(sigma), Z[np.abs(Z) <= 12][::4]  # e^-72 in φ is about as far as a worksheet goes
    value, slope = activation_at(sigma, z)
    p = {"p": number(sigma.parameters[0])} if sigma.parameters else {}
    for i, one in enumerate(z):
        names = {"z": number(one), **p}
        a = definition.value_at(names, EXACT)
        assert_function(as_float(a), value[i])
        assert_rounded(as_float(definition.slope_at({**names, "a": a}, EXACT)), slope[i], 1)


@pytest.mark.parametrize("cost", ALL_COSTS, ids=spec)
def test_exact_numbers_of_costs(cost):
    definition, (a, y) = definition_of(cost), pairs_for(cost)
    value, slope = cost_at(cost, a, y)
    p = {"p": number(cost.parameters[0])} if cost.parameters else {}
    for i in range(0, len(a), 7):
        names = {"a": number(a[i]), "y": number(y[i]), **p}
        assert_rounded(as_float(definition.value_at(names, EXACT)), value[i], 1 + abs(value[i]))
        assert_rounded(as_float(definition.slope_at(names, EXACT)), slope[i], 1 + abs(slope[i]))


# --- new entries: one in the table of functions, one in that of definitions, and every reader is served ---------------

BENT = Activation(
    "bent",
    lambda z, p: np.where(z > 1, np.log(np.maximum(z, 1)) + 1, z) * p,
    lambda z, a, p: np.where(z > 1, 1 / np.maximum(z, 1), 1) * p,
    kinks=(1.0,),
    parameters=(0.5,),
)
BENT_DEFINITION = Definition("p*(ln(z) + 1 if z > 1 else z)", "p/z if z > 1 else p")
QUARTIC = Cost("quartic", lambda a, y: ((a - y) ** 4).sum(axis=1), lambda a, y: 4 * (a - y) ** 3)
QUARTIC_DEFINITION = Definition("(a - y)**4", "4*(a - y)**3")


def test_a_new_activation(monkeypatch):
    monkeypatch.setitem(ACTIVATIONS, "bent", BENT)
    monkeypatch.setitem(definitions.ACTIVATION_DEFINITIONS, "bent", BENT_DEFINITION)
    network = Network(2, [Layer(2, "bent"), Layer(1, "identity")])
    assert_all_readers_tell(network, network.layers[0].activation)
    assert formula_of(BENT).value == "p (ln z + 1 if z > 1 else z), p = 0.5"
    assert formula_of(BENT).derivative_latex == r"\frac{p}{z}\,[z > 1] + p\,[z \le 1],\ p = 0.5"


def test_a_new_cost(monkeypatch):
    monkeypatch.setitem(COSTS, "quartic", QUARTIC)
    monkeypatch.setitem(definitions.COST_DEFINITIONS, "quartic", QUARTIC_DEFINITION)
    assert_all_readers_tell(dense(2, (2, "tanh"), (2, "identity"), cost="quartic"), QUARTIC)
    assert formula_of(QUARTIC).value == "Σ (a - y)⁴"


def test_one_without_a_definition_is_told_by_name_and_refused_in_words(monkeypatch):
    """As it stands until its definition is written, which other tests ask for."""
    monkeypatch.setitem(ACTIVATIONS, "bent", BENT)
    monkeypatch.setitem(COSTS, "quartic", QUARTIC)
    e = explanation(dense(2, (2, "bent"), (2, "identity"), cost="quartic"))
    assert e.to_dict()["network"]["layers"][0]["value"] == "bent(…)"
    assert r"f(\ldots)" in latex_of(e)
    with pytest.raises(SettingsError, match=r"has none for 'bent\(0.5\)', 'quartic'"):
        worksheet_of(e)
