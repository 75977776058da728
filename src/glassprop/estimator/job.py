"""What a fit is, as far as one that is gone on with must be the same: version, data, settings; and on what it runs."""

from __future__ import annotations

import hashlib
import platform
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Protocol, cast

import numpy as np

from glassprop.engine.plan import Data, LanedSource, Source, is_csr
from glassprop.errors import DataError, SettingsError
from glassprop.estimator.build import Arguments
from glassprop.estimator.left import Left
from glassprop.ground.array_digest import digest_of
from glassprop.ground.version import VERSION, version_of
from glassprop.layers.layer_kind import LayerKind
from glassprop.training.keeping import Keeper
from glassprop.training.lanes import is_laned
from glassprop.training.state import TrainState

_NOT_COMPARED = ("engine", "verbose", "max_fun")  # which engine runs decides bits: of that it is told
_LONGEST = 200  # characters of a value that is shown
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


@dataclass(frozen=True)
class Job:
    """A fit, as texts by name; each None where there is no such thing.

    Attributes
    ----------
    version : str
        Of glassprop.
    data, settings : dict
        What the fit follows from.
    machine : dict
        What only its last bits follow from.
    """

    version: str
    data: Mapping[str, str | None]
    settings: Mapping[str, str | None]
    machine: Mapping[str, str | None]

    def to_dict(self) -> dict[str, Any]:
        """JSON-able."""
        return asdict(self)

    def refuse_another(self, now: Job) -> None:
        """Refuse another fit than this one.

        Raises
        ------
        DataError, SettingsError
            Which says in what they differ.
        """
        data, settings = self._faults_of_data(now), self._faults_of_settings(now)
        if data and all(name in _FOLLOWING for name in settings):
            raise DataError("; ".join(data))
        if settings:
            told = {name: fault for name, fault in settings.items() if name not in _FOLLOWING} or settings
            raise SettingsError("; ".join([*told.values(), *data]))

    def _faults_of_data(self, now: Job) -> list[str]:
        return [
            f"{name} were {was or 'none'} and are {now.data.get(name) or 'none'}"
            if name in _COUNTS
            else f"{name} is not what it was"
            for name, was in _differences(self.data, now.data)
        ]

    def _faults_of_settings(self, now: Job) -> dict[str, str]:
        if self.version != now.version:
            return {"version": f"it is of glassprop {self.version}, and this is {now.version}"}
        return {
            name: f"{name} was {_shown(was)} and is {_shown(now.settings.get(name))}"
            for name, was in _differences(self.settings, now.settings)
        }

    def cautions(self, now: Job) -> list[str]:
        """What is another one here, so that the last bits may be others, in words."""
        return [
            f"{name} was {was or 'none'} and is {now.machine.get(name) or 'none'}"
            for name, was in _differences(self.machine, now.machine)
        ]


def _differences(was: Mapping[str, str | None], now: Mapping[str, str | None]) -> list[tuple[str, str | None]]:
    names = dict.fromkeys([*was, *now])
    found = [(name, was.get(name)) for name in names if was.get(name) != now.get(name)]
    counts = [each for each in found if each[0] in _COUNTS]
    return counts or found  # of other rows all digests are other ones


def _shown(value: str | None) -> str:
    return "not there" if value is None else value


class FitKeeper(Keeper, Protocol):
    """Who keeps one fit.

    Attributes
    ----------
    state, left : TrainState and Left, or None
        Where an earlier process has left this fit, and the rows that it was on.
    over : bool
        Whether it had come to its end there.
    """

    state: TrainState | None
    left: Left | None
    over: bool

    def ends(self, state: TrainState) -> None:
        """Training has come to its end, or was ended by Ctrl-C: the state is as it was left."""
        ...

    def close(self) -> None:
        """There is nothing more to keep, however it ended."""
        ...


