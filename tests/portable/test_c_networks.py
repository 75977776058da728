"""Networks in C: every kind of layer, every activation, members; and nothing of the tables is without its C."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

import numpy as np
import pytest
from layer_cases import CASES, example
from portable.c_drivers import WATCHED, built, compiler
from waiting import HANG

from glassprop import Layer, Network
from glassprop.architecture.target_scales import SCALES
from glassprop.backprop.members import predicted
from glassprop.equations.activation import Activation
from glassprop.errors import ExportError
from glassprop.functions import ACTIVATIONS
from glassprop.layers.layer_table import KINDS
from glassprop.portable import whole_model as plan
from glassprop.portable.c_dialect import Dialect, Part
from glassprop.portable.c_ending import ENDINGS_IN_C, UNITS_IN_C
from glassprop.portable.c_formulas import activation_in_c, written
from glassprop.portable.c_layers import LAYERS
from glassprop.portable.c_network import network_in_c
from glassprop.portable.c_pieces import PIECES_IN_C, STEPS_IN_C
from glassprop.portable.c_quantized import with_8_bits

ROWS = 40
NETWORKS = CASES | {
    name: Network(3, [Layer(4, name), Layer(5, "tanh" if name == "exp" else name), Layer(2, "identity")])
    for name in ACTIVATIONS
}
FAR = 30.0  # what some rows are multiplied by, so that functions are met at their ends


def test_every_entry_of_every_table_is_written():
    assert set(LAYERS) == set(KINDS)
    assert set(PIECES_IN_C) == set(plan.INPUTS)
    assert set(STEPS_IN_C) == set(plan.STEPS)
    assert set(ENDINGS_IN_C) == set(plan.ENDINGS)
    assert set(UNITS_IN_C) == set(SCALES)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_activation_is_written_from_its_formula(name):
    for real in ("float", "double"):
        text = activation_in_c(ACTIVATIONS[name], Dialect(real, real), parametric=False, name="f")
        assert "return" in text or "z[j] =" in text


def test_what_has_no_formula_is_refused_in_one_line():
    cube = Activation("cube", value=lambda z: z**3, slope=lambda z, a: 3 * z**2)
    with pytest.raises(ExportError, match="'cube' is user-defined"):
        activation_in_c(cube, Dialect("float", "float"), parametric=False, name="f")
    with pytest.raises(ExportError, match="erf"):
        written(["erf", "z"], Dialect("float", "float"))


@dataclass(frozen=True)
class Asked:
    """A network, its parameters, and rows."""

    network: Network
    theta: np.ndarray
    X: np.ndarray


def asked(name: str) -> Asked:
    network = NETWORKS[name]
    theta, X, _ = example(network, n=ROWS)
    numbers = [k for k in range(network.n_inputs) if k not in dict(network.codes)]
    if all(layer.activation.name != "exp" for layer in network.layers):  # of it the error grows with the number
        X[:5, numbers] *= FAR
    return Asked(network, theta, X)


EXACT = {"double": Dialect("double", "double"), "float": Dialect("float", "float")}
IN_8_BITS = Dialect("float", "float", int8=True)


def answers(dialect: Dialect, program: str, folder) -> dict[str, np.ndarray]:
    """What one program says that has all networks in it."""
    real, part, called, lines = dialect.real, Part(), {}, []
    for number, name in enumerate(NETWORKS):
        one = asked(name)
        members = [(member, one.theta) for member in one.network.each_member]
        made = network_in_c(members, dialect, part, called, number)
        n_in, n, count = made.n_inputs, made.n_outputs, len(members)
        lines += [
            f"    for (r = 0; r < {ROWS}; r++) {{",
            f"        {real} x[{n_in}], out[{n}] = {{0}}, room[{made.room}];",
        ]
        lines += [
            f"        for (j = 0; j < {n_in}; j++) {{ if (fread(&v, 8, 1, stdin) != 1) return 1; x[j] = ({real})v; }}"
        ]
        lines += [f"        {made.name}(x, room, out);"]
        lines += [f"        for (j = 0; j < {n}; j++) {{ v = out[j] / {count}; fwrite(&v, 8, 1, stdout); }}", "    }"]
    main = "\n".join(["int main(void)", "{", "    double v; int r, j;", *lines, "    return 0;", "}"])
    texts = ["#include <math.h>\n#include <stdio.h>", *part.arrays, *called.values(), *part.functions, main]
    (folder / "all.c").write_text("\n\n".join(texts) + "\n", encoding="ascii")
    built([compiler(program), *WATCHED, "-o", "all", "all.c", "-lm"], folder)
    sent = b"".join(asked(name).X.astype("<f8").tobytes() for name in NETWORKS)
    done = subprocess.run([str(folder / "all")], input=sent, capture_output=True, timeout=HANG, check=False)
    assert done.returncode == 0, done.stderr.decode()[:3000]
    numbers, found = iter(np.frombuffer(done.stdout, "<f8").tolist()), {}
    for name, network in NETWORKS.items():
        found[name] = np.array([[next(numbers) for _ in range(network.sizes[-1])] for _ in range(ROWS)])
    assert next(numbers, None) is None
    return found


@pytest.mark.parametrize(("program", "real"), [("gcc", "double"), ("clang", "float")])
def test_every_network_says_what_ours_says(program, real, tmp_path):
    found = answers(EXACT[real], program, tmp_path)
    tolerance = 1e-12 if real == "double" else 1e-5
    for name in NETWORKS:
        one = asked(name)
        want = predicted(one.network, one.theta, one.X)
        assert np.isfinite(want).all()
        assert (np.abs(found[name] - want) <= tolerance * np.abs(want).max(axis=1, keepdims=True)).all(), name


def test_weights_in_8_bits_are_those_that_the_loss_is_measured_with(tmp_path):
    found = answers(IN_8_BITS, "gcc", tmp_path)
    tolerance = 1e-5
    for name in NETWORKS:
        one = asked(name)
        want = predicted(one.network, with_8_bits(one.network, one.theta), one.X)
        assert (np.abs(found[name] - want) <= tolerance * np.abs(want).max(axis=1, keepdims=True)).all(), name
        if name == "relu":
            assert np.abs(found[name] - predicted(one.network, one.theta, one.X)).max() > 1e-4


def test_a_row_of_weights_loses_at_most_half_a_step():
    network = NETWORKS["relu"]
    theta = asked("relu").theta
    w, kept = network.w(theta, 1), network.w(with_8_bits(network, theta), 1)
    step = np.abs(w).max(axis=1, keepdims=True) / 127
    assert (np.abs(kept - w) <= step * 0.5001).all()
    assert (network.b(with_8_bits(network, theta), 1) == network.b(theta, 1)).all()
