"""How long a streamed training waits for rows, and its memory at the peak.

    python bench/stream/train.py FILE TARGET HIDDEN EPOCHS [SCRATCH]

Files are those of `make_tables.py`; the target that is not asked for is dropped. Each run is a process of its own.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from glassprop.tables import FitOptions, fit_stream
from glassprop.tables.streaming.stream_network import Waited
from glassprop.training.reports import EpochReport

TARGETS = ("y", "amount")


def told(add: Callable[[Waited, EpochReport], None]) -> Callable[[Waited, EpochReport], None]:
    """The same, which prints each epoch."""

    def both(self: Waited, report: EpochReport) -> None:
        epoch, waited, seconds = report.state.epoch, report.waited, report.seconds
        sys.stdout.write(f"epoch {epoch}: {seconds:.2f} s, {waited:.2f} of them waiting\n")
        add(self, report)

    return both


def main(file: str, target: str, hidden: str, epochs: str, scratch: str | None = None) -> None:
    """Train, and print."""
    Waited.add = told(Waited.add)  # type: ignore[method-assign]
    sizes = tuple(map(int, hidden.split(",")))
    others = tuple(name for name in TARGETS if name != target)
    outcome = fit_stream(
        file, FitOptions(target=target, drop=others, hidden=sizes, epochs=int(epochs)), scratch=scratch
    )
    share = outcome.seconds["waiting"] / outcome.seconds["training"]
    with open("/proc/self/status", encoding="ascii") as status:
        peak = next(int(line.split()[1]) / 1000 for line in status if line.startswith("VmHWM"))
    sys.stdout.write(f"waiting {share:.1%}; peak {peak:,.0f} MB; {outcome.rows}, {outcome.scores}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
