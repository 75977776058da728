"""An epoch whose rows come in several blocks, by lane, costs what its batches cost, whoever has which lanes."""

import numpy as np
import pytest
from groups import together

from glassprop import Layer, Network
from glassprop.engine.compiled import engine as compiled
from glassprop.engine.compiled.room import make_room
from glassprop.engine.plan import Data
from glassprop.settings import Objective, Settings, TrainState
from glassprop.training.lanes import ArrayLanes, lane_edges
from glassprop.training.loop import train

N, LANES = 27_000, 12  # rows: in each of three processes more than a block has


class _Read:
    """Lanes that are read, as those of a file are."""

    def __init__(self, lanes):
        self._all = lanes

    @property
    def lanes(self):
        return self._all.lanes

    def lane(self, lane, epoch, first):
        return self._all.lane(lane, epoch, first)


def _trained(size, l2, engine="compiled"):
    rng = np.random.default_rng(0)
    data = Data(rng.normal(size=(N, 3)), rng.normal(size=(N, 1)))
    network = Network(3, [Layer(5, "tanh"), Layer(1, "identity")])
    theta = network.initial(np.random.default_rng(1))
    lanes = _Read(ArrayLanes(data, lane_edges(N, LANES), 0))
    settings = Settings(epochs=1, batch_size=1000, engine=engine, objective=Objective(l2))
    return together(size, lambda rank, group: train(network, TrainState(theta.copy()), lanes, settings, group=group))


@pytest.mark.parametrize("l2", [0.0, 1.0])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_costs_of_blocks_meet(size, l2):
    expected = _trained(1, l2, "reference")[0]
    for state in _trained(size, l2):
        assert np.allclose(state.history.cost, expected.history.cost, rtol=1e-10)
        assert np.allclose(state.theta, expected.theta, rtol=1e-9)


def test_blocks_of_different_sizes_share_a_room(monkeypatch):
    """Each room has arrays of its own, as large as a block: one for each block of an epoch would be the whole table."""
    rng, rows = np.random.default_rng(0), 90_000
    data = Data(rng.normal(size=(rows, 3)), rng.normal(size=(rows, 1)))
    edges = np.array([0, 500, 11_003, 40_000, rows])  # lanes so unequal that blocks are, too
    made = []
    monkeypatch.setattr(compiled, "make_room", lambda *args: made.append(make_room(*args)) or made[-1])

    network = Network(3, [Layer(5, "tanh"), Layer(1, "identity")])
    theta = network.initial(np.random.default_rng(1))
    states = {}
    for engine in ("compiled", "reference"):
        settings = Settings(epochs=2, batch_size=250, engine=engine)
        states[engine] = train(network, TrainState(theta.copy()), _Read(ArrayLanes(data, edges, 0)), settings)
    blocks = 2 * rows / 8192
    assert 1 <= len(made) <= 4 < blocks
    assert np.allclose(states["compiled"].theta, states["reference"].theta, rtol=1e-9)
    assert np.allclose(states["compiled"].history.cost, states["reference"].history.cost, rtol=1e-10)
