"""Pages that load nothing: what may style and run them, told by hash, and data that cannot end a script element."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

_ESCAPES = {ord(c): f"\\u{ord(c):04x}" for c in "<>&\u2028\u2029"}


def source_hash(text: str) -> str:
    """What a content security policy calls a script or a style of this text: the page's own, and nothing else."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def script_data(value: Any) -> str:
    """JSON that may stand in a script element.

    Raises
    ------
    ValueError
        A number that is not finite, for which JSON has no word.

    Examples
    --------
    >>> print(script_data({"name": "</script>"}))
    {"name":"\\u003c/script\\u003e"}
    """
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).translate(_ESCAPES)


def script_of(texts: list[str]) -> str:
    """Scripts as one, in a scope of its own."""
    return '"use strict";\n(() => {\n' + "\n".join(map(_without_comments, texts)) + "\n})();"


def _without_comments(script: str) -> str:
    """Without lines of nothing but comment, and without margins: a third of scripts that are read where they stand."""
    kept, within = [], False
    for line in script.split("\n"):
        text = line.strip()
        opens = text.startswith("/*")
        if not (within or text.startswith("//") or (opens and ("*/" not in text or text.endswith("*/")))):
            kept.append(text)
        within = (within or opens) and "*/" not in text
    return "\n".join(kept)
