"""How long the explanation page takes for one move of a drag: script, layout and paint, on the main thread.

`python -m bench.page_drag` draws pages of networks of nearly 2,000 weights with 20 rows in Chromium, moves a slider of
theirs as a drag does, and prints milliseconds: of the script alone, and from the move to the end of the frame with it.
Chromium is Playwright's, or the one that GLASSPROP_CHROMIUM names. `--keep FOLDER` leaves the pages there.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_digits

from glassprop import Layer, MLPClassifier, Network
from glassprop.showing import page

ROWS, MOVES, FIRST = 20, 40, 8  # rows of a page; moves of a drag, and how many of them warm up
WINDOW = {"width": 1600, "height": 900}

# Each move in a frame of its own. What is posted within a frame runs when it has been laid out and painted.
_DRAG = """async ([moves, first]) => {
  const slider = document.querySelector("#nudge input[type=range]"), scripts = [], wholes = [];
  const after = () => new Promise((done) => {
    const posted = new MessageChannel();
    posted.port1.onmessage = done;
    posted.port2.postMessage(0);
  });
  for (let n = 0; n < moves; n++) {
    await new Promise((done) => setTimeout(done, 30));
    await new Promise((done) => requestAnimationFrame(() => {
      const from = performance.now();
      slider.value = String(Number(slider.max) * (0.3 + (0.4 * n) / moves));
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      const script = performance.now() - from;
      after().then(() => { if (n >= first) { scripts.push(script); wholes.push(performance.now() - from); } done(); });
    }));
  }
  return [scripts, wholes];
}"""
_PARTS = {"ScriptDuration": "script", "RecalcStyleDuration": "style", "LayoutDuration": "layout", "TaskDuration": "all"}


def digits() -> str:
    """A softmax classifier of pictures, as trained."""
    X, y = load_digits(return_X_y=True)
    model = MLPClassifier((26,), max_iter=60, random_state=0).fit(X / 16, y)
    return page(model.explain(X[:ROWS] / 16, y[:ROWS]).to_dict())


def deep() -> str:
    """Three hidden layers, one output."""
    return drawn(Network(12, [Layer(30, "tanh"), Layer(30, "gelu"), Layer(20, "tanh"), Layer(1, "identity")]))


def plane() -> str:
    """Two inputs, so that there is a map."""
    return drawn(Network(2, [Layer(42, "tanh"), Layer(40, "tanh"), Layer(1, "sigmoid")], cost="binary_cross_entropy"))


def drawn(network: Network) -> str:
    """The page of a network of random weights."""
    rng = np.random.default_rng(0)
    X, Y = rng.normal(size=(ROWS, network.sizes[0])), rng.integers(0, 2, size=(ROWS, network.sizes[-1]))
    return page(network.explain(network.initial(rng), X, Y.astype(float)).to_dict())


# by name: the page, and what is chosen
CASES = {
    "64-26-10, a weight": (digits, "weight:2:0:1"),
    "64-26-10, an input": (digits, "input:20"),
    "12-30-30-20-1, a weight": (deep, "weight:2:0:1"),
    "12-30-30-20-1, first layer": (deep, "weight:1:3:1"),
    "2-42-40-1, a weight": (plane, "weight:2:0:1"),
}


def measured(chromium: Any, file: Path, chosen: str) -> str:
    """What one page takes, in a line."""
    tab = chromium.new_page(viewport=WINDOW)
    tab.goto(f"{file.as_uri()}#choice={chosen}")
    tab.wait_for_selector("#nudge input[type=range]")
    told = tab.context.new_cdp_session(tab)
    told.send("Performance.enable")

    def spent() -> dict[str, float]:
        metrics = {one["name"]: one["value"] for one in told.send("Performance.getMetrics")["metrics"]}
        return {said: metrics[name] for name, said in _PARTS.items()}

    before = spent()
    scripts, wholes = tab.evaluate(_DRAG, [MOVES, FIRST])
    parts = {name: 1000 * (value - before[name]) / MOVES for name, value in spent().items()}
    tab.close()
    by = ", ".join(f"{name} {value:.1f}" for name, value in parts.items())
    said = [f"{np.percentile(times, 50):6.1f} {np.percentile(times, 95):6.1f}" for times in (scripts, wholes)]
    return f"{said[0]}   {said[1]}   ({by})"


def main(folder: Path) -> None:
    from playwright.sync_api import sync_playwright

    files = {make: folder / f"{make.__name__}.html" for make, _ in CASES.values()}
    for make, file in files.items():
        if not file.exists():
            file.write_text(make(), encoding="utf-8")
    print(f"{'ms a move':28}  script          whole           (mean of all moves, by what the browser did)")
    print(f"{'':28}  {'p50':>6} {'p95':>6}   {'p50':>6} {'p95':>6}")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("GLASSPROP_CHROMIUM"), args=["--no-sandbox"]
        )
        for name, (make, chosen) in CASES.items():
            print(f"{name:28}  {measured(chromium, files[make], chosen)}", flush=True)
        chromium.close()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--keep"]:
        Path(sys.argv[2]).mkdir(parents=True, exist_ok=True)
        main(Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))
