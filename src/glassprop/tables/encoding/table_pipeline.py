"""The Pipeline of a table: scikit-learn's, which takes long tables through its steps in blocks of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from threading import local
from typing import Any

import narwhals as nw
import numpy as np
from sklearn import get_config
from sklearn.pipeline import Pipeline
from sklearn.utils.metaestimators import available_if

from glassprop.estimator.base_mlp import BaseMLP
from glassprop.ground.in_order import in_order
from glassprop.tables.encoding.block_encoder import BlockEncoder, block_encoder
from glassprop.tables.encoding.findings import Finding, together, warn_of
from glassprop.tables.values.cores import threads_for

BLOCK = 16_384  # rows: whole blocks of the network's own, so that the bits are those of one call
_LONG = 4_096  # rows of a table from which on this pays


class TablePipeline(Pipeline):
    """A Pipeline of `TypedColumns`, a `ColumnTransformer` and one of our estimators.

    It gives what scikit-learn's own gives. Long tables go through it in blocks of rows, on as many threads as there are
    cores, so that beside the table itself there is only ever a block or two; results do not depend on the threads.
    Where steps were replaced by others, or are to give data frames, all is left to scikit-learn.
    """

    @available_if(lambda self: hasattr(self._final_estimator, "predict"))
    def predict(self, X: Any, **params: Any) -> np.ndarray:
        """Predict every row: classes, or amounts. (n_rows,)"""
        if params or (frame := _long(X)) is None or (encoder := self._in_blocks()) is None:
            return super().predict(X, **params)
        return _through(encoder, frame, self._final_estimator.predict)

    @available_if(lambda self: bool(self._final_estimator.predict_proba))
    def predict_proba(self, X: Any, **params: Any) -> np.ndarray:
        """The probabilities of the classes, (n_rows, n_classes)."""
        if params or (frame := _long(X)) is None or (encoder := self._in_blocks()) is None:
            return super().predict_proba(X, **params)
        return _through(encoder, frame, self._final_estimator.predict_proba)

    @available_if(lambda self: self._can_transform())
    def transform(self, X: Any, **params: Any) -> Any:
        """What the steps give, where the last of them is no estimator (``pipeline[:-1]``)."""
        if params or (frame := _long(X)) is None or (encoder := self._in_blocks(with_network=False)) is None:
            return super().transform(X, **params)
        return encode(encoder, frame)

    def _in_blocks(self, *, with_network: bool = True) -> BlockEncoder | None:
        steps = [step for _, step in self.steps]
        if get_config()["enable_metadata_routing"] or self.memory is not None:
            return None
        if with_network and not isinstance(steps.pop(), BaseMLP):
            return None
        return block_encoder(steps)


def _long(X: Any) -> nw.DataFrame | None:
    """The table, if it is one and has many rows."""
    frame = nw.from_native(X, eager_only=True, pass_through=True)
    return frame if isinstance(frame, nw.DataFrame) and len(frame) >= _LONG else None


def encode(encoder: BlockEncoder, frame: nw.DataFrame) -> np.ndarray:
    """The network's inputs of all rows, (n_rows, n_inputs)."""
    frame = encoder.typed.checked(frame)
    out = np.empty((len(frame), encoder.width), encoder.dtype)

    def work(rows: slice) -> list[Finding]:
        findings: list[Finding] = []
        encoder.into(frame[rows], out[rows], findings)
        return findings

    _told_once(encoder, in_order(work, _blocks(len(frame)), threads_for(len(frame), BLOCK)))
    return out


def _through(encoder: BlockEncoder, frame: nw.DataFrame, verb: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    """What the network says of all rows; each block is encoded and put through it by one thread."""
    frame = encoder.typed.checked(frame)
    mine = local()

    def work(rows: slice) -> tuple[list[Finding], np.ndarray]:
        findings: list[Finding] = []
        inputs = getattr(mine, "inputs", None)
        if inputs is None:
            inputs = mine.inputs = np.empty((BLOCK, encoder.width), encoder.dtype)
        inputs = inputs[: rows.stop - rows.start]
        encoder.into(frame[rows], inputs, findings)
        return findings, verb(inputs)

    blocks = _blocks(len(frame))
    first = work(next(blocks))  # alone: it may load or compile what the others use
    results = [first, *in_order(work, blocks, threads_for(len(frame), BLOCK))]
    _told_once(encoder, (findings for findings, _ in results))
    return np.concatenate([said for _, said in results])


def _blocks(rows: int) -> Iterator[slice]:
    return (slice(start, min(start + BLOCK, rows)) for start in range(0, rows, BLOCK))


def _told_once(encoder: BlockEncoder, findings: Iterable[list[Finding]]) -> None:
    every = (finding for found in findings for finding in found)
    warn_of(together(every, encoder.typed.columns()), stacklevel=5)
