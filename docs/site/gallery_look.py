"""The gallery's settings: which examples in which order, how their figures look, and that nothing is loaded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

FOLDER = "examples/gallery"
ORDER = (
    "classification",
    "regression",
    "xor_by_hand",
    "digits_first_layer",
    "imbalanced",
    "quantile_band",
    "own_activation",
    "early_stopping",
    "learning_strategies",
    "regularization",
    "calibration",
    "searching",
    "callbacks",
    "streaming",
    "members",
    "wrong_labels",
    "does_not_learn",
    "prediction_explained",
    "check_gradients",
    "picture",
    "export_to_c",
)


def place(name: str) -> int:
    """Where an example stands. One that is not listed ends the build."""
    return ORDER.index(Path(name).stem)


def look(gallery: dict[str, Any], name: str) -> None:
    """Before each example: figures on white, on a dark page too: the texts name colors, white among them."""
    from matplotlib import pyplot as plt

    plt.rcdefaults()
    plt.rcParams.update({"savefig.dpi": 150, "savefig.bbox": "tight", "font.size": 10})


SETTINGS = {
    "examples_dirs": FOLDER,
    "gallery_dirs": "docs/gallery",
    "filename_pattern": r"\.py$",
    "within_subsection_order": "gallery_look.place",
    "reset_modules": ("gallery_look.look",),
    "capture_repr": (),
    "download_all_examples": False,
    "notebook_extensions": set(),  # a notebook of the same cells is one step away for whoever wants it
    "write_computation_times": False,  # its page loads a script from elsewhere
    "show_signature": False,
    "remove_config_comments": True,
    "parallel": True,
}
