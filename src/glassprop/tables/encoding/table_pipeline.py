"""The Pipeline of a table: scikit-learn's, which takes long tables through its steps in blocks of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from typing import Any, TypeVar

import narwhals as nw
import numpy as np
from sklearn import get_config
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.utils.metaestimators import available_if

from glassprop.estimator.base_mlp import BaseMLP
from glassprop.ground.in_order import in_order
from glassprop.tables.encoding.block_encoder import SHORT, BlockEncoder, block_encoder, blocks_of, frames_wanted
from glassprop.tables.encoding.embedded import category_codes, shaped_numbers
from glassprop.tables.encoding.encode import TypedColumns, frame_of
from glassprop.tables.encoding.findings import Finding, together, warn_of
from glassprop.tables.encoding.fit_encoder import fit_encoder
from glassprop.tables.encoding.passage import Passage
from glassprop.tables.values.cores import threads_for

Result = TypeVar("Result")


class TablePipeline(Pipeline):
    """A Pipeline of `TypedColumns`, a `ColumnTransformer` and one of our estimators.

    It gives what scikit-learn's own gives. Tables go through it in blocks of rows, on as many threads as there are
    cores, so that beside the table itself there is only ever a block or two; results do not depend on the threads.
    Where steps were replaced by others, or are to give data frames, all is left to scikit-learn.
    """

    @available_if(lambda self: hasattr(self._final_estimator, "predict"))
    def predict(self, X: Any, **params: Any) -> np.ndarray:
        """Predict every row: classes, or numbers. (n_rows,)"""
        if params or (frame := _table(X)) is None or (passage := self.passage(len(frame), "predict")) is None:
            return super().predict(X, **params)
        return _through(passage, passage.typed.checked(frame))

    @available_if(lambda self: bool(self._final_estimator.predict_proba))
    def predict_proba(self, X: Any, **params: Any) -> np.ndarray:
        """The probabilities of the classes, (n_rows, n_classes)."""
        if params or (frame := _table(X)) is None or (passage := self.passage(len(frame), "predict_proba")) is None:
            return super().predict_proba(X, **params)
        return _through(passage, passage.typed.checked(frame))

    def passage(self, rows: int, verb: str) -> Passage | None:
        """For the pieces of a table of so many rows: what ``predict`` or ``predict_proba`` says of each.

        None where steps were replaced by others: then scikit-learn alone can say it.
        """
        encoder = self._in_blocks()
        if encoder is None:
            return None
        network = _same_for_all_blocks(self._final_estimator, rows)
        return Passage(encoder, getattr(network, verb), rows, threads_for(rows, SHORT))

    @property
    def numbers_(self) -> tuple[int, ...]:
        """The network's inputs that are numbers with more than two different values in training: to be embedded."""
        return shaped_numbers(self.steps[1][1])

    @property
    def codes_(self) -> tuple[tuple[int, int], ...]:
        """(input, number of codes) of each of the network's inputs that are codes of categories."""
        return category_codes(self.steps[1][1])

    @available_if(lambda self: self._can_transform())
    def transform(self, X: Any, **params: Any) -> Any:
        """What the steps give, where the last of them is no estimator (``pipeline[:-1]``)."""
        if params or (frame := _table(X)) is None or (encoder := self._in_blocks(with_network=False)) is None:
            return super().transform(X, **params)
        return encode(encoder, frame, compact=False)

    @available_if(lambda self: self._can_fit_transform())
    def fit_transform(self, X: Any, y: Any = None, **params: Any) -> Any:
        """Fit the steps, where the last of them is no estimator (``pipeline[:-1]``), and give what they give."""
        fitted = None if params else self._fitted_in_parts(X, y, [step for _, step in self.steps], compact=False)
        return super().fit_transform(X, y, **params) if fitted is None else fitted

    def fit_inputs(self, X: Any, rows: np.ndarray, y: Any = None) -> Any:
        """The same for some rows of a table, and for a network alone: a CSR matrix where that takes much less room.

        y: the targets of these rows.
        """
        steps = [step for _, step in self.steps]
        fitted = self._fitted_in_parts(X, y, steps, compact=True, rows=rows)
        return super().fit_transform(frame_of(X)[rows].to_native(), y) if fitted is None else fitted

    def inputs(self, X: Any) -> Any:
        """``transform``, for a network alone: a CSR matrix where that takes much less room."""
        if (frame := _table(X)) is None or (encoder := self._in_blocks(with_network=False)) is None:
            return super().transform(X)
        return encode(encoder, frame, compact=True)

    def _fit(
        self, X: Any, y: Any = None, routed_params: Any = None, raw_params: Any = None, callback_ctx: Any = None
    ) -> Any:
        """What scikit-learn's ``fit`` calls for all but the last step."""
        before = [name for name, _ in self.steps[:-1]]
        told = any(params for name in before for params in (routed_params or {}).get(name, {}).values())
        fitted = None if told else self._fitted_in_parts(X, y, [step for _, step in self.steps[:-1]], compact=True)
        return super()._fit(X, y, routed_params, raw_params, callback_ctx) if fitted is None else fitted

    def _fitted_in_parts(
        self, X: Any, y: Any, steps: list[Any], *, compact: bool, rows: np.ndarray | None = None
    ) -> Any:
        frame = _table(X)
        if (
            frame is None
            or len(frame) < SHORT
            or (rows is not None and len(rows) < SHORT)
            or [type(step) for step in steps] != [TypedColumns, ColumnTransformer]
        ):
            return None
        if self._is_watched() or self.transform_input is not None or frames_wanted(steps[1]):
            return None
        findings: list[Finding] = []
        threads = threads_for(len(frame), SHORT)
        given = fit_encoder(steps[0], steps[1], frame, findings, threads=threads, compact=compact, rows=rows, y=y)
        _told_once(steps[0], [findings], len(frame) if rows is None else len(rows))
        return given

    def _is_watched(self) -> bool:
        """Whether scikit-learn's caching, callbacks or routing go through each step."""
        routing = get_config()["enable_metadata_routing"]
        return bool(routing or self.memory is not None or getattr(self, "_skl_callbacks", None))

    def _in_blocks(self, *, with_network: bool = True) -> BlockEncoder | None:
        steps = [step for _, step in self.steps]
        if self._is_watched():
            return None
        if with_network and not isinstance(steps.pop(), BaseMLP):
            return None
        return block_encoder(steps)


