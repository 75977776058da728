"""The findings of a diagnosis as an HTML page, and as the section of a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glassprop.training_report.html_pages import html_page

_SHOWN = ("findings", "consequences", "cost", "looked_at")


def doctor_page(found: Mapping[str, Any], *, target: str) -> str:
    """The page of ``Diagnosis.to_dict()``. It loads nothing and runs nothing; all names are text in it.

    Raises
    ------
    MissingPackageError
        If jinja2 is not installed.
    """
    return html_page("doctor_page.html", found=doctor_section(found), target=target)


def doctor_section(found: Mapping[str, Any], *, rows: bool = True) -> dict[str, Any]:
    """What a report tells of a diagnosis. rows: whether sentences are told, which may cite values."""
    section = {name: found[name] for name in _SHOWN}
    if not rows:
        section["findings"] = [{**finding, "sentence": ""} for finding in section["findings"]]
    return section
