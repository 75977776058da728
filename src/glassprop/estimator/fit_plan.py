"""What a fit is to do, worked out before it starts from the constructor's arguments and the data's shape."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil
from typing import Any, Literal

import numpy as np

from glassprop.errors import SettingsError
from glassprop.estimator.build import STOCHASTIC_SOLVERS, Arguments, Particulars, build_settings
from glassprop.network import Network
from glassprop.training.train_settings import Settings

Call = Literal["fit", "partial_fit", "resume"]


@dataclass(frozen=True)
class FitPlan:
    """One call of ``fit``, ``partial_fit`` or ``resume``: what runs is handed this, and never the estimator.

    Attributes
    ----------
    network : Network
        What is trained.
    settings : Settings
        How.
    stochastic : bool
        Whether it is trained in epochs; else by L-BFGS.
    call : {"fit", "partial_fit", "resume"}
        Which method was called.
    epochs : int
        Of this call, at most (iterations of L-BFGS).
    max_calls : int
        Of the objective, for L-BFGS.
    drops : bool
        Whether a key for dropout has to be drawn.
    cuts_batches : bool
        Whether batches larger than all the data were asked for.
    judged_by : (bool, scoring)
        Whether validation data decide, and by which score. Earlier scores are compared with only where it is the same.
    verbose : bool or int
        What to show.
    open_ended : bool
        Whether more calls may follow, nobody can say how many.
    max_time : float or None
        How many seconds ``fit`` is to take, in which so many epochs are planned as fit.
    """

    network: Network
    settings: Settings
    stochastic: bool
    call: Call
    epochs: int
    max_calls: int
    drops: bool
    cuts_batches: bool
    judged_by: tuple[bool, Any]
    verbose: bool | int
    open_ended: bool
    max_time: float | None

    def of_epochs(self, epochs: int) -> FitPlan:
        """The same, but for so many epochs."""
        return replace(self, epochs=epochs, settings=replace(self.settings, epochs=epochs))

    @property
    def meant_to_end(self) -> bool:
        """Whether coming to the last epoch is no failure to converge."""
        return self.call == "partial_fit" or self.settings.schedule.runs_to_the_end


def plan_fit(
    arguments: Arguments, network: Network, particulars: Particulars, n: int, *, call: Call = "fit"
) -> FitPlan:
    """The plan of a call that trains on n examples. ``arguments`` are those of the constructor, validated."""
    if arguments["max_time"] is not None and arguments["solver"] not in STOCHASTIC_SOLVERS:
        raise SettingsError(f"max_time plans epochs, which {arguments['solver']} does not have: set max_iter instead")
    settings = build_settings(arguments, n, particulars)
    asked, early = arguments["batch_size"], bool(arguments["early_stopping"])
    return FitPlan(
        network=network,
        settings=settings,
        stochastic=arguments["solver"] in STOCHASTIC_SOLVERS,
        call=call,
        epochs=1 if call == "partial_fit" else settings.epochs,
        max_calls=arguments["max_fun"],
        drops=bool(np.any(arguments["dropout"])) or any(layer.dropout for layer in network.layers),
        cuts_batches=asked != "auto" and asked > n,
        judged_by=(early, arguments["scoring"] if early else None),
        verbose=arguments["verbose"],
        open_ended=call == "partial_fit" or bool(arguments["warm_start"]),
        max_time=arguments["max_time"],
    )


def rows_count(arguments: Arguments, n: int) -> tuple[Any, ...]:
    """What a plan has of the number of rows: with two numbers that are alike in this it is the same plan."""
    asked = arguments["batch_size"]
    batch = min(200 if asked == "auto" else asked, n)
    steps = ceil(n / batch) if arguments["warmup"] else 0
    return asked == "auto" or batch, asked != "auto" and asked > n, steps
