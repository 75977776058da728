"""Model files of networks with several members: read as written, by another program too, and forged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from export import small_reader
from export.test_forged_by_hand import refused
from layer_cases import MEMBERS

from glassprop import Layer, MLPRegressor, Network, OwnUnits, Scale, load, save
from glassprop.export.schema.network_field import NETWORK, parameters_of
from glassprop.export.schema.parts import Writing

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X = np.random.default_rng(0).normal(size=(24, 3))
HEADS = Network(
    3,
    [Scale(own=True), Layer(4, "tanh"), Layer(4, "relu", residual=True, own=True), Layer(1, "identity")],
    units=OwnUnits(2.0, 3.0),
    members=3,
)


def reg(network: Network = HEADS) -> MLPRegressor:
    model = MLPRegressor(hidden_layer_sizes=(3,), max_iter=2, random_state=0, engine="reference").fit(X, X[:, 0])
    model.network_, model.n_layers_ = network, network.depth + 1
    model._state.theta = np.random.default_rng(1).normal(size=network.layout.size)
    model._state.optimizer = None
    return model


@pytest.mark.parametrize("network", MEMBERS.values(), ids=list(MEMBERS))
def test_a_description_counts_what_all_members_have(network: Network) -> None:
    assert NETWORK.write(network.spec(), "network_", Writing()) == network.spec()
    assert parameters_of(network.spec()) == network.layout.size
    assert parameters_of(network.member(0).spec()) == network.member(0).layout.used


def test_what_is_saved_comes_back_and_another_program_predicts_the_same(tmp_path: Path) -> None:
    model = reg()
    save(model, tmp_path / "m")
    again = load(tmp_path / "m")
    assert again.network_ == HEADS
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    document, arrays = small_reader.read(tmp_path / "m")
    found = small_reader.outputs(document["model"], arrays, X)
    np.testing.assert_allclose(found.ravel(), model.predict(X), rtol=1e-12)


def network(**more: Any) -> Callable[[Any], None]:
    return lambda parts: parts.document["model"]["network_"].update(more)


def layer(number: int, **more: Any) -> Callable[[Any], None]:
    return lambda parts: parts.document["model"]["network_"]["layers"][number - 1].update(more)


BAD: dict[str, tuple[Callable[[Any], None], str]] = {
    "no members": (network(members=0), "it must be a whole number from 1 to 10000"),
    "members below 0": (network(members=-3), "it must be a whole number from 1 to 10000"),
    "members by a truth value": (network(members=True), "it must be a whole number from 1 to 10000, not True"),
    "half a member": (network(members=2.0), "it must be a whole number from 1 to 10000, not 2.0"),
    "members of text": (network(members="3"), "it must be a whole number from 1 to 10000"),
    "members without end": (network(members=2**60), "it must be a whole number from 1 to 10000"),
    "ten thousand members": (network(members=10_000), "has 230,021 parameters, not these"),
    "a member too few": (network(members=2), "has 67 parameters, not these"),
    "a member that is alone": (network(members=1), "has 44 parameters, not these"),
    "a layer that is not own": (layer(1, own=False), "has 84 parameters, not these"),
    "another layer that is own": (layer(4, own=True), "has 100 parameters, not these"),
    "own by a number": (layer(1, own=1), "it must be true or false, not 1"),
    "a network of its own": (layer(1, own={"members": 3}), "it must be true or false"),
    "whose member it is": (network(part=[0, 3]), "'part' is not part of it"),
}


@pytest.mark.parametrize("case", BAD)
def test_members_that_do_not_go_with_the_parameters_are_refused(case: str, tmp_path: Path) -> None:
    forge, words = BAD[case]
    refused(tmp_path / "m.glassprop", reg(), forge, words)


def test_members_that_share_all_layers_are_refused(tmp_path: Path) -> None:
    plain = Network(3, [Layer(4, "tanh"), Layer(1, "identity")])
    refused(tmp_path / "m.glassprop", reg(plain), network(members=3), "3 members need a layer in which each has")


def test_a_scale_of_earlier_files_goes_with_no_members(tmp_path: Path) -> None:
    several = Network(3, [Layer(4, "tanh", own=True), Layer(1, "identity")], members=2)

    def scaled(parts: Any) -> None:
        parts.document["model"]["target_scale_"] = {"mean": 1.0, "spread": 5.0}

    refused(tmp_path / "m.glassprop", reg(several), scaled, "ends in one linear output")
