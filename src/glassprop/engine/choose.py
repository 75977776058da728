"""Which engine runs the epochs, and why: machine code where it can and pays, else the reference engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np

from glassprop.architecture.architecture import Architecture
from glassprop.backprop.objective import Objective
from glassprop.backprop.ranks import Ranks
from glassprop.engine.elsewhere import ElsewhereEngine, refuse_functions_of_numpy
from glassprop.engine.plan import Data, Engine, is_csr, is_elsewhere, straight
from glassprop.engine.reference import ReferenceEngine
from glassprop.engine.variables import refuse_nonsense
from glassprop.engine.worth import (
    SMALL_FIT,
    SMALL_PREDICTION,
    Amount,
    saved,
    seconds_of_prediction,
    seconds_of_training,
)
from glassprop.equations.arrays import Array, Rows, device
from glassprop.errors import SettingsError
from glassprop.ground.text import first_line
from glassprop.layers.layer_table import KINDS
from glassprop.optimizer import OPTIMIZERS, Optimizer

EngineName = Literal["auto", "compiled", "reference"]
_MOST_COLUMNS = 2**31 - 1  # kernels count the columns of a sparse X in 32 bits
ENGINES: tuple[EngineName, ...] = get_args(EngineName)
Notify = Callable[[str], None]


@dataclass(frozen=True)
class Choice:
    """The engine taken, the reason in words, and the data in the form that this engine reads.

    vector_bits, products: what else its bits depend on: how wide its vectors are, and who makes large products. 0 and
    empty where that is not its own choice, or there are none.
    """

    engine: Engine
    why: str
    data: Data
    vector_bits: int = 0
    products: str = ""


def choose(
    wish: EngineName,
    architecture: Architecture,
    objective: Objective,
    optimizer: Optimizer,
    data: Data,
    theta: Array,
    notify: Notify | None = None,
    ranks: Ranks | None = None,
    *,
    amount: Amount | None = None,
    began_with: tuple[str, str] = ("", ""),
    recorded: str = "",
    entries: float | None = None,
) -> Choice:
    """Take the engine that was asked for, or for ``"auto"`` the one that is done first, if it can run this.

    Parameters
    ----------
    wish : {"auto", "compiled", "reference"}
    data : Data
        Examples that fit the network and θ: kernels take sizes at their word.
    notify : callable (str), optional
        Called when machine code has to be compiled first, which happens once per machine if it can be cached.
    amount : Amount, optional
        How much there is to be done, where that is known: ``"auto"`` leaves little to the reference engine.
    began_with : (str, str)
        The engine of a training that is gone on with, which ``"auto"`` takes again, and why it was taken.
    recorded : str
        Who made the large products of the training that is gone on with; empty if none is.
    entries : float, optional
        How many an example of a sparse X has on average, where that does not follow from the first X that comes.

    Raises
    ------
    SettingsError
        If ``"compiled"`` is asked for and cannot run this; or the environment asks for what is not there, or makes no
        sense, be the job ever so small. The message says why.
    """
    if wish not in ENGINES:
        raise SettingsError(f"engine must be one of {', '.join(ENGINES)}, got {wish!r}")
    if is_elsewhere(data.X):
        return _where_it_lies(wish, architecture, objective, optimizer, data, ranks)
    reference = ReferenceEngine(architecture, objective, optimizer, ranks)
    if wish == "reference":
        return Choice(reference, "the reference engine, as asked for", data)
    refuse_nonsense()
    goes_on = began_with[0] if wish == "auto" and began_with[0] in ENGINES else ""
    if goes_on == reference.name:
        return Choice(reference, began_with[1] or "the reference engine, with which it began", data)
    found: Any = obstacle_to_compiled(architecture, data.X, theta) or _not_to_be_trained(architecture, optimizer)
    seconds = None if amount is None else seconds_of_training(architecture, amount, theta.dtype.itemsize)
    if not found and wish == "auto" and not goes_on and seconds is not None and seconds <= SMALL_FIT:
        return Choice(reference, _small(seconds), data)
    if not found:
        made = architecture, objective, optimizer, ranks, recorded, entries
        found = _loaded(lambda module: module.CompiledEngine(*made), data.X, notify, saved(seconds))
    if not isinstance(found, str):
        dtype = theta.dtype.name
        why = f"the compiled engine{found.caution(dtype)}"
        return Choice(found, why, straight(data, theta.dtype), *found.decides(dtype))
    if wish == "compiled":
        raise SettingsError(f"engine='compiled' cannot run this: {found}; use engine='auto'")
    if goes_on:
        found += "; it began with the compiled engine, so its bits may differ from here on"
        if notify is not None:
            notify(f"glassprop: continues with the reference engine: {found}")
    return Choice(reference, f"the reference engine: {found}", data)


def _where_it_lies(
    wish: EngineName,
    architecture: Architecture,
    objective: Objective,
    optimizer: Optimizer,
    data: Data,
    ranks: Ranks | None,
) -> Choice:
    """The reference engine, for X of another library."""
    whose = f"X is an array of {type(data.X).__module__.partition('.')[0]} on {device(data.X)}"
    if wish == "compiled":
        raise SettingsError(f"engine='compiled' cannot run this: {whose}; use engine='auto', or give a NumPy array")
    if ranks is not None:
        raise SettingsError(f"several processes train together on NumPy arrays, and {whose}; give one of NumPy's")
    refuse_functions_of_numpy(architecture, data.X)
    return Choice(ElsewhereEngine(architecture, objective, optimizer), f"the reference engine: {whose}", data)


def _small(seconds: float) -> str:
    return (
        f"the reference engine: such a short training run takes it {max(seconds, 0.01):.2f} seconds at most, less "
        "than loading machine code does (engine='compiled' loads it anyway)"
    )


def _loaded(make: Callable[[Any], Any], X: Rows, notify: Notify | None, instead: str) -> Any:
    """The compiled engine, ready to run, or in words why there is none."""
    module = compiled_module()
    if isinstance(module, str):
        return module
    if module.POOL.closed:
        return "Python is ending, and its kernels with it"
    engine = make(module)
    try:
        with module.kernels.told_of_compiling(notify, instead):
            engine.load(X)
    except SettingsError:  # the environment asks for what is not there
        raise
    except Exception as error:  # a Numba that is older or newer may be importable and yet not fit
        return f"its kernels cannot be compiled ({_in_a_line(error)})"
    return engine


def obstacle_to_compiled(architecture: Architecture, X: Rows, theta: Array) -> str:
    """Why the kernels cannot run this network on this X; empty if they can."""
    if architecture.own_functions:
        return f"user-defined functions ({', '.join(architecture.own_functions)}) are Python"
    if not isinstance(X, np.ndarray) and not is_csr(X):
        return "X is sparse and not CSR" if hasattr(X, "tocsr") else "X is not a NumPy array"
    if X.shape[1] > _MOST_COLUMNS:
        return f"X has more than {_MOST_COLUMNS} columns"
    if X.dtype not in (np.float32, np.float64):
        return f"X is of dtype {X.dtype}, neither float32 nor float64"
    if X.dtype != theta.dtype:
        return f"X is of dtype {X.dtype} and theta of {theta.dtype}"
    for number, layer in enumerate(architecture.layers, start=1):
        if type(layer) not in KINDS.values():
            return f"layer {number} is of a kind that has no kernel"
        if not layer.parametric and any(p < 0 for p in layer.activation.parameters):
            return f"{layer.activation.spec} falls and rises, so its slope does not follow from its value"
    return ""


def suit_a_predictor(architecture: Architecture, X: Any, theta: Any, *, checked: bool = False) -> bool:
    """Whether a compiled predictor can read these arrays as they are. Quick; follows from kinds and shapes alone.

    checked: whether X has been looked at, as ``given_inputs`` does; before that no sparse X suits, and none with codes.
    """
    if architecture.codes and not checked:
        return False
    if type(theta) is not np.ndarray or theta.shape != (architecture.layout.size,):
        return False
    if type(X) is np.ndarray:
        straight = X.flags.c_contiguous and X.flags.aligned and X.size > 0
    else:
        straight = checked and is_csr(X) and X.shape[0] > 0
    if not straight or X.dtype != theta.dtype or X.shape[1:] != (architecture.n_inputs,):
        return False
    return bool(theta.flags.c_contiguous and theta.flags.aligned)


def is_small_prediction(architecture: Architecture, rows: int, itemsize: int) -> bool:
    """Whether so few rows are predicted that it is not worth loading machine code. itemsize: bytes of a number."""
    return seconds_of_prediction(architecture, rows, itemsize) <= SMALL_PREDICTION


def find_predictor(architecture: Architecture, X: Rows, theta: Array, notify: Notify | None = None) -> Any:
    """A compiled predictor ``(theta, X) -> a`` for arrays of this dtype, or None where there can be none.

    notify: told when it has to be compiled first.
    """
    if obstacle_to_compiled(architecture, X, theta):
        return None
    module = compiled_module()
    if isinstance(module, str) or module.POOL.closed:
        return None
    try:
        instead = saved(seconds_of_prediction(architecture, X.shape[0], X.dtype.itemsize))
        with module.kernels.told_of_compiling(notify, instead):
            return module.Predictor(architecture, X.dtype.name)
    except SettingsError:
        raise
    except Exception:  # as for training: what cannot be compiled is done without
        return None


def _not_to_be_trained(architecture: Architecture, optimizer: Optimizer) -> str:
    if architecture.part is not None:
        return "one member among others is trained together with these"
    if type(optimizer) in OPTIMIZERS.values():
        return ""
    return f"there is no kernel for {type(optimizer).__name__}"


def compiled_module() -> Any:
    """The module with the compiled engine, or in words why there is none.

    Raises
    ------
    SettingsError
        If the environment asks of it what makes no sense, or this machine cannot do.
    """
    refuse_nonsense()
    try:
        from glassprop.engine.compiled import engine
    except SettingsError:
        raise
    except Exception as error:  # a missing Numba, or one that does not fit: whatever it raises, work goes on
        return f"its kernels cannot be loaded ({_in_a_line(error)})"
    return engine


def _in_a_line(error: Exception) -> str:
    return f"{type(error).__name__}: {first_line(error)}"