class KeepsFits(Protocol):
    """A callback that keeps the fits of an estimator while they run."""

    def begin_fit(self, job: Job, left: Left, *, reads: bool = True, writes: bool = True) -> FitKeeper:
        """A fit is to begin, or to be gone on with.

        Parameters
        ----------
        reads : bool
            Whether it may be gone on with; else it is one that the estimator goes on with itself.
        writes : bool
            Whether this process writes.

        Raises
        ------
        SettingsError, DataError
            If it cannot be kept there, or gone on with.
        """
        ...


_FOLLOWING = ("network", "classes")  # which follow from other settings, and from the data
_COUNTS = ("rows", "columns", "lanes", "validation rows")


def job_of(
    arguments: Arguments,
    network: Any,
    classes: Any,
    data: Data | Source | LanedSource,
    validation: Data | None,
    begun: Any = None,
) -> Job:
    """What a fit is.

    Parameters
    ----------
    arguments : mapping
        Of the constructor.
    network : Network
    classes : array or None
        What outputs stand for.
    data : Data, Source or LanedSource
        All rows, before any are set aside.
    validation : Data or None
        Where they are given.
    begun : array or None
        The weights of an earlier fit that it begins with; None: new ones.

    Raises
    ------
    SettingsError
        Rows that are not NumPy's, or a source that cannot say what it is.
    """
    settings: dict[str, str | None] = {
        name: _told(value) for name, value in arguments.items() if name not in _NOT_COMPARED
    }
    settings |= {"network": _told(repr(network)), "classes": None if classes is None else _told(classes)}
    found = _of_arrays(data) if isinstance(data, Data) else _of_source(data)
    if validation is not None:
        found |= {"validation rows": f"{len(validation)}", "validation data": _digest(validation)}
    if begun is not None:
        found |= {"the model that it trains on from": digest_of([begun])}
    machine = {"engine": _told(arguments.get("engine")), **_machine()}
    return Job(VERSION, found, settings, machine)


def _told(value: Any) -> str:
    """A value as a text that is the same for equal ones."""
    said = _ADDRESS.sub("", repr(_simple(value)))
    return said if len(said) <= _LONGEST else f"{said[:40]}… ({hashlib.sha256(said.encode()).hexdigest()[:16]})"


def _simple(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_simple(each) for each in value]
    if isinstance(value, np.random.RandomState | np.random.Generator):
        return type(value).__name__
    if isinstance(value, Mapping):
        return {name: _simple(each) for name, each in value.items()}
    return value if isinstance(value, LayerKind) else getattr(value, "spec", value)


def _of_arrays(data: Data) -> dict[str, str | None]:
    if not (isinstance(data.X, np.ndarray) or is_csr(data.X)):
        raise SettingsError(f"a Checkpoint keeps fits on NumPy arrays and CSR matrices, got a {type(data.X).__name__}")
    return {
        "rows": f"{len(data)}",
        "columns": f"{data.X.shape[1]}",
        "X": digest_of([data.X]),
        "y": digest_of([data.Y]),
        "sample_weight": None if data.sample_weight is None else digest_of([data.sample_weight]),
    }


def _digest(data: Data) -> str:
    return digest_of([data.X, data.Y, *([] if data.sample_weight is None else [data.sample_weight])])


def _of_source(data: Source | LanedSource) -> dict[str, str | None]:
    """What a source is, its own ``digest()`` says: of what it gives, in which order."""
    digest = getattr(data, "digest", None)
    if digest is None:
        raise SettingsError(
            f"a checkpoint needs to know its data again, and this {type(data).__name__} has no digest()"
        )
    if is_laned(data):
        return {"lanes": str(list(cast(LanedSource, data).lanes)), "the source": str(digest())}
    return {"rows": f"{len(cast(Source, data))}", "the source": str(digest())}


@lru_cache(maxsize=1)
def _machine() -> dict[str, str | None]:
    return {"CPU": _cpu(), "NumPy": np.__version__, "Numba": version_of("numba")}


def _cpu() -> str:
    """Its name, as the system has it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.processor() or platform.machine()
