"""A whole model in C: one header and one source, put together from network, inputs and ending."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassprop.errors import ExportError
from glassprop.ground.atomic import write_together
from glassprop.ground.sizes import size_text
from glassprop.ground.version import VERSION
from glassprop.portable.c_dialect import Dialect, Part, weight_kind
from glassprop.portable.c_ending import EndingInC, Function, functions_of
from glassprop.portable.c_helpers import with_needs
from glassprop.portable.c_network import NetworkInC, networks_in_c
from glassprop.portable.c_pieces import pieces_in_c
from glassprop.portable.c_reading import Members, members_of, reading_in_c, reading_of, told_of
from glassprop.portable.c_text import c_comment, checked_file, checked_prefix
from glassprop.portable.whole_model import Whole

MOST_PARAMETERS = 10_000_000  # a source of more is more than compilers take in a usual machine's memory
MOST_STACK = 1 << 20  # bytes
_SHOWN = 12  # classes, in a comment
_CALLS = 256  # bytes of the stack, beside what is counted


@dataclass(frozen=True)
class CSource:
    """A model in C.

    Attributes
    ----------
    name : str
        What the names of both files, and all names in them, begin with.
    header, source : str
        What is to stand in them.
    constants : int
        About how many bytes its constants take, on a machine with addresses of 4 bytes.
    stack : int
        About how many bytes of the stack a call needs.
    precision : {"float", "double"}
        What the network computes in.
    inputs : tuple of mappings
        What a row has, in this order: ``name`` of the column, ``member``, ``type``, ``kind``, ``given`` (in words),
        and ``missing``.
    loss : str
        What weights in 8 bits change, in a sentence; empty where they are as they were.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassprop import MLPClassifier, to_c
    >>> X, y = load_iris(return_X_y=True)
    >>> made = to_c(MLPClassifier((8,), solver="lbfgs", max_iter=500, random_state=0).fit(X, y), "iris")
    >>> made.name, made.precision, len(made.inputs)
    ('iris', 'double', 4)
    """

    name: str
    header: str
    source: str
    constants: int
    stack: int
    precision: str
    inputs: tuple[Mapping[str, Any], ...] = ()
    loss: str = ""

    def write(self, folder: str | os.PathLike[str] = ".") -> tuple[Path, Path]:
        """Write both files, header and source, into a folder: both or none. -> their paths.

        Raises
        ------
        ExportError
            They cannot be written there.
        """
        paths = Path(folder) / f"{self.name}.h", Path(folder) / f"{self.name}.c"
        texts = (text.encode("ascii") for text in (self.header, self.source))
        write_together({str(path): text for path, text in zip(paths, texts, strict=True)}, error=ExportError)
        return paths


def whole_in_c(
    whole: Whole, name: str, real: str, *, int8: bool = False, loss: str = "", file: str | None = None
) -> CSource:
    """Write it. file: what its files are called, without endings, if not as `name`.

    Raises
    ------
    SettingsError
        The name cannot be one.
    ExportError
        Something in the model cannot be said in C.
    """
    checked_prefix(name)
    file = checked_file(name if file is None else file)
    _refuse_too_large(whole)
    kept = "float" if int8 else weight_kind(real, [theta for _, theta in whole.networks])
    dialect, part, called = Dialect(real, kept, int8), Part(), dict[str, str]()
    networks = networks_in_c(whole.networks, dialect, part, called)
    members = members_of(whole.sources)
    to = reading_of(whole.sources, dialect, part)
    lines = [*reading_in_c(to, members.access), *pieces_in_c(to, whole.inputs), *_codes(whole, to.helpers)]
    ending = EndingInC(name, networks[0].n_outputs, whole.ending, dialect, part, to.helpers)
    functions = [*_clocks(whole, name), *functions_of(ending)]
    stack = _stack(whole, networks, dialect)
    if stack > MOST_STACK:
        raise ExportError(
            f"a call in C would need {size_text(stack)} of the stack, more than {size_text(MOST_STACK)}, for "
            f"{whole.n_inputs:,} inputs and layers as wide: use glassprop.to_onnx"
        )
    header = _header(whole, name, dialect, members, functions, (part.size, stack, loss))
    body = [
        _source_head(name, file),
        *part.arrays,
        *with_needs(to.helpers),
        *called.values(),
        *part.functions,
        _evaluate(whole, name, networks, lines),
        *(_public(function) for function in functions),
    ]
    text = "\n\n".join(body) + "\n"
    return CSource(name, header, text, part.size, stack, real, told_of(whole.sources, members), loss)


def _refuse_too_large(whole: Whole) -> None:
    size = sum({id(theta): theta.size for _, theta in whole.networks}.values())
    if size > MOST_PARAMETERS:
        raise ExportError(
            f"the model has {size:,} parameters, and more than {MOST_PARAMETERS:,} as text are too much for compilers: "
            "use glassprop.to_onnx"
        )


def _stack(whole: Whole, networks: Sequence[NetworkInC], dialect: Dialect) -> int:
    """Bytes: inputs, two layers, outputs twice, and what was read."""
    numbers = whole.n_inputs + max(network.room for network in networks) + 2 * networks[0].n_outputs
    return numbers * dialect.size + 16 * len(whole.sources) + _CALLS


def _codes(whole: Whole, helpers: set[str]) -> list[str]:
    """Inputs that must be codes of categories, where a caller gives them: others are refused."""
    found = []
    places = {place: size for architecture, _ in whole.networks for place, size in architecture.codes}
    first = 0
    for piece in whole.inputs:
        if first in places and piece.width == 1 and not hasattr(piece, "table"):
            found += [f"if (!(x[{first}] >= 0 && x[{first}] < {places[first]} && (int)x[{first}] == x[{first}]))"]
            found += ["    return -1;"]
        first += piece.width
    return found


# --- the source ------------------------------------------------------------------------------------------------------


def _source_head(name: str, file: str) -> str:
    return f"""\
