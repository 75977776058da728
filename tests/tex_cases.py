"""What the tests of LaTeX output share: running pdflatex, and names that are out to break it."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from waiting import HANG

HOSTILE = [
    r"\input{/etc/passwd}",
    r"\immediate\write18{touch pwned}",
    r"\end{document}",
    r"{$x_1^2$} & 50% #1 ~ \\ \par",
    "\x1b[31mred\x1b[0m\x00\x7f\r\n\ttab",
    "naïve café Ærøskøbing Łódź ĳ 'straße' Dvořák ñ ç ǰ í ĵ",
    "体重 вес βάρος 🍎 \u202e\u200b\ufeff e\u0301 a\u0323\u0301",
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(1)</script>",
    "[bold]x[/bold] *a* _b_ `c` | d",
    "-- --- ?` !` ,, << >> ''",
    "",
    "x" * 300,
]


def pdflatex_or_skip() -> str:
    """The program; without one the test skips, and where CI is set it fails."""
    found = shutil.which("pdflatex")
    if found is None:
        reason = "pdflatex is not installed: apt-get install --no-install-recommends texlive-latex-base"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def compile_tex(text: str, folder) -> str:
    """Compile a document as it is; return what TeX logged. Fails with TeX's own words."""
    program = pdflatex_or_skip()
    (folder / "t.tex").write_text(text, encoding="utf-8")
    command = [program, "-no-shell-escape", "-interaction=nonstopmode", "-halt-on-error", "-draftmode", "t.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=HANG, check=False)
    log = (folder / "t.log").read_text(encoding="latin-1")
    assert done.returncode == 0, log[-3000:]
    assert "Missing character" not in log
    return log
