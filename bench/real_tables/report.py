"""What came of the real tables, as the Markdown page docs/real-tables.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from bench.real_tables.tables import CLASSES, PACKAGES

_HEADS = ("table", "rows × columns", "task", "columns taken as", "glassprop", "constant", "ridge", "trees", "CPU s")
MODELS = ("glassprop", "constant", "ridge", "trees")
_KINDS = ("number", "category", "date", "time of day", "text", "dropped")
_ROUND = 0.01  # of the score: what counts as level
_INTRO = """\
# Forty real tables

Written by `make soak` ({command}) on {date}, {cpu}, {cores} cores; {versions}.

The tables are files from Python packages; [bench/real_tables/tables.py]({list}) lists what is odd about each. Some of
the rules by which columns become inputs were chosen on these tables
(decisions [26](decisions/0026-text-as-terms.md) and [33](decisions/0033-inputs-of-the-recipe.md)), so the scores below
are not on unseen tables. The [comparison with other libraries](../bench/README.md#accuracy) marks the tables of these
forty that it uses.

A quarter of the rows, drawn with a fixed seed, is held out. glassprop gets the other rows and the target's name, and
nothing else. It is compared, on the same rows, with a constant (the mean, or the shares of the classes), a ridge or
logistic regression (one-hot categories, standardized numbers, strength by cross-validation), and scikit-learn's
HistGradientBoosting at its defaults ("trees"). For these three the file is read with pandas, and a person chose the
columns to leave out: row labels, names, free text.

Scores on the held-out rows are R² for regression; log loss, and in brackets accuracy, for classes. There is one split,
from one seed: on tables of fewer than a thousand rows the second decimal is noise.
"""
_COMMAND, _LIST = "`python -m bench.real_tables --docs`", "../bench/real_tables/tables.py"


def markdown(results: Sequence[dict[str, Any]], machine: dict[str, Any]) -> str:
    """The whole page."""
    versions = ", ".join(f"{name} {number}" for name, number in machine["versions"].items())
    lines = [_INTRO.format(**machine | {"versions": versions, "command": _COMMAND, "list": _LIST})]
    lines += [_line(_HEADS), "|---" * len(_HEADS) + "|", *(_row(result) for result in results), ""]
    lines += [*_summary(results), *_worse(results), *_hints(results), *_otherwise(results), *_refused(results)]
    lines += ["## Where they come from", "", *_sources(results)]
    return "\n".join(lines) + "\n"


def untold(results: Iterable[dict[str, Any]]) -> list[str]:
    """Tables with a score worse than the constant's, of which nothing is said."""
    return [result["name"] for result in results if result.get("worse") and not result.get("worse_told")]


def _row(result: dict[str, Any]) -> str:
    scores = result.get("scores", {})
    shown = [_score(result["task"], scores.get(name)) for name in MODELS]
    kinds = result.get("kinds", {})
    taken = ", ".join(f"{kinds[kind]} {kind}" for kind in _KINDS if kinds.get(kind))
    task = "classes" if result["task"] == CLASSES else "regression"
    if result.get("decided", result["task"]) != result["task"]:
        task += " (asked for)"
    if "refused" in result:
        shown[0] = "refused"
    seconds = f"{result['seconds']:.1f}" if "seconds" in result else ""
    return _line([result["name"], f"{result['rows']:,} × {result['columns']}", task, taken, *shown, seconds])


def _score(task: str, scores: dict[str, float] | None) -> str:
    if scores is None:
        return "–"
    if task == CLASSES:
        return f"{scores['log_loss']:.3f} ({scores['accuracy']:.1%})"
    return f"{scores['r2']:.3f}".replace("-", "−")


def _main(result: dict[str, Any], model: str) -> float:
    """The main score, greater being better."""
    scores = result["scores"][model]
    return -scores["log_loss"] if result["task"] == CLASSES else scores["r2"]


def _summary(results: Sequence[dict[str, Any]]) -> list[str]:
    done = [result for result in results if "glassprop" in result.get("scores", {})]
    lines = [f"glassprop learned from {len(done)} of {len(results)} tables. By R² or log loss:", ""]
    for other in ("constant", "ridge", "trees"):
        ahead = [_main(result, "glassprop") - _main(result, other) for result in done]
        better, worse = sum(gap > _ROUND for gap in ahead), sum(gap < -_ROUND for gap in ahead)
        name = "the constant" if other == "constant" else other
        lines.append(f"* Against {name}: better on {better}, level within {_ROUND} on {len(ahead) - better - worse}, "
                     f"worse on {worse}.")  # fmt: skip
    return [*lines, ""]


def _worse(results: Sequence[dict[str, Any]]) -> list[str]:
    lines = [
        "## Worse than the constant",
        "",
        "By any of its scores. glassprop should report each in a sentence (told).",
        "",
    ]
    for result in results:
        if result.get("worse"):
            told = "told" if result["worse_told"] else "**not told**"
            ours, constant = (result["scores"][model] for model in ("glassprop", "baseline"))
            pairs = [f"{_words(name)} {ours[name]:.3f} (constant {constant[name]:.3f})" for name in result["worse"]]
            lines.append(f"* {result['name']}: {', '.join(pairs).replace('-', '−')}; {told}")
    return [*lines, *["None."] * (len(lines) == 4), ""]


def _words(name: str) -> str:
    return {"r2": "R²"}.get(name, name.replace("_", " "))


def _hints(results: Sequence[dict[str, Any]]) -> list[str]:
    lines = [
        "## Leaking columns",
        "",
        "glassprop should warn about them (told); it learns from them nevertheless.",
        "",
    ]
    for result in results:
        for column, told in result.get("hints", {}).items():
            lines.append(f"* {result['name']}: `{column}`, {'told' if told else '**not told**'}")
    return [*lines, ""]


def _otherwise(results: Sequence[dict[str, Any]]) -> list[str]:
    lines = ["## Columns that a person classifies differently", ""]
    for result in results:
        if result.get("otherwise"):
            found = "; ".join(f"`{column}` {role}" for column, role in result["otherwise"].items())
            lines.append(f"* {result['name']}: {found}")
        if result.get("decided", result["task"]) != result["task"]:
            lines.append(f"* {result['name']}: the target `{result['target']}` for {result['decided']}")
        if result.get("same_rows") is False:
            lines.append(f"* {result['name']}: the target or its rows were read in another way than pandas reads them")
    return [*lines, *["None."] * (len(lines) == 2), ""]


def _refused(results: Sequence[dict[str, Any]]) -> list[str]:
    refused = [f"* {result['name']}: {result['refused']}" for result in results if "refused" in result]
    return ["## Refused, or not done", "", *refused, ""] if refused else []


def _sources(results: Sequence[dict[str, Any]]) -> list[str]:
    lines = [_line(("package", "its license", "tables")), "|---|---|---|"]
    for package, (wanted, license_) in PACKAGES.items():
        names = [result["name"] for result in results if result["package"] == package]
        if names:
            lines.append(_line([wanted.replace("==", " "), license_, ", ".join(names)]))
    return [*lines, "", "They are downloaded for this run alone, and are no part of this package."]


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells).replace("|  |", "| |") + " |"