/* {name}: made by glassprop {VERSION}. What it is, and how it is called: {file}.h */
#include "{file}.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error "missing numbers are NaN, which -ffast-math takes away: compile this file without it"
#endif"""


def _evaluate(whole: Whole, name: str, networks: Sequence[NetworkInC], lines: Sequence[str]) -> str:
    """From a row to the outputs, the mean over members."""
    n, members = networks[0].n_outputs, len(whole.networks)
    room = max(network.room for network in networks)
    numbers = sum(source.given != "text" for source in whole.sources)
    body = [f"{name}_real x[{whole.n_inputs}] = {{0}}, room[{room}];"]
    body += [f"double given[{numbers}];"] * (numbers > 0)
    body += [f"piece text{k};" for k, source in enumerate(whole.sources) if source.given == "text"]
    after = [f"for (j = 0; j < {n}; j++)", "    out[j] = 0;"]
    after += [f"{network.name}(x, room, out);" for network in networks]
    after += [f"for (j = 0; j < {n}; j++)", f"    out[j] /= {members};"] if members > 1 else []
    after += [f"for (j = 0; j < {n}; j++)", "    if (out[j] != out[j])", "        return -1;", "return 0;"]
    body += ["int j;"] + ["int k;"] * any(line.startswith("k = ") for line in lines)
    text = "\n".join(f"    {line}" for line in [*body, *lines, *after])
    row = "" if whole.sources else "    (void)row;\n"
    return f"static int evaluate(const {name}_inputs *row, {name}_real *out)\n{{\n{text}\n}}".replace(
        "    int j;\n", f"    int j;\n{row}", 1
    )


def _public(function: Function) -> str:
    return "\n".join([function.head, "{", *(f"    {line}" for line in function.body), "}"])


# --- dates and times of day ------------------------------------------------------------------------------------------


def _clocks(whole: Whole, name: str) -> list[Function]:
    """What makes the numbers of dates and times."""
    kinds = {source.kind for source in whole.sources}
    found = []
    if "date" in kinds:
        found.append(Function("The days from 1970-01-01 to a date: a member that is a date.", _DAYS_HEAD % name, _DAYS))
    if kinds & {"date", "time"}:
        says = "The hours since midnight: a time of day; the part of a date that is its time, divided by 24."
        lines = ["return hour + minute / 60.0 + second / 3600;"]
        found.append(Function(says, f"double {name}_hours(int hour, int minute, double second)", lines))
    return found


_DAYS_HEAD = "double %s_days(int year, int month, int day)"
_DAYS = [
    "const long y = month > 2 ? year : year - 1L, era = (y >= 0 ? y : y - 399) / 400;",
    "const long of_year = (153L * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1, of_era = y - era * 400;",
    "return (double)(era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468);",
]


def _some(classes: Any) -> str:
    """What the first classes are called, as a comment."""
    shown = [f"{number}: {c_comment(label)}" for number, label in enumerate(classes[:_SHOWN].tolist())]
    return f" /* {', '.join(shown)}{', ...' * (len(classes) > _SHOWN)} */"


# --- the header ------------------------------------------------------------------------------------------------------


def _header(
    whole: Whole,
    name: str,
    dialect: Dialect,
    members: Members,
    functions: Sequence[Function],
    told: tuple[int, int, str],
) -> str:
    """All that a caller has to know."""
    size, stack, loss = told
    guard = f"{name.upper()}_H"
    kept = "weights in 8 bits" if dialect.int8 else f"parameters in {dialect.weight}"
    facts = [
        f"{name}: made by glassprop {VERSION}.",
        "",
        f"Computes in {dialect.real}, with {kept}. Constants: about {size_text(size)}, all of them const;",
        f"a call takes about {stack:,} bytes of the stack, and more within math.h. No memory is allocated, and",
        "nothing is kept between calls: functions may be called by several threads at once.",
        *([loss] if loss else []),
        "Compile the source as C99 or later, without -ffast-math, and link with -lm.",
    ]
    counts = [f"#define {name.upper()}_OUTPUTS {whole.networks[0][0].sizes[-1]}"]
    if whole.ending.classes is not None:
        counts = [f"#define {name.upper()}_CLASSES {len(whole.ending.classes)}{_some(whole.ending.classes)}"]
    parts = [
        "/* " + "\n * ".join(facts).replace(" * \n", " *\n") + "\n */",
        f"#ifndef {guard}\n#define {guard}",
        '#ifdef __cplusplus\nextern "C" {\n#endif',
        "\n".join([*counts, f"#define {name.upper()}_STACK {stack}"]),
        f"typedef {dialect.real} {name}_real;",
        "\n".join(["typedef struct {", *(f"    {line}" for line in members.lines), f"}} {name}_inputs;"]),
        *(f"/* {function.says} */\n{function.head};" for function in functions),
        "#ifdef __cplusplus\n}\n#endif",
        "#endif",
    ]
    return "\n\n".join(parts) + "\n"