def _table(X: Any) -> nw.DataFrame | None:
    """The table, if it is one."""
    frame = nw.from_native(X, eager_only=True, pass_through=True)
    return frame if isinstance(frame, nw.DataFrame) else None


def encode(encoder: BlockEncoder, frame: nw.DataFrame, *, compact: bool) -> Any:
    """The network's inputs of all rows, (n_rows, n_inputs)."""
    frame = encoder.typed.checked(frame)
    room = encoder.room(len(frame), compact=compact)

    def work(rows: slice) -> list[Finding]:
        findings: list[Finding] = []
        encoder.write(encoder.read(frame[rows], findings), rows, room)
        return findings

    _told_once(encoder.typed, _each_block(encoder, frame, work), len(frame))
    return room.made()


def _each_block(encoder: BlockEncoder, frame: nw.DataFrame, work: Callable[[slice], Result]) -> Iterator[Result]:
    threads = threads_for(len(frame), SHORT)
    return in_order(work, blocks_of(len(frame), threads, encoder.rows_read()), threads)


def _through(passage: Passage, frame: nw.DataFrame) -> np.ndarray:
    """What the network says of all rows."""

    def work(rows: slice) -> tuple[list[Finding], list[np.ndarray]]:
        findings: list[Finding] = []
        return findings, passage(frame[rows], findings)

    results = list(in_order(work, passage.pieces(), passage.threads))
    _told_once(passage.typed, (findings for findings, _ in results), len(frame))
    return np.concatenate([part for _, said in results for part in said])


def _same_for_all_blocks(network: BaseMLP, rows: int) -> BaseMLP:
    """The same network, whose engine is not chosen anew for the few rows of a last block of a long table."""
    if network.engine != "auto" or rows < SHORT:
        return network
    network = copy(network)
    network.engine = "compiled"
    return network


def _told_once(typed: TypedColumns, findings: Iterable[list[Finding]], rows: int) -> None:
    every = (finding for found in findings for finding in found)
    warn_of(together(every, typed.columns(), rows), stacklevel=5)
