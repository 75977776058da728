"""What the three kernels of a kind of layer are handed, each a part (``part.py``); work and gradient: a thread's own."""

from __future__ import annotations

from glassprop.engine.compiled.part import Shape

WEIGH = Shape("P P N N I")  # row, places, theta, work, ld
BY_INPUT = Shape("P P N N I I I I")  # row, places, theta, work, d, g, ld, adds
FILL_GRADIENT = Shape("P P N N N I I I")  # row, places, theta, gradient, work, d, ld, fresh
