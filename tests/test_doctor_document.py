"""docs/doctor.md against the tables of findings and remedies; run as a script, it writes its table anew."""

from __future__ import annotations

from pathlib import Path

from glassprop.diagnosis.symptoms import SYMPTOMS
from glassprop.estimator.remedies import AGAINST

PAGE = Path(__file__).parents[1] / "docs" / "doctor.md"
HEAD = "| finding | what is measured | threshold | source of the threshold | remedies |\n|---|---|---|---|---|\n"
_LESS = {
    "vanishing-gradients": "below ",
    "rate-too-low": "at most ",
    "batch-too-small": "at most ",
}  # all others: at least
_CONSTANT = "the cost of a constant prediction"
_NORMS = "gradient norm of the first layer / that of the last"
MEASURED = {
    "wrong-derivative": "error of a function's derivative, relative where the derivative is above 1",
    "marks-for-missing": "distance of a repeated value from all others / the width of their range",
    "inputs-unscaled": "root mean square of a column",
    "target-unscaled": "root mean square of the target, or 1 / its standard deviation",
    "output-and-cost": "share of targets that the output's activation cannot give",
    "leak": "share of the target's variance that one column alone explains",
    "contradicting-labels": "share of rows whose target contradicts most rows with equal inputs",
    "bad-start": "cost before the first step / that of equal probabilities (log k), or of the mean",
    "vanishing-gradients": _NORMS,
    "rate-too-high": "length of a step / norm of the weights, for the layer where it is largest",
    "exploding-gradients": _NORMS,
    "rate-too-low": "length of a step / norm of the weights, for the layer where it is largest",
    "batch-too-small": "rows in a batch",
    "batch-too-large": "rows in a batch / training rows",
    "saturated-units": "share of a layer's outputs, over units and rows, at the ends of the activation's range",
    "dead-units": "share of a layer's units that pass no gradient in any row",
    "constant-units": "share of a layer's units that give the same for all rows, or the same as another unit",
    "schedule-ended": f"fall of the cost in one more epoch, at half of the first rate / {_CONSTANT}",
    "too-little-capacity": f"cost that is left after fitting 32 rows / {_CONSTANT}",
    "oscillation": f"share of epochs in which the training cost rose by more than 0.03 of {_CONSTANT}",
    "stopped-too-early": "fall of the training cost in the last fifth of the epochs / its whole fall",
    "overfitting": "validation cost at the end / its lowest",
    "imbalance-ignored": "recall of the most frequent class minus that of a rare class",
    "no-progress": f"training cost / {_CONSTANT}",
}


def table() -> str:
    """Of findings, as the document has it."""
    rows = [
        f"| `{kind}` | {MEASURED[kind]} | {_LESS.get(kind, 'at least ')}{one.threshold:g} | {one.source} | "
        f"{', '.join(f'`{name}`' for name in AGAINST[kind])} |"
        for kind, one in SYMPTOMS.items()
    ]
    return HEAD + "\n".join(rows) + "\n"


def parts(text: str) -> tuple[str, str, str]:
    """Before the table, the table, after it."""
    start = text.index(HEAD)
    end = text.index("\n\n", start) + 1
    return text[:start], text[start:end], text[end:]


def test_the_document_has_every_finding_with_its_threshold_and_source() -> None:
    assert parts(PAGE.read_text(encoding="utf-8"))[1] == table(), f"write it anew: python {Path(__file__).name}"


if __name__ == "__main__":
    before, _, after = parts(PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(before + table() + after, encoding="utf-8")
