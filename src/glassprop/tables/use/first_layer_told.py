"""What a report tells of a model's first layer: how large the weights of each column are, and pictures of neurons."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.insight.image import find_picture
from glassprop.tables.fitting.outcome import Outcome
from glassprop.tables.use.first_weights import FirstWeights, first_weights

MOST_COLUMNS = 20  # that are told one by one
MOST_PICTURES = 24  # neurons
LEVELS = 6  # shades of a weight, to both sides of 0


def first_layer_told(outcome: Outcome) -> dict[str, Any]:
    """As plain data.

    Returns
    -------
    dict
        * columns: a list of name and size, the largest first, at most 20; count: of how many
        * networks: over how many the sizes are a mean
        * pictures: height, width, places (of each pixel that is a column), and of neurons, those with the largest
          weights first, the number and shades, -6 to 6 of each pixel; neurons: how many there are. None where columns
          are no picture, or have no weight of their own
    """
    steps = [step for _, step in outcome.pipeline.steps]
    found = first_weights(steps[:-1], steps[-1])
    sizes = found.by_column()
    return {
        "columns": [{"name": name, "size": size} for name, size in list(sizes.items())[:MOST_COLUMNS]],
        "count": len(sizes),
        "networks": len(found.networks),
        "pictures": _pictures(found),
    }


def _pictures(found: FirstWeights) -> dict[str, Any] | None:
    """Of the first network."""
    W = found.networks[0].weights
    places = [place for place, name in enumerate(found.names) if name.name == name.column]
    picture = find_picture([found.names[place].name for place in places])
    if W is None or picture is None:
        return None
    W = W[:, places]
    order = np.argsort(-(W**2).sum(axis=1), kind="stable")[:MOST_PICTURES]
    shades = np.rint(LEVELS * W[order] / (np.abs(W).max() or 1.0)).astype(int)
    return {
        "height": picture.height,
        "width": picture.width,
        "places": list(picture.places),
        "shown": [{"neuron": int(j), "shades": row} for j, row in zip(order, shades.tolist(), strict=True)],
        "neurons": len(W),
    }
