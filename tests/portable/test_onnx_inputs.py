"""Inputs of networks that onnxruntime makes of raw columns are those that the plain record makes of them."""

from __future__ import annotations

import numpy as np
import pytest
from portable import plan_numbers
from portable.onnx_runs import run_named, session_of
from portable.plan_cases import CASES, STEPS, TABLES, case

from glassprop.errors import ExportError
from glassprop.portable import onnx_inputs, onnx_inputs_numbers
from glassprop.portable import whole_model as plan
from glassprop.portable.onnx_given import columns_given
from glassprop.portable.onnx_graph import Graph
from glassprop.portable.onnx_inputs import written_inputs
from glassprop.portable.plan_of import plan_of
from glassprop.tables.values.cells import BLANK

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning", "ignore::UserWarning")


def model_of(whole):
    graph = Graph()
    made = written_inputs(graph, whole, columns_given(graph, whole.sources))
    graph.output("inputs", made, whole.precision, ["N", whole.n_inputs])
    return graph.model()


def arrays(whole, given):
    return {
        source.name: np.array(column, object if source.given == "text" else np.float64).reshape(-1, 1)
        for source, column in zip(whole.sources, given, strict=True)
    }


def agree(whole, session, given):
    expected = plan_numbers.inputs_of(whole, given)
    found = run_named(session, arrays(whole, given))["inputs"]
    assert found.dtype == expected.dtype
    bound = 1e-6 if whole.precision == "float32" else 1e-12
    np.testing.assert_allclose(found, expected, rtol=bound, atol=bound)


def names_in(graph):
    """What nodes take, those of bodies, too."""
    for node in graph.node:
        yield from node.input
        for attribute in node.attribute:
            yield from names_in(attribute.g)


@pytest.mark.parametrize("name", [*TABLES, *STEPS, "single precision"])
def test_inputs_are_those_of_the_record(name):
    one = case(name)
    whole = plan_of(one.model)
    model = model_of(whole)
    assert {tensor.name for tensor in model.graph.initializer} <= set(names_in(model.graph))
    session = session_of(model)
    for frame in one.frames:
        agree(whole, session, plan_numbers.given_of(whole, frame))
    none = {key: column[:0] for key, column in arrays(whole, plan_numbers.given_of(whole, frame)).items()}
    assert run_named(session, none)["inputs"].shape == (0, whole.n_inputs)


def test_columns_have_their_own_names_and_types():
    whole = plan_of(case("recipe, logarithms").model)
    inputs = session_of(model_of(whole)).get_inputs()
    assert [one.name for one in inputs] == [source.name for source in whole.sources]
    assert [one.shape for one in inputs] == [["N", 1]] * len(inputs)
    kinds = {"number": "tensor(double)", "truth": "tensor(double)", "text": "tensor(string)"}
    assert [one.type for one in inputs] == [kinds[source.given] for source in whole.sources]


def one_source(source, piece):
    """A record of one column and one piece."""
    return plan.Whole((source,), (piece,), (), plan.Ending("amounts"))


NAMES = ["Bonn", "Jena Süd", "a\tb", "x.y|z", "12", "-0.5", "1e5", "é"]
TEXTS = [
    *NAMES, "bonn", "", " ", "12.0", "12.000", "012", "+12", "12.", "-.5", "-0.50", ".5", "100000",
    "1" * 400, "0." + "0" * 400 + "1",
    "9007199254740992", "9007199254740993", "NA", "na", "Na", "n.a.", "nxax", "ſ", "Jena  Süd", "\nBonn", "e\u0301",
    *(one + name + two for name in ("Bonn", "12", "na", "a\tb") for one, two in zip(BLANK, BLANK[::-1], strict=True)),
    *(f"{blank}{blank}" for blank in BLANK), "\u2000 \tJena Süd \0\0\u3000",
]  # fmt: skip


