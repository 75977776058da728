"""The page computes as Python does: forward, backward and the optimizer's step, of every function and kind of layer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from core_cases import ACTIVATION_NAMES, COST_NAMES, FITTING, dense, targets
from layer_cases import CASES, example
from page_scripts import STATIC
from report.live_page import ask, open_live
from report.page_cases import NETWORKS, OPTIMIZERS, explained, from_table, training

from glassprop import Network
from glassprop.backprop.gradient import average_cost
from glassprop.backprop.objective import Batch, Objective, evaluate
from glassprop.equations.activation import ACTIVATIONS
from glassprop.equations.cost import COSTS
from glassprop.equations.definitions import ACTIVATION_DEFINITIONS, COST_DEFINITIONS, PAIR_DEFINITIONS
from glassprop.equations.formula_trees import tree_of
from glassprop.equations.pairs import PAIRS
from glassprop.insight.explanation import Explanation
from glassprop.insight.step import memory_of, moves_of
from glassprop.insight.view import View
from glassprop.layers.layer_table import KINDS
from glassprop.optimizer import OPTIMIZERS as OPTIMIZER_TABLE
from glassprop.report.page import SCRIPTS, embedded

CLOSE = 1e-12  # of the size of what is added up
ALL = "live.xs.map((_, i) => live.example(i))"
BY_DIFFERENCES = 1e-10  # costs over a nudge of 1e-3, whose rounding that makes larger


def parted(examples: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without derivatives by differences, which stand in an order of their own where two are alike; these by place."""
    return [
        example
        | {
            "differences": {
                "weights": [found and {f"{j},{k}": rest for j, k, *rest in found} for found in of["weights"]],
                "inputs": {str(k): rest for k, *rest in of["inputs"]},
            }
        }
        for example in examples
        for of in [example["differences"]]
    ]


