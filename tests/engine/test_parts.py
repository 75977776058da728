"""Parts of the compiled engine: which a network uses, what they need, and what they are handed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from engine.engine_cases import CASES

from glassprop import Layer, Network
from glassprop.engine.compiled import activations, costs, epoch, kernels, lowering, masks, predicting, steps
from glassprop.engine.compiled.handed import Handed
from glassprop.engine.compiled.part import Part
from glassprop.engine.compiled.parts_of import COST, PREDICT, TRAIN, anywhere, of_layers
from glassprop.equations.activation import ACTIVATIONS
from glassprop.optimizers import SGD, Adam


def parts_of(network: Network, use: int, optimizer: Any = None) -> set[str]:
    """The names of all parts that are made ready."""
    ways = lowering.lower(network, 32, 4).ways
    entry = epoch.run_steps if use == TRAIN else predicting.predict_blocks
    columns = [part for found in of_layers(network, ways, use) for part in found.values()]
    return {
        part.name for part in kernels._with_all_they_call([entry, *anywhere(network, ways, use, optimizer), *columns])
    }


def classifier(activation: str, **settings: Any) -> Network:
    return Network(64, [Layer(100, activation, **settings), Layer(10, "softmax")], "cross_entropy")


def test_a_network_uses_few_parts_and_another_activation_two_more() -> None:
    relu, tanh = (parts_of(classifier(name), TRAIN, Adam()) for name in ("relu", "tanh"))
    assert {name.partition(".")[0] for name in relu} == {
        "epoch", "block", "tile_parts", "output_layer", "steps",
    }  # fmt: skip
    assert len(relu) == 10
    assert tanh - relu == {"activations.tanh", "activations.tanh_back"}
    assert relu <= tanh
    assert parts_of(classifier("relu"), TRAIN, SGD()) ^ relu == {"steps.sgd", "steps.adam"}
    assert parts_of(classifier("relu", dropout=0.5), TRAIN, Adam()) >= relu | {"masks.drop"}


def test_who_only_predicts_compiles_nothing_of_training() -> None:
    found = parts_of(classifier("relu"), PREDICT)
    assert found == {
        "predicting.predict_blocks", "block.gather", "tile_parts.product",
        "tile_parts.transpose", "activations.softmax",
    }  # fmt: skip
    assert parts_of(classifier("relu"), COST) ^ found == {"activations.softmax", "output_layer.output_of_softmax"}


def test_parts_have_names_of_their_own() -> None:
    """Their files are named after them."""
    found: dict[str, Part] = {}
    tables = [activations.KERNELS, activations.TRAINED, costs.KERNELS, steps.KERNELS]
    for kernel in [kernel for table in tables for kernel in table.values()]:
        for part in kernel:
            if isinstance(part, Part):
                assert found.setdefault(part.name, part) is part
    assert len(found) >= 2 * len(ACTIVATIONS)


def test_parts_need_nothing_of_python_and_little_of_the_machine() -> None:
    """What a part needs is looked for when it is loaded, perhaps by a process that has no compiler loaded."""
    parts = [*epoch.run_steps.calls, epoch.run_steps, predicting.predict_blocks, masks.drop]
    parts += [kernel for name in ("gelu", "mish") if (kernel := activations.KERNELS[name].activate) is not None]
    kernels.load(parts, "float64")
    cache = kernels.Cache(kernels.folders(kernels.BESIDE), kernels._key())
    needs = {name for part in parts for name in cache.read(f"{part.name}-float64").needs}
    assert needs <= {"sqrt", "memset", "memcpy", "sched_yield"}
    assert "sqrt" in needs


def test_machine_code_is_kept_as_of_the_sources_that_were_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not as of those that a new version has put in their place while this process goes on with the old ones."""
    key = kernels._key()
    monkeypatch.setattr(Path, "read_bytes", lambda _: b"of another version")
    assert kernels._key() == key


@pytest.mark.parametrize("use", [PREDICT, COST, TRAIN])
@pytest.mark.parametrize("case", CASES[::5], ids=lambda case: case.name)
def test_what_is_called_is_there(case: Any, use: int) -> None:
    """A part calls what lies at the addresses in the tables: 0 is where nothing is called."""
    lowered = lowering.lower(case.network, case.batch, 8)
    kernels.put(case.network, lowered, use, "float64", case.optimizer)
    every = of_layers(case.network, lowered.ways, use) * case.network.members
    for found, row in zip(every, lowered.layers, strict=True):
        assert all((row[column] == 0) == part.written_out for column, part in found.items())
    entry = epoch.run_steps if use == TRAIN else predicting.predict_blocks
    parts = kernels._with_all_they_call([entry, *anywhere(case.network, lowered.ways, use, case.optimizer)])
    assert all(lowered.places[part.shape.slot] for part in parts if part.shape.slot >= 0)


WRONG = {
    "of another precision": np.zeros(4, np.float32),
    "with gaps": np.zeros(8)[::2],
    "of integers": np.zeros(4, np.int64),
}


@pytest.mark.parametrize("array", WRONG.values(), ids=WRONG)
def test_arrays_that_kernels_would_read_wrongly_are_refused(array: np.ndarray) -> None:
    theta = np.zeros(4)
    with pytest.raises(TypeError, match="kernels read x as contiguous float64, got"):
        Handed(theta, x=array)
    handed = Handed(theta, x=theta)
    with pytest.raises(TypeError, match="kernels read theta as contiguous float64, got"):
        handed.put(array)
