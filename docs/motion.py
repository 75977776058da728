"""Makes the moving picture of README out of a real page: `python docs/motion.py` writes docs/img/page-moves.gif.

A small network learns two moons in the browser, photographed after every few steps: what the buttons do, nothing else.
It needs what docs/pictures.py needs: Chromium through Playwright, and Pillow.
"""

from __future__ import annotations

import os
import tempfile
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from glassprop import Layer, Network
from glassprop.showing import page

TARGET = Path(__file__).parent / "img" / "page-moves.gif"
FRAMES, RATE = 44, 2.0
SHOW, COLORS = 110, 96  # milliseconds of a picture; colors of all
DRAWING, BESIDE = (590, 430), 330  # how large the drawing is, and how wide what stands beside it
WIDTH = 1500  # of the window
ABOVE = 8  # and left of the buttons

# the page at rest: what is looked at needs no frames of focus, and no room for a weight that is not chosen
STILL = "document.activeElement.blur(); document.getElementById('nudge').style.display = 'none'"


def moons(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Two half circles that reach into each other, and which of them each point is of."""
    rng = np.random.default_rng(6)
    turn = np.linspace(0, np.pi, n // 2)
    upper = np.column_stack([np.cos(turn), np.sin(turn)])
    lower = np.column_stack([1 - np.cos(turn), 0.45 - np.sin(turn)])
    X = np.vstack([upper, lower]) + rng.normal(scale=0.12, size=(n // 2 * 2, 2))
    return X, np.repeat([[1.0], [0.0]], n // 2, axis=0)


def document() -> str:
    """The page of a network that has learned nothing yet."""
    network = Network(2, [Layer(6, "tanh"), Layer(1, "sigmoid")], cost="binary_cross_entropy")
    X, Y = moons(24)
    return page(network.explain(network.initial(np.random.default_rng(2)), X, Y).to_dict(), title="Two moons")


def photograph(tab: Any) -> Any:
    """The drawing, and beside it the map and the cost as it falls."""
    from PIL import Image

    def taken(selector: str, width: int, height: int | None = None) -> Any:
        shot = Image.open(BytesIO(tab.locator(selector).screenshot())).convert("RGB")
        size = width, height or round(shot.height * width / shot.width)
        if height:
            shot.thumbnail(size, Image.Resampling.LANCZOS)
            return shot
        return shot.resize(size, Image.Resampling.LANCZOS)

    drawing = taken("section.drawing #network-box", *DRAWING)
    said = taken(".deeds", DRAWING[0], 60)
    plane, trail = taken("#map-box .plane", BESIDE), taken("#trail-box svg", BESIDE)
    below = ABOVE + said.height + 10
    height = max(below + drawing.height, plane.height + trail.height + 6)
    whole = Image.new("RGB", (DRAWING[0] + BESIDE + 10, height), "white")
    whole.paste(said, (ABOVE, ABOVE))
    whole.paste(drawing, (0, below))
    whole.paste(plane, (DRAWING[0] + 10, 0))
    whole.paste(trail, (DRAWING[0] + 10, plane.height + 6))
    return whole


def record(tab: Any) -> list[Any]:
    """Pictures after so many steps, few at the start and more of them later."""
    tab.click('[data-control="last"]')  # where all is known
    tab.fill("#rate-typed", str(RATE))
    tab.click('[data-control="take-step"]')
    pictures = []
    for frame in range(FRAMES):
        for _ in range(1 + frame // 4):
            tab.click('[data-control="take-step"]')
        tab.evaluate(STILL)
        pictures.append(photograph(tab))
    return pictures


def save(pictures: list[Any], target: Path) -> None:
    """As a GIF that begins again, with the last picture held for a while; one palette for all."""
    from PIL import Image

    some = Image.new("RGB", (pictures[0].width, 3 * pictures[0].height))
    for n, at in enumerate((0, len(pictures) // 3, -1)):
        some.paste(pictures[at], (0, n * pictures[0].height))
    palette = some.quantize(COLORS, dither=Image.Dither.NONE)
    small = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    times = [SHOW] * (len(small) - 1) + [1800]
    small[0].save(target, save_all=True, append_images=small[1:], duration=times, loop=0, optimize=True)


if __name__ == "__main__":
    from playwright.sync_api import sync_playwright

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        file = Path(folder) / "moons.html"
        file.write_text(document(), encoding="utf-8")
        chromium = playwright.chromium.launch(
            executable_path=os.environ.get("GLASSPROP_CHROMIUM"), args=["--no-sandbox"]
        )
        tab = chromium.new_page(viewport={"width": WIDTH, "height": 1000}, color_scheme="light")
        tab.goto(file.as_uri())
        save(record(tab), TARGET)
        chromium.close()
