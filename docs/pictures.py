"""Makes the pictures of README and docs from real runs: `python docs/pictures.py` writes docs/img/*.

They need `glassprop[plot]` (and Pillow, which comes with matplotlib); the notebook needs ipykernel and nbconvert. The
pages are photographed in Chromium through Playwright: `playwright install chromium`, or GLASSPROP_CHROMIUM names one.
`python docs/pictures.py curves`, `… pages`, `… plots` or `… notebook` makes one kind alone.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import CONSOLE_SVG_FORMAT, Console
from rich.text import Text
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from glassprop import Layer, MLPClassifier, MLPRegressor, Network
from glassprop.plot import (
    CalibrationDisplay,
    ConfusionMatrixDisplay,
    DecisionBoundaryDisplay,
    PredictionErrorDisplay,
    TrainingCurveDisplay,
    WeightsDisplay,
)
from glassprop.saving import read_record
from glassprop.showing import page, suspects_page

IMAGES = Path(__file__).parent / "img"

# rich's own picture of a terminal, without the fonts that it would load from a server.
TERMINAL = re.sub(r"@font-face \{\{.*?\n    \}\}", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
TERMINAL = re.sub(r"font-family: [^;]*;", "font-family: monospace;", TERMINAL)


def train(model: Path) -> str:
    """Train on the digits as a terminal user would; returns what was printed, the bar in its last state only."""
    command = [str(Path(sys.executable).parent / "glassprop"), "train", "digits", "--model", model.name]
    environment = {**os.environ, "COLUMNS": "80", "FORCE_COLOR": "1"}
    done = subprocess.run(
        command,
        cwd=model.parent,
        env=environment,
        check=True,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    lines = done.stdout.splitlines()
    bars = [i for i, line in enumerate(lines) if Text.from_ansi(line).plain.startswith("epoch")]
    return "\n".join(line for i, line in enumerate(lines) if i not in bars[:-1])


def draw_terminal(printed: str, target: Path) -> None:
    """What was printed, as a terminal shows it."""
    with Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=80, file=nowhere, force_terminal=True)
        console.print(Text("$ glassprop train digits --model digits.glassprop", style="bold"))
        console.print(Text.from_ansi(printed))
        console.save_svg(str(target), title="glassprop", code_format=TERMINAL, unique_id="terminal")


def draw_curves(model: Path, target: Path) -> None:
    """Training and validation cost by epoch, from the record in the model file."""
    import matplotlib.pyplot as plt  # here, since test runs read this file and need no pictures

    history = read_record(str(model))["history"]
    training, validation = history["loss_curve"], history["validation_curve"]
    best = min(range(len(validation)), key=validation.__getitem__)
    plt.rcParams.update({"svg.hashsalt": "glassprop", "font.size": 10})
    figure, axes = plt.subplots(figsize=(7, 3.2), layout="constrained")
    axes.semilogy(range(1, len(training) + 1), training, label="training cost", color="#0072b2")
    axes.semilogy(range(1, len(validation) + 1), validation, "--", label="validation cost", color="#d55e00")
    axes.plot(best + 1, validation[best], "o", color="#d55e00", label=f"best: epoch {best + 1}, kept")
    axes.set(xlabel="epoch", ylabel="cross-entropy", title="glassprop train digits")
    axes.legend(frameon=False)
    axes.grid(alpha=0.3)
    figure.savefig(target, metadata={"Date": None})


def draw_plots() -> None:
    """One plot of each kind that glassprop.plot has, on a light and on a dark ground."""
    import matplotlib.pyplot as plt
    from sklearn.datasets import load_diabetes, load_wine

    digits, y_digits = load_digits(return_X_y=True)
    parts = train_test_split(digits / 16, y_digits, test_size=0.4, stratify=y_digits, random_state=0)
    clf = MLPClassifier(
        (16,), activation="tanh", alpha=0.3, early_stopping=True, scoring="loss", max_iter=80, random_state=0
    )
    clf.set_params(learning_rate_init=0.01, n_iter_no_change=15).fit(parts[0], parts[2])
    X, progression = load_diabetes(return_X_y=True, as_frame=True)
    X_train, X_test, y_train, y_test = train_test_split(X, progression, test_size=0.4, random_state=0)
    reg = MLPRegressor(
        hidden_layer_sizes=(8,), activation="silu", solver="lbfgs", alpha=30.0, max_iter=300, random_state=0
    )
    reg = TransformedTargetRegressor(make_pipeline(StandardScaler(), reg), transformer=StandardScaler())
    reg.fit(X_train, y_train)
    wine = load_wine(as_frame=True)
    kind = wine.target_names[wine.target]
    tasted = make_pipeline(
        StandardScaler(), MLPClassifier((8,), solver="lbfgs", alpha=1.0, max_iter=200, random_state=0)
    )
    tasted.fit(wine.data, kind)
    for style, name in (("default", "plots.png"), ("dark_background", "plots-dark.png")):
        with plt.style.context(style):
            figure, axes = plt.subplots(2, 3, figsize=(13, 7.6), layout="constrained")
            axes = axes.ravel()
            TrainingCurveDisplay.from_estimator(clf, ax=axes[0])
            CalibrationDisplay.from_estimator(clf, parts[1], parts[3], n_bins=8, ax=axes[1])
            ConfusionMatrixDisplay.from_estimator(clf, parts[1], parts[3], colorbar=False, ax=axes[2])
            PredictionErrorDisplay.from_estimator(reg, X_test, y_test, target="progression", ax=axes[3])
            WeightsDisplay.from_estimator(clf, shape=(8, 8), ax=axes[4])
            columns = ["alcohol", "flavanoids"]
            DecisionBoundaryDisplay.from_estimator(tasted, wine.data, kind, columns=columns, ax=axes[5])
            figure.savefig(IMAGES / name, dpi=80)
            plt.close(figure)


def glassprop(folder: Path, *words: str) -> None:
    """Run the command in a folder."""
    command = [str(Path(sys.executable).parent / "glassprop"), *words]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def draw_pages(folder: Path) -> None:
    """The page of a trained network, that of a 2-2-1 network, and the report, as a browser shows them."""
    small = ("--recipe", "plain", "--members", "1", "--hidden", "24,16", "--activation", "tanh")  # one network
    glassprop(folder, "train", "digits", *small, "--model", "digits.glassprop")
    glassprop(folder, "explain", "digits.glassprop", "digits", "--row", "37", "--row", "1264", "--html", "page.html")
    glassprop(
        folder, "train", "iris", "--hidden", "8", "--seed", "4", "--model", "iris.glassprop", "--report", "report.html"
    )
    network = Network(2, [Layer(2, "relu"), Layer(1, "identity")], cost="squared_error")
    theta = np.array([1.0, -1.0, 1.0, 1.0, 0.0, -1.0, 2.0, -1.0, 1.0])
    record = network.explain(theta, [3.0, 1.0], [1.0]).to_dict()
    (folder / "small.html").write_text(
        page(record, title="Two inputs, two hidden neurons, one output"), encoding="utf-8"
    )
    (folder / "labels.html").write_text(labels_page(), encoding="utf-8")

    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("GLASSPROP_CHROMIUM"), args=["--no-sandbox"]
        )
        photograph(chromium, folder / "page.html", IMAGES / "page.png", (1400, 980), weight=True)
        photograph(chromium, folder / "small.html", IMAGES / "page-small.png", (1200, 830), weight=True)
        photograph(chromium, folder / "report.html", IMAGES / "report.png", (760, 1330))
        photograph(chromium, folder / "labels.html", IMAGES / "labels.png", (1200, 620), keys="s k")
        chromium.close()


NOTEBOOK = (
    """from sklearn.datasets import load_iris
