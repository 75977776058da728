"""What of the kernels decides bits, noted in the state of a training; and said, where one goes on with others."""

from __future__ import annotations

import warnings

from glassprop.engine.choose import Choice
from glassprop.training.state import TrainState


def note_kernels(state: TrainState, choice: Choice) -> None:
    """Note who runs the epochs and with what; warn where a training that was left goes on with other kernels."""
    before, now = (state.vector_bits, state.products), (choice.vector_bits, choice.products)
    if before[0] and now[0] and before != now:
        warnings.warn(
            f"this training run was begun with {_in_words(*before)}, and goes on with {_in_words(*now)}: its bits may "
            "differ from those of an uninterrupted run",
            RuntimeWarning,
            stacklevel=2,
        )
    state.engine, state.engine_why = choice.engine.name, choice.why
    state.vector_bits, state.products = now


def _in_words(vector_bits: int, products: str) -> str:
    return f"vectors of {vector_bits} bits" + (f" and large products by {products}" if products else "")
