"""
From Python to C
================

A trained network becomes two C files that need no library: for
microcontrollers, or for any language that can call C.
"""

# %%
# A small network
# ---------------
# It tells the species of an iris from four measurements. The scaling of the
# inputs is part of the Pipeline, and is exported with it: the C function
# takes centimeters.

import shutil
import subprocess
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from sklearn.datasets import load_iris
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from glassprop import MLPClassifier, to_c

X, y = load_iris(return_X_y=True)
model = make_pipeline(
    StandardScaler(),
    MLPClassifier(
        (8,), "tanh", solver="lbfgs", alpha=0.1, max_iter=300, random_state=0
    ),
)
model.fit(X, y)
print(f"accuracy on the training rows {model.score(X, y):.3f}")

# %%
# The header
# ----------
# This is all that a caller has to know.

made = to_c(model, "iris")
small = to_c(model, "iris8", int8=True)  # the same with weights of 8 bits
print(
    "\n".join(
        line
        for line in made.header.splitlines()
        if line.startswith(
            ("#define IRIS_CL", "typedef", "    double", "} ", "int ", "const ")
        )
    )
)
assert "int iris_class(const iris_inputs *row);" in made.header

# %%
# The same numbers
# ----------------
# The code is compiled with the C compiler of this machine, if it has one, and
# predicts all 150 flowers.

PROGRAM = """
#include <stdio.h>
#include "NAME.h"
int main(void) {
    NAME_inputs row;
    NAME_real p[3];
    double *x = row.x;
    while (scanf("%lf %lf %lf %lf", x, x + 1, x + 2, x + 3) == 4) {
        NAME_probabilities(&row, p);
        printf("%.17g %.17g %.17g\\n", p[0], p[1], p[2]);
    }
    return 0;
}
"""


def run_in_c(written, name):
    with tempfile.TemporaryDirectory() as folder:
        written.write(folder)
        Path(folder, "main.c").write_text(PROGRAM.replace("NAME", name))
        command = [
            "cc",
            "-O2",
            "-std=c99",
            "-o",
            "main",
            "main.c",
            f"{name}.c",
            "-lm",
        ]
        subprocess.run(command, cwd=folder, check=True)
        rows = "\n".join(" ".join(map(repr, row)) for row in X.tolist())
        out = subprocess.run(
            [Path(folder, "main")],
            input=rows,
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    return np.array([line.split() for line in out.splitlines()], dtype=float)


expected = model.predict_proba(X)
if shutil.which("cc"):
    in_c, in_8_bits = run_in_c(made, "iris"), run_in_c(small, "iris8")
    off, off_small = (
        np.abs(in_c - expected).max(),
        np.abs(in_8_bits - expected).max(),
    )
    print(
        f"C and Python differ by {off:.0e} at most, with weights of 8 bits "
        f"by {off_small:.3f}"
    )
    assert off < 1e-9
    assert off_small < 0.2
    same = (in_8_bits.argmax(axis=1) == expected.argmax(axis=1)).mean()
    print(
        f"weights of 8 bits give the same species for {same:.1%} of the flowers"
    )
else:
    print("there is no C compiler here; Python's numbers stand in")
    in_c = in_8_bits = expected

# %%
# How far apart
# -------------
# Every point is a probability. In double precision C and Python agree to the
# last digits. Weights of 8 bits take an eighth of the memory of doubles, and
# change probabilities in the third decimal.

fig, ax = plt.subplots(figsize=(6.4, 4))
ax.semilogy(
    expected.ravel(),
    np.abs(in_8_bits - expected).ravel() + 1e-17,
    "x",
    label="weights of 8 bits",
)
ax.semilogy(
    expected.ravel(),
    np.abs(in_c - expected).ravel() + 1e-17,
    ".",
    label="weights as they were",
)
ax.set(
    xlabel="probability in Python",
    ylabel="difference to C",
    title="By how much C and Python differ",
    ylim=(1e-18, 1),
)
ax.legend(loc="center right")
plt.show()
