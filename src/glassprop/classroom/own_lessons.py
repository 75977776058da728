"""Lessons in numbers of one's own: from a call, or from a file."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from glassprop.classroom.faults_found import FaultsFound
from glassprop.classroom.lesson import Lesson
from glassprop.classroom.lesson_fields import COST
from glassprop.classroom.lesson_file import read_plain
from glassprop.errors import LessonError
from glassprop.insight.step import PLAIN_RATE


def lesson_of(
    *,
    w: Sequence[Any],
    b: Sequence[Any] | None = None,
    activations: str | Sequence[str],
    inputs: Any,
    targets: Any,
    cost: str = COST,
    rate: float = PLAIN_RATE,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
    title: str = "",
    about: str = "",
) -> Lesson:
    """A lesson in numbers of your own: weights and biases as nested lists, and what goes in and should come out.

    Parameters
    ----------
    w : sequence of matrices
        W of each layer: a row for each neuron, in it a weight for each number before.
    b : sequence, optional
        b of each layer: a number for each neuron, or one for all of them. Without it they are 0.
    activations : str or sequence of str
        Of each layer, or one for all.
    inputs, targets : nested lists
        A row for each example. A single row may stand by itself, and so may numbers that are a row each.
    cost : str
    rate : float
        The learning rate of the step of gradient descent that is shown.
    input_names, output_names : sequence of str, optional
    title, about : str

    Returns
    -------
    Lesson

    Raises
    ------
    LessonError
        With everything that is wrong: ``error.faults`` is a line for each.

    Examples
    --------
    >>> lesson = lesson_of(w=[[[0.5]]], b=[[-1.0]], activations="sigmoid", inputs=[2.0], targets=[1.0])
    >>> lesson.explanation.weight(1, 0, 0).value
    -0.5
    >>> lesson.worksheet().splitlines()[0]
    '# Back-propagation by hand'
    """
    data: dict[str, Any] = {
        "title": title,
        "about": about,
        "cost": cost,
        "rate": rate,
        "inputs": inputs,
        "targets": targets,
        "layers": _layers(w, b, activations),
    }
    given: Mapping[str, Any] = {"input_names": input_names, "output_names": output_names}
    return Lesson.from_data(data | {key: value for key, value in given.items() if value is not None})


def read_lesson(path: str | os.PathLike[str]) -> Lesson:
    """The lesson in a TOML or JSON file of up to a megabyte. Nothing in it is run.

    Parameters
    ----------
    path : str or path-like
        JSON if it ends in ``.json``, else TOML.

    Returns
    -------
    Lesson

    Raises
    ------
    LessonError
        With everything that is wrong; every fault begins with the file's name.

    Examples
    --------
    >>> import os, tempfile
    >>> from glassprop.lessons import read_lesson, ready_lesson
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ready_lesson("2-2-2").save(os.path.join(folder, "mine.toml"))
    ...     lesson = read_lesson(os.path.join(folder, "mine.toml"))
    >>> lesson.inputs.shape
    (1, 2)
    """
    data, where = read_plain(path)
    try:
        return Lesson.from_data(data)
    except LessonError as error:
        raise LessonError.of([f"{where}: {fault}" for fault in error.faults]) from None


def _layers(w: Any, b: Any, activations: Any) -> list[dict[str, Any]]:
    """What is given layer by layer, as a file has it: what is in it is checked with all the rest."""
    faults, parts = FaultsFound(), {}
    for name, value in (("w", w), ("b", b), ("activations", activations)):
        if name == "w" or not (value is None if name == "b" else isinstance(value, str)):
            parts[name] = faults.items(value, name, "one for each layer")
    if not faults.lines:
        counts = {name: len(part or ()) for name, part in parts.items()}
        if len(set(counts.values())) > 1:
            said = ", ".join(f"{count} in {name}" for name, count in counts.items())
            faults.add("", f"there are different numbers of layers, {said}: give one of each for each layer")
    if faults.lines:
        raise LessonError.of(faults.lines)
    each_w = parts["w"] or []
    biases, names = parts.get("b") or [0.0] * len(each_w), parts.get("activations") or [activations] * len(each_w)
    return [{"w": one, "b": bias, "activation": name} for one, bias, name in zip(each_w, biases, names, strict=True)]
