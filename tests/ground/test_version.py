"""One version, in one place, which all that tell it have; sources without metadata work, too."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
import yaml

import glassprop
from glassprop.ground.version import VERSION, version_of, versions_here

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CITATION = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_everything_that_tells_the_version_tells_the_same() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert glassprop.__version__ == VERSION == metadata.version("glassprop")
    assert re.findall(r"^## (\S+)", changes, re.MULTILINE)[0] == VERSION
    assert CITATION["version"] == VERSION
    # until it is out there is no day; from then on the heading and the citation name the same one
    said = re.search(rf"^## {re.escape(VERSION)} \((.*)\)$", changes, re.MULTILINE)
    assert said
    assert said.group(1) == str(CITATION.get("date-released", "unreleased"))


def test_it_is_written_down_once() -> None:
    assert PROJECT["project"]["dynamic"] == ["version"]
    assert PROJECT["tool"]["setuptools"]["dynamic"] == {"version": {"attr": "glassprop.ground.version.VERSION"}}
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py")}
    assert [path.name for path, text in texts.items() if f'"{VERSION}"' in text] == ["version.py"]


def test_the_citation_is_what_its_schema_demands() -> None:
    """The required and the known fields of the Citation File Format 1.2.0 (doi:10.5281/zenodo.5171937)."""
    required = {"cff-version", "message", "title", "authors"}
    known = required | {
        "abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license", "license-url",
        "preferred-citation", "references", "repository", "repository-artifact", "repository-code", "type", "url",
        "version",
    }  # fmt: skip
    assert required <= CITATION.keys() <= known
    assert CITATION["cff-version"] == "1.2.0"
    assert CITATION["type"] in ("software", "dataset")
    assert CITATION["license"] == PROJECT["project"]["license"]
    assert CITATION["keywords"] == PROJECT["project"]["keywords"]
    assert [author["name"] for author in CITATION["authors"]] == [a["name"] for a in PROJECT["project"]["authors"]]
    assert all(isinstance(CITATION[key], str) for key in ("message", "title", "abstract", "version"))


@pytest.fixture
def no_metadata(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where packages lie in a zip file without theirs."""

    def missing(package: str) -> str:
        raise metadata.PackageNotFoundError(package)

    monkeypatch.setattr("glassprop.ground.version.version", missing)


@pytest.mark.usefixtures("no_metadata", "small_jobs")
def test_a_model_is_saved_and_read_where_there_is_no_metadata(tmp_path: Path) -> None:
    assert version_of("numpy") is None
    assert list(versions_here("numpy")) == ["glassprop", "python"]
    X = np.arange(12.0).reshape(6, 2)
    clf = glassprop.MLPClassifier((2,), solver="lbfgs", max_iter=3, random_state=0, tol=1e9).fit(X, [0, 1] * 3)
    glassprop.save(clf, tmp_path / "m.glassprop")
    np.testing.assert_array_equal(glassprop.load(tmp_path / "m.glassprop").predict(X), clf.predict(X))
