"""The record that pages are made from: strict JSON, sums that come out, a bounded size."""

from __future__ import annotations

import json

import numpy as np
import pytest
from core_cases import dense
from rounding import assert_rounded

from glassprop.errors import SettingsError
from glassprop.insight.image import find_picture
from glassprop.insight.names import Column, Names
from glassprop.insight.record import MOST_DIFFERENCES
from glassprop.insight.shown import MOST_NEURONS
from glassprop.insight.step import Training
from glassprop.optimizer import Adam


def _strict(record):
    return json.loads(json.dumps(record, allow_nan=False))


@pytest.fixture(scope="module")
def large():
    """20 examples of a network that is too large to be shown whole."""
    rng = np.random.default_rng(0)
    network = dense(784, (512, "relu"), (512, "relu"), (10, "softmax"), cost="cross_entropy")
    theta = network.initial(rng)
    X, Y = rng.normal(size=(20, 784)), np.eye(10)[rng.integers(10, size=20)]
    training = Training(Adam(), Adam().start(theta), 0.001)
    e = network.explain(theta, X, Y, training=training)
    return e, _strict(e.to_dict())


@pytest.fixture
def small():
    rng = np.random.default_rng(1)
    network = dense(3, (4, "tanh"), (3, "softmax"), (2, "softmax"), cost="cross_entropy")
    theta = rng.normal(size=network.layout.size)
    return network.explain(theta, rng.normal(size=(2, 3)), np.eye(2))


def _sums_come_out(e, record):
    depth = len(record["network"]["layers"])
    for i, example in enumerate(record["examples"]):
        one = e.of(i)
        for l in range(1, depth + 1):
            w, b = np.array(record["w"][l]), np.array(record["b"][l])
            a, delta = (np.array(example[name][at]) for name, at in (("a", l - 1), ("delta", l)))
            z, by_a = w @ a + b + example["rest_z"][l], delta @ w + example["rest_by_a"][l - 1]
            whole_w, terms = np.abs(e.view.w(l, e.focus)), sum(e.view.w(l, e.focus).shape)
            assert_rounded(z, example["z"][l], (whole_w @ np.abs(one.a(l - 1)) + np.abs(e.view.b(l))).max(), terms)
            assert_rounded(by_a, example["by_a"][l - 1], (np.abs(one.delta(l)) @ whole_w).max(), terms)
            if example["slope"][l] is not None and example["long_way"]:
                assert_rounded(np.multiply(example["slope"][l], example["by_a"][l]), delta, np.abs(one.by_a(l)).max())


def test_sums_come_out(small, large):
    _sums_come_out(small, _strict(small.to_dict()))
    _sums_come_out(*large)


def test_the_columns_of_a_jacobian_give_delta(small):
    record = _strict(small.to_dict())
    for example in record["examples"]:
        for l in (2, 3):
            by_a, jacobian = np.array(example["by_a"][l]), np.array(example["jacobian"][l])
            assert_rounded(by_a @ jacobian, example["delta"][l], np.abs(by_a).sum())


def test_every_number_is_that_of_the_explanation(small):
    record = _strict(small.to_dict())
    for i, example in enumerate(record["examples"]):
        e = small.of(i)
        of_nudged_costs = 1e3 * abs(e.cost)  # a difference of costs at steps of 1e-3, over the step
        assert example["cost"] == e.cost
        for l in range(1, 4):
            assert example["z"][l] == e.z(l).tolist()
            assert example["delta"][l] == e.delta(l).tolist()
            for j, k, value, kink in example["differences"]["weights"][l]:
                found = e.bias(l, j) if k < 0 else e.weight(l, j, k)
                assert_rounded(value, found.by_difference, of_nudged_costs)
                assert kink == found.kink
        gradients = [np.append(np.outer(e.delta(l), e.a(l - 1)), e.delta(l)) for l in range(1, 4)]
        assert record["gradient_size"][i] == pytest.approx([np.linalg.norm(g) for g in gradients])


def test_a_small_network_is_shown_whole(small):
    record = small.to_dict()
    assert record["left_out"] == [0, 0, 0, 0]
    assert not np.any([row for example in record["examples"] for row in example["rest_z"][1]])


