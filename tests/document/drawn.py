"""A drawn formula read back, as an expression: what its MathML means, whatever the writer thought."""

from __future__ import annotations

import re
from xml.etree import ElementTree

_SIGNS = {"−": "-", "·": "*", "≤": "<=", "≥": ">="}


def expression_of(formula: ElementTree.Element, outputs: float = 2) -> str:
    """In the language of equations/expression.py. A sum over outputs, all alike, is a product with their number."""
    text = _meant(formula).replace("∑_j", f"{outputs}*").replace("∑_m", "Σ_m")
    text = re.sub(r"Σ_m(exp\(\w+\))", r"Σ_m(\1)", text)
    text = re.sub(r"\b(ln|tanh|cosh)\*(\w+)", r"\1(\2)", text)  # written without brackets
    return text.split("\n")[0].rstrip(",").split("=\t")[-1]


def _meant(node: ElementTree.Element) -> str:
    parts = list(map(_meant, node))
    match node.tag:
        case "msub" | "munder":
            return f"{parts[0]}_{parts[1].replace(',', '')}"
        case "msup":
            return f"exp({parts[1]})" if parts[0] == "e" else f"({parts[0]})**({parts[1]})"
        case "mfrac":
            return f"(({parts[0]})/({parts[1]}))"
        case "msqrt":
            return f"sqrt({parts[0]})"
        case "mspace":
            return "*" if node.get("width") == "0.17em" else "\n"  # which ends the formula itself
        case "mtr":
            condition = parts[1].removeprefix("if")
            return f"({parts[0]})" if condition == "otherwise" else f"({parts[0]}) if {condition} else "
        case "mtable":
            return f"({''.join(parts)})"
        case "mrow" if (parts[0], parts[-1]) == ("[", "]"):
            return f"δ_{''.join(parts[1:-1])}".replace("=\t", "")
        case "mrow" if parts[0] == parts[-1] == "|":
            return f"abs({''.join(parts[1:-1])})"
        case "mo" if node.text == "=":
            return "=\t"
        case "mo" | "mtext":
            return _SIGNS.get(node.text or "", node.text or "").replace("{", "").strip("\u00a0 ")
    return (node.text or "") + "".join(parts)
