"""docs/compare.md against the measurements: each figure of ours and of others stands in bench/README.md."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "compare.md").read_text(encoding="utf-8")
MEASURED = (ROOT / "bench" / "README.md").read_text(encoding="utf-8")
# What the page calls a model, and how the table of measurements does.
CALLED = {
    "glassprop, eight networks": "glassprop, members",
    "glassprop, one network": "glassprop",
}


def rows(text: str) -> list[list[str]]:
    lines = (line for line in text.splitlines() if line.startswith("|"))
    return [[cell.strip().strip("*") for cell in line.strip("|").split("|")] for line in lines]


def part(text: str, heading: str) -> str:
    return text.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]


def test_errors_and_times_are_those_measured():
    table = {row[0]: row for row in rows(part(MEASURED, "Accuracy")) if len(row) == 11}
    for name, error, time, timed in rows(part(PAGE, "Accuracy on 31 tables"))[2:]:
        short = re.sub(r" \(.*", "", name)
        measured = table[CALLED.get(short, short)]
        assert (error, time, timed) == (measured[1], measured[8], measured[9]), name


def test_epochs_are_those_measured():
    measured = {row[0].removesuffix(" ¹"): row[1:5] for row in rows(part(MEASURED, "Latest figures")) if len(row) == 10}
    as_found = part(MEASURED, "Latest figures").split("### Limited")[0]
    measured |= {row[0].removesuffix(" ¹"): row[1:5] for row in rows(as_found) if len(row) == 10}
    for name, *times in rows(part(PAGE, "Speed of an epoch"))[2:]:
        assert times == measured[name], name


def test_how_often_others_have_the_smaller_error():
    """Counted anew over the tables that both have."""
    reported = part(MEASURED, "Accuracy").split("Tables reported", 1)[1].split("### The worst", 1)[0]
    head, _, *tables = rows(reported)
    ours = head.index("glassprop, members")
    for name, said in (("CatBoost", 29), ("LightGBM", 31), ("RealMLP-TD", 28), ("scikit-learn MLP", 31), ("TabM", 28)):
        other = head.index(name)
        pairs = [(float(row[other]), float(row[ours])) for row in tables if row[other]]
        less = sum(other < own for other, own in pairs)
        found = re.search(
            rf"{name}(?:'s network)? (?:has the smaller error )?on (\d+) of (\d+)",
            " ".join(PAGE.split()).replace("scikit-learn's network", "scikit-learn MLP"),
        )
        assert found, name
        assert (int(found[1]), int(found[2])) == (less, said) == (less, len(pairs)), name


def test_the_short_answer_has_the_same_figures():
    answer = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
    answer = " ".join(answer.split("## Is it faster", 1)[1].split("\n## ", 1)[0].split())
    less, pairs = map(int, re.findall(r"LightGBM on (\d+) of (\d+)", PAGE)[0])
    assert f"smaller than LightGBM's on {pairs - less} of {pairs} tables, for twenty times the CPU time" in answer
    assert (
        "smaller on {} of {}.".format(*re.findall(r"CatBoost has the smaller error on (\d+) of (\d+),", PAGE)[0])
        in answer
    )
    epoch = next(row for row in rows(part(PAGE, "Speed of an epoch")) if row[0].startswith("20-64-64-2"))
    assert f"takes {epoch[1]} ms on a CPU, and {epoch[3]} ms with PyTorch" in answer
