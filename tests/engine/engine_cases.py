"""The one list of cases that both engines run: networks, data, optimizers, and how to run an epoch of either."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count, product
from math import ceil
from typing import Any

import numpy as np
from core_cases import ACTIVATION_NAMES, COST_NAMES, FITTING, output_for, targets

from glassprop import CategoryEmbedding, Layer, Network, PeriodicEmbedding, Scale
from glassprop.backprop.objective import Objective
from glassprop.engine.compiled.engine import CompiledEngine
from glassprop.engine.plan import Data, EpochPlan
from glassprop.engine.reference import ReferenceEngine
from glassprop.equations.cost import COSTS
from glassprop.equations.domain import REALS
from glassprop.layers.layer_kind import LayerKind
from glassprop.optimizer import OPTIMIZERS, SGD, Adam, AdamW, Optimizer
from glassprop.training.targets import smooth

DTYPES = ("float64", "float32")
ENGINES = {"reference": ReferenceEngine, "compiled": CompiledEngine}
STEPS = 10  # two epochs of most cases: in the order of the rows, and shuffled


@dataclass(frozen=True)
class Case:
    """A network, data for it, and how it is trained.

    Attributes
    ----------
    layers : tuple of (size, activation), (size, activation, dropout) or layers of any kind
    weights : {"", "random", "holes"}
        Example weights: none; between 0.2 and 2; the same, but the first batches of the first epoch weigh nothing.
    scheduled : bool
        Whether decay and dropout have another factor in each step.
    uneven : bool
        Whether batches have as many examples as it comes, and some none.
    members : int
    own : {"last", "ends", "all"}
        In which layers each of several members has parameters of its own.
    apart : bool
        Whether members take the examples in orders of their own.
    """

    name: str
    layers: tuple[tuple[Any, ...] | LayerKind, ...] = ((6, "tanh"), (3, "softmax"))
    cost: str = "cross_entropy"
    n_inputs: int = 4
    optimizer: Optimizer = field(default_factory=Adam)
    objective: Objective = field(default_factory=Objective)
    rows: int = 77
    batch: int = 16
    weights: str = ""
    smoothing: float = 0.0
    first_step: int = 0
    rate: float = 0.01
    scheduled: bool = False
    uneven: bool = False
    members: int = 1
    own: str = "last"
    apart: bool = False

    @property
    def network(self) -> Network:
        layers = [Layer(*layer) if isinstance(layer, tuple) else layer for layer in self.layers]
        if self.members > 1:
            last = len(layers) - 1
            owned = {"last": {last}, "ends": {0, last}, "all": set(range(last + 1))}[self.own]
            layers = [layer.owned(number in owned) for number, layer in enumerate(layers)]
        return Network(self.n_inputs, layers, self.cost, members=self.members)

    def problem(self, dtype: str) -> tuple[np.ndarray, Data]:
        """θ to start from, and the examples; the same numbers in every dtype, up to its rounding."""
        rng, network = np.random.default_rng(3), self.network
        X = rng.normal(size=(self.rows, self.n_inputs)).astype(dtype)
        Y = targets(network.cost_function.targets, self.rows, network.sizes[-1], rng).astype(dtype)
        weight = rng.uniform(0.2, 2, self.rows) if self.weights else None
        if self.weights == "holes":
            weight[: 2 * self.batch] = 0
        for k, size in network.codes:
            X[:, k] = rng.integers(size, size=self.rows)
        theta = network.initial(rng)
        for block in network.layout.blocks:
            if block.name in ("s", "p"):  # which start at one value for all
                block.view(theta)[...] = rng.uniform(-0.9, 1.6, block.shape)
        return theta.astype(dtype), Data(X, smooth(network, Y, self.smoothing), weight)


def pairs_of(first: Sequence[Any], second: Sequence[Any], three: Sequence[Any]) -> list[tuple[Any, Any, Any]]:
    """So many triples that any two values of different lists meet; the third list has three, the others no fewer.

    All triples would prove little more: a gradient is weighed, then penalized, and then gone along.
    """
    every = product(enumerate(first), enumerate(second), enumerate(three))
    return [(a, b, c) for (i, a), (j, b), (k, c) in every if (i + j + k) % 3 == 0]


@dataclass(frozen=True)
class Result:
    """What a run left behind. costs: (epochs, 2), of the data and of the penalty."""

    theta: np.ndarray
    costs: np.ndarray
    steps: int
    vectors: tuple[np.ndarray, ...]
    failed: list[int | None]


def plans(case: Case, n: int, steps: int = STEPS) -> list[EpochPlan]:
    """Epochs until so many steps are made: the first in the order of the rows, the others shuffled."""
    rng, per_epoch = np.random.default_rng(1), ceil(n / case.batch)
    made = []
    for epoch in range(ceil(steps / per_epoch)):
        order = rng.permutation(n) if epoch else np.arange(n)
        rates = case.rate * (1 + 0.5 * np.cos(np.arange(per_epoch) + epoch))
        made.append(EpochPlan(order, case.batch, rates, 0xFEDCBA98, case.first_step + epoch * per_epoch))
        if case.scheduled:
            factors = 0.5 + 0.5 * np.cos(np.arange(per_epoch) + 2 * epoch)
            made[-1] = replace(made[-1], decays=3 * factors, dropouts=1 - factors)
        if case.uneven:
            bounds = np.sort(rng.integers(n + 1, size=per_epoch - 1))
            bounds[0] = bounds[1] = 3
            made[-1] = replace(made[-1], bounds=np.r_[0, np.sort(bounds), n])
        if case.apart:
            others = [rng.permutation(n) for _ in range(case.members - 1)]
            made[-1] = replace(made[-1], orders=np.stack([order, *others]))
    return made


def run(engine: str, case: Case, dtype: str, *, steps: int = STEPS, problem: Any = None) -> Result:
    """Run a case on one of the engines; stops after an epoch that failed."""
    theta, data = problem or case.problem(dtype)
    theta = theta.copy()
    runner = ENGINES[engine](case.network, case.objective, case.optimizer)
    state, costs, failed = case.optimizer.start(theta), [], []
    with np.errstate(all="ignore"):
        for plan in plans(case, len(data), steps):
            cost = runner.epoch(theta, state, data, plan)
            costs.append((cost.data, cost.penalty))
            failed.append(cost.failed)
            if cost.failed is not None:
                break
    return Result(theta, np.array(costs), state.t, state.vectors, failed)


def long_epoch(case: Case, dtype: str, rows: int) -> None:
    """One epoch over so many rows, which are the same few again and again."""
    theta, data = case.problem(dtype)
    order = np.resize(np.arange(len(data)), rows)
    rates = np.full(-(-rows // case.batch), 1e-6)
    runner = CompiledEngine(case.network, case.objective, case.optimizer)
    runner.epoch(theta, case.optimizer.start(theta), data, EpochPlan(order, case.batch, rates, 0, 0))


def _pairs() -> list[Case]:
    hidden = [
        Case(
            f"{act} below {cost}",
            ((5, "tanh" if act == "exp" else act), (4, act), (3, output_for(cost))),  # e^(e^x) leaves every scale
            cost,
            3,
            objective=Objective(1e-3),
        )
        for act, cost in product(ACTIVATION_NAMES, COST_NAMES)
    ]
    last = [Case(f"{act} under {cost}", ((5, "tanh"), (3, act)), cost, 3) for act, cost in FITTING]
    return hidden + last


def _with_parameters() -> list[Case]:
    layers = ((5, "leaky_relu(0.3)"), (4, "elu(0.4)"), (2, "identity"))
    return [Case(f"{cost} with parameters", layers, cost) for cost in ("huber(0.2)", "quantile(0.9)")]


def _optimizers() -> list[Case]:
    makers = [maker() for maker in OPTIMIZERS.values()]
    makers += [AdamW(decay=0.3), Adam(0.8, 0.9, 1e-3), OPTIMIZERS["nesterov"](0.5)]
    objectives = (Objective(), Objective(0.4), Objective(0.4, 0.05), Objective(0.0, 1e6), Objective(0.1, None, True))
    number = count()
    return [
        Case(
            f"{optimizer} {objective} {weights} {next(number)}",
            optimizer=optimizer,
            objective=objective,
            weights=weights,
        )
        for optimizer, objective, weights in pairs_of(makers, objectives, ("", "random", "holes"))
    ]


def _shapes() -> list[Case]:
    sizes = (1, 7, 8, 9, 16, 17)
    widths = [
        Case(
            f"widths {a}-{b}-{a}-{b}",
            ((b, "relu"), (a, "tanh"), (b, "identity")),
            "half_squared_error",
            a,
            rows=45,
            batch=19,
        )
        for a, b in product(sizes, sizes)
    ]
    turned = [
        Case(f"widths {a}-{b}-3", ((b, "tanh"), (3, "softmax")), n_inputs=a, rows=45, batch=19)
        for a, b in product((23, 24, 40), (16, 31))
    ]
    depths = [Case(f"depth {d}", ((9, "selu"),) * (d - 1) + ((3, "softmax"),)) for d in (1, 2, 3, 4, 8)]
    batches = [Case(f"batches of {b}", rows=rows, batch=b) for b, rows in ((1, 9), (7, 40), (64, 130), (200, 77))]
    return widths + turned + depths + batches


def _large() -> list[Case]:
    """Full batches that are cut into several chunks and blocks; each with something that crosses their borders."""
    full = Case("full batch", ((9, "tanh"), (7, "silu"), (2, "identity")), "squared_error", rows=4501, batch=4501)
    middle = Case("two chunks", ((40, "relu"), (50, "softplus"), (3, "softmax")), rows=700, batch=333)
    drops = ((40, "relu", 0.3), (50, "mish", 0.5), (3, "softmax"))
    clipped = Objective(0.3, 0.02)
    return [
        full,
        replace(full, name="full batch, clipped, momentum", objective=clipped, optimizer=OPTIMIZERS["momentum"]()),
        replace(full, name="full batch, weights", weights="random"),
        replace(middle, name="two chunks, softmax inside", layers=((40, "softmax"), (50, "gelu"), (3, "softmax"))),
        replace(middle, name="two chunks, dropout", layers=drops, weights="random"),
        replace(middle, name="two chunks, holes", weights="holes", batch=100, objective=clipped),
        replace(full, name="full batch, dropout", layers=((9, "tanh", 0.1), (7, "silu", 0.2), (2, "identity"))),
        Case("many parameters", ((160, "relu"), (150, "tanh"), (3, "softmax")), rows=150, batch=64, objective=clipped),
    ]


def _dropout() -> list[Case]:
    layers = ((17, "relu", 0.25), (9, "tanh"), (8, "gelu", 0.9), (3, "softmax"))
    return [
        Case("dropout", layers),
        Case("dropout, weights", layers, weights="holes", optimizer=SGD()),
        Case("dropout, late", layers, first_step=(5 << 32) + 7),
        Case("dropout of nearly all", ((8, "tanh", 0.9999), (3, "softmax"))),
    ]


def _plans() -> list[Case]:
    """What only some plans have: factors of decay and dropout, batches of their own sizes."""
    drops = ((17, "relu", 0.25), (9, "tanh"), (8, "gelu", 0.9), (3, "softmax"))
    wide = ((40, "relu", 0.3), (50, "mish"), (3, "softmax"))
    decaying = AdamW(decay=0.3)
    return [
        Case("scheduled dropout", drops, scheduled=True),
        Case("scheduled dropout, two chunks", wide, rows=700, batch=333, scheduled=True, optimizer=decaying),
        Case("scheduled decay", optimizer=decaying, scheduled=True, objective=Objective(0.4, 0.05)),
        *(
            Case(f"uneven batches {w}", weights=w, objective=Objective(0.3), uneven=True)
            for w in ("", "random", "holes")
        ),
        Case("uneven batches, two chunks", wide, rows=700, batch=333, uneven=True, objective=Objective(0.3, 0.02)),
    ]


def _smoothing() -> list[Case]:
    return [
        Case("smoothed classes", smoothing=0.2),
        Case("smoothed labels", ((5, "relu"), (3, "sigmoid")), "binary_cross_entropy", smoothing=0.1, weights="random"),
    ]


def past(n: int, activation: str = "tanh", dropout: float = 0.0) -> Layer:
    """A residual layer."""
    return Layer(n, activation, dropout, residual=True)


def _factors() -> list[Case]:
    """`Scale` first, in the middle, last and twice in a row, beside layers of every kind and width."""
    S, out = Scale(), Layer(3, "softmax")
    widths = [
        Case(
            f"factors, widths {n}", (S, S, Layer(n, "relu"), S, Layer(9, "relu"), S, out), n_inputs=n, rows=45, batch=19
        )
        for n in (1, 2, 7, 8, 9, 16, 17, 40)
    ]
    costs = [
        Case(f"factors under {cost}", (Layer(5, "relu"), Layer(3, "gelu"), S), cost, 3)
        for cost in COST_NAMES
        if REALS.within(COSTS[cost].outputs)
    ]
    alone = [
        Case(f"nothing but factors {n}", (S,) * k, "half_squared_error", n, rows=45, batch=19)
        for k, n in ((1, 1), (2, 5), (3, 24))
    ]
    dropped = (S, Layer(8, "tanh", 0.4), S, past(8, "relu", 0.3), S, out)
    return [
        *widths,
        *costs,
        *alone,
        Case("factors behind dropout", dropped),
        Case("factors behind dropout, weights", dropped, weights="holes", smoothing=0.1),
        Case("factors in two chunks", (S, (40, "relu"), S, (50, "softplus"), S, out), rows=700, batch=333),
        Case("factors in four chunks", (S, past(8), S), "huber", 8, rows=4501, batch=4501, weights="random"),
    ]


def _residual() -> list[Case]:
    out = Layer(3, "softmax")
    hidden = [
        Case(f"past {act}", (past(4, act), (5, "relu"), past(5, act), past(5, act), (4, "relu"), past(4, act), out))
        for act in ACTIVATION_NAMES
        if act != "exp"  # e^(e^x) leaves every scale
    ]
    last = [
        Case(f"past {act} behind {before} under {cost}", ((3, before), past(3, act)), cost, 3)
        for cost, act, before in product(COST_NAMES, ("identity", "relu", "mish", "softmax"), ("relu", "tanh"))
        if REALS.within(COSTS[cost].outputs)
    ]
    widths = [
        Case(
            f"past widths {n}",
            (past(n, "relu"), past(n, "tanh", 0.2), past(n, "relu"), out),
            n_inputs=n,
            rows=45,
            batch=19,
        )
        for n in (1, 7, 8, 9, 16, 17, 40)
    ]
    dropped = (
        past(4, "relu", 0.3),
        past(4, "tanh", 0.5),
        (9, "relu", 0.5),
        past(9, "gelu"),
        past(9, "softmax", 0.2),
        out,
    )
    clipped = Objective(0.3, 0.02)
    middle = Case(
        "", (past(20, "relu"), Layer(30, "relu"), past(30, "silu", 0.3), out), "cross_entropy", 20, rows=700, batch=333
    )
    return [
        *hidden,
        *last,
        *widths,
        Case("past exp", ((4, "tanh"), past(4, "exp"), out)),
        Case("past dropout", dropped),
        Case("past dropout, weights", dropped, weights="holes", optimizer=SGD(), smoothing=0.2),
        Case("past one layer", (past(4, "relu"),), "half_squared_error"),
        Case("past many", (past(4, "selu"),) * 9 + (out,)),
        replace(middle, name="past in two chunks", weights="random"),
        replace(middle, name="past in two chunks, clipped", objective=clipped, optimizer=OPTIMIZERS["momentum"]()),
        Case("past in four chunks", (past(8, "relu"), past(8, "mish")), "log_cosh", 8, rows=4501, batch=4501),
    ]


def _trained() -> list[Case]:
    """Activations with trained parameters, some of them below 0, in layers of every place."""

    def trained(n: int, activation: str, dropout: float = 0.0, *, residual: bool = False) -> Layer:
        return Layer(n, activation, dropout, residual=residual, parametric=True)

    S, out = Scale(), (3, "softmax")
    found = [
        Case(
            f"trained {act}, widths {n}",
            (
                trained(n, act, residual=True),
                S,
                trained(9, act, 0.3),
                (5, "relu"),
                trained(5, act, 0.2, residual=True),
                out,
            ),
            n_inputs=n,
            rows=45,
            batch=19,
        )
        for act, n in product(("leaky_relu", "elu", "blended_selu(0.3)", "blended_mish"), (1, 7, 8, 17))
    ]
    found += [
        Case(f"trained {act} under {cost}, past {past}", ((3, "relu"), trained(3, act, residual=past)), cost, 3)
        for act, cost, past in product(("leaky_relu", "elu"), COST_NAMES, (False, True))
        if REALS.within(COSTS[cost].outputs)
    ]
    wide = (trained(40, "leaky_relu", residual=True), trained(50, "elu", 0.3), S, trained(3, "elu"))
    blends = (trained(40, "blended_mish", 0.2), trained(50, "blended_selu"), trained(3, "elu"))
    chunks = Case("trained in two chunks", wide, "log_cosh", 40, rows=700, batch=333, weights="random")
    return [
        *found,
        chunks,
        replace(chunks, name="trained blends in two chunks", layers=blends),
        replace(chunks, name="trained in two chunks, clipped", objective=Objective(0.3, 0.02), optimizer=SGD()),
        Case("trained from below 0", (trained(5, "leaky_relu(-0.3)"), trained(4, "elu"), out), weights="holes"),
        Case("trained alone", (trained(3, "leaky_relu"),), "squared_error"),
    ]


def _kinds_by_optimizer() -> list[Case]:
    swapped = Layer(6, "tanh", decays={"w": 0, "b": 1}, rates={"w": 0.5, "b": 0})
    trained = Layer(6, "elu", parametric=True, residual=True, decays={"p": 0.5}, rates={"p": 2})
    layers = (Scale(decays={"s": 0.5}, rates={"s": 3}), past(4, "relu"), swapped, trained, Scale(), (3, "softmax"))
    objectives = (Objective(), Objective(0.4, 0.05), Objective(0.1, None, True))
    return [
        Case(f"kinds, {name}, {objective}", layers, objective=objective, optimizer=maker(), weights="random")
        for (name, maker), objective in product(OPTIMIZERS.items(), objectives)
    ]


def _embedded() -> list[Case]:
    """Numbers by waves and codes by tables: alone, one behind the other, before and behind all else."""
    waves, out = PeriodicEmbedding(frequencies=5, sigma=0.5), Layer(3, "softmax")
    some = PeriodicEmbedding([3, 0], n=3, frequencies=7, sigma=1.0)
    codes = CategoryEmbedding([2, 0], [5, 40], [3, 1])
    behind = CategoryEmbedding([1], [6], 2)  # of what ``some`` passes on, input 2
    between = (Scale(), Layer(5, "relu", 0.2), waves, Layer(6, "relu"), some, Scale(), out)
    widths = [
        Case(f"waves, widths {n}", (waves, Layer(9, "relu"), waves, out), n_inputs=n, rows=45, batch=19)
        for n in (1, 7, 8, 16, 17, 40)
    ]
    costs = [
        Case(f"{name} under {cost}", (kind,), cost, 1 if name == "waves alone" else 2)
        for cost in ("half_squared_error", "huber")
        for name, kind in (
            ("waves alone", PeriodicEmbedding(n=2, frequencies=3, sigma=1.0)),
            ("codes alone", CategoryEmbedding([1], [4], 3)),
        )
    ]
    chunks = (some, behind, (40, "relu", 0.1), (50, "mish"), out)
    return [
        *widths,
        *costs,
        Case("waves of some", (some, (6, "tanh"), out)),
        Case("waves of many frequencies", (PeriodicEmbedding(n=9, frequencies=33), (6, "tanh"), out)),
        Case("waves between", between, weights="holes"),
        Case("waves behind a residual layer", (past(4, "relu"), some, past(8, "tanh"), waves, out)),
        Case("codes", (codes, (6, "tanh"), out)),
        Case("codes of many categories", (CategoryEmbedding([1], [3000], 4), (6, "tanh"), out), optimizer=AdamW()),
        Case("codes behind waves", (some, behind, Scale(rates={"s": 6}), (6, "relu"), out), weights="random"),
        Case("waves behind codes", (codes, waves, (6, "relu"), out), objective=Objective(0.3, 0.02)),
        Case(
            "waves and codes with rates",
            (
                PeriodicEmbedding([3], frequencies=4, rates={"f": 0.1, "c": 0}, decays={"e": 1}),
                CategoryEmbedding([0, 2], [5, 7], 2, rates={"t": 3}, decays={"t": 0.5}),
                (6, "mish"),
                out,
            ),
            objective=Objective(0.4),
        ),
        Case("waves and codes in two chunks", chunks, rows=700, batch=333, optimizer=AdamW(), weights="random"),
        Case("waves and codes in four chunks", (some, behind, out), rows=4501, batch=4501),
    ]


def _members(cases: list[Case]) -> list[Case]:
    """Some of these with several members, which share all but the last layer, or only those between, or nothing."""
    ways = [(own, apart, k) for own, apart, k in product(("last", "ends", "all"), (False, True), (2, 5))]
    return [
        replace(case, name=f"{k} members, {own} own{', apart' * apart}: {case.name}", members=k, own=own, apart=apart)
        for number, case in enumerate(cases)
        for own, apart, k in (ways[number % len(ways)],)
    ]


KINDS = [*_factors(), *_residual(), *_trained(), *_embedded(), *_kinds_by_optimizer()]
ALONE = [
    *_pairs(),
    *_with_parameters(),
    *_optimizers(),
    *_shapes(),
    *_large(),
    *_dropout(),
    *_smoothing(),
    *_plans(),
    *KINDS,
]
CASES = [*ALONE, *_members([*_large(), *_dropout(), *_plans(), *ALONE[::7]])]
WIDE = [
    Case("wide", ((1024, "relu"), (600, "relu"), (5, "softmax")), n_inputs=300, rows=25, batch=15, rate=0.001),
    Case("wide first layer", ((701, "tanh", 0.1), (3, "softmax")), n_inputs=785, rows=40, batch=23, rate=0.001),
    Case("wide, momentum", ((599, "tanh"), (3, "softmax")), n_inputs=301, rows=90, optimizer=OPTIMIZERS["momentum"]()),
    Case(
        "wide behind factors",
        (Scale(), Layer(701, "relu"), Scale(), Layer(3, "softmax")),
        n_inputs=785,
        rows=40,
        batch=23,
    ),
    Case(
        "wide past",
        (past(730, "relu"), past(730), past(730, "relu"), Layer(3, "softmax")),
        n_inputs=730,
        rows=25,
        batch=15,
        rate=0.001,
    ),
]
# Not by Adam: where there are a million parameters, some gradients are so near 0 that their rounding makes whole steps.
_PLAIN = OPTIMIZERS["momentum"]()
WIDE += [
    replace(WIDE[0], name="wide, heads", members=3, own="ends", apart=True, weights="random", optimizer=_PLAIN),
    replace(WIDE[1], name="wide, networks", members=2, own="all", objective=Objective(0.1, 0.05)),
]
