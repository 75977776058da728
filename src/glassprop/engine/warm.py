"""Machine code compiled beforehand, for images and CI, so that the first training and prediction only load it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from glassprop.architecture.architecture import Architecture
from glassprop.engine.choose import compiled_module
from glassprop.equations.activation import ACTIVATIONS, find_activation
from glassprop.equations.cost import COSTS, find_cost
from glassprop.errors import GlasspropError, SettingsError
from glassprop.ground.text import first_line, listed, nearest, quoted
from glassprop.layers.category_embedding import CategoryEmbedding
from glassprop.layers.dense import Layer
from glassprop.layers.layer_kind import LayerKind
from glassprop.layers.periodic_embedding import PeriodicEmbedding
from glassprop.layers.scale import Scale
from glassprop.optimizer import OPTIMIZERS

Precision = Literal["float32", "float64"]
PRECISIONS: tuple[Precision, ...] = get_args(Precision)
_USUAL_ACTIVATIONS = ("relu", "tanh", "sigmoid", "identity")
_USUAL_COSTS = ("cross_entropy", "binary_cross_entropy", "half_squared_error", "squared_error")
_USUAL_SOLVERS = ("adam", "adamw", "sgd")
_BEHIND_SGD = ("sgd", "momentum", "nesterov")  # what the estimators' "sgd" is, by its momentum
_OUTPUTS = ("identity", "softmax", "sigmoid", "exp")
_NARROW, _WIDE = 8, 1024  # layers of either kind have kernels of their own
OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Warmed:
    """What ``warmup`` has left.

    Attributes
    ----------
    folder : str
        Where the machine code lies.
    parts, compiled : int
        How many parts there are now of what was asked for; how many of them had to be compiled.
    size : int
        Bytes that they take.
    precisions : tuple of str
        For which they are.

    Examples
    --------
    >>> from glassprop import warmup
    >>> warmed = warmup(precisions=["float32"], activations=["relu"], costs=[], solvers=[])
    >>> warmed.compiled <= warmed.parts, warmed.precisions
    (True, ('float32',))
    """

    folder: str
    parts: int
    compiled: int
    size: int
    precisions: tuple[str, ...]


def warmup(
    *,
    precisions: Sequence[Precision] = PRECISIONS,
    activations: Sequence[str] | None = None,
    costs: Sequence[str] | None = None,
    solvers: Sequence[str] | None = None,
    everything: bool = False,
    cache_dir: str | os.PathLike[str] | None = None,
    on_progress: OnProgress | None = None,
) -> Warmed:
    """Compile what networks need, and keep it, so that later processes load it rather than compile.

    What is there already is left as it is. Nothing is loaded into this process.

    Parameters
    ----------
    precisions : sequence of {"float32", "float64"}
        That of X decides which is used.
    activations, costs, solvers : sequence of str, optional
        Those that will be used. None: relu, tanh, sigmoid and identity; what classifiers and regressors minimize by
        default; all solvers that run in epochs.
    everything : bool
        All activations, costs, pairs of them, optimizers and kinds of layer that there are, and what a sparse X takes.
    cache_dir : path, optional
        Where to keep it. None: where every process looks: the folder that ``GLASSPROP_CACHE_DIR`` names, else the
        package's own, else the user's.
    on_progress : callable (done, of), optional
        Told how many parts are compiled of those that have to be.

    Returns
    -------
    Warmed
        ``folder``, where it lies; ``parts``, how many there are now, and ``compiled``, how many of them were new;
        ``size`` in bytes; ``precisions``.

    Raises
    ------
    SettingsError
        If a name is not known, nothing can be compiled here, or what was compiled cannot be kept.

    Examples
    --------
    >>> import tempfile
    >>> from glassprop import warmup
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first = warmup(precisions=["float32"], activations=["relu"], costs=[], solvers=[], cache_dir=folder)
    ...     again = warmup(precisions=["float32"], activations=["relu"], costs=[], solvers=[], cache_dir=folder)
    >>> first.compiled == first.parts == again.parts, again.compiled
    (True, 0)
    """
    _refuse_unknown("precisions", precisions, PRECISIONS)
    wished = _folder(cache_dir)
    networks = list(_networks(activations, costs, everything))
    optimizers = list(_optimizers(solvers, everything))
    module = compiled_module()
    if isinstance(module, str):
        raise SettingsError(f"there is nothing to compile with: {module}")
    kernels = module.kernels
    places = kernels.folders(kernels.BESIDE, wished)
    compiled = 0

    def on_compiled(done: int, of: int) -> None:
        nonlocal compiled
        compiled = done
        if on_progress is not None:
            on_progress(done, of)

    try:
        parts = {kind: module.parts_used(networks, optimizers, kind, sparse=everything) for kind in precisions}
        files = kernels.keep(parts, places, on_compiled)
    except GlasspropError:
        raise
    except Exception as error:  # whatever Numba raises
        raise SettingsError(f"it cannot be compiled here: {type(error).__name__}: {first_line(error)}") from error
    kept = [file for file in files if file is not None]
    if len(kept) < len(files) or not files:
        raise SettingsError(
            f"there is nowhere to keep {len(files) - len(kept)} of {len(files)} parts: "
            f"{listed([str(place) for place in places])} cannot be written, or the disk is full; name another as "
            "cache_dir (--cache-dir) or GLASSPROP_CACHE_DIR"
        )
    size = sum(file.stat().st_size for file in kept)
    return Warmed(str(kept[-1].parent), len(kept), compiled, size, tuple(parts))


@dataclass(frozen=True)
class Measured:
    """One line of what ``tune`` has measured.

    Attributes
    ----------
    precision : str
    size : int
        Inputs and outputs of the layers that were trained.
    seconds : dict
        Of a step, by who makes the large products.
    provider : str
        Who makes them from now on, from this size up.
    """

    precision: str
    size: int
    seconds: dict[str, float]
    provider: str


@dataclass(frozen=True)
class Tuned:
    """What ``tune`` has left: where the table lies, and what it follows from."""

    table: str
    measured: tuple[Measured, ...]


def tune(cache_dir: str | os.PathLike[str] | None = None, on_progress: OnProgress | None = None) -> Tuned:
    """Measure on this machine who makes large products best, and keep that as the table that trainings look into.

    It takes some seconds, and wants nothing else to run beside it. From then on trainings of wide networks may have
    other last bits than on another machine. The table is a file; removed, it is forgotten.

    Parameters
    ----------
    cache_dir : path, optional
        Where to keep the table, for processes whose ``GLASSPROP_CACHE_DIR`` names it. None: where every process looks.
    on_progress : callable (done, of), optional
        Told how many measurements are made.

    Raises
    ------
    SettingsError
        If nothing can be compiled here, or the table cannot be written.
    """
    wished, module = _folder(cache_dir), compiled_module()
    if isinstance(module, str):
        raise SettingsError(f"there is nothing to measure: {module}")
    from glassprop.engine.compiled import tuning

    of, done = len(tuning.DTYPES) * len(tuning.SIZES), 0

    def on_measured(*_: Any) -> None:
        nonlocal done
        done += 1
        if on_progress is not None:
            on_progress(done, of)

    try:
        found = tuning.tune(on_measured, wished)
    except OSError as error:
        raise SettingsError(f"the table of large products cannot be written: {error.strerror or error}") from error
    except RuntimeError as error:  # no home
        raise SettingsError(f"there is nowhere to keep the table: {error}; set GLASSPROP_CACHE_DIR") from error
    chosen = zip(found.seconds.items(), found.rows, strict=True)
    measured = (Measured(precision, size, seconds, row.provider) for ((precision, size), seconds), row in chosen)
    return Tuned(str(found.path), tuple(measured))


def _folder(given: Any) -> str:
    """The folder that is asked for; empty if none is."""
    try:
        return "" if given is None else os.fsdecode(given)
    except TypeError:
        raise SettingsError(f"cache_dir must be the path of a folder, got {quoted(given)}") from None


def _refuse_lone_name(name: str, given: Any) -> None:
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise SettingsError(f"{name} must be a list of names, got {quoted(given)}")


def _refuse_unknown(name: str, given: Sequence[str], known: Sequence[str]) -> None:
    _refuse_lone_name(name, given)
    unknown = [each for each in given if each not in known]
    if unknown or (name == "precisions" and not given):
        near = next(filter(None, (nearest(str(each), known) for each in unknown)), "")
        hint = f"; did you mean {near!r}?" if near else ""
        raise SettingsError(
            f"{name} must be among {', '.join(known)}, got {listed(list(map(str, unknown))) or 'none'}{hint}"
        )


def _optimizers(solvers: Sequence[str] | None, everything: bool) -> Iterator[Any]:
    chosen = tuple(OPTIMIZERS) if everything else _USUAL_SOLVERS if solvers is None else solvers
    _refuse_unknown("solvers", chosen, tuple(OPTIMIZERS))
    names = dict.fromkeys(name for each in chosen for name in (_BEHIND_SGD if each == "sgd" else (each,)))
    return (OPTIMIZERS[name]() for name in names)


def _networks(
    activations: Sequence[str] | None, costs: Sequence[str] | None, everything: bool
) -> Iterator[Architecture]:
    """Networks that together use all that was asked for."""
    hidden = list(ACTIVATIONS) if everything else _USUAL_ACTIVATIONS if activations is None else activations
    minimized = list(COSTS) if everything else _USUAL_COSTS if costs is None else costs
    _refuse_lone_name("activations", hidden)
    _refuse_lone_name("costs", minimized)
    found = [find_activation(name) for name in hidden]
    for activation in found:
        yield Architecture(_NARROW, [*_layers(activation, everything), Layer(2, "identity")], "half_squared_error")
    outputs = ACTIVATIONS if everything else _OUTPUTS
    for cost in map(find_cost, minimized):
        fitting = [name for name in outputs if ACTIVATIONS[name].range.within(cost.outputs)]
        for output in fitting if everything else fitting[:1]:
            for members in (1, 2) if everything else (1,):
                yield Architecture(_NARROW, [Layer(_NARROW), Layer(2, output, own=True)], cost, members=members)


def _layers(activation: Any, everything: bool) -> list[LayerKind]:
    """Layers with an activation, narrow and wide, and with all else that a layer can be."""
    plain: list[LayerKind] = [Layer(n, activation) for n in (_NARROW, _WIDE, _WIDE, _NARROW)]
    dropped: list[LayerKind] = [Layer(_NARROW, activation, dropout=0.5)]
    if not everything:
        return [*plain, *dropped]
    trained = [Layer(_NARROW, activation, parametric=True)] if activation.parameters else []
    waves = PeriodicEmbedding([0], frequencies=_NARROW)
    embedded = [waves, CategoryEmbedding([0], [2], 2), waves]
    return [*embedded, Scale(), *plain, Scale(), *dropped, *trained, Layer(_NARROW, activation, residual=True)]
