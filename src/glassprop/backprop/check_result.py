"""What a check of a gradient found: derivative by derivative, layer by layer, and as a table to read."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from glassprop.ground.in_notebook import InNotebook


@dataclass(frozen=True)
class Place:
    """One derivative, both ways. ``kind`` is the parameter's letter ("w", "b", "s", "p") or "direction"."""

    layer: int
    kind: str
    index: tuple[int, ...]
    backprop: float
    difference: float
    error: float  # |backprop - difference|, relative to the layer's largest, each in units of its input

    def __str__(self) -> str:
        return f"layer {self.layer}, {self.kind}[{', '.join(map(str, self.index))}], error {self.error:.1e}"


@dataclass(frozen=True)
class LayerCheck:
    """What was found in one layer.

    Attributes
    ----------
    checked : int
        How many derivatives were compared.
    at_kinks, below_rounding : int
        How many could not be: on a kink, or so small beside the cost that its rounding hides them.
    largest : float
        The largest entry of the layer's part of ∇C.
    worst : Place or None
        The one with the largest error.
    """

    layer: int
    checked: int
    at_kinks: int
    below_rounding: int
    largest: float
    worst: Place | None

    def __str__(self) -> str:
        error = self.worst.error if self.worst else float("nan")
        return (
            f"{self.layer:>5} {self.checked:>18} {self.at_kinks:>9} {self.below_rounding:>14} "
            f"{self.largest:>14.3e} {error:>12.1e}"
        )


@dataclass(frozen=True)
class GradientCheck(InNotebook):
    """The result of ``check_gradient``.

    Attributes
    ----------
    ok : bool
        Whether the worst error is within ``tolerance`` and in every layer something was compared.
    worst : Place or None
        The derivative with the largest error; None if none could be compared.
    not_compared : list of int
        Layers in which nothing could be compared.
    layers : tuple of LayerCheck
        Layer by layer.
    tolerance : float
        Up to which relative error backprop and differences agree.
    by_directions : bool
        Whether derivatives along random directions were compared, rather than those by single parameters.

    Examples
    --------
    >>> import numpy as np
    >>> from glassprop import Layer, Network, check_gradient
    >>> network = Network(2, [Layer(3, "tanh"), Layer(1, "identity")])
    >>> theta = network.initial(np.random.default_rng(0))
    >>> check = check_gradient(network, theta, [[0.5, -1.0]], [[1.0]])
    >>> check.ok, len(check.layers), check.worst.error < check.tolerance
    (True, 2, True)
    """

    layers: tuple[LayerCheck, ...]
    tolerance: float
    by_directions: bool

    @property
    def worst(self) -> Place | None:
        places = [layer.worst for layer in self.layers if layer.worst is not None]
        return max(places, key=lambda place: place.error, default=None)

    @property
    def not_compared(self) -> list[int]:
        return [layer.layer for layer in self.layers if not layer.checked]

    @property
    def ok(self) -> bool:
        return not self.not_compared and self.worst is not None and self.worst.error <= self.tolerance

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain numbers and strings, ready for JSON."""
        worst = asdict(self.worst) if self.worst else None
        return {"ok": self.ok, **asdict(self), "not_compared": self.not_compared, "worst": worst}

    def __str__(self) -> str:
        what = "random directions" if self.by_directions else "parameters"
        head = (
            f"{'layer':>5} {what:>18} {'at kinks':>9} {'below rounding':>14} {'largest entry':>14} {'worst error':>12}"
        )
        lines = [head, *map(str, self.layers), *self.verdict()]
        if self.worst is not None:
            lines.append(f"worst: {self.worst}")
            lines.append(f"       backprop {self.worst.backprop:.6g}, differences {self.worst.difference:.6g}")
        return "\n".join(lines)

    def verdict(self) -> list[str]:
        """What is to be made of it, a line each."""
        said = []
        if self.worst is not None:
            wrong = not self.worst.error <= self.tolerance
            agrees = "BACKPROP IS WRONG" if wrong else "backprop agrees with central differences"
            said.append(f"{agrees} (tolerance {self.tolerance:g})")
        if len(self.not_compared) == len(self.layers):
            said.append("nothing could be compared: every derivative lies on a kink or below rounding")
        elif self.not_compared:
            said.append("NOT CHECKED, since all lies on kinks or below rounding:")
            said.append(f"  layer {', '.join(map(str, self.not_compared[:10]))}" + " …" * (len(self.not_compared) > 10))
        return said
