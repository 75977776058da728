"""Lessons that come with glassprop, by name."""

from __future__ import annotations

from importlib.resources import files

from glassprop.classroom.lesson import Lesson
from glassprop.classroom.lesson_file import parsed
from glassprop.errors import LessonError
from glassprop.ground.text import nearest, quoted

READY = (
    "one-neuron",
    "chain",
    "2-2-1",
    "2-2-2",
    "softmax",
    "dead-relu",
    "saturated-sigmoid",
    "xor-before",
    "xor-after",
)


def ready_lesson(name: str) -> Lesson:
    """A lesson that comes with glassprop.

    Parameters
    ----------
    name : str
        One of ``READY``.

    Returns
    -------
    Lesson

    Raises
    ------
    LessonError
        If there is none of that name; the message names those that there are.

    Examples
    --------
    >>> ready_lesson("2-2-2").title
    'Two inputs, two hidden neurons, two outputs, all sigmoid'
    """
    if name not in READY:
        near = nearest(str(name), READY)
        hint = f"did you mean {near}?" if near else f"there are {', '.join(READY)}"
        raise LessonError(f"no lesson is called {quoted(name, 60)}; {hint}")
    return Lesson.from_data(parsed(text_of(name), name, is_json=False))


def text_of(name: str) -> str:
    """The file of a ready lesson, with its comments."""
    return files("glassprop.classroom").joinpath("ready", f"{name}.toml").read_text(encoding="utf-8")
