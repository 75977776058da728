"""Whether an installed glassprop works: run by the Python of a fresh environment, without the checkout on its path.

``python -I smoke.py FORMATS PART`` works in the present folder, and ends with 1 where something does not hold. FORMATS:
the folder of model files that earlier versions wrote, each beside rows and the probabilities that belong to them.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from importlib.metadata import distribution, version
from pathlib import Path

COMMAND = Path(sysconfig.get_path("scripts")) / ("glassprop.exe" if os.name == "nt" else "glassprop")
PLAIN = ("--recipe", "plain", "--epochs", "5")
MPIEXEC = ("mpiexec", "--allow-run-as-root", "--oversubscribe", "--bind-to", "none", "-n", "2")


def must(holds: object, what: str) -> None:
    """Not an assert: the parts are run with -O, too."""
    if not holds:
        raise SystemExit(f"smoke: {what}")


def ran(*words: object, code: int = 0, also: dict[str, str] | None = None) -> str:
    """What a command wrote, both streams together."""
    done = subprocess.run(
        [str(word) for word in words], capture_output=True, encoding="utf-8", env=os.environ | (also or {}), timeout=300
    )
    must(done.returncode == code, f"{words} ended with {done.returncode}, not {code}:\n{done.stdout}{done.stderr}")
    return done.stdout + done.stderr


def flowers(name: str) -> str:
    """The iris as a CSV file, with its columns named."""
    from sklearn.datasets import load_iris

    data = load_iris()
    with open(name, "w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow([*data.feature_names, "species"])
        rows.writerows([*x, data.target_names[k]] for x, k in zip(data.data, data.target, strict=True))
    return name


def package() -> None:
    """It is the installed one, whole, and says the version that pip does."""
    import glassprop

    home = Path(glassprop.__file__).resolve()
    must(home.is_relative_to(Path(sys.prefix).resolve()), f"glassprop is {home}, outside of {sys.prefix}")
    must(glassprop.__version__ == version("glassprop"), "its version is not that of its metadata")
    missing = [str(file) for file in distribution("glassprop").files or () if not file.locate().exists()]
    must(not missing, f"files of its record are missing: {missing[:5]}")
    must((home.parent / "py.typed").exists(), "py.typed is missing")
    for name in glassprop.__all__:
        getattr(glassprop, name)


def library() -> None:
    """An estimator learns, its gradient is right, it is explained, kept and read again."""
    import numpy as np
    from sklearn.datasets import load_iris

    from glassprop import Layer, MLPClassifier, Network, check_gradient, load, save

    X, y = load_iris(return_X_y=True)
    clf = MLPClassifier((8,), solver="lbfgs", max_iter=100, random_state=0).fit(X, y)
    must(clf.score(X, y) > 0.95, f"accuracy on iris: {clf.score(X, y)}")
    network = Network(4, [Layer(3, "tanh"), Layer(3, "softmax")], cost="cross_entropy")
    theta = network.initial(np.random.default_rng(0))
    must(check_gradient(network, theta, X[:9], np.eye(3)[y[:9]]).ok, "the gradient is not that of differences")
    clf.explain(X, y, row=7).to_dict()
    save(clf, "clf.glassprop")
    np.testing.assert_array_equal(load("clf.glassprop").predict_proba(X), clf.predict_proba(X))


def kernels() -> None:
    """Machine code is compiled, and learns what the specification does."""
    import numpy as np
    from sklearn.datasets import load_iris

    from glassprop import MLPClassifier

    X, y = load_iris(return_X_y=True)
    how = {"hidden_layer_sizes": (8,), "max_iter": 5, "tol": 0, "n_iter_no_change": 9, "random_state": 0}
    compiled, plain = (MLPClassifier(engine=engine, **how).fit(X, y) for engine in ("compiled", "reference"))
    np.testing.assert_allclose(compiled.theta_, plain.theta_, rtol=1e-9, atol=1e-12)


def old_files(formats: str) -> None:
    """Model files of earlier versions give the predictions that they gave."""
    import numpy as np
    import polars

    from glassprop import load

    files = [file for file in sorted(Path(formats).glob("format-*")) if file.suffix != ".json"]
    must(files, f"there is no model file in {formats}")
    for file in files:
        known = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
        found = load(file).predict_proba(polars.DataFrame(known["table"]))
        np.testing.assert_allclose(found, known["probabilities"], rtol=1e-5, atol=1e-7)


def no_command() -> None:
    """Without the extra, the command says how it is had."""
    said = ran(COMMAND, "train", "iris", code=2)
    must("pip install 'glassprop[cli]'" in said and "Traceback" not in said, f"without [cli], the command says: {said}")


def command() -> None:
    """A CSV file is learned from, predicted and explained; pages are made of templates that came along."""
    must(ran(COMMAND, "--version").strip() == version("glassprop"), "--version")
    table = flowers("iris.csv")
    ran(COMMAND, "train", table, "--target", "species", "--model", "iris.glassprop", "--report", "report.html", *PLAIN)
    ran(COMMAND, "predict", "iris.glassprop", table, "--out", "predicted.csv")
    must(len(Path("predicted.csv").read_text(encoding="utf-8").splitlines()) == 151, "predictions of 150 rows")
    ran(COMMAND, "explain", "iris.glassprop", table, "--row", "3", "--html", "row.html")
    _whole_pages("report.html", "row.html")


def commands() -> None:
    """The other commands, on what `command` made; a lesson out of the files that came along."""
    json.loads(ran(COMMAND, "score", "iris.glassprop", "iris.csv", "--json"))
    ran(COMMAND, "check", "iris.glassprop", "iris.csv", "--rows", "5")
    ran(COMMAND, "info", "iris.glassprop")
    ran(COMMAND, "doctor", "iris.glassprop", "iris.csv", "--budget", "0")
    ran(COMMAND, "lesson", "2-2-2", "--worksheet", "sheet.html")
    ran(COMMAND, "export", "iris.glassprop", "--to", "c")
    _whole_pages("sheet.html")
    must("Train" in ran(COMMAND, "--help"), "--help")


def _whole_pages(*names: str) -> None:
    for name in names:
        must(Path(name).read_text(encoding="utf-8").rstrip().endswith("</html>"), f"{name} is not whole")


def onnx() -> None:
    """A model written as ONNX; ONNX's own interpreter gives its probabilities."""
    import numpy as np
    from onnx.reference import ReferenceEvaluator
    from sklearn.datasets import load_iris

    from glassprop import MLPClassifier, to_onnx

    X, y = load_iris(return_X_y=True)
    clf = MLPClassifier((5,), solver="lbfgs", max_iter=20, random_state=0).fit(X, y)
    written = to_onnx(clf)
    names = [output.name for output in written.graph.output]
    found = dict(zip(names, ReferenceEvaluator(written).run(None, {written.graph.input[0].name: X}), strict=True))
    probabilities = next(value for value in found.values() if np.ndim(value) == 2)
    np.testing.assert_allclose(probabilities, clf.predict_proba(X), rtol=1e-4, atol=1e-5)


