"""Makes the pictures of the README from real runs: `python docs/pictures.py` writes docs/img/*.svg.

Needs matplotlib, which nothing else here does: `pip install matplotlib`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import CONSOLE_SVG_FORMAT, Console
from rich.text import Text

from glassprop.export.model_file import read_record

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
        console.print(Text("$ glassprop train digits --model digits.skops", style="bold"))
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


if __name__ == "__main__":
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        model_file = Path(folder) / "digits.skops"
        draw_terminal(train(model_file), IMAGES / "train.svg")
        draw_curves(model_file, IMAGES / "curves.svg")
