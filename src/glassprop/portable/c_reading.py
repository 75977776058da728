"""A row in C: the struct of what a caller gives, with the names of its columns, and the lines that read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import inf

from glassprop.portable.c_dialect import Dialect, Part, c_number
from glassprop.portable.c_pieces import GIVEN, Reading
from glassprop.portable.c_text import c_comment, c_names
from glassprop.portable.given_words import what
from glassprop.portable.whole_model import Source

_HOW = {
    "number": "NAN where missing",
    "date": "days since 1970-01-01, NAN where missing",
    "time": "hours since midnight, NAN where missing",
    "truth": "1 if true, 0 if not, -1 where missing",
    "text": 'NULL or "" where missing',
}
_TYPES = {"number": "double ", "truth": "int ", "text": "const char *"}
_MISSING = {"number": "NAN", "truth": "-1", "text": "NULL"}
_WITHOUT_GAPS = {"number": "a number", "truth": "1 if true, 0 if not", "text": "text"}


@dataclass(frozen=True)
class Members:
    """The members of the struct.

    Attributes
    ----------
    lines : list of str
        Their declarations.
    access : list of str
        Each source of a row, as an expression.
    """

    lines: list[str]
    access: list[str]


def members_of(sources: Sequence[Source]) -> Members:
    """One for each source; numbers that have no names of their own are an array."""
    if len(sources) > 1 and all(
        source.name == f"x{k}" and source.given == "number" and source.kind == "number"
        for k, source in enumerate(sources)
    ):
        how = _how(sources[0])
        return Members(
            [f"double x[{len(sources)}]; /* {how}, in the order of training */"],
            [f"row->x[{k}]" for k in range(len(sources))],
        )
    names = c_names([source.name for source in sources])
    lines = [
        f"{_TYPES[source.given]}{name}; /* {c_comment(source.name)}: {_how(source)} */"
        for source, name in zip(sources, names, strict=True)
    ]
    return Members(lines or ["char unused; /* no column is looked at */"], [f"row->{name}" for name in names])


def _how(source: Source) -> str:
    """What is to be given, in words."""
    key = source.kind if source.kind in ("date", "time") else source.given
    kind = f"{source.kind}, " if source.kind == "category" else ""
    return kind + (_HOW[key] if source.gaps or key not in _WITHOUT_GAPS else f"{_WITHOUT_GAPS[key]}, never missing")


def told_of(sources: Sequence[Source], members: Members) -> tuple[dict[str, str | None], ...]:
    """What is to be given, as data: a missing that is None is one that training has no place for."""
    return tuple(
        {
            "name": source.name,
            "member": access.removeprefix("row->"),
            "type": _TYPES[source.given].strip(),
            "kind": source.kind,
            "given": what(source),
            "missing": _MISSING[source.given] if source.gaps else None,
        }
        for source, access in zip(sources, members.access, strict=True)
    )


def reading_of(sources: Sequence[Source], dialect: Dialect, part: Part) -> Reading:
    """With the variable that each source will be read into."""
    variables, numbers = [], 0
    for k, source in enumerate(sources):
        variables.append(f"text{k}" if source.given == "text" else f"{GIVEN}{numbers}]")
        numbers += source.given != "text"
    return Reading(sources, variables, dialect, part)


def reading_in_c(to: Reading, access: Sequence[str]) -> list[str]:
    """The lines that read a row, and refuse one that training has no place for."""
    lines: list[str] = []
    read = list(zip(to.sources, to.variables, access, strict=True))
    for key, group in groupby(read, key=lambda one: _plainly(one[0], one[2])):
        some = list(group)
        if key is not None and len(some) > 1:
            start = int(some[0][1].removeprefix(GIVEN).removesuffix("]"))
            lines += _all_of_an_array(to, key, start, len(some))
            continue
        for source, variable, found in some:
            lines += (_text if source.given == "text" else _number)(to, source, variable, found)
    return lines


def _plainly(source: Source, access: str) -> Source | None:
    """What is the same for elements of an array."""
    if not access.endswith("]"):
        return None
    return Source("", source.given, source.kind, source.low, source.high, source.least, gaps=source.gaps)


def _all_of_an_array(to: Reading, source: Source, start: int, count: int) -> list[str]:
    lines = _number(to, source, f"{GIVEN}j]", "row->x[j]")
    return [f"for (j = {start}; j < {start + count}; j++) {{", *(f"    {line}" for line in lines), "}"]


def _number(to: Reading, source: Source, variable: str, access: str) -> list[str]:
    if source.given == "truth":
        lines = [f"{variable} = {access} < 0 ? (double)NAN : {access} != 0;"]
    elif (source.low, source.high, source.least) == (-inf, inf, 0):
        lines = [f"{variable} = {access};"]
    else:
        ends = ", ".join(c_number(end, "double") for end in (source.low, source.high, source.least))
        lines = [f"{variable} = {to.calls('number')}({access}, {ends});"]
    for value in source.absent:
        lines += [f"if ({variable} == {to.double(value)})", f"    {variable} = (double)NAN;"]
    if source.whole:
        lines.append(f"{variable} = floor({variable});")
    if not source.gaps:
        return [*lines, f"if (!{to.calls('is_finite')}({variable}))", "    return -1;"]
    if source.high == inf:
        return [*lines, f"if ({variable} == {variable} && !{to.calls('is_finite')}({variable}))", "    return -1;"]
    return lines


def _text(to: Reading, source: Source, variable: str, access: str) -> list[str]:
    blanks = to.texts(f"{variable}_blanks", [blank for blank in source.blanks if blank != "\0"], ended=True)
    words = to.texts(f"{variable}_missing", [word for word in source.words if word], ended=True)
    lines = [f"{variable} = {to.calls('text_of')}({access}, {blanks}, {words});"]
    return lines if source.gaps else [*lines, f"if ({variable}.n == 0)", "    return -1;"]
