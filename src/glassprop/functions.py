"""Public: activations and costs, the tables that list them, and what a user-defined one is made of."""

from __future__ import annotations

from glassprop.equations.activation import ACTIVATIONS, Activation
from glassprop.equations.cost import COSTS, Cost
from glassprop.equations.domain import Domain
from glassprop.equations.pairs import PAIRS

__all__ = ["ACTIVATIONS", "COSTS", "PAIRS", "Activation", "Cost", "Domain"]
