"""`Lesson`: a small network in numbers of one's own with some rows, and all that can be made of it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from glassprop.classroom.lesson_fields import fields_of
from glassprop.classroom.lesson_file import MOST_BYTES, json_text, toml_text
from glassprop.equations.arrays import Array
from glassprop.errors import LessonError
from glassprop.ground.atomic import replacing
from glassprop.ground.in_notebook import InNotebook
from glassprop.ground.text import listed
from glassprop.insight.explanation import Explanation
from glassprop.insight.names import Names
from glassprop.insight.step import PLAIN_RATE, plain_descent
from glassprop.insight.view import View
from glassprop.network import Network
from glassprop.report.documents import latex_of, markdown_of
from glassprop.report.page import page
from glassprop.worksheet.worksheet import MOST_DIGITS, worksheet_of

_TITLE = "The chain rule, with numbers"


@dataclass(frozen=True, eq=False)
class Lesson(InNotebook):
    """A network with its weights, and rows with their targets. Made by ``of``, or by ``lesson_of`` and ``read_lesson``.

    Attributes
    ----------
    title, about : str
        What it shows, in a line and in some sentences; may be empty.
    network : Network
    theta : array (size,)
        Its weights and biases.
    inputs, targets : arrays (n, n_inputs), (n, n_L)
    rate : float
        The learning rate of a step of gradient descent.
    input_names, output_names : tuple of str or None

    Examples
    --------
    >>> from glassprop.lessons import lesson_of
    >>> lesson = lesson_of(w=[[[0.5]]], activations="sigmoid", inputs=[2.0], targets=[1.0], title="One neuron")
    >>> lesson.title, float(lesson.explanation.a(1)[0].round(3))
    ('One neuron', 0.731)
    """

    title: str
    about: str
    network: Network
    theta: Array
    inputs: Array
    targets: Array
    rate: float
    input_names: tuple[str, ...] | None = None
    output_names: tuple[str, ...] | None = None

    @classmethod
    def from_data(cls, data: Any) -> Lesson:
        """A lesson from plain data, as a file holds it and ``to_dict`` gives it.

        Raises
        ------
        LessonError
            With everything that is wrong.
        """
        found = fields_of(data)
        theta = np.zeros(found.network.layout.size)
        for layer, (w, b) in enumerate(zip(found.w, found.b, strict=True), start=1):
            found.network.w(theta, layer)[...] = w
            found.network.b(theta, layer)[...] = b
        _refuse_overflow(View(found.network, theta, found.inputs, found.targets))
        names = found.input_names, found.output_names
        return cls(
            found.title, found.about, found.network, theta, found.inputs, found.targets, found.rate, names[0], names[1]
        )

    @classmethod
    def of(cls, explanation: Explanation, *, title: str = "", about: str = "") -> Lesson:
        """A network that is explained, with its rows, as a lesson: to be saved, and to change numbers in.

        Names of inputs and outputs, and the last learning rate, go along; the optimizer is gradient descent. Of several
        members of an explanation it is the one that is walked through. ``title`` and ``about`` say what it shows.

        Raises
        ------
        LessonError
            If there are layers that are not dense, user-defined functions, or rows without a target.
        """
        _refuse_other_kinds(explanation)
        view, names, network = explanation.view, explanation.names, explanation.architecture
        plain = Names.numbered(network, explanation.n_examples)
        layers = [
            {"w": view.w(number, 0), "b": view.b(number), "activation": layer.activation.spec}
            for number, layer in enumerate(network.layers, start=1)
        ]
        data = {
            "title": title,
            "about": about,
            "cost": network.cost_function.spec,
            "rate": PLAIN_RATE if explanation.training is None else explanation.training.rate,
            "inputs": view.X,
            "targets": view.Y,
            "layers": layers,
        }
        if names.inputs != plain.inputs:
            data["input_names"] = names.inputs
        if names.outputs != plain.outputs:
            data["output_names"] = names.outputs
        return cls.from_data(data)

    # --- what is made of it -----------------------------------------------------------------------------------

    @cached_property
    def explanation(self) -> Explanation:
        """All of it explained: whatever takes an ``Explanation`` takes this. The first row is in focus."""
        return self.explained()

    def explained(self, rows: Sequence[int] = ()) -> Explanation:
        """The same of some rows, counted from 0; of all where none are named."""
        which = list(rows) or list(range(len(self.inputs)))
        names = Names.numbered(self.network, len(which), rows=which, inputs=self.input_names, outputs=self.output_names)
        training = plain_descent(self.theta, self.rate)
        x, y = self.inputs[which], self.targets[which]
        return self.network.explain(self.theta, x, y, names=names, training=training)

    @property
    def digits(self) -> int:
        """How many decimals its numbers have, 1 to 6: with as many, a worksheet rounds nothing."""
        given = np.concatenate([self.theta, self.inputs.ravel(), self.targets.ravel()])
        return next((n for n in range(1, MOST_DIGITS) if (given.round(n) == given).all()), MOST_DIGITS)

    def page(self) -> str:
        """The page to click through: one HTML file."""
        return page(self.explanation.to_dict(), title=self.title or _TITLE)

    def worksheet(self, digits: int | None = None, form: Literal["text", "html", "latex"] = "text") -> str:
        """A worksheet and its answer key; digits: as many as the lesson's own numbers have. See ``worksheet_of``.

        Parameters
        ----------
        digits : int, optional
        form : {"text", "html", "latex"}
        """
        return worksheet_of(self.explanation, self.digits if digits is None else digits, form)

    def latex(self) -> str:
        """A LaTeX document. See ``latex_of``."""
        return latex_of(self.explanation)

    def markdown(self) -> str:
        """A Markdown document. See ``markdown_of``."""
        return markdown_of(self.explanation)

    # --- as data ----------------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """As plain data, of which ``from_data`` makes the same lesson."""
        network = self.network
        found: dict[str, Any] = {
            "title": self.title,
            "about": self.about,
            "cost": network.cost_function.spec,
            "rate": self.rate,
            "inputs": self.inputs.tolist(),
            "targets": self.targets.tolist(),
            "input_names": list(self.input_names or ()),
            "output_names": list(self.output_names or ()),
            "layers": [
                {
                    "w": network.w(self.theta, number).tolist(),
                    "b": network.b(self.theta, number).tolist(),
                    "activation": layer.activation.spec,
                }
                for number, layer in enumerate(network.layers, start=1)
            ],
        }
        return {key: value for key, value in found.items() if value not in ("", [])}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to a file that ``read_lesson`` and ``glassprop lesson`` read: JSON if it ends so, else TOML.

        Parameters
        ----------
        path : str or path-like

        Raises
        ------
        LessonError
            If the file cannot be written.
        """
        with replacing(path, error=LessonError) as file:
            file.write(self.text(as_json=str(path).lower().endswith(".json")).encode())

    def text(self, *, as_json: bool = False) -> str:
        """What ``save`` writes: TOML, or with ``as_json`` JSON.

        Raises
        ------
        LessonError
            If it is too large for a file that ``read_lesson`` would read.
        """
        found = json_text(self.to_dict()) if as_json else toml_text(self.to_dict())
        if (size := len(found.encode())) > MOST_BYTES:
            raise LessonError(
                f"a lesson is a small network in a file of {MOST_BYTES:,} bytes at most, and this would be {size:,}: "
                "take fewer rows or a smaller network"
            )
        return found


def _refuse_overflow(view: View) -> None:
    """Numbers may each be fine, and what is made of them beyond all bounds."""
    with np.errstate(all="ignore"):
        costs = np.isfinite(view.costs)
        errors = np.all([np.isfinite(delta).all(axis=1) for delta in view.deltas[1:]], axis=0)
    found = zip(costs, errors, strict=True)
    wrong = [f"row {i}: {'a derivative' if c else 'its cost'}" for i, (c, e) in enumerate(found) if not (c and e)]
    if wrong:
        said = "is not a finite number with these weights: make weights or inputs smaller"
        raise LessonError.of([f"{what} {said}" for what in wrong])


def _refuse_other_kinds(explanation: Explanation) -> None:
    network, faults = explanation.architecture, []
    if explanation.predictions is not None:
        faults.append("a lesson has targets, and these rows have none")
    other = [layer.title for layer in network.layers if layer.kind != "dense" or layer.residual or layer.parametric]
    if other:
        faults.append(f"a lesson has only dense layers, and this network has {listed(other)}")
    if network.own_functions:
        own = listed(network.own_functions)
        faults.append(f"a lesson has only functions that come with glassprop, but this network has its own: {own}")
    if faults:
        raise LessonError.of(faults)
