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
from glassprop.tables.encoding.column_scaler import ColumnScaler

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


SCALED = np.c_[np.tile(X, (3, 1)), np.exp(np.linspace(0, 30, 36)), np.r_[np.arange(35.0), 1e6]]
CLASSES = Y * 3
SCALES = "model.steps[0].step."


def _of_scales(path, *words, change=lambda node: None, **arrays):
    model = make_pipeline(ColumnScaler(), MLPClassifier((3,), max_iter=2, random_state=0)).fit(SCALED, CLASSES)
    assert model[0].forms_ == ["standard", "standard", "both", "robust"]
    save(model, path)
    replaced = {SCALES + name: np.asarray(values) for name, values in arrays.items()}
    with pytest.raises(ModelFileError) as caught:
        load(forged(path, lambda document: change(document["model"]["steps"][0]["step"]), replaced))
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("arrays", "word"),
    [
        ({"center_": np.zeros(3)}, "shape (4,)"),
        ({"center_": np.full(4, 1e200)}, "beyond"),
        ({"scale_": np.zeros(4)}, "beyond"),
        ({"scale_": np.full(4, -1.0)}, "beyond"),
        ({"scale_": np.full(4, np.nan)}, "finite"),
        ({"knots_": np.array([0, 0, 0, 36])}, "from 2 to 129"),
        ({"knots_": np.array([0, 0, -36, 0])}, "from 2 to 129"),
        ({"knots_": np.array([0, 0, 35, 0])}, "shape (35,)"),
        ({"knots_": np.array([0, 0, 130, 0]), "at_": np.arange(130.0), "to_": np.arange(130.0)}, "from 2 to 129"),
        ({"at_": np.zeros(36)}, "rise"),
        ({"at_": np.arange(36.0)[::-1]}, "rise"),
        ({"at_": np.linspace(0, 1e200, 36)}, "beyond"),
        ({"to_": np.arange(36.0)[::-1]}, "rise"),
        ({"to_": np.linspace(0, 41, 36)}, "beyond"),
    ],
)
def test_scales_of_columns_fit_together(tmp_path, arrays, word):
    """The numbers of a table, within ±1e150, then give finite inputs."""
    _of_scales(tmp_path / "m", word, **arrays)


@pytest.mark.parametrize("forms", [["standard"] * 3, ["standard"] * 4, ["both"] * 4, ["standard"] * 3 + ["log"]])
def test_forms_of_scales_fit_their_knots(tmp_path, forms):
    _of_scales(tmp_path / "m", change=lambda node: node.update(forms_=forms))


def test_knots_of_one_column_need_not_rise_to_those_of_the_next(tmp_path):
    model = make_pipeline(ColumnScaler("quantile"), MLPClassifier((3,), max_iter=2, random_state=0)).fit(
        SCALED, CLASSES
    )
    save(model, tmp_path / "m")
    np.testing.assert_array_equal(load(tmp_path / "m").predict_proba(SCALED), model.predict_proba(SCALED))
