"""The folder's own `index.html`, which leads to the start page: that one lies beside the pages of docs/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

PAGE = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>glassprop</title>
<meta http-equiv="refresh" content="0; url=docs/index.html">
<a href="docs/index.html">glassprop</a></html>
"""


def write(app: Any, error: Exception | None) -> None:
    if error is None and app.builder.name == "html":
        Path(app.outdir, "index.html").write_text(PAGE, encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
