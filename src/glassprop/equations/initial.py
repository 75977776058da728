"""Starting weights: how widely the first W and b of a layer are drawn, as a table of rules."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Literal

InitialName = Literal["auto", "data", "glorot", "glorot_sigmoid", "he", "lecun"]  # "auto" chooses by the activation

DATA = "data"  # drawn by the layer's usual rule, then z standardized over examples: Salimans & Kingma 2016, 1602.07868

# name -> half-width of the uniform distribution, from the number of neurons before (in) and in the layer (out)
INITIALS: dict[str, Callable[[int, int], float]] = {
    "glorot": lambda n_in, n_out: sqrt(6 / (n_in + n_out)),  # Glorot & Bengio 2010, equation 16
    "glorot_sigmoid": lambda n_in, n_out: sqrt(2 / (n_in + n_out)),  # narrower: as scikit-learn for logistic
    "he": lambda n_in, n_out: sqrt(6 / n_in),  # He et al. 2015, arXiv 1502.01852, equation 10
    "lecun": lambda n_in, n_out: sqrt(3 / n_in),  # LeCun et al. 1998, "Efficient BackProp", equation 16
}
