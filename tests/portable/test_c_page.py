"""The program of docs/deploy.md compiles as it stands there, and prints what the model of that page says."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import polars as pl
import pytest
from portable.c_drivers import WATCHED, built, compiler
from waiting import HANG

from glassprop import TabularClassifier, to_c

PAGE = (Path(__file__).parents[2] / "docs" / "deploy.md").read_text(encoding="utf-8")


def test_the_example_answers(tmp_path):
    days = [7 * k % 60 for k in range(60)]
    frame = pl.DataFrame({"town": ["Ulm", "Bonn", None, "Jena"] * 15, "days": days})
    model = TabularClassifier(random_state=0, epochs=5).fit(frame, ["late" if day > 30 else "early" for day in days])
    asked = pl.DataFrame({"town": ["Ulm", None, "Rome"], "days": [2.0, 58.0, None]})
    labels, probabilities = model.predict(asked).tolist(), model.predict_proba(asked)
    to_c(model, "late").write(tmp_path)
    (example,) = re.findall(r"^```c\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "main.c").write_text(example)
    for name in ("gcc", "clang"):
        built([compiler(name), *WATCHED, "-o", name, "main.c", "late.c", "-lm"], tmp_path)
        told = subprocess.run([tmp_path / name], capture_output=True, text=True, timeout=HANG, check=True).stdout
        lines = [line.split() for line in told.splitlines()]
        assert [line[0] for line in lines] == labels
        for line, shares in zip(lines, probabilities, strict=True):
            assert [float(word) for word in line[1:]] == pytest.approx(shares.tolist(), abs=1e-4)
