"""What the first second is made of: fresh processes that fit or predict, with the kernels kept and with none."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.timing import medians, python

PACKAGES = {"glassprop": "glassprop", "scikit-learn": "sklearn.neural_network"}
_QUIET = "import warnings; warnings.simplefilter('ignore')\n"
_IRIS = (
    "import time; start = time.perf_counter()\n"
    "from sklearn.datasets import load_iris\n"
    "from {package} import MLPClassifier\n"
    + _QUIET
    + "MLPClassifier(random_state=0).fit(*load_iris(return_X_y=True))\n"
    "print(time.perf_counter() - start)"
)
_SMALL = (
    "import numpy as np\n"
    "from {package} import MLPClassifier\n" + _QUIET + "rng = np.random.default_rng(0)\n"
    "X = rng.normal(size=({rows}, 20)).astype('f4')\n"
)
_FIT = "MLPClassifier((64, 64), max_iter={epochs}, random_state=0{more}).fit(X, X[:, 0] > 0)"
_IMPORTS = "import polars, sklearn.compose, sklearn.impute, sklearn.pipeline, sklearn.preprocessing"
COMMAND = (
    "import sys\n"
    "from glassprop.cli import main\n"
    "sys.argv = ['glassprop', *{words!r}]\n"
    "try:\n    main()\nexcept SystemExit as end:\n    assert not end.code, end.code"
)


def fit(package: str, rows: int = 1000, epochs: int = 20, more: str = "") -> str:
    """Code that makes rows of 20 numbers and fits a 20-64-64-2 network to them; without epochs it only makes them."""
    code = _SMALL.format(package=PACKAGES[package], rows=rows)
    return code + _FIT.format(epochs=epochs, more=more) if epochs else code


def iris(turns: int = 20) -> dict[str, float]:
    """Median seconds from the first import to the fitted model, all at its defaults."""
    return medians(
        {name: lambda name=name: float(python(_IRIS.format(package=PACKAGES[name])).said) for name in PACKAGES}, turns
    )


def fresh_process(turns: int = 10) -> dict[str, float]:
    """Median seconds of a whole process that fits 20-64-64-2 on 1,000 rows."""
    return medians({name: lambda name=name: python(fit(name)).seconds for name in PACKAGES}, turns)


def cold() -> dict[str, float]:
    """The same where no kernel is kept yet: seconds of CPU, which other work on the machine does not lengthen."""
    found = {}
    for name, more in (("as it is", ""), ("engine='compiled'", ", engine='compiled'")):
        with tempfile.TemporaryDirectory() as empty:
            ran = python(fit("glassprop", more=more), NUMBA_CACHE_DIR=empty, GLASSPROP_CACHE_DIR=empty)
        found |= {f"{name}, seconds of CPU": ran.cpu, f"{name}, seconds": ran.seconds}
    return found


def one_row(turns: int = 10) -> dict[str, float]:
    """Median seconds of `glassprop predict` on one row, and of a process that imports what it cannot spare."""
    with tempfile.TemporaryDirectory() as folder:
        model, row, out = (str(Path(folder) / name) for name in ("model.glassprop", "row.csv", "out.csv"))
        python(COMMAND.format(words=["train", "iris", "--model", model, "--epochs", "2"]))
        names = "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)"
        Path(row).write_text(f"{names}\n5.1,3.5,1.4,0.2\n")
        predict = COMMAND.format(words=["predict", model, row, "--out", out])
        return medians(
            {
                "glassprop predict, one row": lambda: python(predict).seconds,
                "importing polars and scikit-learn's parts of the Pipeline": lambda: python(_IMPORTS).seconds,
            },
            turns,
        )
