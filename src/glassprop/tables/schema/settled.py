"""The settings of a fit: the defaults, and where the user asks for another network or length, settings that go with it.

By measurement, docs/decisions/0024-settings-follow-the-network.md.
"""

from __future__ import annotations

from dataclasses import replace
from math import sqrt
from typing import Any

from glassprop.tables.schema.defaults import Defaults
from glassprop.tables.schema.recipe import Recipe
from glassprop.tables.schema.request import FitOptions

# A narrower network trains longer, and faster, by the root of how much narrower it is; at most by so much.
_LONGER, _FASTER = 6.0, 4.0
_ANY_ROWS = 2**53


def settled(options: FitOptions, defaults: Defaults) -> Defaults:
    """The defaults with what the options say in their place, and with what follows from that."""
    asked: dict[str, Any] = {
        "hidden": options.hidden,
        "activation": options.activation,
        "epochs": options.epochs,
        "accumulate": options.accumulate if options.accumulate != 1 else None,
    }
    asked = {key: value for key, value in asked.items() if value is not None}
    if options.recipe == "tabular" and options.cross_fit == "auto" and options.n_members == "auto":
        asked |= _crossed(Recipe().folds)
    elif options.cross_fit != "auto":
        asked |= {"cross_fit_rows": 0} if options.cross_fit is None else _crossed(int(options.cross_fit))
    if options.hidden is None and options.epochs is None:
        return replace(defaults, **asked)
    return replace(defaults, **(_following(defaults, asked) | asked))


def _crossed(folds: int) -> dict[str, Any]:
    """Of any number of rows."""
    return {"cross_fit": folds, "cross_fit_rows": _ANY_ROWS}


def _following(defaults: Defaults, asked: dict[str, Any]) -> dict[str, Any]:
    """Epochs, rate, decay and patience for a width and a number of epochs other than the defaults'.

    The decay is such that weights shrink as much in all as they would by default.
    """
    narrower = sqrt(max(1.0, max(defaults.hidden, default=1) / max(asked.get("hidden", defaults.hidden), default=1)))
    epochs = asked.get("epochs", round(defaults.epochs * min(narrower, _LONGER)))
    shorter = sqrt(max(1.0, defaults.epochs / epochs))
    faster = min(narrower, _FASTER) * shorter
    less = min(1.0, defaults.epochs / (epochs * faster))
    return {
        "epochs": epochs,
        "learning_rate_init": defaults.learning_rate_init * faster,
        "weight_decay": defaults.weight_decay * less,
        "small_weight_decay": defaults.small_weight_decay * less,
        "patience": max(defaults.patience, round(defaults.patience * epochs / defaults.epochs)),
    }
