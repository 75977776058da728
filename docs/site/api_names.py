"""What is public, as the modules themselves say it, and in which group the reference shows it."""

from __future__ import annotations

import importlib
import inspect
import re
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

ROOT = Path(__file__).parents[2]

# The names of `glassprop` itself, by what they are for.
GROUPS = {
    "Estimators": ["MLPClassifier", "MLPRegressor", "TabularClassifier", "TabularRegressor"],
    "Callbacks": ["Checkpoint", "Doctor", "Margins", "MLflowLogger", "Tracer"],
    "The core": ["Network", "Layer", "Scale", "PeriodicEmbedding", "CategoryEmbedding", "OwnUnits", "check_gradient"],
    "Functions of your own": ["Activation", "Cost"],
    "Explain and diagnose": ["explain", "diagnose", "blame", "suspect_labels"],
    "Keep": ["save", "load", "save_trace", "load_trace"],
    "Leave": ["to_onnx", "to_c", "to_sklearn", "from_sklearn", "to_torch"],
    "Around it": ["warmup", "GlasspropError"],
}
ELSEWHERE = {"__version__"}  # said on the page of the module

# Classes of which people call some methods alone; the others are for the rooms inside. Of classes that are not named,
# all that is documented is shown.
METHODS = {
    "Names": ["numbered"], "Optimizer": ["start", "step"], "Schedule": ["rates"], "Checkpoint": [], "MLflowLogger": [],
    "Tracer": ["trace"], "Trace": [], "ModelTrace": [],
    "ExampleGradients": ["along", "dot", "mean", "norms", "squares", "weighted_sum"],
    "Margins": ["rows"], "Doctor": ["diagnosis"],
}  # fmt: skip
NO_METHODS = (
    "Layer",
    "Scale",
    "PeriodicEmbedding",
    "CategoryEmbedding",
    "Table",
    "TrainState",
    "Defaults",
    "FitOptions",
)
CALLBACK = re.compile(r"on_|setup$|teardown$|begin_")
ESTIMATOR = {
    "fit", "partial_fit", "predict", "predict_proba", "predict_log_proba", "score", "explain", "blame", "diagnose",
    "suspect_labels", "resume", "from_weights", "save",
}  # fmt: skip


@cache
def public_modules() -> tuple[str, ...]:
    """As ARCHITECTURE.md names them."""
    page = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    row = next(line for line in page.splitlines() if line.startswith("| `functions.py`"))
    names = re.findall(r"`(\w+)(?:\.py|/)?`", row)
    return tuple(sorted({name for name in names if name != "glassprop"}))


def groups() -> dict[str, list[str]]:
    """`GROUPS`, and what is in none of them."""
    grouped = {name for names in GROUPS.values() for name in names}
    more = [name for name in names_of(importlib.import_module("glassprop")) if name not in {*grouped, *ELSEWHERE}]
    return {**GROUPS, "More": more} if more else GROUPS


def names_of(module: ModuleType) -> list[str]:
    """``__all__``, or the classes that the module makes where it has none."""
    own = getattr(module, "__all__", None)
    made = (name for name, v in vars(module).items() if inspect.isclass(v) and v.__module__ == module.__name__)
    return [name for name in own or made if not name.startswith("_") or name in ELSEWHERE]


@cache
def everything() -> dict[str, Any]:
    """Each public name, in full, with what it names. A name that is in several modules is there several times."""
    modules = {"glassprop": importlib.import_module("glassprop")}
    modules |= {f"glassprop.{name}": importlib.import_module(f"glassprop.{name}") for name in public_modules()}
    return {f"{home}.{name}": getattr(module, name) for home, module in modules.items() for name in names_of(module)}


def is_ours(method: Any) -> bool:
    return bool(method.__doc__) and (getattr(method, "__module__", None) or "").startswith("glassprop")


def methods_of(thing: type) -> list[str]:
    if thing.__name__ in METHODS:
        return METHODS[thing.__name__]
    if thing.__name__ in NO_METHODS or any(base.__name__ in METHODS for base in thing.__mro__):
        return []
    found = [name for name, value in inspect.getmembers(thing, inspect.isroutine) if is_ours(value)]
    found = [name for name in found if name[0] != "_" and not CALLBACK.match(name)]
    if hasattr(thing, "fit"):
        return [name for name in found if name in ESTIMATOR]
    return found


def properties_of(thing: type) -> list[str]:
    """What is worked out when it is asked for, and documented."""
    found = inspect.getmembers_static(thing, lambda value: isinstance(value, property))
    return [name for name, value in found if name[0] != "_" and value.__doc__ and thing.__name__ not in NO_METHODS]


@cache
def home_of() -> dict[str, str]:
    """Where a thing has its page: under the first of its names, `glassprop` before its modules."""
    homes: dict[int, str] = {}
    pages: dict[str, str] = {}
    for full, thing in everything().items():
        shared = inspect.isclass(thing) or inspect.isroutine(thing)
        pages[full] = homes.setdefault(id(thing), full) if shared else full
    return pages


@cache
def documented() -> dict[str, str]:
    """What text may call a thing: in full, from its module on, or, where there is but one, by its last name."""
    short: dict[str, set[str]] = {}
    for full, home in home_of().items():
        short.setdefault(full.rpartition(".")[2], set()).add(home)
        short.setdefault(full.removeprefix("glassprop."), set()).add(home)
        short.setdefault(full, set()).add(home)
        thing = everything()[full]
        if inspect.isclass(thing):
            for method in methods_of(thing):
                short.setdefault(f"{full.rpartition('.')[2]}.{method}", set()).add(f"{home}.{method}")
    lower = {name for name in short if "." not in name and name.islower() and name != "check_gradient"}
    return {name: next(iter(homes)) for name, homes in short.items() if len(homes) == 1 and name not in lower}
