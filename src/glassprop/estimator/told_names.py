"""What a docstring says of each parameter and attribute, seen where a mouse rests on it in scikit-learn's tables."""

from __future__ import annotations

import inspect
import re
from functools import cache
from html import escape

_SECTION = re.compile(r"^(\w[\w ]*)\n-+\n", re.MULTILINE)
_ENTRY = re.compile(r"(\w[\w, ]*?)(?: : (.*))?")
# Names as scikit-learn 1.9 writes them where it has no link to set: of a parameter, and of an attribute.
_PLAIN = re.compile(
    r'<td class="param">(?:<a class="param-doc-link" style="text-decoration:none;">(\w+)</a>|(\w+))</td>'
)


def with_tips(table: str, doc: str, section: str) -> str:
    """A table of scikit-learn's in which every name that stands alone has what the docstring says of it.

    Names that are links have it already. Where scikit-learn writes them in another way, the table stays as it is.
    """
    known = described(doc, section)

    def told(found: re.Match[str]) -> str:
        name = found[1] or found[2]
        if name not in known:
            return found[0]
        at = f"--doc-link-{name}"
        tip = f'<span class="param-doc-description" style="position-anchor: {at};">{known[name]}</span>'
        look = f"text-decoration:none;anchor-name: {at};"
        return f'<td class="param"><a class="param-doc-link" style="{look}">{name}{tip}</a></td>'

    return _PLAIN.sub(told, table)


@cache
def described(doc: str, section: str) -> dict[str, str]:
    """What a section of a docstring says of each name, also of those that share an entry, as HTML.

    Examples
    --------
    >>> described("Its purpose.\\n\\nParameters\\n----------\\na, b : int\\n    Both < 3.", "Parameters")
    {'a': 'a: int<br><br>Both &lt; 3.', 'b': 'b: int<br><br>Both &lt; 3.'}
    """
    parts = _SECTION.split(inspect.cleandoc(doc))
    text = dict(zip(parts[1::2], parts[2::2], strict=True)).get(section, "")
    found: dict[str, str] = {}
    names: list[str] = []
    for line in text.splitlines():
        entry = None if line[:1].isspace() else _ENTRY.fullmatch(line)
        if entry:
            names = [name.strip() for name in entry[1].split(",")]
            found |= {name: escape(name) + (f": {escape(entry[2])}" if entry[2] else "") + "<br>" for name in names}
        elif line.strip():
            found |= {name: f"{found[name]}<br>{escape(line.strip())}" for name in names}
    return found