def stream() -> None:
    """A table is learned piece by piece, from CSV and from Parquet."""
    import pyarrow.csv
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.csv.read_csv(flowers("pieces.csv")), "pieces.parquet")
    for table in ("pieces.csv", "pieces.parquet"):
        ran(COMMAND, "train", table, "--target", "species", "--stream", "--model", "pieces.glassprop", "--epochs", "3")


def skops() -> None:
    """A step of others is written by skops and read again where it is trusted."""
    import numpy as np
    from sklearn.datasets import load_iris
    from sklearn.neural_network import BernoulliRBM
    from sklearn.pipeline import make_pipeline

    from glassprop import MLPClassifier, load, save

    X, y = load_iris(return_X_y=True)
    model = make_pipeline(BernoulliRBM(3, n_iter=2, random_state=0), MLPClassifier((3,), solver="lbfgs", max_iter=5))
    model.fit(X / 8, y)
    save(model, "foreign.glassprop")
    again = load("foreign.glassprop", trusted=["sklearn.neural_network._rbm.BernoulliRBM"])
    np.testing.assert_array_equal(again.predict(X / 8), model.predict(X / 8))


def mlflow() -> None:
    """A fit is written down as a run."""
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    import mlflow
    from sklearn.datasets import load_iris

    from glassprop import MLflowLogger, MLPClassifier

    mlflow.set_tracking_uri(Path("runs").resolve().as_uri())
    X, y = load_iris(return_X_y=True)
    MLPClassifier((3,), max_iter=3, tol=0, random_state=0).set_callbacks(MLflowLogger("smoke")).fit(X, y)
    (run,) = mlflow.search_runs(output_format="list", search_all_experiments=True)
    must(run.data.metrics["n_iter"] == 3, f"what MLflow has: {run.data.metrics}")


