"""Leaving with a model in C by the command line: what is written compiles and says what the model says."""

from __future__ import annotations

import os
import re
import subprocess

import numpy as np
import pytest
from portable.c_drivers import STRICT, built, compiler
from waiting import HANG

import glassprop
from glassprop.tables import read_table

MAIN = """\
#include "m-2.h"
#include <stdio.h>

int main(void)
{
    m_2_inputs row;
    m_2_real p[M_2_CLASSES];
    while (scanf("%lf %lf %lf %lf", &row.sepal_length_cm, &row.sepal_width_cm, &row.petal_length_cm,
                 &row.petal_width_cm) == 4) {
        m_2_probabilities(&row, p);
        printf("%s %.9g %.9g %.9g\\n", m_2_label(m_2_class(&row)), p[0], p[1], p[2]);
    }
    return 0;
}
"""


@pytest.fixture
def model(run):
    assert run("train", "iris", "--epochs", "2", "--recipe", "plain", "--model", "m.glassprop").code == 0
    return "m.glassprop"


def test_what_is_written_says_what_the_model_says(run, model, tmp_path):
    (tmp_path / "m.h").write_text("something else")
    done = run("export", model, "--to", "c")
    assert done.code == 0
    for words in ("m-2.c", "m-2.h", "float", "stack", "petal width (cm)", "NAN", "-lm"):
        assert words in done.out
    assert (tmp_path / "m.h").read_text() == "something else"
    (tmp_path / "main.c").write_text(MAIN)
    built([compiler("gcc"), *STRICT, "-O1", "-o", "answer", "main.c", "m-2.c", "-lm"], tmp_path)
    frame = read_table("iris").frame.drop("species")
    rows = "\n".join(" ".join(map(str, row)) for row in frame.rows())
    told = subprocess.run([tmp_path / "answer"], input=rows, capture_output=True, text=True, timeout=HANG, check=True)
    lines = [line.split() for line in told.stdout.splitlines()]
    loaded = glassprop.load(tmp_path / model)
    np.testing.assert_allclose(
        np.array([line[1:] for line in lines], float), loaded.predict_proba(frame), rtol=0, atol=1e-5
    )
    assert [line[0] for line in lines] == loaded.predict(frame).tolist()


def test_8_bits_are_measured_on_rows_that_are_given(run, model, tmp_path):
    record = run("export", model, "--to", "c", "--int8", "--rows", "iris", "--name", "flower", "--json").json
    assert record["loss"].startswith("8 bits give ")
    assert "of the 150 rows given" in record["loss"]
    header = (tmp_path / "m.h").read_text()
    assert record["loss"] in header
    assert "flower_class(" in header
    assert record["constants"] < run("export", model, "--to", "c", "--json", "--out", "o.c").json["constants"] / 3
    drawn = run("export", model, "--to", "c", "--int8", "--json", "--out", "o.h").json["loss"]
    assert "rows of inputs drawn at random" in drawn


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--to", "c", "--rows", "iris"], "leave --rows out"),
        (["--to", "c", "--precision", "half"], "one of float, double"),
        (["--to", "onnx", "--int8"], "--int8 is of --to c, not of onnx"),
        (["--to", "c", "--name", "a b"], "name must be letters and digits"),
        (["--to", "c", "--out", 'a"b.c'], "files of C"),
        (["--to", "c", "--out", "nowhere/m.c"], "nowhere"),
        (["--to", "c", "--out", "folder"], "'folder': it is a folder; name a file in it"),
        (["--to", "c", "--out", "folder/"], "'folder/': it is a folder; name a file in it"),
        (["--to", "c", "--out", "."], "'.': it is a folder; name a file in it"),
        (["--to", "c", "--out", ""], "'': it is a folder; name a file in it"),
        (["--to", "c", "--out", "queue"], "'queue': it is no regular file, and 2 files are to be written"),
        (["--to", "c", "--out", "Math.c"], "math.h is a header of C's own"),
    ],
)
def test_what_cannot_be_is_one_line(run, model, options, said, tmp_path):
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "queue")
    done = run("export", model, *options)
    assert done.code == 2
    assert said in done.err
    assert len(done.err.splitlines()) == 1
    assert not re.findall(r"\S+\.[ch]\b", " ".join(path.name for path in tmp_path.rglob("*")))
