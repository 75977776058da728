"""What is done with a forged file: it is read, and where it is a model all the same, it is used in every way."""

from __future__ import annotations

import contextlib
import io
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import glassprop
from forging.recipes import Recipe
from glassprop.cli.app import run
from glassprop.errors import GlasspropError, ModelFileError
from glassprop.export.model_file import load, load_with_record, read_record, save
from glassprop.export.table_record import is_of_a_table

NAMED = [
    "sklearn.feature_extraction.text.CountVectorizer",
    "sklearn.preprocessing._encoders.OneHotEncoder",
    "sklearn.pipeline.Pipeline",
]
CODES = (0, 1, 2)  # done; the gradient check failed; bad input
# Words of NumPy's where arrays were put together that do not fit: no refusal, but luck.
_LUCK = (
    "broadcast",
    "matmul",
    "aligned",
    "reshape",
    "array element",
    "dimension",
    "unpack",
    "truth value",
    "inhomogeneous",
)


class Faults(list[str]):
    """What should not have happened, a line each."""

    def note(self, what: str, error: BaseException) -> None:
        """Add an exception, with the last of its places."""
        last = traceback.extract_tb(error.__traceback__)[-2:]
        places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(last))
        self.append(f"{what}: {type(error).__name__}: {str(error)[:200]!r} at {places}")

    @contextlib.contextmanager
    def refusals(self, what: str) -> Iterator[None]:
        """Let pass what a user may be told; note everything else."""
        try:
            yield
        except Exception as error:
            if not _is_refusal(error):
                self.note(what, error)


def _is_refusal(error: Exception) -> bool:
    if isinstance(error, GlasspropError):
        return "\n" not in str(error)
    told, frames = str(error), traceback.extract_tb(error.__traceback__)
    if any("_column_transformer" in frame.filename for frame in frames[-2:]):
        return True  # what was fitted on sparse rows does not take dense ones; in scikit-learn too
    if isinstance(error, IndexError) and frames[-1].filename.endswith("_stacking.py"):
        return True  # a stack of several labels at once has no probabilities, as scikit-learn has it
    if isinstance(error, TypeError) and frames[-1].filename.endswith("_encode.py"):
        return True  # categories of one type and cells of another, which scikit-learn's own encoders do not compare
    if isinstance(error, AttributeError):  # no partial_fit under L-BFGS; a Pipeline whose end has no predict_proba
        return "partial_fit is only available" in told or "has no attribute" in told
    if not isinstance(error, ValueError) or any(word in told for word in _LUCK):
        return False
    return "sklearn" in frames[-1].filename or "glassprop" in frames[-1].filename


def read(path: Path, faults: Faults) -> tuple[Any, dict[str, Any], str]:
    """Record and model, as far as they are given. -> model, record, what it was refused with ("" for neither)."""
    try:
        read_record(path)
    except ModelFileError as error:
        _one_line("read_record", error, faults)
    except Exception as error:
        faults.note("read_record", error)
    try:
        return *load_with_record(path), ""
    except ModelFileError as error:
        _one_line("load", error, faults)
        return None, {}, str(error)
    except Exception as error:
        faults.note("load", error)
        return None, {}, "?"


def read_trusting(path: Path, faults: Faults) -> None:
    """Read it once more with some types named: that lets in these, and nothing else that the file asks for."""
    try:
        load(path, trusted=NAMED)
    except ModelFileError as error:
        _one_line("load, trusting", error, faults)
    except Exception as error:
        faults.note("load, trusting", error)


def _one_line(what: str, error: ModelFileError, faults: Faults) -> None:
    if "\n" in str(error) or len(str(error)) > 3000:
        faults.append(f"{what}: refused in {len(str(error))} characters, {str(error).count(chr(10))} lines")


def use(
    model: Any, record: dict[str, Any], path: Path, recipe: Recipe, table: Path, scratch: Path, faults: Faults
) -> int:
    """Use a model in every way; returns in how many."""
    if is_of_a_table(record):
        turns = _at_the_command_line(path, table, scratch, faults)
    else:
        turns = _in_python(model, *recipe.rows()) if not recipe.target else []
        turns.append(lambda: command(["info", str(path)], faults))
    turns.append(lambda: _saved_again(model, record, scratch))
    for turn in turns:
        with faults.refusals(getattr(turn, "__name__", "use")):
            given = turn()
            if not recipe.nan:
                _no_nan(given, faults)
    return len(turns)


def _no_nan(given: Any, faults: Faults) -> None:
    if isinstance(given, np.ndarray) and given.dtype.kind == "f" and np.isnan(given).any():
        faults.append(f"NaN among {given.shape} predictions")


def _in_python(model: Any, X: Any, y: Any) -> list[Callable[[], Any]]:
    def predict() -> Any:
        return model.predict(X)

    def predict_proba() -> Any:
        return model.predict_proba(X)

    def score() -> Any:
        probabilities = model.predict_proba(X) if y.dtype.kind == "U" else []
        each = probabilities if isinstance(probabilities, list) else [probabilities]  # of several outputs
        return np.array([model.score(X, y)]) if all(np.isfinite(one).all() for one in each) else None

    def explain() -> Any:
        return glassprop.explain(model, X, y, row=0).weight(1, 0, 0)

    def resume() -> Any:
        return model.resume(X, y).predict(X) if "_left" in vars(model) else None

    def partial_fit() -> Any:
        steps = getattr(model, "steps", None)
        inputs = X if steps is None else model[:-1].transform(X) if len(steps) > 1 else X
        last = model if steps is None else steps[-1][1]
        last.partial_fit(inputs, y)
        return last.predict(inputs) if np.isfinite(last.theta_).all() else None

    def described() -> Any:
        repr(model)
        return model.get_params() and None

    return [predict, predict_proba, score, explain, described, resume, partial_fit]


def _at_the_command_line(path: Path, table: Path, scratch: Path, faults: Faults) -> list[Callable[[], Any]]:
    model, data, page = str(path), str(table), str(scratch / "page.html")
    explain = ["explain", model, data, "--row"]
    lines = [
        ["info", model], ["info", model, "--json"], ["predict", model, data], ["score", model, data, "--json"],
        ["check", model, data, "--rows", "5"], [*explain, "0", "--row", "3", "--weight", "1,0,0"],
        [*explain, "1", "--json", "--bias", "1,0"], [*explain, "2", "--html", page],
    ]  # fmt: skip
    return [lambda line=line: command(line, faults) for line in lines]  # type: ignore[misc]


def command(line: list[str], faults: Faults) -> None:
    """Run a command in this process; its exit code is one of `CODES`, and it shows no NaN and no traceback."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(line)
        sys.stdout.flush()
        sys.stderr.flush()
    told, said = (stream.buffer.getvalue().decode("utf-8", "replace") for stream in (out, err))  # type: ignore[attr-defined]
    if code not in CODES or "Traceback" in said:
        faults.append(f"{line[0]}: exit {code}: {said[-400:]!r}")
    elif code == 2 and said.strip().count("\n") > 20:
        faults.append(f"{line[0]}: refused in {said.count(chr(10))} lines")
    elif line[0] == "predict" and code == 0 and "NaN" in told:
        faults.append(f"{line[0]}: NaN predicted without a word: {said[-100:]!r}")


def _saved_again(model: Any, record: dict[str, Any], scratch: Path) -> None:
    """What can be loaded can be saved, and loaded again."""
    kept = {name: value for name, value in record.items() if name not in ("format", "saved", "versions", "model")}
    save(model, scratch / "again", kept)
    load(scratch / "again")
