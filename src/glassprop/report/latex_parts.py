"""Pieces that every section of the LaTeX document is built from: tables, sums of many terms, displays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassprop.document.tex import tex_factor, tex_number, tex_plus

MOST_TERMS = 5  # of a sum that is written out
_MOST_ROWS = 20  # of a table that is kept on one page


def table(head: Sequence[str], rows: Sequence[Sequence[str]], columns: str, left_out: int = 0, what: str = "") -> str:
    """A table, which may run over pages if it is long; ``left_out`` says how many more rows there are."""
    long = len(rows) > _MOST_ROWS
    begin = r"\begin{longtable}[l]" if long else r"\par\begin{tabular}"
    lines = [f"{begin}{{@{{}}{columns}@{{}}}}", " & ".join(head) + r" \\ \hline" + (r" \endhead" if long else "")]
    lines += [" & ".join(row) + r" \\" for row in rows]
    if left_out:
        lines.append(rf"\multicolumn{{{len(head)}}}{{@{{}}l@{{}}}}{{\ldots{{}} {left_out} more {what}}} \\")
    return "\n".join([*lines, r"\end{longtable}" if long else r"\end{tabular}\par"])


def display(*lines: str) -> str:
    """Lines of one formula, each broken before its first sign of equality or of a sum."""
    body = (r" \\" + "\n").join(lines)
    return f"\\begin{{align*}}\n{body}\n\\end{{align*}}"


def sum_lines(
    left: str, general: str, pairs: Sequence[tuple[float, float]], total: float, extra: float | None = None
) -> str:
    """``left = general = Σ pairs + extra = total``, the largest products written out and the rest as one number."""
    sizes = np.array([x * y for x, y in pairs], dtype=np.float64)
    first = sorted(np.argsort(-np.abs(np.nan_to_num(sizes)), kind="stable")[:MOST_TERMS].tolist())
    terms = [rf"{tex_factor(pairs[m][0])} \cdot {tex_factor(pairs[m][1])}" for m in first]
    lines = [rf"{left} &= {general}"]
    lines += [("&= " if n == 0 else r"&\quad + ") + term for n, term in enumerate(terms)]
    tail = ""
    if len(first) < len(pairs):
        rest = float(np.delete(sizes, first).sum())
        tail += rf" {tex_plus(rest)} \ (\text{{{len(pairs) - len(first)} more terms}})"
    if extra is not None:
        tail += f" {tex_plus(extra)}"
    lines[-1] += tail
    lines.append(rf"&= {tex_number(total)}")
    return display(*lines)
