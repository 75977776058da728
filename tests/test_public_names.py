"""The public face: exactly these names, each found, none by accident; and importing them is quick."""

from __future__ import annotations

import importlib
import importlib.util
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

import glassprop
from glassprop import errors

PUBLIC = [
    "Activation",
    "CategoryEmbedding",
    "Checkpoint",
    "Cost",
    "Doctor",
    "GlasspropError",
    "Layer",
    "MLPClassifier",
    "MLPRegressor",
    "MLflowLogger",
    "Margins",
    "Network",
    "OwnUnits",
    "PeriodicEmbedding",
    "Scale",
    "TabularClassifier",
    "TabularRegressor",
    "Tracer",
    "blame",
    "check_gradient",
    "diagnose",
    "explain",
    "from_sklearn",
    "load",
    "load_trace",
    "save",
    "save_trace",
    "suspect_labels",
    "to_sklearn",
    "to_torch",
    "to_c",
    "to_onnx",
    "warmup",
]


def test_the_list_is_this_one():
    assert sorted(glassprop.__all__) == sorted([*PUBLIC, "__version__"])
    assert dir(glassprop) == sorted([*PUBLIC, "__version__"])


@pytest.mark.parametrize("name", PUBLIC)
def test_each_name_is_there_and_documented(name):
    thing = getattr(glassprop, name)
    assert thing.__name__ == name
    assert thing.__doc__
    assert thing.__module__.startswith("glassprop.")


MODULES = {
    "errors": [
        "ArchitectureError", "DataError", "DerivativeError", "DistributedError", "DivergenceError", "ExportError",
        "GlasspropError", "LessonError", "MissingPackageError", "ModelFileError", "SettingsError", "TableError",
    ],
    "functions": ["ACTIVATIONS", "COSTS", "PAIRS", "Activation", "Cost", "Domain"],
    "lessons": ["READY", "Lesson", "lesson_of", "read_lesson", "ready_lesson"],
    "onnx": ["register"],
    "optimizers": ["OPTIMIZERS", "SGD", "Adam", "AdamW", "Momentum", "Nesterov", "Optimizer"],
    "plot": [
        "CalibrationDisplay", "ConfusionMatrixDisplay", "DecisionBoundaryDisplay", "PredictionErrorDisplay",
        "TrainingCurveDisplay", "WeightsDisplay",
    ],
    "results": [
        "Blame", "CSource", "ColumnDerivative", "Contributions", "Derivative", "Diagnosis", "ExampleGradients",
        "ExamplePulls", "Finding", "GradientCheck", "ModelTrace", "OptimizerStep", "Paths", "Pull", "Remedy",
        "Retrained", "SeenRows", "Suspects", "Trace", "Warmed",
    ],
    "saving": ["Packed", "check_savable", "load", "pack", "read_record", "save", "unpack"],
    "schedules": [
        "SCHEDULES", "Adaptive", "CosLog4", "Constant", "Cosine", "FlatCos", "InvScaling", "OneCycle", "Schedule",
        "WarmUp",
    ],
    "settings": ["EpochReport", "History", "Objective", "Settings", "TrainState"],
    "showing": [
        "Column", "Explanation", "Names", "Scaling", "Training", "blame_page", "classroom_network", "html_of",
        "latex_of", "markdown_of", "page", "suspects_page", "worksheet_of",
    ],
    "tables": [
        "BUILT_IN", "ColumnRole", "Defaults", "FitOptions", "Outcome", "RowSource", "Table", "diagnose",
        "explain_table", "fit_stream", "fit_table", "gradient_arrays", "predict_stream", "predict_table", "read_table",
        "row_source", "score_stream", "score_table", "table_schema", "text_columns",
    ],
    "typing": [
        "ActivationLike", "ActivationName", "CostLike", "CostName", "EngineName", "InitialName", "ScheduleName",
        "SolverName",
    ],
}  # fmt: skip


@pytest.mark.parametrize("module", MODULES)
def test_the_public_modules_have_these_names(module):
    found = importlib.import_module(f"glassprop.{module}")
    assert sorted(MODULES[module]) == sorted(getattr(found, "__all__", None) or _defined_in(found))
    for name in MODULES[module]:
        assert hasattr(found, name)
    assert found.__doc__


def _defined_in(module):
    classes = {name: value for name, value in vars(module).items() if isinstance(value, type) and name[0] != "_"}
    return [name for name, value in classes.items() if value.__module__ == module.__name__]


IMPORT = re.compile(r"from (glassprop[\w.]*) import \(?([\w, ]+)")
DOTTED = re.compile(r"\bglassprop\.([a-z_]\w*)(?:\.(\w+))?(?:\.\w+)*")


def texts():
    root = Path(__file__).parents[1]
    return [*sorted(root.glob("docs/*.md")), *sorted(root.glob("*.md")), *sorted(root.glob("examples/*.py"))]


@pytest.mark.parametrize("path", texts(), ids=lambda path: path.name)
def test_what_people_are_shown_uses_public_names_alone(path):
    """So that a move inside breaks nobody. ARCHITECTURE and the derivation point into the code, and import nothing."""
    text = path.read_text(encoding="utf-8")
    for module, names in IMPORT.findall(text):
        home = module.removeprefix("glassprop").lstrip(".")
        if home == "cli":
            continue
        known = MODULES[home] if home else PUBLIC
        assert {name.strip() for name in names.split(",") if name.strip()} <= {*known, *MODULES}, f"{module}: {names}"
    if path.name in ("ARCHITECTURE.md", "derivation.md", "CONTRIBUTING.md"):
        return
    for module, name in DOTTED.findall(text):
        if module in MODULES and name:
            assert name in MODULES[module], f"glassprop.{module}.{name}"
        assert module in {*MODULES, *PUBLIC, "cli"} or not importlib.util.find_spec(f"glassprop.{module}"), module


def test_no_other_name():
    with pytest.raises(AttributeError, match="module 'glassprop' has no attribute 'Nonsense'"):
        glassprop.Nonsense  # noqa: B018


def test_version_is_that_of_the_package():
    assert glassprop.__version__ == version("glassprop")


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, glassprop; print([m for m in ('numpy', 'scipy', 'sklearn', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_importing_the_core_does_not_load_scikit_learn():
    code = "import sys; from glassprop import Network, check_gradient; print('sklearn' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_every_error_is_a_glassprop_error_and_pictured():
    own = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, Exception)]
    for error in own:
        assert issubclass(error, errors.GlasspropError)
        assert error.__name__ in errors.__doc__
        if error not in (errors.GlasspropError, errors.MissingPackageError, errors.DistributedError):
            assert issubclass(error, ValueError)


def test_a_divergence_error_survives_pickling():
    import pickle

    error = pickle.loads(pickle.dumps(errors.DivergenceError("said", epoch=3, layer=2)))
    assert (str(error), error.epoch, error.layer) == ("said", 3, 2)
    assert error.state is None
