"""scikit-learn's own tests of its networks, read from the installed package and run on ours: its users' code works.

Nothing of them is copied: their source is loaded with the line that imports the estimators exchanged.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from glassprop import MLPClassifier, MLPRegressor

pytestmark = pytest.mark.filterwarnings("default")  # as scikit-learn runs them

# Tests that look at a private name of scikit-learn's estimators, and which: ours have none of them.
LEFT_OUT = {
    "test_fit": "_coef_grads",  # sets up an estimator by hand, unfitted, for one step of its solver
    "test_gradient": "_loss_grad_lbfgs",  # compares its gradient with differences; ours are in tests/backprop
    "test_learning_rate_warmstart": "_optimizer",  # the rate in use; ours are in tests/training/test_schedule.py
    "test_adaptive_learning_rate": "_optimizer",
    "test_n_iter_no_change": "_no_improvement_count",  # that of stopping; ours are in tests/training/test_loop.py
    "test_n_iter_no_change_inf": "_no_improvement_count",
}
IMPORT = "from sklearn.neural_network import MLPClassifier, MLPRegressor"
OURS = "from glassprop import MLPClassifier, MLPRegressor"


def source() -> tuple[str, str]:
    """The path and the text of scikit-learn's file."""
    spec = importlib.util.find_spec("sklearn.neural_network.tests.test_mlp")
    if spec is None or spec.origin is None:  # some distributions leave tests out
        pytest.skip("this scikit-learn comes without its tests", allow_module_level=True)
    return spec.origin, Path(spec.origin).read_text(encoding="utf-8")


def on_ours() -> dict[str, Any]:
    """Its test functions, with our estimators in place of its own."""
    path, text = source()
    assert text.count(IMPORT) == 1
    module = ModuleType("scikit_learns_test_mlp")
    exec(compile(text.replace(IMPORT, OURS), path, "exec"), vars(module))
    assert (module.MLPClassifier, module.MLPRegressor) == (MLPClassifier, MLPRegressor)
    return {name: value for name, value in vars(module).items() if name.startswith("test_")}


_FOUND = on_ours()
globals().update({name: test for name, test in _FOUND.items() if name not in LEFT_OUT})  # here pytest finds them


@pytest.fixture
def global_random_seed() -> int:
    """What scikit-learn's own configuration gives to tests that ask for it."""
    return 42


def test_what_is_left_out_looks_at_private_names() -> None:
    """And at nothing else that could be asked of ours."""
    _, text = source()
    functions = {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}
    for name, private in LEFT_OUT.items():
        used = re.findall(r"\.(_[a-z]\w*)", ast.get_source_segment(text, functions[name]) or "")
        assert private in used
        assert not hasattr(MLPClassifier(), private)
    assert len(_FOUND) - len(LEFT_OUT) > 30
