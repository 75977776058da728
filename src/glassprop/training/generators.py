"""Where draws come from: a generator of the caller's, never a seed or NumPy's global one."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassprop.errors import SettingsError
from glassprop.ground.text import quoted


def check_generator(rng: Any) -> None:
    """Refuse what is no generator; a seed would give starting weights and shuffles from the same stream.

    Raises
    ------
    SettingsError
    """
    if not isinstance(rng, np.random.Generator | np.random.RandomState):
        seed = rng if isinstance(rng, int | np.integer) and not isinstance(rng, bool) else 0
        raise SettingsError(
            f"rng must be a NumPy generator, got {quoted(rng, 60)}; give np.random.default_rng({seed}), and "
            "the same one to initial and train"
        )


def draw_key(rng: Any) -> int:
    """32 bits from a Generator or a RandomState; never 0, which stands for none."""
    if isinstance(rng, np.random.RandomState):
        return int(rng.randint(2**32, dtype=np.uint64)) or 1
    return int(rng.integers(2**32)) or 1
