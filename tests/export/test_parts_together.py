"""Parts of a model file that are each in order and do not go together: what compiled code would trust."""

from __future__ import annotations

import numpy as np
import pytest
from export.forged import forged
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

from glassprop import MLPClassifier
from glassprop.errors import ModelFileError
from glassprop.export.model_file import load, save

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
X = np.array([[0.0, 1.0], [1.0, 3.0], [2.0, 3.0], [0.0, 1.0]] * 3)
Y = [0, 1, 1, 0] * 3
VECTORS = "model.steps[1].step._state.optimizer.vectors"


def refused(path, step, *words, change=lambda document: None, arrays=None):
    """What is said of the file of such a model, once it has been changed."""
    model = make_pipeline(step, MLPClassifier((3,), max_iter=2, random_state=0)).fit(X, Y)
    save(model, path)
    load(forged(path, lambda document: None))  # it is not the sealing
    with pytest.raises(ModelFileError) as caught:
        load(forged(path, change, arrays))
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("number", "word"), [("3", "has format 3"), ("33", "has format 33"), ("x", "its format's number"), ("", "number")]
)
def test_a_format_is_a_number(tmp_path, number, word):
    path = tmp_path / "m"
    save(MLPClassifier((3,), max_iter=2, random_state=0).fit(X, Y), path)
    data = path.read_bytes()
    length = int.from_bytes(data[:8], "little")
    head = data[8 : 8 + length].replace(b'"version":"2"', f'"version":"{number}"'.encode(), 1)
    path.write_bytes(len(head).to_bytes(8, "little") + head + data[8 + length :])
    with pytest.raises(ModelFileError, match=word) as caught:
        load(path)
    assert ("upgrade" in str(caught.value)) == number.isdecimal()


@pytest.mark.parametrize("which", [0, 1])
@pytest.mark.parametrize("vector", [np.zeros(12), np.zeros(14), np.zeros(0), np.zeros(13, np.float32)])
def test_vectors_of_the_optimizer_are_like_theta(tmp_path, which, vector):
    """Kernels write to them as far as θ goes."""
    name = f"{VECTORS}[{which}]"
    refused(tmp_path / "m", StandardScaler(), "_state.vectors", "13 parameters", arrays={name: vector})


def test_a_mean_of_squares_is_not_negative(tmp_path):
    squares = np.full(13, -1e-9)
    refused(tmp_path / "m", StandardScaler(), "less than 0", arrays={f"{VECTORS}[1]": squares})


@pytest.mark.parametrize("change", [{"width": 3}, {"columns": [0]}, {"columns": [0, 2]}, {"columns": [0, -3]}])
def test_a_group_of_columns_fits_its_step(tmp_path, change):
    step = ColumnTransformer([("n", StandardScaler(), [0, 1])])

    def forge(document):
        document["model"]["steps"][0]["step"]["groups"][0].update(change)

    refused(tmp_path / "m", step, "column", change=forge)


@pytest.mark.parametrize("step", [OneHotEncoder(handle_unknown="ignore"), OrdinalEncoder()])
@pytest.mark.parametrize("values", [[1.0, 0.0, 2.0], [0.0, 1.0, 1.0], [{"number": "nan"}, 0.0, 1.0]])
def test_categories_that_are_numbers_rise(tmp_path, step, values):
    """scikit-learn looks them up by halves, and uses what it finds as a place."""

    def forge(document):
        document["model"]["steps"][0]["step"]["categories_"][0]["values"] = values

    refused(tmp_path / "m", step, "rise", change=forge)