from glassprop import MLPClassifier

data = load_iris(as_frame=True)
X, y = data.data, data.target.map(dict(enumerate(data.target_names)))
clf = MLPClassifier((16, 8), activation="tanh", learning_rate_init=0.01, random_state=0, verbose=True)
clf.fit(X, y)""",
    "clf.explain(X, y, row=70)",
)


def draw_notebook(folder: Path, target: Path) -> None:
    """A notebook that was run, as Jupyter shows it."""
    import nbformat
    from nbclient import NotebookClient
    from nbconvert import HTMLExporter
    from playwright.sync_api import sync_playwright

    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in NOTEBOOK])
    NotebookClient(notebook, kernel_name="python3").execute()
    document = folder / "notebook.html"
    document.write_text(HTMLExporter(template_name="lab").from_notebook_node(notebook)[0], encoding="utf-8")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("GLASSPROP_CHROMIUM"), args=["--no-sandbox"]
        )
        photograph(chromium, document, target, (1060, 1290), alone=True)
        chromium.close()


def labels_page() -> str:
    """Suspected labels of the digits, of which one in twenty is another than it was."""
    data, rng = load_digits(), np.random.default_rng(0)
    y, rows = data.target.copy(), rng.choice(len(data.target), len(data.target) // 20, replace=False)
    y[rows] = (y[rows] + rng.integers(1, 10, len(rows))) % 10
    suspects = MLPClassifier((32,), max_iter=60, random_state=0).suspect_labels(data.data / 16, y)
    return suspects_page(suspects, data.data, names=data.feature_names, target="digit", source="digits")


def photograph(
    chromium: Any,
    document: Path,
    target: Path,
    size: tuple[int, int],
    *,
    weight: bool = False,
    keys: str = "",
    alone: bool = False,
) -> None:
    """The upper part of a document; weight: with the first layer's largest derivative chosen; keys: pressed before.

    alone: nothing that it would load from elsewhere is waited for.
    """
    from PIL import Image

    window = {"width": size[0], "height": size[1]}
    tab = chromium.new_page(viewport=window, color_scheme="light", reduced_motion="reduce")  # nothing is on its way
    if alone:
        tab.route("http*://**", lambda route: route.abort())
    tab.goto(document.as_uri())
    if weight:
        tab.locator("tr", has_text="layer 1").locator("a, button").first.click()
        tab.mouse.move(0, 0)
    for key in keys.split():
        tab.keyboard.press(key)
    tab.evaluate("window.scrollTo(0, 0)")
    taken = Image.open(BytesIO(tab.screenshot())).convert("RGB")
    taken.quantize(256, dither=Image.Dither.NONE).save(target, optimize=True)  # a third of the size
    tab.close()


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    wanted = sys.argv[1:] or ["curves", "pages", "plots", "notebook"]
    with tempfile.TemporaryDirectory() as folder:
        model_file = Path(folder) / "digits.glassprop"
        if "curves" in wanted:
            draw_terminal(train(model_file), IMAGES / "train.svg")
            draw_curves(model_file, IMAGES / "curves.svg")
        if "pages" in wanted:
            draw_pages(Path(folder))
        if "plots" in wanted:
            draw_plots()
        if "notebook" in wanted:
            draw_notebook(Path(folder), IMAGES / "notebook.png")
