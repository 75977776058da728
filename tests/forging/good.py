"""The good files of both formats: written once into a folder, read from there by whoever forges or warms up."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from pathlib import Path
from typing import Any

import skops.io

from forging.recipes import RECIPES, table
from glassprop.export.foreign import steady
from glassprop.export.format_1_record import RECORD
from glassprop.export.model_file import save

TABLE = "table.csv"


def format_1_bytes(model: Any, record: dict[str, Any]) -> bytes:
    """A file as versions before format 2 wrote it."""
    estimator = model[-1] if hasattr(model, "steps") else model
    facts = {
        "format": 1,
        "saved": "2026-01-01T00:00:00+00:00",
        "versions": {"glassprop": "0.1.0", "scikit-learn": "1.9.0"},
        "model": {
            "class": type(estimator).__name__,
            "network": estimator.network_.spec(),
            "parameters": int(estimator.theta_.size),
            "dtype": str(estimator.theta_.dtype),
            "epochs": int(estimator.n_iter_),
        },
    }
    buffer = io.BytesIO(steady(skops.io.dumps(model)))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr(zipfile.ZipInfo(RECORD, (1980, 1, 1, 0, 0, 0)), json.dumps({**record, **facts}))
    return buffer.getvalue()


def write_good_files(folder: Path) -> None:
    """Train every recipe and write NAME.2 and NAME.1; and the table that models of tables are tried on."""
    folder.mkdir(parents=True, exist_ok=True)
    table().write_csv(folder / TABLE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, recipe in RECIPES.items():
            model, record = recipe.make()
            save(model, folder / f"{name}.2", record)
            if recipe.old:
                (folder / f"{name}.1").write_bytes(format_1_bytes(model, record))


def read_good_files(folder: Path) -> dict[tuple[str, int], bytes]:
    """The bytes of each, by name and format."""
    files = [(name, number) for name, recipe in RECIPES.items() for number in ((1, 2) if recipe.old else (2,))]
    return {(name, number): (folder / f"{name}.{number}").read_bytes() for name, number in files}
