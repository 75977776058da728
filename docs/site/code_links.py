"""Names of code and of pages become links: public names to the API reference, inner ones and tests to their lines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from api_names import ELSEWHERE, documented
from docutils import nodes
from source_pages import ROOT, lines_of, reference
from sphinx import addnodes
from sphinx.transforms import SphinxTransform
from sphinx.util import logging

TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)$")
DOTTED = re.compile(r"([a-z_]\w*(?:\.\w+)+)(?:\[.*\])?$")
CALL = re.compile(r"([\w.]+)(?:\(.*\))?$", re.S)
INNER = ("docs/derivation", "docs/questions")  # pages that point into the code
API = "docs/api/"
PAGE = re.compile(r"\b(docs/[\w/-]+)\.md\b")  # how docstrings name a page: ``help`` shows a file that can be opened


def module_and_name(dotted: str) -> tuple[str, str] | None:
    """``backprop.passes.forward`` as the file and the name in it."""
    parts = dotted.split(".")
    for end in range(len(parts) - 1, 0, -1):
        path = Path("src/glassprop", *parts[:end]).with_suffix(".py")
        if (ROOT / path).is_file():
            return path.as_posix(), ".".join(parts[end:])
    return None


class LinkCode(SphinxTransform):
    default_priority = 300

    def apply(self, **kwargs: Any) -> None:
        names = documented()
        for literal in list(self.document.findall(nodes.literal)):
            if isinstance(literal.parent, (nodes.reference, addnodes.pending_xref, nodes.title)):
                continue
            link = self.inner(literal.astext()) or self.public(literal.astext(), names)
            if link is not None:
                literal.replace_self(link)
                link += literal

    def inner(self, text: str) -> nodes.reference | None:
        docname = self.env.docname
        if found := TEST.match(text):
            path, name = found.groups()
            return reference(self.env, docname, path, self.line(path, name))
        if docname in INNER and (found := DOTTED.match(text)) and (place := module_and_name(found[1])):
            return reference(self.env, docname, place[0], self.line(*place))
        return None

    def line(self, path: str, name: str) -> int | None:
        line = lines_of(path).get(name) if (ROOT / path).is_file() else None
        if line is None:
            logging.getLogger(__name__).warning("%s has no %s", path, name, location=self.env.docname)
        return line

    def public(self, text: str, names: dict[str, str]) -> addnodes.pending_xref | None:
        """What is known by its last name only, ``MLPClassifier(…)``, or in full, ``glassprop.tables.read_table``."""
        found = CALL.match(text)
        full = names.get(found[1]) if found else None
        if full is None or full.rpartition(".")[2] in ELSEWHERE or self.env.docname.startswith(API):
            return None
        return addnodes.pending_xref(
            "", refdomain="py", reftype="obj", reftarget=full, refexplicit=True, refdoc=self.env.docname
        )


class LinkPages(SphinxTransform):
    """In the API reference: the page that a docstring names by its file, under its title. One that is not there ends
    the strict build."""

    default_priority = 290

    def apply(self, **kwargs: Any) -> None:
        if not self.env.docname.startswith(API):
            return
        for text in list(self.document.findall(nodes.Text)):
            if isinstance(text.parent, (nodes.reference, addnodes.pending_xref, nodes.title, nodes.literal_block)):
                continue
            parts = PAGE.split(text.astext())
            if len(parts) > 1:
                whole = text.parent if isinstance(text.parent, nodes.literal) else text
                whole.parent.replace(
                    whole, [self.link(part) if k % 2 else nodes.Text(part) for k, part in enumerate(parts)]
                )

    def link(self, page: str) -> addnodes.pending_xref:
        link = addnodes.pending_xref(
            "",
            refdomain="std",
            reftype="doc",
            reftarget=f"/{page}",
            refexplicit=False,
            refdoc=self.env.docname,
            refwarn=True,
        )
        link += nodes.inline("", page)
        return link


def setup(app: Any) -> dict[str, bool]:
    app.add_transform(LinkCode)
    app.add_transform(LinkPages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