def test_names_are_found_as_tables_read_them():
    by_text = {name: row for row, name in enumerate(NAMES) if name not in ("12", "-0.5")}
    lookup = plan.Lookup(by_text, {12.0: 4, -0.5: 5, 100_000.0: 6, 9007199254740992.0: 7}, 8, 9)
    source = plan.Source("t", "text", "category", blanks=BLANK, words=("n.a.", "na"))
    whole = one_source(source, plan.CategoryInput(0, lookup, np.arange(20.0).reshape(10, 2)))
    session = session_of(model_of(whole))
    agree(whole, session, [TEXTS])
    for text in ("Bonn", " Bonn", ""):
        agree(whole, session, [[text]])


def test_numbers_are_looked_up_by_equality():
    lookup = plan.Lookup({}, {0.1: 0, 0.0: 1, 3.0: 2, -7.5: 3, 1e16: 4}, 5, 6)
    values = [0.1, 0.1 + 2**-55, -0.0, 0.0, 3.0, np.nan, np.inf, -np.inf, 1e16, 1e16 + 2, -7.5, 1e-200, 0.3 - 0.2]
    for source in (plan.Source("x", "number", "category"), plan.Source("x", "number", "category", least=1e-150)):
        whole = one_source(source, plan.CategoryInput(0, lookup, np.eye(7)))
        agree(whole, session_of(model_of(whole)), [values])


def test_numbers_are_read_within_their_bounds():
    source = plan.Source("x", "number", "number", -5.5, 7.0, 0.25, (1.5, -9.0, 2.0), whole=True)
    whole = one_source(source, plan.NumberInput(0, (plan.Fill(100.0),)))
    values = [-5.5, -5.6, 7.0, np.nextafter(7, 8), 0.25, 0.2, -0.3, 1.5, 1.75, 2.0, 2.5, np.nan, np.inf, -np.inf]
    agree(whole, session_of(model_of(whole)), [values])


def test_bending_and_squeezing_hold_for_all_sizes():
    sizes = np.concatenate([[0.0], np.geomspace(1e-150, 1e150, 301)])
    values = [*sizes, *-sizes]
    for steps in (
        (plan.Bend(0.5, 1e-150),),
        (plan.Bend(-3, 2.0), plan.Squeeze(5.0)),
        (plan.Affine(1, 1e-150), plan.Squeeze(3)),
    ):
        whole = one_source(plan.Source("x", "number", "number"), plan.NumberInput(0, steps))
        agree(whole, session_of(model_of(whole)), [values])


def test_knots_are_met_exactly():
    knots = plan.Knots(np.array([-1.0, 0.0, 0.5, 1e6]), np.array([-2.0, -2.0, 3.0, 4.0]))
    two = plan.Knots(np.array([2.0, 3.0]), np.array([0.0, 1.0]))
    values = [-5.0, -1.0, -0.5, 0.0, 0.25, 0.5, 1.0, 1e6, 1e7, np.inf, -np.inf, 2.0, 2.5, 3.0]
    for knot in (knots, two):
        whole = one_source(plan.Source("x", "number", "number"), plan.NumberInput(0, (knot,)))
        agree(whole, session_of(model_of(whole)), [values])


def test_many_columns_by_rank_each_have_their_own_knots():
    rng = np.random.default_rng(0)
    sources, pieces = [], []
    for column in range(70):
        at = np.cumsum(rng.exponential(size=2 + column % 9))
        pieces.append(plan.NumberInput(column, (plan.Knots(at, rng.normal(size=len(at))),)))
        sources.append(plan.Source(f"c{column}", "number", "number"))
    whole = plan.Whole(tuple(sources), tuple(pieces), (), plan.Ending("amounts"))
    model = model_of(whole)
    assert len(model.graph.node) < 70
    agree(whole, session_of(model), list(rng.normal(2, 4, size=(70, 50))))


def test_all_kinds_are_written():
    assert set(onnx_inputs.PIECES) == set(plan.INPUTS)
    assert set(onnx_inputs_numbers.STEPS) == set(plan.STEPS)
    assert len(CASES) > len(TABLES)


def test_a_model_that_depends_on_nothing_is_refused():
    whole = plan.Whole((), (plan.FixedInput(0.0),), (), plan.Ending("amounts"))
    with pytest.raises(ExportError, match="depends on no column"):
        model_of(whole)
