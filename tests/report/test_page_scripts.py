"""The page's scripts: what looks for mistakes in them finds some, and their types are those of the record."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from page_scripts import STATIC, checked, deno
from report.page_cases import OPTIMIZERS, explained, from_table, picture

from glassprop.insight.explanation import Explanation


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    return Path(shutil.copytree(STATIC, tmp_path / "static"))


MISTAKES = [
    ("return this.record.examples.length;", "return this.record.exampels.length;", "exampels"),
    ("Math.abs((this.a(l, n) || 0)", "Math.abs(this.name(l, n)", "must be of type"),
    ("this.depth = record.network.layers.length;", "this.depth = deep(record);", "Cannot find name 'deep'"),
    ("this.example = 0;", "this.example = 0; const unused = 1;", "no-unused-vars"),
]


def test_mistakes_are_found_where_they_are(scripts: Path, tmp_path: Path) -> None:
    """A key that the record lacks, a text for a number, a name that no script has, one that none uses; all at once."""
    script, lines = scripts / "page_model.js", []
    text = script.read_text(encoding="utf-8")
    for before, after, _ in MISTAKES:
        assert text.count(before) == 1
        lines.append(1 + text[: text.index(before)].count("\n"))
        text = text.replace(before, after)
    script.write_text(text, encoding="utf-8")
    code, said = checked(scripts, tmp_path / "joined" / "page.js")
    assert code != 0
    for line, (_, _, found) in zip(lines, MISTAKES, strict=True):
        assert found in said
        assert f"page_model.js:{line}:" in said, found


def cases() -> dict[str, Explanation]:
    networks = {"softmax, cross-entropy": "AdamW", "softmax within": "Momentum", "one layer": "SGD"}
    assert set(networks.values()) <= OPTIMIZERS.keys()
    return {name: explained(name, optimizer, clip_norm=0.1) for name, optimizer in networks.items()} | {
        "a table": from_table(),
        "a picture": picture((20,), 4, 2),
    }


def test_the_record_has_the_types_that_the_scripts_count_on(tmp_path: Path) -> None:
    """Every key of real records, with what stands there: a key that is new, lost or of another type is an error."""
    few, no_rows = {"most_weights": 0, "most_neurons": 4}, {"rows": False}
    records = [e.to_dict(**how) for e in cases().values() for how in (few, no_rows)]
    assert any(record["picture"] for record in records)
    assert any(record["training"] for record in records)
    texts = [f"const record{i}: ExplanationRecord = {json.dumps(record)};" for i, record in enumerate(records)]
    used = f"export default [{', '.join(f'record{i}' for i in range(len(records)))}];"
    file = tmp_path / "records.ts"
    file.write_text("\n".join([*texts, used]), encoding="utf-8")
    assert deno("check", file) == (0, "")
    for before, after in (('"left_out"', '"leftout"'), ('"parameters": ', '"parameters": "some" + ')):
        file.write_text("\n".join([*texts, used]).replace(before, after, 1), encoding="utf-8")
        assert deno("check", file)[0] != 0
