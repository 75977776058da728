"""A state of training as plain facts and arrays, and back: to be written down, and gone on with elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from glassprop.engine.midway import StepCosts
from glassprop.errors import DataError
from glassprop.ground.json_values import spelled, unspelled
from glassprop.ground.text import quoted
from glassprop.optimizer import OptimizerState
from glassprop.training.state import History, TrainState
from glassprop.training.state_facts import faults_of_facts

_ARRAYS = ("theta", "best_theta", "last_theta", "order", "aside")
_OPTIMIZERS = ("optimizer", "best_optimizer", "last_optimizer")
_PARTS = ("costs", "squares", "rows", "totals")  # of what steps have cost
_OWN_WAY = {*_ARRAYS, *_OPTIMIZERS, "history", "rng", "so_far"}
_FACTS = tuple(each.name for each in fields(TrainState) if each.name not in _OWN_WAY)
_LATER = {"drawn", "last_rate", "vector_bits", "products", "planned"}  # facts that states written down earlier lack
# Generators by name: nothing else can be asked for. Their states are whole numbers, but for MT19937's array.
_GENERATORS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in (np.random.PCG64, np.random.PCG64DXSM, np.random.MT19937)
}
_MT_WORDS = 624
_MOST_VECTORS = 8


@dataclass(frozen=True)
class Packed:
    """A state written down.

    Attributes
    ----------
    facts : dict
        Numbers, texts, lists and dicts: JSON takes them as they are (infinity and NaN are texts).
    arrays : dict of str to array
        The vectors and curves, by what they are of.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop.saving import pack
    >>> from glassprop.settings import TrainState
    >>> sorted(pack(TrainState(np.zeros(3))).arrays)
    ['cost', 'score', 'theta', 'validation_cost']
    """

    facts: dict[str, Any]
    arrays: dict[str, np.ndarray] = field(default_factory=dict)


def pack(state: TrainState) -> Packed:
    """Write a state down; nothing in it is shared with the state.

    Parameters
    ----------
    state : TrainState

    Returns
    -------
    Packed

    Raises
    ------
    DataError
        If its generator is of a kind that cannot be written down.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop.saving import pack, unpack
    >>> from glassprop.settings import TrainState
    >>> packed = pack(TrainState(np.array([1.0, 2.0])))
    >>> unpack(packed).theta
    array([1., 2.])
    """
    arrays = {name: np.array(getattr(state, name)) for name in _ARRAYS if getattr(state, name) is not None}
    arrays |= {name: np.array(numbers, dtype=np.float64) for name, numbers in state.history.curves().items()}
    facts = {name: spelled(getattr(state, name)) for name in _FACTS}
    for name in _OPTIMIZERS:
        optimizer = getattr(state, name)
        if optimizer is not None:
            facts[name] = {"t": optimizer.t, "kind": optimizer.kind, "vectors": len(optimizer.vectors)}
            arrays |= {f"{name}.{k}": np.array(vector) for k, vector in enumerate(optimizer.vectors)}
    if state.so_far is not None:
        facts["so_far"] = {"averaged": state.so_far.averaged}
        arrays |= {f"so_far.{part}": np.array(getattr(state.so_far, part)) for part in _PARTS}
    if state.rng is not None:
        facts["rng"], key = _of_generator(state.rng)
        arrays |= {} if key is None else {"rng": key}
    return Packed(facts, arrays)


def unpack(packed: Packed) -> TrainState:
    """The state that ``pack`` wrote down; θ and all vectors must fit each other.

    Parameters
    ----------
    packed : Packed

    Returns
    -------
    TrainState

    Raises
    ------
    DataError
        If something is missing, of another type or beyond its range, or does not fit.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop.saving import pack, unpack
    >>> from glassprop.settings import TrainState
    >>> unpack(pack(TrainState(np.array([1.0, 2.0]), epoch=7))).epoch
    7
    """
    facts, arrays = packed.facts, packed.arrays
    try:
        known = [name for name in _FACTS if name in facts or name not in _LATER]
        state = TrainState(**{name: unspelled(facts[name]) for name in known}, theta=np.array(arrays["theta"]))
        for name in _ARRAYS[1:]:
            setattr(state, name, np.array(arrays[name]) if name in arrays else None)
        state.history = History(**{name: np.array(arrays[name]).tolist() for name in History().curves()})
        for name in _OPTIMIZERS:
            if name in facts:
                vectors = tuple(np.array(arrays[f"{name}.{k}"]) for k in range(_count(facts[name]["vectors"])))
                setattr(state, name, OptimizerState(vectors, facts[name]["t"], facts[name]["kind"]))
        if "so_far" in facts:
            parts = {part: np.array(arrays[f"so_far.{part}"]) for part in _PARTS}
            state.so_far = StepCosts(**parts, averaged=facts["so_far"]["averaged"])
        state.rng = _generator(facts["rng"], arrays.get("rng")) if "rng" in facts else None
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        told = " ".join(str(error).split())[:100]
        raise DataError(f"this is not the state of a training run: {type(error).__name__}: {told}") from error
    faults = faults_of_facts(state)
    if faults:
        raise DataError(f"this is not the state of a training run: {'; '.join(faults)}")
    _refuse_misfits(state)
    return state


def _refuse_misfits(state: TrainState) -> None:
    for optimizer in (state.optimizer, state.best_optimizer, state.last_optimizer):
        if optimizer is not None:
            optimizer.check_fits(state.theta)
    for other in (state.best_theta, state.last_theta):
        if other is not None and (other.shape != state.theta.shape or other.dtype != state.theta.dtype):
            raise DataError("this is not the state of a training run: its best or last weights are not like theta")
    if state.aside is not None and not (state.aside.ndim == 1 and (np.diff(state.aside, prepend=-1) > 0).all()):
        raise DataError("this is not the state of a training run: the rows set aside do not rise")
    if state.order is not None and not np.array_equal(np.sort(state.order), np.arange(len(state.order))):
        raise DataError("this is not the state of a training run: its order does not name each example once")


def _count(vectors: Any) -> int:
    """How many vectors an optimizer has: none has more than a few."""
    if type(vectors) is not int or not 0 <= vectors <= _MOST_VECTORS:
        raise ValueError(f"vectors must be a whole number from 0 to {_MOST_VECTORS}, got {quoted(vectors, 40)}")
    return vectors


def _of_generator(rng: Any) -> tuple[dict[str, Any], np.ndarray | None]:
    """Name and numbers of a Generator or RandomState; and MT19937's array."""
    legacy = isinstance(rng, np.random.RandomState)
    state = rng.get_state(legacy=False) if legacy else rng.bit_generator.state
    name = state["bit_generator"]
    if name not in _GENERATORS:
        raise DataError(f"a {name} generator cannot be written down; use one of {', '.join(_GENERATORS)}")
    inner, key = dict(state["state"]), None
    if "key" in inner:
        key = np.array(inner.pop("key"), dtype=np.uint32)
    rest = {part: value for part, value in state.items() if part not in ("bit_generator", "state")}
    return {"name": name, "legacy": legacy, "state": inner, **rest}, key


def _generator(facts: dict[str, Any], key: np.ndarray | None) -> Any:
    """The generator again. NumPy believes the place in MT19937's array, so it is looked at here."""
    rest = {part: value for part, value in facts.items() if part not in ("name", "legacy", "state")}
    inner = dict(facts["state"])
    bits = _GENERATORS[facts["name"]](0)
    if facts["name"] == "MT19937":
        inner["key"] = np.array(key, dtype=np.uint32)
        if inner["key"].shape != (_MT_WORDS,) or not 0 <= int(inner["pos"]) <= _MT_WORDS:
            raise ValueError("MT19937 has 624 words, and a place among them")
    state = {"bit_generator": facts["name"], "state": inner, **rest}
    if facts["legacy"]:
        made = np.random.RandomState(bits)
        made.set_state(state)
        return made
    bits.state = state
    return np.random.Generator(bits)
