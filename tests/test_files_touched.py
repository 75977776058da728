"""How many files a new entry of a table touches, counted: the rows of ARCHITECTURE.md that say so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import glassprop

SOURCE = Path(glassprop.__file__).parent
TEXTS = {
    path.relative_to(SOURCE).as_posix(): path.read_text(encoding="utf-8")
    for path in SOURCE.rglob("*")
    if path.suffix in (".py", ".js")
}
ACTIVATION = {"equations/activation.py", "equations/definitions.py", "engine/compiled/activations.py"}
COST = {"equations/cost.py", "equations/definitions.py", "engine/compiled/costs.py"}
KIND = {
    "layers/scale.py", "layers/layer_table.py", "equations/scaling.py", "engine/compiled/kinds/scale_kernels.py",
    "engine/compiled/kinds/kernels_of_kinds.py", "insight/telling/told_kinds.py", "export/schema/network_field.py",
    "__init__.py", "report/static/page_model.js", "report/static/page_live_scale.js", "portable/onnx_network.py",
    "portable/c_layers.py", "portable/torch_plan.py",
}  # fmt: skip
NAMED = re.compile(r'"scale"|WALKS\.scale\b|\bScale\b|scale_kernels|layers\.scale\b')
# Where `scale_inputs` of the estimators acts; what `warmup` compiles; a module that PyTorch has not; what is folded.
OTHERS = {
    "estimator/build.py", "engine/warm.py",
    "portable/torch_modules.py", "portable/folding.py", "portable/to_sklearn.py",
}  # fmt: skip
MAY = {"portable/torch_plan.py"}  # where PyTorch has the function itself


@pytest.mark.parametrize(
    ("name", "files"),
    [("softsign", ACTIVATION), ("hardswish", ACTIVATION), ("squared_relu", ACTIVATION), ("mish", ACTIVATION),
     ("log_cosh", COST)],
)  # fmt: skip
def test_an_activation_and_a_cost_stand_in_three_files(name, files):
    assert {path for path, text in TEXTS.items() if f'"{name}"' in text} - MAY == files


def test_a_kind_of_layer_stands_in_thirteen_files():
    named = {path for path, text in TEXTS.items() if NAMED.search(text) and not path.startswith("tables/")}
    named -= {"export/kinds/table_steps.py", "insight/walk_record.py"}  # a step that scales columns, a target's scale
    assert named | {"equations/scaling.py", "engine/compiled/kinds/scale_kernels.py"} == KIND | OTHERS


def test_the_architecture_page_says_so():
    page = (Path(__file__).parents[1] / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for thing, files in (("an activation", ACTIVATION), ("a cost", COST)):
        row = next(line for line in page.splitlines() if line.startswith(f"| {thing} |"))
        assert "| 3 files: " in row
        assert all(f"`{path}`" in row for path in files)
    assert "| a kind of layer | 13 files (`Scale`)" in page
