"""One optimizer step for one parameter: how the gradient becomes a change of the weight."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from glassprop.architecture.parameters import Block
from glassprop.document.written import Writer
from glassprop.equations.arrays import Array
from glassprop.equations.expression import parse
from glassprop.equations.formula_trees import Tree, tree_of
from glassprop.ground.in_notebook import InNotebook
from glassprop.optimizer import SGD, Adam, AdamW, Optimizer, OptimizerState

PLAIN_RATE = 0.1  # of gradient descent, where nothing else is said


@dataclass(frozen=True)
class Training:
    """How the network was being trained when its weights were as they are.

    Label smoothing, dropout and weights of examples are left out: a step is shown for plain examples.

    Attributes
    ----------
    optimizer : Optimizer
    state : OptimizerState
        Its vectors and its count of steps.
    rate : float
        The learning rate of the last step; or one that was chosen for a step to be seen.
    l2 : float
        α: the cost has ``α/2n ‖w‖²`` added, for the n examples of a batch.
    clip_norm : float or None
        The gradient, L2 included, is made no longer than this.
    chosen : bool
        Whether the rate is one that was chosen (see ``Explanation.at_rate``).
    trained_rate : float or None
        Then: the learning rate of the last step; None where there was no step.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop.optimizers import Momentum
    >>> from glassprop.showing import Training
    >>> optimizer = Momentum(0.9)
    >>> training = Training(optimizer, optimizer.start(np.zeros(2)), rate=0.01)
    >>> training.at_rate(0.5).trained_rate
    0.01
    """

    optimizer: Optimizer
    state: OptimizerState
    rate: float
    l2: float = 0.0
    clip_norm: float | None = None
    chosen: bool = False
    trained_rate: float | None = None

    def at_rate(self, rate: float) -> Training:
        """The same with a rate that is chosen."""
        return replace(self, rate=rate, chosen=True, trained_rate=self.trained_rate if self.chosen else self.rate)


def plain_descent(theta: Array, rate: float = PLAIN_RATE) -> Training:
    """Gradient descent at a chosen rate, for a network that was trained without an optimizer that could be shown.

    theta (size,)
    """
    return Training(SGD(), SGD().start(theta), rate, chosen=True)


_SEEN = 1e-4  # a change of a number about 1 that is seen in four digits after the point
_NAMES = {"Momentum": ("v",), "Nesterov": ("v",), "Adam": ("m", "v"), "AdamW": ("m", "v")}
_ADAM = (
    ("m", "β_1*m + (1 - β_1)*g"),
    ("v", "β_2*v + (1 - β_2)*g**2"),
    ("w", "w - η*sqrt(1 - β_2**t)/(1 - β_1**t)*(m/(sqrt(v) + ε))"),
)
STEPS: dict[str, tuple[tuple[str, str], ...]] = {  # one after the other: what is replaced, and what by
    "SGD": (("w", "w - η*g"),),
    "Momentum": (("v", "μ*v - η*g"), ("w", "w + v")),
    "Nesterov": (("v", "μ*v - η*g"), ("w", "w + μ*v - η*g")),
    "Adam": _ADAM,
    "AdamW": (("w", "w - η*λ*w"), *_ADAM),
}


def moves_of(optimizer: str, letter: str = "w", decays: bool = True) -> tuple[tuple[str, str], ...]:
    """What a step of an optimizer does, as expressions, to a parameter of that letter, which may not decay (a bias b).

    Empty for an optimizer that is not known by name.
    """
    name = "Adam" if optimizer == "AdamW" and not decays else optimizer
    return tuple((what.replace("w", letter), by.replace("w", letter)) for what, by in STEPS.get(name, ()))


def memory_of(optimizer: str) -> tuple[str, ...]:
    """What the formulas of an optimizer call the vectors that it remembers."""
    return _NAMES.get(optimizer, ())


def formula_of_step(optimizer: str, letter: str = "w", decays: bool = True) -> str:
    """The same as text."""
    return ";  ".join(f"{what} ← {Writer().write(parse(by))}" for what, by in moves_of(optimizer, letter, decays))


def trees_of_step(optimizer: str, *, decays: bool) -> list[list[Tree]]:
    """The same as trees, for readers that are not Python: what is replaced, and what by."""
    return [[what, tree_of(by)] for what, by in moves_of(optimizer, decays=decays)]


@dataclass(frozen=True)
class OptimizerStep(InNotebook):
    """What a step on these examples would do to one parameter.

    Attributes
    ----------
    data : float
        The derivative of the cost, averaged over the examples (E11).
    l2 : float
        What L2 adds to it: α w / n for a weight, 0 for a bias.
    clipping : float
        What both are multiplied by: 1 unless the whole gradient is longer than allowed.
    gradient : float
        g, what the optimizer gets: (data + l2) · clipping.
    optimizer, formula : str
    settings : mapping of str to float
        η, and the optimizer's own; t is the step's number.
    before, after : mapping of str to float
        The parameter and the optimizer's memory of it.
    change : float
        after w - before w.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> clf = MLPClassifier((4,), learning_rate_init=0.1, random_state=0).fit(X, y)
    >>> step = clf.explain(X, y, rows=[0, 70, 140]).step(1, 3, 0)
    >>> step.optimizer, step.change == step.after["w"] - step.before["w"]
    ('Adam', True)
    """

    data: float
    l2: float
    clipping: float
    gradient: float
    optimizer: str
    formula: str
    settings: Mapping[str, float]
    before: Mapping[str, float] = field(default_factory=dict)
    after: Mapping[str, float] = field(default_factory=dict)

    @property
    def change(self) -> float:
        return self.after["w"] - self.before["w"]

    @property
    def too_small_to_see(self) -> bool:
        """Whether the parameter is the same before and after in the digits that are shown."""
        return 0 < abs(self.change) < _SEEN * max(abs(self.before["w"]), 1.0)


def step_of(
    training: Training, theta: Array, place: int, block: Block, data: float, n: int, length: float
) -> OptimizerStep:
    """The step for entry ``place`` of θ, in that block.

    n: examples in the batch; length: of the whole gradient, L2 included.
    """
    optimizer, state = training.optimizer, training.state
    w = float(theta[place])
    rate, l2 = training.rate * block.rate, training.l2 * block.decay * w / n
    clipping = 1.0
    if training.clip_norm is not None and length > training.clip_norm:
        clipping = training.clip_norm / length
    gradient = (data + l2) * clipping if block.rate else 0.0  # what is not trained gets none
    name = type(optimizer).__name__
    small = OptimizerState(tuple(np.array([float(v[place])]) for v in state.vectors), state.t, state.kind)
    moved = np.array([w])
    names = _NAMES.get(name, tuple(f"memory {i}" for i in range(len(state.vectors))))
    before = {"w": w} | {key: float(v[0]) for key, v in zip(names, small.vectors, strict=True)}
    if block.rate:
        optimizer.step(moved, np.array([gradient]), small, rate, np.array([block.decay]))
    after = {"w": float(moved[0])} | {key: float(v[0]) for key, v in zip(names, small.vectors, strict=True)}
    settings = settings_of(optimizer, rate, state.t + 1)
    if "λ" in settings:
        settings["λ"] *= block.decay
    if not block.decays:  # a bias: AdamW's decay is not for it
        settings.pop("λ", None)
    formula = formula_of_step(name, block.name, block.decays)
    return OptimizerStep(data, l2, clipping, gradient, name, formula, settings, before, after)


def settings_of(optimizer: Optimizer, rate: float, t: int) -> dict[str, float]:
    """η, the number of the step, and the optimizer's own, as its formula calls them."""
    found: dict[str, float] = {"η": rate, "t": t}
    if isinstance(optimizer, Adam):
        found |= {"β₁": optimizer.beta_1, "β₂": optimizer.beta_2, "ε": optimizer.epsilon}
    if isinstance(optimizer, AdamW):
        found["λ"] = optimizer.decay
    if hasattr(optimizer, "momentum"):
        found["μ"] = optimizer.momentum
    return found
