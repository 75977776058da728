"""Links to files of the repository lead to a page that shows the file, each line with an anchor of its own."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from docutils import nodes
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import TextLexer, get_lexer_for_filename
from pygments.util import ClassNotFound
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

ROOT = Path(__file__).parents[2]
ON_THEIR_OWN = (".png", ".svg", ".gif", ".json", ".html")  # what browsers show as it is


def page_of(path: str) -> str:
    return f"source/{path}"


def reference(env: Any, docname: str, path: str, line: int | None = None) -> nodes.reference:
    """A link from a page to a file, given from the repository's root; the file gets a page."""
    if not hasattr(env, "source_files"):
        env.source_files = {}
    env.source_files.setdefault(docname, set()).add(path)
    up = posixpath.relpath(page_of(path), posixpath.dirname(docname) or ".")
    return nodes.reference("", "", refuri=f"{up}.html" + (f"#L-{line}" if line else ""), internal=True)


@cache
def lines_of(path: str) -> dict[str, int]:
    """Where functions, classes, their methods and the names of a module begin."""
    found: dict[str, int] = {}
    for node in ast.parse((ROOT / path).read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names = [t.id for t in targets if isinstance(t, ast.Name)] or [getattr(node, "name", "")]
        found.update((name, node.lineno) for name in names if name)
        if isinstance(node, ast.ClassDef):
            for inner in node.body:
                name = getattr(inner, "name", None) or getattr(getattr(inner, "target", None), "id", None)
                if name:
                    found[f"{node.name}.{name}"] = inner.lineno
    return found


class LinkToSource(SphinxTransform):
    """Downloads, which MyST makes of links to files, become links to pages."""

    default_priority = 10

    def apply(self, **kwargs: Any) -> None:
        for node in list(self.document.findall(addnodes.download_reference)):
            target = node["reftarget"]
            if target.endswith(ON_THEIR_OWN) or self.env.docname.startswith("docs/gallery/"):
                continue
            path = posixpath.normpath(posixpath.join(posixpath.dirname(self.env.docname), target))
            link = reference(self.env, self.env.docname, path)
            link += node.children
            node.replace_self(link)


def shown(path: str) -> str:
    text = (ROOT / path).read_text(encoding="utf-8")
    try:
        lexer = get_lexer_for_filename(path)
    except ClassNotFound:
        lexer = TextLexer()
    return highlight(text, lexer, HtmlFormatter(linespans="L", cssclass="highlight source-file", wrapcode=True))


def pages(app: Any) -> Iterator[tuple[str, dict[str, Any], str]]:
    files = sorted({path for paths in getattr(app.env, "source_files", {}).values() for path in paths})
    for path in files:
        body = f"<h1>{posixpath.basename(path)}</h1><p><code>{path}</code></p>{shown(path)}"
        alone = {"html_theme.sidebar_secondary.remove": "true"}
        yield page_of(path), {"title": path, "body": body, "meta": alone}, "page.html"


def forget(app: Any, env: Any, docname: str) -> None:
    getattr(env, "source_files", {}).pop(docname, None)


def merge(app: Any, env: Any, docnames: Any, other: Any) -> None:
    if not hasattr(env, "source_files"):
        env.source_files = {}
    env.source_files.update(getattr(other, "source_files", {}))


def setup(app: Any) -> dict[str, bool]:
    app.add_transform(LinkToSource)
    app.connect("html-collect-pages", pages)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", merge)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
