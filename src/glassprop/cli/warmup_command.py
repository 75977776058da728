"""``glassprop warmup``: machine code compiled beforehand, for images and CI."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from glassprop.cli.options import MaybeWord
from glassprop.cli.output import console_for, print_json, print_line, say
from glassprop.errors import SettingsError

if TYPE_CHECKING:
    from glassprop.engine.warm import Tuned

_LINES = 4  # plain lines for all that is compiled


def warmup(
    *,
    precision: Annotated[
        Literal["float32", "float64", "both"], Parameter(help="Precision of the data that will be trained on.")
    ] = "both",
    activations: Annotated[
        MaybeWord, Parameter(help="Activations of hidden layers, for example relu,gelu. Default: the usual ones.")
    ] = None,
    costs: Annotated[
        MaybeWord, Parameter(help="Costs that training minimizes, for example huber. Default: the usual ones.")
    ] = None,
    solvers: Annotated[
        MaybeWord, Parameter(help="Optimizers, for example adam,sgd. Default: all of the estimators.")
    ] = None,
    all: Annotated[
        bool, Parameter(help="All activations, costs, solvers and kinds of layer.", negative="", show_default=False)
    ] = False,
    cache_dir: Annotated[
        MaybeWord, Parameter(help="Folder to cache them in. Default: GLASSPROP_CACHE_DIR, or the package's own.")
    ] = None,
    tune: Annotated[
        bool,
        Parameter(
            help="Measure what computes large matrix products fastest here, and use that.",
            negative="",
            show_default=False,
        ),
    ] = False,
    json: Annotated[
        bool, Parameter(help="Print one JSON object instead of text.", negative="", show_default=False)
    ] = False,
) -> int:
    """Compile what networks need, so that later runs only load it."""
    from glassprop.engine import warm

    if all and (activations or costs or solvers):
        raise SettingsError("--all compiles for all of them: leave out --activations, --costs and --solvers")
    tuned = None
    if tune:  # first: what is compiled depends on it
        with _progress("measuring", "sizes") as progress:
            tuned = warm.tune(cache_dir, progress)
    with _progress("compiling", "parts") as progress:
        done = warm.warmup(
            precisions=warm.PRECISIONS if precision == "both" else (precision,),
            activations=_names(activations),
            costs=_names(costs),
            solvers=_names(solvers),
            everything=all,
            cache_dir=cache_dir,
            on_progress=progress,
        )
    facts: dict[str, Any] = {
        "folder": done.folder,
        "parts": done.parts,
        "compiled": done.compiled,
        "bytes": done.size,
        "precisions": list(done.precisions),
    }
    if tuned is not None:
        facts["tuned"] = {"table": tuned.table, "measured": [asdict(line) for line in tuned.measured]}
    if json:
        print_json(facts)
        return 0
    print_line(
        f"{done.parts} parts ({' and '.join(done.precisions)}), {done.compiled} compiled now, "
        f"{done.size / 1e6:.1f} MB in {done.folder}"
    )
    if tuned is not None:
        _print_tuned(tuned)
    return 0


def _print_tuned(tuned: Tuned) -> None:
    print_line("large products, milliseconds of a step:")
    for line in tuned.measured:
        times = ", ".join(f"{name} {seconds * 1e3:.3g}" for name, seconds in line.seconds.items())
        print_line(f"  {line.precision} {line.size:>5}: {times} -> {line.provider}")
    print_line(f"kept in {tuned.table}")


def _names(text: str | None) -> list[str] | None:
    """ "relu,leaky_relu(0.2)" as a list."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


@contextmanager
def _progress(doing: str, things: str) -> Iterator[Callable[[int, int], None]]:
    """What shows how far it is: a bar on a terminal, a few lines elsewhere, nothing where nothing is compiled."""
    console = console_for(sys.stderr)
    if not console.is_terminal or console.is_dumb_terminal:
        yield partial(_say_now_and_then, doing, things)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn(doing), MofNCompleteColumn(), BarColumn(bar_width=None), TimeRemainingColumn()
    with Progress(*columns, console=console, transient=True, expand=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


def _say_now_and_then(doing: str, things: str, done: int, of: int) -> None:
    if of and (done in (0, of) or done % max(1, of // _LINES) == 0):
        say(f"{doing}: {done} of {of} {things}")
