"""Options of a training that several processes share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from cyclopts import Parameter

from glassprop.cli.options import MaybeWhole, at_least
from glassprop.cli.streaming_options import StreamingOptions
from glassprop.errors import SettingsError


@Parameter(name="*")
@dataclass(frozen=True)
class DistributedOptions:
    """Whether, and how, the processes that were started together train one network."""

    distributed: Annotated[
        bool,
        Parameter(
            help="Train together with the other processes that mpiexec has started: each reads its part of the table. "
            "The model does not depend on how many there are.",
            negative="",
            show_default=False,
        ),
    ] = False
    fast_sums: Annotated[
        bool,
        Parameter(
            help="With --distributed: let MPI add up gradients in any order; the last digits of the model then depend "
            "on the number of processes.",
            negative="",
            show_default=False,
        ),
    ] = False
    lanes: Annotated[
        MaybeWhole,
        Parameter(
            help="With --stream or --distributed: how many parts of the table are read in parallel, at least one for "
            "each process. The model depends on it. Default: 12."
        ),
    ] = None

    def check(self, data: Sequence[str], streaming: StreamingOptions) -> None:
        """Refuse what does not go together.

        Raises
        ------
        SettingsError
        """
        if self.lanes is not None:
            from glassprop.training.lanes import MOST_LANES

            at_least("--lanes", self.lanes, 1, MOST_LANES)
        if self.fast_sums and not self.distributed:
            raise SettingsError("--fast-sums: only for several processes, add --distributed")
        if not self.distributed:
            return
        if streaming.stream is False:
            raise SettingsError("--no-stream: with --distributed each process reads its part of the table; drop one")
        if "-" in data:
            raise SettingsError(
                "--distributed: each process reads the table, and standard input gives it once; name files"
            )

    def of_stream(self) -> dict[str, Any]:
        """What `fit_stream` is handed of them."""
        return {} if self.lanes is None else {"lanes": self.lanes}