def test_of_a_large_network_only_what_is_shown_is_in_it(large):
    _, record = large
    assert [len(part) for part in record["shown"]] == [MOST_NEURONS, MOST_NEURONS, MOST_NEURONS, 10]
    assert record["left_out"] == [736, 464, 464, 0]
    assert len(record["columns"]) == MOST_NEURONS
    assert record["columns_left_out"] == 736
    assert len(json.dumps(record)) < 1_500_000
    for example in record["examples"]:
        assert len(example["columns"]) == MOST_NEURONS
        lists = [*example["differences"]["weights"][1:], example["differences"]["inputs"]]
        assert all(len(entries) <= MOST_DIFFERENCES for entries in lists)
    memory = record["training"]["memory"]["m"]["w"]
    assert np.shape(memory[1]) == (MOST_NEURONS, MOST_NEURONS)


def test_the_neurons_shown_are_those_that_matter_most(large):
    e, record = large
    for l in range(3):
        influence = np.abs(e.view.trace.a[l] * e.view.by_output[l]).max(axis=0)
        rest = np.delete(influence, record["shown"][l])
        assert influence[record["shown"][l]].min() >= rest.max()


def test_numbers_that_are_none_are_null():
    network = dense(1, (1, "exp"), cost="poisson")
    e = network.explain(np.array([800.0, 0.0]), [1.0], [2.0])
    with np.errstate(all="ignore"):
        record = _strict(e.to_dict())
    assert record["examples"][0]["a"][1] == [None]


def test_a_category_has_switches_and_no_derivative():
    names = Names(
        ("age", "color = red", "color = blue"),
        ("out",),
        (Column("age", (0,), ("41",), np.array([[0.5]])), Column("color", (1, 2), ("red",), None, ("red", "blue"))),
        (7,),
        ("1.5",),
        ("1.25",),
    )
    network = dense(3, (1, "identity"))
    e = network.explain(np.array([1.0, 2.0, 4.0, 0.0]), [2.0, 1.0, 0.0], [3.0], names=names)  # a: 4, or 6
    color, age = e.input("color"), e.input("age")
    assert color.switches == {"red": 0.0, "blue": 8.0}
    assert np.isnan(color.value)
    assert (age.value, age.by_difference) == (1.0, pytest.approx(1.0, rel=1e-9))
    assert age.factors == {"∂C₀/∂x": 2.0, "∂x/∂column": 0.5}
    example = _strict(e.to_dict())["examples"][0]
    assert example["columns"][1] == {
        "shown": "red", "value": None, "by_column": [None, None], "switches": {"red": 0.0, "blue": 8.0},
    }  # fmt: skip
    assert (example["row"], example["target"], example["prediction"]) == (7, "1.5", "1.25")
    hidden = _strict(e.to_dict(rows=False))["examples"][0]
    assert (hidden["target"], [c["shown"] for c in hidden["columns"]]) == (None, [None, None])


def test_names_of_another_number_of_rows_are_refused():
    network = dense(2, (1, "identity"))
    with pytest.raises(SettingsError, match="names are of 3 rows, 2 inputs and 1 outputs; needed are 1, 2 and 1"):
        network.explain(np.zeros(3), [0.0, 1.0], [0.0], names=Names.numbered(network, 3))


# --- pictures -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "first"), [("pixel_{r}_{c}", 0), ("px{n}", 0), ("pixel{n}", 1), ("row{r}col{c}", 1)])
def test_a_picture_is_found_by_its_names(name, first):
    points = [(r, c) for r in range(6) for c in range(6) if (r, c) not in ((0, 0), (3, 2))]
    names = [name.format(r=r + first, c=c + first, n=6 * r + c + first) for r, c in points]
    picture = find_picture(names)
    assert (picture.height, picture.width) == (6, 6)
    assert list(picture.places) == [6 * r + c for r, c in points]


def test_numbered_questions_are_no_picture():
    """q1_1 … q4_4; but MNIST's 784 columns 1x1 … 28x28 are one."""
    assert find_picture([f"q{r}_{c}" for r in range(1, 5) for c in range(1, 5)]) is None
    picture = find_picture([f"{r}x{c}" for r in range(1, 29) for c in range(1, 29)])
    assert (picture.height, picture.width) == (28, 28)


