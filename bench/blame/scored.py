"""Ways of scoring training rows: those of ``blame``, and others that they are held against."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.blame.retrained import ASKED, Retrained
from glassprop import Network, Tracer
from glassprop.backprop.passes import forward
from glassprop.influence.influence import influences
from glassprop.influence.trace import Trace

KEPT, TOGETHER = 10, 5  # weights of a trace; trainings whose scores are averaged
RANDOM = "random"
FINAL, TRACE = "final, plain", "trace, plain"
DAMPED, TRACE_DAMPED = "final, damped", "trace, damped"
LAST, LAST_DAMPED = "last layer, plain", "last layer, damped"
FEWER, MORE = "final, damped by a tenth", "final, damped tenfold"
TRACE_FEWER, TRACE_MORE = "trace, damped by a tenth", "trace, damped tenfold"
FIVE, TRACE_FIVE = "five trainings, final, damped", "five trainings, trace, damped"
Scores = dict[str, NDArray[np.float64]]  # each (ASKED, n)


def scores_of(case: Retrained, *, seed: int, together: bool = False) -> Scores:
    """By a training on all rows. together: also the means of several trainings."""
    found = _of_one(case, seed, with_others=True)
    found[RANDOM] = np.random.default_rng(seed).normal(size=(ASKED, case.n))
    if together:
        others = [_of_one(case, seed + 1 + k) for k in range(TOGETHER - 1)]
        for way, name in ((DAMPED, FIVE), (TRACE_DAMPED, TRACE_FIVE)):
            found[name] = np.mean([found[way], *(other[way] for other in others)], axis=0)
    return found


def _of_one(case: Retrained, seed: int, *, with_others: bool = False) -> Scores:
    tracer = Tracer(KEPT)
    model = case.fitted(seed=seed, callbacks=(tracer,))
    network, trace, final = model.network_, tracer.trace(), Trace.of_final(model.theta_)
    data = case.examples(model)
    found = {DAMPED: influences(network, final, *data), TRACE_DAMPED: influences(network, trace, *data)}
    if with_others:
        found[FINAL], found[TRACE] = (influences(network, of, *data, damping=None) for of in (final, trace))
        for of, fewer, more in ((final, FEWER, MORE), (trace, TRACE_FEWER, TRACE_MORE)):
            found[fewer], found[more] = (influences(network, of, *data, damping=times) for times in (0.1, 10.0))
        found[LAST], found[LAST_DAMPED] = (_of_last_layer(network, model.theta_, data, d) for d in (None, 1.0))
    return found


def _of_last_layer(network: Network, theta: NDArray, data: tuple, damping: float | None) -> NDArray[np.float64]:
    """As if the layers before it were fixed."""
    X, Y, X_of, Y_of = data
    last = Network(network.sizes[-2], [network.layers[-1]], cost=network.cost_function)
    before, asked = (forward(network, theta, rows).a[-2] for rows in (X, X_of))
    final = Trace.of_final(theta[-last.layout.size :])
    return influences(last, final, before, Y, asked, Y_of, damping=damping)
