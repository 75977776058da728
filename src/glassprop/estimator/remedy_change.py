"""What a remedy comes to: words, changed arguments of an estimator, or transformed data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from glassprop.diagnosis.measured import Measured

Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """What a remedy comes to for an estimator and its data.

    Attributes
    ----------
    words : str
        What to do, as an instruction.
    arguments : mapping
        Of the estimator, as they are to be.
    inputs, target : callable -> transformer, or None
        Of scikit-learn's kind, for X (given X), and for a target of amounts.
    tried : bool
        Whether it can be tried; else it is advice.
    work : float
        What training takes with it, by what it takes without.
    """

    words: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    inputs: Callable[[Any], Any] | None = None
    target: Callable[[], Any] | None = None
    tried: bool = True
    work: float = 1.0


Remedied = Callable[[Arguments, Measured], Change | None]  # None: it is in place already, or cannot be


def argument(words: str, **arguments: Any) -> Change:
    return Change(*worded(words, **arguments))


def worded(words: str, **arguments: Any) -> tuple[str, dict[str, Any]]:
    return f"{words}: {told(arguments)}", arguments


def told(arguments: Mapping[str, Any]) -> str:
    said = {name: f"{value:.4g}" if isinstance(value, float) else repr(value) for name, value in arguments.items()}
    return ", ".join(f"{name}={value}" for name, value in said.items())
