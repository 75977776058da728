"""An epoch whose rows come in several blocks, by lane, costs what its batches cost, whoever has which lanes."""

import numpy as np
import pytest
from groups import together

from glassprop import Layer, Network
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
