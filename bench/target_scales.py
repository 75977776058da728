"""What each scale of a heavy-tailed target brings on real tables: scores on the test part, and which one is chosen.

``python -m bench.target_scales [ROWS]``: of more rows, a sample is learned from. Figures: docs/decisions/0025.
"""

from __future__ import annotations

import sys
import time

from rich.console import Console
from rich.table import Table as Lines

from bench.data import load
from glassprop.tables import FitOptions, Table, fit_table, score_table

NAMES = ("Bikeshare", "randhie", "diamonds", "diabetes")
SCALES = ("none", "log", "quantile", "poisson", "auto")


def main() -> None:
    """A line for each table and scale: R², mean absolute error, seconds of the processor."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else sys.maxsize
    out = Lines("table", "rows", "scale", "R²", "absolute error", "seconds", "chosen")
    for name in NAMES:
        data = load(name)
        rest = data.rest if len(data.rest) <= most else data.rest.sample(most, seed=0)
        for scale in SCALES:
            start = time.process_time()
            options = FitOptions(target=data.target, task="regression", target_scale=scale)
            outcome = fit_table(Table(rest, name), options, on_message=lambda note: None)
            seconds = time.process_time() - start
            test = Table(data.test, name)
            scores = score_table(outcome.pipeline, outcome.record, test, on_message=lambda note: None)["metrics"]
            chosen = outcome.record["target_scale"].get("scale", "none") if scale == "auto" else ""
            errors = [f"{scores['r2']:.3f}", f"{scores['mean_absolute_error']:.4g}"]
            out.add_row(name, str(len(rest)), scale, *errors, f"{seconds:.2f}", chosen)
    Console().print(out)


if __name__ == "__main__":
    main()
