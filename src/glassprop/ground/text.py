"""Text from outside (cells, names of columns and classes, file names) made fit to be shown: visible, and not long."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any

LONGEST = 200  # characters that are shown of one cell or name, wherever it is quoted
LONGEST_LINE = 4000  # characters of a message, whatever it is made of
_TAIL = LONGEST // 4  # of what is cut, so much is its end: names often differ there, and a file's own name is there
_NUMBER = re.compile(r"[+-]?(\d++(\.\d*+)?|\.\d++)([eE][+-]?\d++)?", re.ASCII)
_FORMULAS = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")  # and their full-width forms
_SEPARATORS = frozenset(",;\t|\r\n")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7e]")


def visible(text: object) -> str:
    """`text` with control characters, and those that change direction or take no room, written as escapes.

    Examples
    --------
    >>> print(visible("red\\x1b[31m"))
    red\\x1b[31m
    """
    text = str(text)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def shortened(text: str, most: int = LONGEST) -> str:
    """`text`, or its start and end with dots between them: never more than `most` characters (4 or more).

    Examples
    --------
    >>> shortened("abcdefghijklmnop", 9)
    'abcdef…op'
    """
    if len(text) <= most:
        return text
    tail = min(_TAIL, most // 4)
    return f"{text[: most - 1 - tail]}…{text[-tail:]}"


def shown(text: object, most: int = LONGEST) -> str:
    """`text` visible, and at most so many characters of it."""
    return shortened(visible(shortened(str(text), most)), most)


def quoted(value: object, most: int = LONGEST) -> str:
    """`value` as Python writes it, text in quotation marks, shortened to about so many characters.

    Examples
    --------
    >>> print(quoted("it's\\n"))
    "it's\\n"
    """
    if not isinstance(value, str):
        return shown(repr(_plain(value)), most)
    value = str(value)  # NumPy's are shown as text, too
    found = repr(shortened(value, most))
    return found if len(found) <= 2 * most else repr(shortened(value, most // 10))


def _plain(value: Any) -> object:
    """A number of NumPy as Python's, which is shown without its type."""
    is_number = type(value).__module__ == "numpy" and hasattr(value, "dtype") and value.dtype.kind in "biufc"
    return value.item() if is_number and not value.shape else value


def listed(names: Sequence[object], most: int = 12) -> str:
    """Names for a message; beyond some, only how many more there are.

    Examples
    --------
    >>> listed(["a", "b", "c"], 2)
    "'a', 'b' and 1 more"
    """
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(quoted(name) for name in names[:most]) + more


def in_shell(text: str) -> str:
    """`text` as a word of a command line that is told to be typed.

    Examples
    --------
    >>> print(in_shell("age"), in_shell("my age"))
    age 'my age'
    """
    return shlex.quote(shown(text))


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that is most like this one; empty if none is.

    Examples
    --------
    >>> nearest("Adm", ["adam", "sgd"]), nearest("nonsense", ["adam", "sgd"])
    ('adam', '')
    """
    return next(iter(get_close_matches(name[:LONGEST].lower(), known, n=1)), "")


def one_line(text: str) -> str:
    """`text` on one line of bounded length, whatever breaks and control characters it had."""
    return shown(" ".join(shortened(text, 2 * LONGEST_LINE).split()), LONGEST_LINE)


def first_line(error: BaseException) -> str:
    """What an error of another library says, in its first line; its type's name where it says nothing.

    Examples
    --------
    >>> first_line(ValueError("no such column\\nat line 7")), first_line(KeyboardInterrupt())
    ('no such column', 'KeyboardInterrupt')
    """
    return shown((str(error).strip().splitlines() or [type(error).__name__])[0])


def visible_json(document: str) -> str:
    """A JSON document in which every character that cannot be seen is an escape; it means the same as before.

    Examples
    --------
    >>> print(visible_json('"\\x9b31m"'))
    "\\u009b31m"
    """
    return _BEYOND_ASCII.sub(lambda found: found[0] if found[0].isprintable() else _escape(found[0]), document)


def _escape(character: str) -> str:
    """JSON's escape; two of them, a surrogate pair, for characters that four digits cannot name."""
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))


def without_formulas(text: str) -> str:
    """`text` with an apostrophe before all that a spreadsheet would take for the start of a formula.

    That is ``=``, ``+``, ``-`` or ``@`` at the start of a cell, and behind what may separate cells, for a spreadsheet
    need not know which character does. A number is left alone.

    Examples
    --------
    >>> without_formulas("=1+1"), without_formulas("a;@SUM(1)"), without_formulas("-1.5"), without_formulas("a-b")
    ("'=1+1", "a;'@SUM(1)", '-1.5', 'a-b')
    """
    if _NUMBER.fullmatch(text):
        return text
    parts = ["'"] * text.startswith(("\t", "\r", "\n"))  # which may be left out on the way into the cell
    at_start = True
    for c in text:
        if at_start and c in _FORMULAS:
            parts.append("'")
        parts.append(c)
        at_start = c in _SEPARATORS or (at_start and (c.isspace() or not c.isprintable()))
    return "".join(parts)
