"""What a command reads is never what it writes: each file beside the table, each option that writes."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("blame m.glassprop t.csv --row 1 --trace kept --html kept", "the trace"),
        ("blame m.glassprop t.csv --row 1 --of kept.csv --html ./kept.csv", "the table of --of"),
        ("blame t.csv --target y --labels --schema kept --html kept", "the schema"),
        ("blame t.csv --target y --labels --schema kept.csv --csv ./kept.csv", "the schema"),
        ("doctor t.csv --target y --schema kept --html kept", "the schema"),
        ("doctor t.csv --target y --validation kept.csv --html kept.csv", "the held-out rows"),
        ("train t.csv --target y --schema kept --model kept", "the schema"),
        ("train t.csv --target y --schema kept --report kept", "the schema"),
        ("train t.csv --target y --schema kept --trace kept", "the schema"),
    ],
)
def test_it_is_not_written_over(refuse, tmp_path, line, what):
    for name in ("kept", "kept.csv", "t.csv"):
        (tmp_path / name).write_text("x,y\n1,2\n", encoding="utf-8")
    refuse(*line.split(), words=[what])
    assert (tmp_path / "kept").read_text(encoding="utf-8") == "x,y\n1,2\n"
    assert (tmp_path / "kept.csv").read_text(encoding="utf-8") == "x,y\n1,2\n"


def test_two_things_are_not_written_to_one_file(refuse):
    refuse("blame", "iris", "--labels", "--csv", "f.csv", "--html", "./f.csv", words=["would replace"])
