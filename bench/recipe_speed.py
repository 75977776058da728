"""How fast the recipe for tables trains and predicts, and how much of that is bare products.

On one thread. "Bare" are the three products of every dense layer, forward and both ways back, each by the faster of our
two ways to multiply; their share is what part of a step they take.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from bench.own_products import own_products
from bench.peak import peak
from bench.timing import alternately
from glassprop import Layer, Network
from glassprop.architecture.architecture import Architecture
from glassprop.backprop.objective import Objective
from glassprop.engine.compiled.engine import CompiledEngine
from glassprop.engine.compiled.predictor import Predictor
from glassprop.engine.plan import Data, EpochPlan
from glassprop.optimizer import AdamW
from glassprop.tables.schema.recipe import Recipe

COLUMNS, CLASSES, STEPS, PREDICTED = 20, 2, 16, 1000
RECIPE = Recipe()
PAPER = Recipe(hidden=(256,) * 3, activation="blended_mish", parametric=True, dropout=0.15)


def network(recipe: Recipe, members: int = 1, own: str = "") -> Network:
    """The recipe's for so many numbers and classes. own: "heads" or "networks"."""
    layers = [*recipe.layers(range(COLUMNS), (), COLUMNS), Layer(CLASSES, "softmax", **recipe.output_options())]
    heads = [layer.kind == "scale" or layer is layers[-1] for layer in layers]
    owned = heads if own == "heads" else [own == "networks"] * len(layers)
    layers = [layer.owned(each) for layer, each in zip(layers, owned, strict=True)]
    return Network(COLUMNS, layers, "cross_entropy", members=members)


def dense_shapes(net: Architecture) -> list[tuple[int, int]]:
    """Outputs and inputs of the dense layers, the widest of which are what is multiplied."""
    return [(net.sizes[number], net.sizes[number - 1]) for number in net.dense_layers]


def bare(shapes: list[tuple[int, int]], rows: int, back: bool, seconds: float) -> float:
    """Seconds of the products of one network over so many rows."""
    total = 0.0
    for n_out, n_in in shapes:
        ways = [((n_out, n_in), (n_in, rows))]
        if back:
            ways += [((n_in, n_out), (n_out, rows)), ((n_out, rows), (rows, n_in))]
        for one, other in ways:
            a, b = (np.random.default_rng(0).random(shape, dtype=np.float32) for shape in (one, other))
            total += min(alternately(own_products(a, b), seconds).values())
    return total


def trained(net: Network, batch: int) -> Callable[[], Any]:
    """An epoch of so many steps."""
    rng, n = np.random.default_rng(0), batch * STEPS
    X, Y = rng.normal(size=(n, COLUMNS)).astype("f4"), np.eye(CLASSES, dtype="f4")[rng.integers(CLASSES, size=n)]
    theta, data = net.initial(rng, "float32", X=X), Data(X, Y)
    orders = np.stack([rng.permutation(n) for _ in range(net.members)])
    plan = EpochPlan(orders[0], batch, np.full(STEPS, 1e-4), 1, 0, orders=orders if net.members > 1 else None)
    engine, state = CompiledEngine(net, Objective(), AdamW(decay=0.02)), AdamW().start(theta)
    return lambda: engine.epoch(theta, state, data, plan)


def predicts(net: Network) -> Callable[[], Any]:
    """The prediction of so many rows."""
    X = np.random.default_rng(0).normal(size=(PREDICTED, COLUMNS)).astype("f4")
    theta, predictor = net.initial(np.random.default_rng(1), "float32", X=X), Predictor(net, "float32")
    return lambda: predictor(theta, X)


def main(seconds: float) -> None:
    cases = {
        "recipe, one network": (RECIPE, 1, ""),
        "recipe, 8 networks": (RECIPE, 8, "networks"),
        "recipe, 8 heads": (RECIPE, 8, "heads"),
        "paper's, one network": (PAPER, 1, ""),
        "paper's, 8 heads": (PAPER, 8, "heads"),
        "paper's, 16 heads": (PAPER, 16, "heads"),
    }
    limit = max(peak("float32", seconds / 4).values())
    print(f"peak of all cores {limit:.0f} GFLOP/s, float32; below, one thread")
    print(
        "case: ms a step (batch), GFLOP/s of its products, share of bare products; ms of 1,000 rows, of bare products"
    )
    for name, (recipe, members, own) in cases.items():
        net, batch = network(recipe, members, own), recipe.batch_rows(10_000)
        shapes = dense_shapes(net)
        work = 6.0 * batch * members * sum(n_out * n_in for n_out, n_in in shapes)
        with threadpool_limits(1):
            took = alternately({"step": trained(net, batch), "predict": predicts(net)}, seconds)
            step, least = took["step"] / STEPS, members * bare(shapes, batch, True, seconds / 30)
            ahead = members * bare(shapes, PREDICTED, False, seconds / 30)
        print(
            f"{name}: {step * 1e3:.3f} ({batch}), {work / step / 1e9:.0f}, {least / step:.0%}; "
            f"{took['predict'] * 1e3:.2f}, {ahead * 1e3:.2f}"
        )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 3.0)
