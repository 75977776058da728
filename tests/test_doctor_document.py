"""docs/doctor.md against the tables of findings and remedies; run as a script, it writes its table anew."""

from __future__ import annotations

from pathlib import Path

from glassprop.diagnosis.symptoms import SYMPTOMS
from glassprop.estimator.remedies import AGAINST

PAGE = Path(__file__).parents[1] / "docs" / "doctor.md"
HEAD = "| finding | from | where that is from | remedies |\n|---|---|---|---|\n"


def table() -> str:
    """Of findings, as the document has it."""
    rows = [
        f"| `{kind}` | {one.threshold:g} | {one.source} | {', '.join(f'`{name}`' for name in AGAINST[kind])} |"
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