def assert_alike(found: Any, expected: Any, close: float = CLOSE, at: str = "") -> None:
    """The same shape, and the same numbers but for rounding: to so much of the largest in a list."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys(), at
        for key in expected:
            assert_alike(found[key], expected[key], BY_DIFFERENCES if key == "differences" else close, f"{at}.{key}")
    elif isinstance(expected, list):
        assert len(found) == len(expected), at
        numbers = [x for x in expected if isinstance(x, float)]
        size = 1 + max(map(abs, numbers), default=0)
        for n, (one, other) in enumerate(zip(found, expected, strict=True)):
            assert_alike(one, other, close * size, f"{at}[{n}]")
    elif isinstance(expected, float) and found is not None:
        assert abs(found - expected) <= close * (1 + abs(expected)), (at, found, expected)
    else:
        assert found == expected, at


def assert_computes(page: Any, e: Explanation, **options: Any) -> None:
    record = e.to_dict(**options)
    assert_alike(parted(ask(page, record, ALL)), parted(record["examples"]))


# --- functions ----------------------------------------------------------------------------------------------------


def whole(network: Network, n: int = 3, seed: int = 0, **options: Any) -> Explanation:
    rng = np.random.default_rng(seed)
    theta = network.initial(rng, X=rng.normal(size=(20, network.sizes[0])))
    theta += rng.normal(size=theta.size) * 0.3
    cost, outputs = network.cost_function, network.sizes[-1]
    Y = targets(cost.targets, n, outputs, rng)
    X = rng.normal(size=(n, network.sizes[0]))
    for k, size in network.codes:
        X[:, k] = rng.integers(size, size=n)
    return network.explain(theta, X, Y, training=training(theta, **options))


@pytest.fixture(scope="module")
def pairs() -> list[tuple[str, str]]:
    """Each output activation with each cost that takes it."""
    return list(FITTING)


def test_every_activation_and_every_cost(look, pairs):
    page = open_live(look)
    hidden = [name for name in ACTIVATION_NAMES if name != "exp"]
    for n, (output, cost) in enumerate(pairs):
        network = dense(3, (4, hidden[n % len(hidden)]), (2, output), cost=cost)
        assert_computes(page, whole(network, seed=n))
    assert {output for output, _ in pairs} == set(ACTIVATION_NAMES)
    assert {cost for _, cost in pairs} == set(COST_NAMES)
    for name in hidden:
        network = dense(3, (4, name), (3, name), (1, "identity"), cost="log_cosh")
        assert_computes(page, whole(network, seed=1))


@pytest.mark.parametrize("name", NETWORKS)
def test_every_example_as_the_record_has_it(look, name):
    page = open_live(look)
    assert_computes(page, explained(name))
    assert_computes(page, explained(name), most_weights=10, most_neurons=2)


def test_a_table_and_what_was_made_of_it(look):
    assert_computes(open_live(look), from_table())


# --- kinds of layer -------------------------------------------------------------------------------------------------


def test_every_kind_of_layer_has_a_walk_in_a_file_of_its_own():
    """A kind that is new in the table of kinds needs one; no other file of the page knows how it computes."""
    here = {path.name: path.read_text(encoding="utf-8") for path in STATIC.glob("page_live*.js")}
    for kind in KINDS:
        assert f"live_{kind}" in SCRIPTS
        assert {name for name, text in here.items() if f"WALKS.{kind} = " in text} == {f"page_live_{kind}.js"}


def test_every_function_and_optimizer_has_a_formula():
    """What is new in one of the tables and has none here would leave its networks without a page that computes."""
    for name, sigma in ACTIVATIONS.items():
        definition = ACTIVATION_DEFINITIONS[name]
        assert bool(definition.by_parameter) == (sigma.by_parameter is not None)
        for of in (definition.value, definition.slope, *filter(None, [definition.by_parameter])):
            assert tree_of(of, definition.where, definition.constants)
    for name, cost in COSTS.items():
        assert bool(COST_DEFINITIONS[name].kinks) == (cost.kinks is not None)
    assert PAIR_DEFINITIONS.keys() == PAIRS.keys()
    for optimizer in OPTIMIZER_TABLE.values():
        assert moves_of(optimizer.__name__)
        assert len(memory_of(optimizer.__name__)) == optimizer.n_vectors


def test_every_kind_of_layer_in_every_place(look):
    page = open_live(look)
    for network in CASES.values():
        theta, X, Y = example(network)
        e = network.explain(theta, X, Y, training=training(theta, "AdamW"))
        assert_computes(page, e)
        if network.members == 1:
            expected, costs = stepped(e, [0, 1, 2, 3], 0.01, 2)
            did = ask(
                page, e.to_dict(), "[[live.step({ rate: 0.01 }), live.step({ rate: 0.01 })], [...live.passes.theta]]"
            )
            assert_alike(did[1], expected.tolist())
            assert_alike([[step["before"], step["after"]] for step in did[0]], [list(pair) for pair in costs])


def test_a_step_of_a_member_that_shares_nothing_is_that_of_training(look):
    """∇C is a mean over members, so that an own parameter's derivative counts less in it, as it did in training."""
    network = CASES["networks"]
    theta, X, Y = example(network)
    e = network.explain(theta, X, Y, training=training(theta, "Adam"))
    whole = Explanation(View(network, theta, X, Y), e.names, e.training)
    expected, _ = stepped(whole, [0, 1, 2, 3], 0.01, 3)
    own = np.concatenate([expected[block.start : block.stop] for block in e.architecture.layout.blocks])
    did = ask(
        open_live(look),
        e.to_dict(),
        "[live.step({ rate: 0.01 }), live.step({ rate: 0.01 }), live.step({ rate: 0.01 })]"
        ".length && [...live.passes.theta]",
    )
    assert_alike(did, own.tolist())


# --- what is changed ------------------------------------------------------------------------------------------------


