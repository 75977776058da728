"""Formulas as MathML, written when the site is built: browsers draw them, and nothing is loaded."""

from __future__ import annotations

import re
from typing import Any

from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml

SPACE = '<mspace width="0.1667em"></mspace>'
# What may stand before a function's name as a factor, its name, and the parenthesis of its argument.
FUNCTION = r"(</(?:mi|mn|mfrac|msup|msub|msubsup|mrow)>)?(<mi>\w+</mi><mo>&ApplyFunction;</mo>)(?=(<mo[^>]*>\()?)"
LONG = 40  # characters of LaTeX: formulas in a line that may be wider than a phone, and then scroll


def mathml(tex: str, *, block: bool) -> str:
    """LaTeX as a ``<math>`` element; raises MathError for what cannot be said in it."""
    if r"\displaystyle" in tex:  # docutils takes it at the beginning alone
        tex = r"\displaystyle " + tex.replace(r"\displaystyle", "")
    tex = re.sub(r"(\\[dt]?frac)\s*(\d)(\d)", r"\1{\2}{\3}", tex)  # docutils takes the two digits for one number
    written = re.sub(r">\s+<", "><", str(tex2mathml(tex, as_block=block)))
    return re.sub(FUNCTION, _with_space, written)


def _with_space(found: re.Match[str]) -> str:
    """As in TeX: a function's name stands apart from what is before it, and from an argument without parentheses."""
    before, name, after = found.groups()
    return (before + SPACE if before else "") + name + ("" if after else SPACE)


def _draw(self: Any, node: Any, *, block: bool) -> None:
    from docutils.nodes import SkipNode
    from sphinx.util import logging

    try:
        drawn = mathml(node.astext().strip(), block=block)
    except MathError as fault:
        logging.getLogger(__name__).warning("a formula that MathML cannot be made of: %s", fault, location=node)
        raise SkipNode from fault
    if block:
        drawn = f'<div class="math-block">{drawn}</div>'
    elif len(node.astext()) > LONG:
        drawn = f'<span class="math-long">{drawn}</span>'
    self.body.append(drawn)
    raise SkipNode


def visit_inline(self: Any, node: Any) -> None:
    _draw(self, node, block=False)


def visit_block(self: Any, node: Any) -> None:
    _draw(self, node, block=True)


def setup(app: Any) -> dict[str, bool]:
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