def excel() -> None:
    """A spreadsheet is learned from."""
    import openpyxl

    book = openpyxl.Workbook()
    with open(flowers("sheet.csv"), newline="", encoding="utf-8") as file:
        head, *rows = csv.reader(file)
    for row in [head, *([*map(float, row[:-1]), row[-1]] for row in rows)]:
        book.active.append(row)
    book.save("iris.xlsx")
    ran(COMMAND, "train", "iris.xlsx", "--target", "species", "--model", "sheet.glassprop", *PLAIN)


def zstd() -> None:
    """A packed table is learned from."""
    content = Path(flowers("packed.csv")).read_bytes()
    if sys.version_info >= (3, 14):
        from compression.zstd import compress
    else:
        from zstandard import compress
    Path("packed.csv.zst").write_bytes(compress(content))
    ran(COMMAND, "train", "packed.csv.zst", "--target", "species", "--model", "packed.glassprop", *PLAIN)


def mpi() -> None:
    """Two processes train one network."""
    table = flowers("shared.csv")
    mpiexec = COMMAND.with_name(MPIEXEC[0])
    also = {"GLASSPROP_NUM_THREADS": "1", "PATH": f"{mpiexec.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    words = ("train", table, "--target", "species", "--distributed", "--model", "shared.glassprop", "--epochs", "3")
    ran(mpiexec, *MPIEXEC[1:], COMMAND, *words, also=also)


def arrays() -> None:
    """Arrays of another library give the numbers of NumPy's."""
    code = """
import array_api_strict as xp
import numpy as np
from sklearn import config_context
from sklearn.datasets import load_iris
from glassprop import MLPClassifier
X, y = load_iris(return_X_y=True)
with config_context(array_api_dispatch=True):
    there = MLPClassifier((5,), max_iter=3, tol=0, random_state=0).fit(xp.asarray(X), xp.asarray(y))
here = MLPClassifier((5,), max_iter=3, tol=0, random_state=0, engine="reference").fit(X, y)
np.testing.assert_array_equal(there.theta_, here.theta_)
"""
    ran(sys.executable, "-W", "ignore", "-c", code, also={"SCIPY_ARRAY_API": "1"})


def blis() -> None:
    """Large products are made by BLIS where that is asked for."""
    table = flowers("wide.csv")
    words = ("train", table, "--target", "species", "--hidden", "300,300", "--model", "wide.glassprop", *PLAIN)
    ran(COMMAND, *words, also={"GLASSPROP_PRODUCTS": "blis"})


def plot() -> None:
    """What a model does is drawn, into a file."""
    from matplotlib.figure import Figure
    from sklearn.datasets import load_iris

    from glassprop import MLPClassifier
    from glassprop.plot import CalibrationDisplay, ConfusionMatrixDisplay, DecisionBoundaryDisplay, TrainingCurveDisplay

    X, y = load_iris(return_X_y=True)
    clf = MLPClassifier((3,), max_iter=5, tol=0, random_state=0).fit(X, y)
    figure = Figure()
    axes = figure.subplots(2, 2).ravel()
    TrainingCurveDisplay.from_estimator(clf, ax=axes[0])
    for display, ax in zip((CalibrationDisplay, ConfusionMatrixDisplay), axes[1:], strict=False):
        display.from_estimator(clf, X, y, ax=ax)
    DecisionBoundaryDisplay.from_estimator(clf, X, y, columns=[2, 3], ax=axes[3])
    figure.savefig("drawn.png")
    must(Path("drawn.png").stat().st_size > 10_000, "drawn.png is all but empty")


OF_EXTRAS = (onnx, stream, skops, mlflow, excel, zstd, mpi, arrays, blis, plot)
PARTS: dict[str, Callable[[], None]] = {
    part.__name__: part for part in (package, library, kernels, no_command, command, commands, *OF_EXTRAS)
}


if __name__ == "__main__":
    if sys.argv[2] == "old_files":
        old_files(sys.argv[1])
    else:
        PARTS[sys.argv[2]]()