def test_other_weights_inputs_and_targets(look):
    e = explained("softmax, cross-entropy")
    theta, X, Y = e.view.theta.copy(), e.view.X.copy(), e.view.Y.copy()
    e.architecture.layout.w(theta, 2)[1, 3], e.architecture.layout.b(theta, 1)[0] = 0.7, -0.4
    X[1, 2], Y[1] = 2.5, [0.2, 0.5, 0.3]
    changed = e.architecture.explain(theta, X, Y, names=e.names, training=e.training)
    page, record = open_live(look), e.to_dict()
    do = "live.set(2, 1, 3, 0.7), live.set(1, 0, -1, -0.4), live.setInput(1, 2, 2.5), [0.2, 0.5, 0.3].forEach(" + (
        "(y, m) => live.setTarget(1, m, y)), "
    )
    expected = changed.to_dict()
    found, w, b, ends = ask(page, record, f"({do} [{ALL}, record.w, record.b, [live.cost(1), live.costs()]])")
    assert_alike(parted(found), parted(expected["examples"]))
    assert_alike([w, b], [expected["w"], expected["b"]])
    assert_alike(ends, [float(changed.view.costs[1]), float(changed.view.costs.mean())])
    same = ask(page, record, f"(live.set(1, 9, 0, 1), live.set(1, 0, 0, NaN), [live.get(1, 9, 0), {ALL}])")
    assert same[0] is None
    assert_alike(parted(same[1]), parted(record["examples"]))


def test_a_slice_of_the_cost_and_what_the_network_says_leave_it_as_it_is(look):
    e = explained("sigmoid, squared error")
    theta = e.view.theta.copy()
    e.architecture.layout.w(theta, 1)[2, 1], e.architecture.layout.b(theta, 2)[1] = 1.5, -2.0
    moved = replace(e.view, theta=theta)
    places = "[{ l: 1, j: 2, k: 1, value: 1.5 }, { l: 2, j: 1, k: -1, value: -2 }]"
    what = f"[live.costAlong({places}, 2), live.costAlong({places}), live.cost(2), live.forward([0.5, -1, 2])]"
    found = ask(open_live(look), e.to_dict(), what)
    said = e.architecture.predict(e.view.theta, np.array([[0.5, -1.0, 2.0]]))[0].tolist()
    assert_alike(found, [float(moved.costs[2]), float(moved.costs.mean()), float(e.view.costs[2]), said])


# --- training -------------------------------------------------------------------------------------------------------


def stepped(e: Explanation, rows: list[int], rate: float, steps: int) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """θ after steps of the optimizer as it stood, and the mean cost of the rows before and after each."""
    architecture, theta, given = e.architecture, e.view.theta.copy(), e.training
    X, Y, state, costs = e.view.X[rows], e.view.Y[rows], given.state.copy(), []
    objective = Objective(given.l2, given.clip_norm)
    for _ in range(steps):
        g = np.empty_like(theta)
        before = evaluate(architecture, objective, theta, [Batch(X, Y)], g).data
        for block in architecture.layout.blocks:
            part = slice(block.start, block.stop)
            own = replace(state, vectors=tuple(vector[part] for vector in state.vectors))
            decays = np.full(block.stop - block.start, block.decay)
            given.optimizer.step(theta[part], g[part], own, rate * block.rate, decays)
        state.t += 1
        costs.append((before, average_cost(architecture, theta, X, Y)))
    return theta, costs


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_steps_of_every_optimizer(look, optimizer):
    page = open_live(look)
    for name, options in (("kinds", {}), ("softmax, cross-entropy", {"clip_norm": 0.05, "l2": 2.0})):
        e = explained(name, optimizer, **options)
        theta, costs = stepped(e, [0, 2], 0.05, 4)
        steps = "Array.from({ length: 4 }, () => live.step({ rows: [0, 2], rate: 0.05 }))"
        found = ask(page, e.to_dict(), f"[{steps}, Array.from(live.passes.theta), record.w, live.stepping.t]")
        assert_alike(found[1], theta.tolist())
        assert_alike([[step["before"], step["after"]] for step in found[0]], [list(pair) for pair in costs])
        assert found[3] == e.training.state.t + 4
        assert (found[0][0]["clipping"] < 1) == ("clip_norm" in options)
        moved = found[0][-1]["moved"]
        sizes = [abs(move["to"] - move["from"]) for move in moved]
        assert sizes == sorted(sizes, reverse=True)
        for move in moved:
            block = e.architecture.layout.block(move["l"], move["name"])
            assert_alike(move["to"], float(block.view(theta)[tuple(move["index"])]))
            if move["name"] == "w":
                assert [move["j"], move["k"]] == move["index"]


