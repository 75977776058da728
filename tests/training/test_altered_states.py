"""A written state whose parts are of other types, or beyond their ranges, is refused by name; dropout switched on."""

from __future__ import annotations

import copy
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from training.test_resume import X, Y, network, read, same, settings_of, trained

from glassprop.errors import DataError
from glassprop.training.packing import pack, unpack
from glassprop.training.state import TrainState
from glassprop.training.state_facts import RULES

ALTERED: dict[str, tuple[Any, str]] = {
    "a float order": (lambda p: p.arrays.update(order=p.arrays["order"].astype(float)), "order must be a row of whole"),
    "a square order": (lambda p: p.arrays.update(order=p.arrays["order"][None]), "order must be a row of whole"),
    "a float aside": (lambda p: p.arrays.update(aside=p.arrays["aside"].astype(float)), "aside must be a row of whole"),
    "an aside of truths": (lambda p: p.arrays.update(aside=np.array([False, True])), "aside must be a row of whole"),
    "whole weights": (lambda p: p.arrays.update(theta=np.zeros(3, int)), "theta must be a vector of floating-point"),
    "a square of weights": (lambda p: p.arrays.update(theta=np.zeros((3, 3))), "theta must be a vector of floating"),
    "a history of texts": (lambda p: p.arrays.update(cost=np.array(["a"])), "history.cost must be numbers"),
    "a square history": (lambda p: p.arrays.update(score=np.zeros((2, 2))), "history.score must be numbers"),
    "no facts of an optimizer": (lambda p: p.facts.update(optimizer=[]), "TypeError"),
    "no facts of a generator": (lambda p: p.facts.update(rng="x"), "AttributeError"),
    "vectors below 0": (lambda p: p.facts["optimizer"].update(vectors=-1), "vectors must be a whole number from 0"),
    "vectors, true": (lambda p: p.facts["optimizer"].update(vectors=True), "vectors must be a whole number from 0"),
    "steps of an optimizer below 0": (lambda p: p.facts["optimizer"].update(t=-1), "optimizer.t must be a whole"),
    "half a step of an optimizer": (lambda p: p.facts["best_optimizer"].update(t=0.5), "best_optimizer.t must be"),
    "an optimizer's kind": (lambda p: p.facts["optimizer"].update(kind=5), "optimizer.kind must be a text, got 5"),
    "a key of more bits": (lambda p: p.facts.update(dropout_key=2**32), "from 0 to 4294967295, got 4294967296"),
    "a rate below 0": (lambda p: p.facts.update(rate=-0.1), "rate must be a finite number of 0 or more"),
    "a rate that is none": (lambda p: p.facts.update(rate="nan"), "rate must be a finite number of 0 or more"),
    "a score that is none": (lambda p: p.facts.update(best_score="nan"), "best_score must be a number"),
    "a flag in words": (lambda p: p.facts.update(interrupted="no\nyes"), "interrupted must be True or False"),
    "a number for a text": (lambda p: p.facts.update(stopped_by=3), "stopped_by must be a text, got 3"),
}  # fmt: skip
COUNTERS = ["step", "epoch", "samples", "optimizer_samples", "plateaus", "waiting", "best_epoch", "kept_epoch",
            "dropout_key"]  # fmt: skip


@pytest.mark.parametrize("name", COUNTERS)
@pytest.mark.parametrize("value", [-5, "x", 1.5, True, None, "inf", [1], 10**30])
def test_a_counter_counts_or_is_refused(name: str, value: Any) -> None:
    packed = pack(TrainState(np.zeros(2)))
    packed.facts[name] = value
    with pytest.raises(DataError, match=f"state of a training run: {name} must be a whole number") as caught:
        unpack(packed)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("case", ALTERED)
def test_what_is_of_another_type_is_refused_by_name(case: str) -> None:
    packed = pack(read(trained(settings_of(), validation=0.3)[1][1]))
    alter, words = ALTERED[case]
    alter(packed)
    with pytest.raises(DataError, match=words) as caught:
        unpack(packed)
    assert "\n" not in str(caught.value)


def test_every_part_of_a_state_has_a_rule() -> None:
    own = {"optimizer", "best_optimizer", "last_optimizer", "history", "rng", "so_far"}
    assert set(RULES) | own == {each.name for each in fields(TrainState)}


@pytest.mark.parametrize("generator", [np.random.default_rng, np.random.RandomState])
def test_dropout_that_is_switched_on_is_drawn_from_the_states_generator(generator: Any) -> None:
    """Its key was 0, whatever the generator was."""
    left: dict[int, TrainState] = {}
    for seed in (1, 2):
        net, rng = network(0.0), generator(seed)
        left[seed] = net.train(net.initial(rng), X, Y, settings=settings_of(), rng=rng, on_epoch=lambda _: True)
        assert left[seed].dropout_key == 0
    ends = [network(0.5).resume(copy.deepcopy(left[seed]), X, Y, settings=settings_of()) for seed in (1, 2, 1)]
    assert len({end.dropout_key for end in ends} - {0}) == 2
    same(ends[0], ends[2])
