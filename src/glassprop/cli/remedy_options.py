"""What a diagnosis advises, as options of ``glassprop train``; and what has none there."""

from __future__ import annotations

from collections.abc import Mapping
from shlex import quote
from textwrap import wrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glassprop.diagnosis.finding import Diagnosis, Remedy

_WIDTH = 80
_IN_THE_DATA = {"drop-column": "--drop COLUMN", "mark-missing": "--missing VALUE"}
_CHANGE_THE_DATA = {*_IN_THE_DATA, "standardize-inputs", "standardize-target"}


def remedy_options(found: Diagnosis, *, accumulate: int = 1) -> dict[str, str]:
    """Options by name of the remedy, of those that are advised; empty for settings that ``train`` has no option for.

    Advice about labels and functions, and scalers in front, which ``train`` has anyway, are not among them.
    accumulate: what the diagnosed training was given by that name, of which a larger batch is a multiple.
    """
    batch = max(found.measured.batch // max(accumulate, 1), 1)
    advised = [remedy for finding in found.findings for remedy in finding.remedies if remedy.advised]
    options = {remedy.name: _options_of(remedy, batch) for remedy in advised}
    return {name: option for name, option in options.items() if option is not None}


def remedy_lines(options: Mapping[str, str], recipe: str) -> list[str]:
    """How advice is followed, in lines of 80 columns."""
    there = [f"{option} ({name})" for name, option in options.items() if option]
    lines = [f"With glassprop train --recipe {recipe}: " + "; ".join(there) + "."] if there else []
    absent = [name for name, option in options.items() if not option]
    if absent:
        lines.append(
            f"glassprop train has no option for {', '.join(absent)}. In Python: model = glassprop.load(MODEL), "
            "model[-1].set_params(...) with the settings above, model.fit(X, y)."
        )
    return [part for line in lines for part in ("", *wrap(line, _WIDTH, break_on_hyphens=False))]


def _options_of(remedy: Remedy, batch: int) -> str | None:
    if remedy.name in _IN_THE_DATA:
        return _IN_THE_DATA[remedy.name]
    if not remedy.arguments or _CHANGE_THE_DATA.intersection(remedy.name.split(" + ")):
        return None
    said = [_option(name, value, batch) for name, value in remedy.arguments.items()]
    return " ".join(said) if all(said) else ""


def _option(name: str, value: Any, batch: int) -> str:
    """Empty where there is none."""
    if name == "max_iter":
        return f"--epochs {value}"
    if name == "hidden_layer_sizes":
        return f"--hidden {','.join(map(str, value))}"
    if name == "activation" and isinstance(value, str):
        return f"--activation {quote(value)}"
    if name == "class_weight" and value == "balanced":
        return "--class-weight balanced"
    if name == "batch_size" and value > batch and value % batch == 0:
        return f"--accumulate {value // batch}"
    return ""