def test_the_gradient_and_the_rate_are_those_of_training(look):
    e = explained("softmax within", "Adam")
    expected = e.architecture.gradient(e.view.theta, e.view.X, e.view.Y)
    found = ask(
        open_live(look), e.to_dict(), "[Array.from(live.gradient()), live.rate, live.record.live.optimizer.given]"
    )
    assert_alike(found, [expected.tolist(), e.training.rate, True])


def test_back_reset_and_untrained(look):
    e, page = explained("softmax, cross-entropy", "Adam"), open_live(look)
    now = "[...live.passes.theta, ...live.stepping.state.flatMap((m) => [...m]), live.stepping.t, ...live.xs[0]]"
    do = f"""(() => {{ const all = [], now = () => all.push({now});
        now(); live.step(); const kept = live.snapshot(); now(); live.setInput(0, 1, 9); live.step(); live.step();
        live.restore(kept); now(); live.step(); live.setInput(0, 1, 9); live.reset(); now();
        live.untrained(); now(); live.step(); return all; }})()"""
    first, one, back, reset, untrained = ask(page, e.to_dict(), do)
    assert back == one != first == reset
    size = e.view.theta.size
    assert untrained[size : 3 * size + 1] == [0] * (2 * size + 1)
    assert 0 < np.abs(untrained[:size]).max() < 2


def record_after_the_next(e: Explanation, theta: np.ndarray) -> dict[str, Any]:
    """What Python says of the step that comes next, the optimizer as the first step left it."""
    given, first = e.training, e.view.theta
    memory = given.state.copy()
    g = np.empty_like(first)
    evaluate(e.architecture, Objective(given.l2, given.clip_norm), first, [Batch(e.view.X, e.view.Y)], g)
    given.optimizer.step(first.copy(), g, memory, given.rate, np.ones_like(first))
    later = e.architecture.explain(theta, e.view.X, e.view.Y, names=e.names, training=replace(given, state=memory))
    update: dict[str, Any] = later.to_dict()["update"]
    return update


@pytest.mark.parametrize("name", ["kinds", "softmax within"])
def test_the_record_follows_a_step(look, name):
    """All of it, so that what is drawn and said from it needs to know of nothing else."""
    e = explained(name, "AdamW", clip_norm=0.1)
    theta, _ = stepped(e, [0, 1, 2], e.training.rate, 1)
    record = e.to_dict()
    small = json.loads(embedded(record))
    found = ask(open_live(look), small, "(live.step(), live.renew(), live.record)")
    after = e.architecture.explain(theta, e.view.X, e.view.Y, names=e.names, training=e.training).to_dict()
    for part in ("w", "b", "p", "gradient_size"):
        assert_alike(found[part], after[part], at=part)
    one, other = found["update"], record_after_the_next(e, theta)
    assert_alike({**one, "moved": None}, {**other, "moved": None})
    assert_alike(sorted(one["moved"]), sorted(other["moved"]))
    for part in ("cost", "z", "a", "delta", "by_a", "terms"):
        assert_alike([one[part] for one in found["examples"]], [one[part] for one in after["examples"]], at=part)
    assert found["training"]["settings"]["t"] == record["training"]["settings"]["t"] + 1
    assert_alike(found["training"]["clipping"], after["training"]["clipping"])
    kept = ask(open_live(look), small, "live.record")
    for part in ("w", "b", "p", "training"):
        assert_alike(kept[part], record[part], 1e-8, at=part)
