"""Modules that PyTorch has not: what glassprop's networks are made of beside layers of its own. Needs torch."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor, nn

from glassprop.architecture.own_units import OwnUnits as Units
from glassprop.architecture.target_scales import quantile_places
from glassprop.equations.periodic import TURN


class Scale(nn.Module):
    """A factor for each input."""

    def __init__(self, n: int) -> None:
        super().__init__()
        self.factors = nn.Parameter(torch.ones(n))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.factors

    def extra_repr(self) -> str:
        return str(len(self.factors))


class Residual(nn.Module):
    """What a layer sees added to what it gives."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner

    def forward(self, x: Tensor) -> Tensor:
        return self.inner(x) + x


class MeanOfMembers(nn.ModuleList):
    """The mean of what several networks say of the same inputs."""

    def __init__(self, *members: nn.Module) -> None:
        super().__init__(members)

    def forward(self, x: Tensor) -> Tensor:
        total, *others = (member(x) for member in self)
        for other in others:
            total = total + other
        return total / len(self)


class PeriodicEmbedding(nn.Module):
    """Some numbers embedded by waves of their own, z = [x, W cos(2π f x + c) + e], behind the other inputs."""

    def __init__(self, columns: list[int], others: list[int], n: int, n_waves: int) -> None:
        super().__init__()
        self.columns, self.others = columns, others
        k = len(columns)
        self.frequencies = nn.Parameter(torch.zeros(k, n_waves))
        self.phases = nn.Parameter(torch.zeros(k, n_waves))
        self.weight = nn.Parameter(torch.zeros(k, n - 1, n_waves))
        self.shifts = nn.Parameter(torch.zeros(k, n - 1))

    def forward(self, x: Tensor) -> Tensor:
        own = x[:, self.columns]
        angles = (TURN * self.frequencies) * own[:, :, None] + self.phases  # (n, k, waves)
        sums = torch.einsum("nkq,kmq->nkm", torch.cos(angles), self.weight) + self.shifts
        embedded = torch.cat([own[:, :, None], sums], dim=2)
        return torch.cat([x[:, self.others], embedded.flatten(1)], dim=1)

    def extra_repr(self) -> str:
        return f"columns={self.columns}, n={self.weight.shape[1] + 1}, frequencies={self.weight.shape[2]}"


class CategoryEmbedding(nn.Module):
    """Some inputs are codes, whole numbers from 0, each of which becomes a row of a table, behind the other inputs."""

    def __init__(self, columns: list[int], others: list[int], sizes: list[int], each: list[int]) -> None:
        super().__init__()
        self.columns, self.others = columns, others
        tables = (nn.utils.skip_init(nn.Embedding, size, n) for size, n in zip(sizes, each, strict=True))
        self.tables = nn.ModuleList(tables)

    def forward(self, x: Tensor) -> Tensor:
        rows = [table(x[:, column].long()) for table, column in zip(self.tables, self.columns, strict=True)]
        return torch.cat([x[:, self.others], *rows], dim=1)

    def extra_repr(self) -> str:
        return f"columns={self.columns}"


class OwnUnits(nn.Module):
    """From what a network says of a standardized target to the target's own units; in float64 on the way."""

    def __init__(self, **units: Any) -> None:
        super().__init__()
        self.units = units

    def forward(self, a: Tensor) -> Tensor:
        units = Units(**self.units)
        v = a.double() * units.spread + units.mean
        if units.scale != "none":
            v = INVERSES[units.scale](v, units)
            v = units.factor * (v + units.shift) - units.shift
            v = v.clamp(min=units.knots[0]) if units.knots else v
        return v.to(a.dtype)

    def extra_repr(self) -> str:
        return repr(Units(**self.units))[len("OwnUnits(") : -1]


def _as_it_is(v: Tensor, units: Units) -> Tensor:
    return v


def _from_log(v: Tensor, units: Units) -> Tensor:
    low, high = units.knots[0], units.knots[-1]
    v = v.clamp(math.log(low + units.shift), math.log(high + units.shift))
    return (v.exp() - units.shift).clamp(low, high)


def _from_quantile(v: Tensor, units: Units) -> Tensor:
    places = torch.as_tensor(quantile_places(len(units.knots)), device=v.device)
    knots = torch.tensor(units.knots, dtype=v.dtype, device=v.device)
    v = torch.minimum(torch.maximum(v, places[0]), places[-1])
    piece = torch.searchsorted(places, v.contiguous(), right=True).clamp(1, len(knots) - 1) - 1
    slopes = knots.diff() / places.diff()
    return slopes[piece] * (v - places[piece]) + knots[piece]


INVERSES: dict[str, Callable[[Tensor, Units], Tensor]] = {
    "none": _as_it_is,
    "log": _from_log,
    "quantile": _from_quantile,
    "poisson": _as_it_is,
}


class SharesOfSum(nn.Module):
    """One sigmoid a class made probabilities: divided by their sum, and alike where that is 0."""

    def forward(self, a: Tensor) -> Tensor:
        total = a.sum(dim=1, keepdim=True)
        some = total > 0
        return torch.where(some, a / torch.where(some, total, 1), 1 / a.shape[1])


class Formula(nn.Module):
    """An activation by its formula, which is a tree of what is done to z and, where it has one, to its parameter p."""

    def __init__(self, name: str, tree: Any, n_parameters: int = 0) -> None:
        super().__init__()
        self.name, self.tree = name, tree
        self.p = nn.Parameter(torch.zeros(n_parameters)) if n_parameters else None

    def forward(self, z: Tensor) -> Tensor:
        return value_of(self.tree, {"z": z} if self.p is None else {"z": z, "p": self.p})

    def extra_repr(self) -> str:
        return self.name


def value_of(tree: Any, names: Mapping[str, Tensor]) -> Tensor:
    """What a tree of ``formula_trees`` stands for."""
    if isinstance(tree, str):
        return names[tree]
    if not isinstance(tree, list):
        return names["z"].new_tensor(float(tree))
    what, *parts = tree
    if what == "**":
        return value_of(parts[0], names) ** parts[1]
    if what != "if":
        return FUNCTIONS[what](*(value_of(part, names) for part in parts))
    relation, left, right, then, otherwise = parts
    holds = RELATIONS[relation](value_of(left, names), value_of(right, names))
    # z that belongs to the other branch is 0 in this one: what is not finite there would spoil gradients
    one, other = ({**names, "z": torch.where(where, names["z"], 0.0)} for where in (holds, ~holds))
    return torch.where(holds, value_of(then, one), value_of(otherwise, other))


RELATIONS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    ">": torch.gt,
    "<": torch.lt,
    "<=": torch.le,
    ">=": torch.ge,
}
FUNCTIONS: dict[str, Callable[..., Tensor]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "neg": operator.neg,
    "abs": torch.abs,
    "max": torch.maximum,
    "min": torch.minimum,
    "exp": torch.exp,
    "expm1": torch.expm1,
    "ln": torch.log,
    "log1p": torch.log1p,
    "tanh": torch.tanh,
}