def test_without_rows_no_category_can_be_read_off():
    """One-hot inputs lose their categories' names, since the one that is 1 would tell the cell."""
    network = dense(3, (2, "softmax"), cost="cross_entropy")
    one = np.ones((1, 1))
    columns = (Column("age", (0,), ("41",), one), Column("sex", (1, 2), ("f",), None, ("f", "m")))
    names = Names(("age", "sex = f", "sex = m"), ("no", "yes"), columns, (7,), ("yes",), ("no",))
    record = network.explain(np.arange(8.0), [1.0, 1, 0], [0.0, 1], names=names).to_dict(rows=False)
    assert record["inputs"] == ["age", "sex: category 0", "sex: category 1"]
    assert record["columns"][1]["categories"] == ["category 0", "category 1"]
    cell = record["examples"][0]["columns"][1]
    assert (cell["shown"], set(cell["switches"])) == (None, {"category 0", "category 1"})
    assert record["examples"][0]["target"] is record["examples"][0]["prediction"] is None


@pytest.mark.parametrize("n", [20, 150])
def test_a_record_of_many_examples_stays_bounded(n):
    network, rng = dense(64, (100, "relu"), (10, "softmax"), cost="cross_entropy"), np.random.default_rng(0)
    Y = np.eye(10)[rng.integers(10, size=n)]
    record = network.explain(network.initial(rng), rng.normal(size=(n, 64)), Y).to_dict()
    each = len(json.dumps(record["examples"])) / n
    assert each < 30_000 * min(1, 20 / n) + 8_000


def test_a_large_picture_is_written_down_beside_what_is_shown():
    points = [(r, c) for r in range(20) for c in range(20) if (r, c) != (0, 0)]
    network = dense(399, (60, "tanh"), (2, "identity"))
    rng = np.random.default_rng(0)
    theta, X = network.initial(rng), rng.normal(size=(2, 399))
    names = Names.numbered(network, 2, inputs=[f"p{r}_{c}" for r, c in points])
    e = network.explain(theta, X, np.zeros((2, 2)), names=names)
    record = _strict(e.to_dict())
    assert (record["image"], record["picture"]["size"]) == (None, [20, 20])
    for i in range(2):
        assert record["picture"]["x"][i] == [None, *X[i]]
        assert record["picture"]["by_x"][i] == [None, *e.of(i).by_a(0)]
    names = Names.numbered(network, 51, inputs=names.inputs)
    many = network.explain(theta, np.zeros((51, 399)), np.zeros((51, 2)), names=names)
    assert many.to_dict(most_differences=1)["picture"] is None


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["age"] * 20,
        [f"x{k}" for k in range(64)],
        [f"pixel_{k}_0" for k in range(64)],
        [f"pixel_{r}_{c}" for r in range(8) for c in range(8)] + ["age"],
        ["pixel_1_1"] * 64,
        [f"a_{r}_{r}" for r in range(20)],
    ],
)
def test_other_columns_are_no_picture(names):
    assert find_picture(names) is None


@pytest.mark.parametrize(
    ("y", "cost", "formula"),
    [
        ([0.0, 1.0, 0.0], "cross_entropy", "a - y"),
        ([0.2, 0.3, 0.5000005], "cross_entropy", "a Σy - y"),
        ([0.0, 1.0, 0.0], "squared_error", None),
    ],
)
def test_which_collapse_holds(y, cost, formula):
    network = dense(2, (3, "softmax"), cost=cost)
    e = network.explain(np.random.default_rng(0).normal(size=9), [0.5, -1.0], y)
    assert e.to_dict()["examples"][0]["collapse"] == formula
    found = e.bias(1, 0).collapse
    assert (found and found.formula) == formula
    if found:
        assert_rounded(found.a * found.total - found.y, found.value, 1)


def test_a_step_of_a_bias_is_told_as_its_own(large):
    training = large[1]["training"]
    assert training["formula_of_biases"] == training["formula"].replace("w", "b")  # of Adam, which decays nothing
