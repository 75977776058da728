"""docs/questions.md: each snippet can be pasted alone, and the start page leads to every answer."""

from __future__ import annotations

import doctest
import re
import subprocess
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "questions.md").read_text(encoding="utf-8")
SNIPPETS = re.findall(r"^```python\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


def code(snippet: str) -> str:
    """What is typed of it."""
    if ">>>" not in snippet:
        return snippet
    return "".join(example.source for example in doctest.DocTestParser().get_examples(snippet))


@pytest.mark.parametrize("snippet", SNIPPETS, ids=range(len(SNIPPETS)))
def test_a_snippet_defines_every_name_that_it_uses(snippet: str) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--select", "F821", "-"]
    checked = subprocess.run(command, input=code(snippet), capture_output=True, text=True, check=False, timeout=60)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_lines_fit_on_the_page() -> None:
    blocks = re.findall(r"^```.*?^```", PAGE, re.DOTALL | re.MULTILINE)
    assert [line for block in blocks for line in block.splitlines() if len(line) > 88] == []


def test_the_start_page_leads_to_every_answer() -> None:
    anchors = re.findall(r"\]\(questions\.md#([^)]+)\)", (DOCS / "index.md").read_text(encoding="utf-8"))
    headings = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    assert sorted(anchors) == sorted(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)
