"""Networks, examples and names that the pages of the tests are made from."""

import numpy as np

from glassprop import Layer, Network, Scale
from glassprop.insight.explanation import Explanation, explain
from glassprop.insight.names import Column, Names
from glassprop.insight.step import Training
from glassprop.optimizer import SGD, Adam, AdamW, Momentum, Nesterov

HOSTILE = ("<img src=x onerror=alert(1)>", "</script ><!--<script>alert(2)</script>", "{{js}} & \u2028 \"'`${alert(3)}")
OPTIMIZERS = {"SGD": SGD(), "Momentum": Momentum(), "Nesterov": Nesterov(), "Adam": Adam(), "AdamW": AdamW()}
NETWORKS = {
    "sigmoid, squared error": (3, [Layer(4, "sigmoid"), Layer(2, "sigmoid")], "squared_error"),
    "softmax, cross-entropy": (4, [Layer(5, "tanh"), Layer(4, "relu"), Layer(3, "softmax")], "cross_entropy"),
    "softmax within": (3, [Layer(4, "softmax"), Layer(3, "gelu"), Layer(2, "softmax")], "squared_error"),
    "kinds": (
        3,
        [
            Scale(decays={"s": 0.5}),
            Layer(3, "leaky_relu", residual=True, parametric=True, rates={"w": 3}),
            Layer(2, "softmax"),
        ],
        "cross_entropy",
    ),
    "one layer": (2, [Layer(1, "identity")], "half_squared_error"),
}


def training(theta: np.ndarray, optimizer: str = "Adam", **options: float) -> Training:
    """An optimizer in the midst of its work."""
    rng = np.random.default_rng(1)
    state = OPTIMIZERS[optimizer].start(theta)
    for vector in state.vectors:
        vector[:] = rng.random(theta.size) * 0.1
    state.t = 5
    return Training(OPTIMIZERS[optimizer], state, 0.01, options.get("l2", 0.3), options.get("clip_norm"))


def explained(name: str, optimizer: str = "Adam", n: int = 3, **options: float) -> Explanation:
    """One of NETWORKS, with random weights and examples."""
    n_inputs, layers, cost = NETWORKS[name]
    network, rng = Network(n_inputs, layers, cost), np.random.default_rng(len(name))
    theta = network.initial(rng) * 2
    theta += rng.normal(size=theta.size) * 0.1
    Y = np.eye(layers[-1].n)[rng.integers(layers[-1].n, size=n)]
    history = {"cost": [1.0, 0.5, 0.25], "validation_cost": [1.1, 0.7, 0.6], "best_epoch": [2]}
    return explain(
        network,
        theta,
        rng.normal(size=(n, n_inputs)),
        Y,
        training=training(theta, optimizer, **options),
        history=history,
    )


def from_table(texts: tuple[str, str, str] = ("monthly", "yearly", "two years")) -> Explanation:
    """Four rows of a table with two numbers, scaled, and a category, one-hot."""
    network, rng = Network(5, [Layer(4, "tanh"), Layer(3, "softmax")], "cross_entropy"), np.random.default_rng(8)
    theta = network.initial(rng) * 2
    raw, which = np.array([[41.0, 70.35], [29.0, 20.0], [63.0, 99.9], [17.0, 45.0]]), [0, 1, 2, 1]
    X = np.hstack([(raw - raw.mean(0)) / raw.std(0), np.eye(3)[which]])
    scales = 1 / raw.std(0)
    columns = (
        Column("age", (0,), ("41", "29", "63", "17"), np.full((4, 1), scales[0])),
        Column(f"charges {texts[0]}", (1,), ("70.35", "20.0", "99.9", "45.0"), np.full((4, 1), scales[1])),
        Column("contract", (2, 3, 4), tuple(texts[i] for i in which), None, texts),
    )
    names = Names(
        ("age", f"charges {texts[0]}", *(f"contract={text}" for text in texts)),
        texts,
        columns,
        (3, 17, 25, 40),
        tuple(texts[i] for i in (0, 2, 1, 1)),
        tuple(texts[i] for i in (0, 1, 1, 2)),
    )
    return explain(network, theta, X, np.eye(3)[[0, 2, 1, 1]], names=names, training=training(theta, "AdamW"))


def picture(hidden: tuple[int, ...], side: int, n: int) -> Explanation:
    """A network on pictures of side × side points."""
    network = Network(side**2, [*(Layer(size, "relu") for size in hidden), Layer(10, "softmax")], "cross_entropy")
    rng = np.random.default_rng(2)
    theta = network.initial(rng)
    inputs = [f"pixel_{r}_{c}" for r in range(side) for c in range(side)]
    names = Names.numbered(network, n, inputs=inputs, targets=["7"] * n)
    Y = np.eye(10)[rng.integers(10, size=n)]
    return explain(
        network,
        theta,
        rng.random((n, side**2)),
        Y,
        names=names,
        training=training(theta),
        history={"cost": [2.0, 1.0, 0.5]},
    )
