"""A network in C: its constants, and a function that adds to the outputs what each of its members says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from glassprop.architecture.architecture import Architecture
from glassprop.equations.arrays import Array
from glassprop.portable.c_dialect import Dialect, Part
from glassprop.portable.c_layers import Writing, layer_in_c

Network = tuple[Architecture, Array]


@dataclass(frozen=True)
class NetworkInC:
    """What is to be known of it where it is called: ``name(x, room, out)``.

    Attributes
    ----------
    name : str
        Of its function.
    n_inputs, n_outputs : int
    room : int
        How many numbers it needs in ``room``, two layers' worth.
    """

    name: str
    n_inputs: int
    n_outputs: int
    room: int


def networks_in_c(
    networks: Sequence[Network], dialect: Dialect, part: Part, called: dict[str, str]
) -> list[NetworkInC]:
    """Add networks to `part`, and what they call to `called`; those of the same layers are members of one function."""
    alike = [list(group) for _, group in groupby(networks, key=lambda network: network[0].layers)]
    return [network_in_c(members, dialect, part, called, number) for number, members in enumerate(alike)]


def network_in_c(
    members: Sequence[Network], dialect: Dialect, part: Part, called: dict[str, str], number: int = 0
) -> NetworkInC:
    """The same for members with the same layers."""
    to, first = Writing(members, dialect, part, f"n{number}_", called), members[0][0]
    body, x, widest = [], "x", max(first.sizes[1:])
    for l, layer in enumerate(first.layers, start=1):
        z = "room" if l % 2 else "next"
        more = f", {layer.activation.spec}" + ", residual" * layer.residual
        body.append(f"/* layer {l}, {layer.kind}{more}: {first.sizes[l - 1]} to {layer.n} */")
        body += layer_in_c(to, l, x, z)
        x = z
    name, n = f"network{number}", first.sizes[-1]
    part.functions.append(_function(dialect.real, name, body, x, n, widest, len(members)))
    return NetworkInC(name, first.n_inputs, n, 2 * widest)


def _function(real: str, name: str, body: list[str], last: str, n: int, widest: int, members: int) -> str:
    """The layers, one after the other, of each member."""
    lines = [f"static void {name}(const {real} *x, {real} *room, {real} *out)", "{"]
    lines += [f"    {real} *next = room + {widest};"] * any("next" in line for line in body)
    body = [*body, f"for (j = 0; j < {n}; j++)", f"    out[j] += {last}[j];"]
    if members == 1:
        return "\n".join([*lines, "    int j;", *(f"    {line}" for line in body), "}"])
    lines += ["    int m, j;", f"    for (m = 0; m < {members}; m++) {{"]
    return "\n".join([*lines, *(f"        {line}" for line in body), "    }", "}"])
