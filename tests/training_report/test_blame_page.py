"""The page of a blame: rows, cells and bars are those of the scores, text stays text, pictures are the rows'."""

from __future__ import annotations

import re
import zlib
from base64 import b64decode
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from training_report.report_reader import Reader
from training_report.suspects_cases import HOSTILE, digits

from glassprop.errors import DataError
from glassprop.ground.number_text import number
from glassprop.influence.blame import Blame, Pull
from glassprop.training_report.blame_page import blame_page


def blamed(n=30, row=4, labels=("a", "b"), epochs=()):
    scores = np.zeros(n)
    scores[[3, 8, 11, 4]] = 2.0, 0.5, -1.0, 3.0
    pulls = [Pull(i, labels[i % 2], float(scores[i])) for i in (3, 8, 11)]
    return Blame(row, labels[0], labels[1], tuple(pulls[:2]), tuple(pulls[2:]), scores, epochs)


def bars(document):
    return [float(width) for width in re.findall(r'<rect class="step \w+" width="([\d.]+)"', document)]


def test_rows_cells_and_bars_are_those_of_the_scores():
    frame = pd.DataFrame({"width": np.arange(30) / 8, "color": ["red", None] * 15})
    document = blame_page(blamed(), frame, target="kind", source="t.csv")
    asked, proponents, opponents = Reader(document).tables["blame"]
    assert asked == [["width", "color"], ["0.5", "red"]]
    assert proponents[1:] == [
        ["3", "b", number(2.0), "", "0.375", "missing"],
        ["8", "a", number(0.5), "", "1", "red"],
    ]
    assert opponents[1:] == [["11", "b", number(-1.0), "", "1.375", "missing"]]
    assert bars(document) == [100.0, 25.0, 50.0]
    text = " ".join(Reader(document).texts["blame"].split())
    assert "Row 4 is labeled a and predicted to be b. 30 training rows were judged, by the final weights" in text
    assert f"Its own score as a training row, which is not listed: {number(3.0)}." in text
    assert "weights, of epochs 5 to 9" in " ".join(
        Reader(blame_page(blamed(epochs=(5, 9)), frame)).texts["blame"].split()
    )


def test_a_row_from_elsewhere_has_its_cells_where_they_are_given():
    frame = pd.DataFrame({"width": np.arange(30.0), "color": "red"})
    assert len(Reader(blame_page(blamed(row=None), frame)).tables["blame"]) == 2
    document = blame_page(blamed(row=None), frame, asked=frame[:1].assign(width=0.1))
    assert Reader(document).tables["blame"][0][1] == ["0.1", "red"]
    with pytest.raises(DataError, match="one row with the columns"):
        blame_page(blamed(row=None), frame, asked=frame[["width"]][:1])
    with pytest.raises(DataError, match="of 30 training rows, and there are 29"):
        blame_page(blamed(), frame[:29])
    with pytest.raises(DataError, match="several columns of the rows to show have one name"):
        blame_page(blamed(), frame.set_axis(["a", "a"], axis=1))


def test_what_is_predicted_of_a_row_without_a_label_is_not_called_one():
    blame = replace(blamed(row=None), has_label=False)
    text = " ".join(Reader(blame_page(blame, np.ones((30, 2)))).texts["blame"].split())
    assert "The row asked about is predicted to be b." in text


def test_a_prediction_of_networks_of_folds_is_told_as_one():
    asked = replace(blamed(epochs=(5, 9)), of="prediction", label="", networks=8, taught=np.arange(30) != 4)
    reader = Reader(blame_page(asked, np.zeros((30, 2))))
    text = " ".join(reader.texts["blame"].split())
    assert "Row 4 is predicted to be b. 29 training rows were judged" in text
    assert "of 8 networks; a score is the mean" in text
    assert "It was not trained on." in text
    assert "Rows that raised the prediction" in text


def test_rows_can_have_numbers_of_their_own():
    document = blame_page(blamed(), np.zeros((30, 2)), numbers=np.arange(30) + 500)
    assert [line[0] for line in Reader(document).tables["blame"][1][1:]] == ["503", "508"]


def test_pictures_are_those_of_the_rows():
    _, X, names = digits()
    document = blame_page(blamed(n=len(X)), X, names=names)
    found = [b64decode(data) for data in re.findall(r'src="data:image/png;base64,([^"]*)"', document)]
    assert len(found) == 4
    for png, row in zip(found, (4, 3, 8, 11), strict=True):
        start = png.index(b"IDAT")
        lines = zlib.decompress(png[start + 4 : start + 4 + int.from_bytes(png[start - 4 : start], "big")])
        points = np.frombuffer(lines, np.uint8).reshape(8, 9)[:, 1:]
        assert np.abs(255 * (1 - X[row].reshape(8, 8) / 16) - points).max() <= 0.5


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1600, "light")])
def test_what_comes_from_the_table_stays_text(look, width, scheme):
    frame = pd.DataFrame(dict.fromkeys(HOSTILE, HOSTILE * 5))
    document = blame_page(blamed(labels=HOSTILE[:2]), frame, target=HOSTILE[4], source=HOSTILE[1])
    page = look(document, width=width, scheme=scheme)
    assert page.locator("img, script, iframe").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".pulls tbody td:nth-child(2)").first.inner_text() == HOSTILE[1]
    assert page.locator(".score-bar rect").first.evaluate("bar => getComputedStyle(bar).fill") != "rgb(0, 0, 0)"
