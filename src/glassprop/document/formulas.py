"""The formulas of costs, activations and their slopes, as text, LaTeX and MathML; own functions are told by name."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from glassprop.document.mathml import bracketed, mo, mtext
from glassprop.document.written import Writer
from glassprop.document.written_latex import LatexWriter
from glassprop.document.written_mathml import MathmlWriter
from glassprop.equations.activation import Activation
from glassprop.equations.cost import Cost
from glassprop.equations.definitions import Definition, definition_of
from glassprop.equations.expression import parse, uses


@dataclass(frozen=True)
class Formula:
    """A function and its derivative, each as text, as LaTeX (without dollars) and as MathML (without ``<math>``)."""

    value: str
    derivative: str
    value_latex: str
    derivative_latex: str
    value_mathml: str
    derivative_mathml: str


def words_of(function: Activation | Cost) -> str:
    """Its name as words, where it is one of ours: half squared error, leaky relu(0.2)."""
    return function.spec if definition_of(function) is None else function.spec.replace("_", " ")


def formula_of(function: Activation | Cost, *, parametric: bool = False, apart: bool = False) -> Formula:
    """The formulas of an activation or a cost, with its parameter p said; by name where it is user-defined.

    parametric: whether p is trained, and so has no one number. apart: whether a is more than the function's value, as
    in a residual layer, which adds x, what it sees: the slope then names that value s.

    Examples
    --------
    >>> from glassprop.equations.activation import find_activation
    >>> formula_of(find_activation("leaky_relu(0.2)")).value
    'z if z > 0 else p z, p = 0.2'
    """
    found = definition_of(function)
    if found is None:
        name = function.name
        of = bracketed(mo("…"))
        in_mathml = mtext(name) + of, mtext(f"{name}'") + of
        return Formula(f"{name}(…)", f"{name}'(…)", r"f(\ldots)", r"f'(\ldots)", *in_mathml)
    if apart:
        found = _apart(found)
    value, derivative = written(found, Writer(), function, parametric)
    names = () if isinstance(function, Activation) else ("a", "y", *found.where)
    in_latex = written(found, LatexWriter(names), function, parametric)
    in_mathml = written(found, MathmlWriter(names), function, parametric)
    return Formula(value, derivative, *in_latex, *in_mathml)


def _apart(definition: Definition) -> Definition:
    """The same with the slope in terms of s, the function's value, which is not all of a."""
    slope = re.sub(r"\ba\b", "s", re.sub(r"\ba_(\w)\b", r"s_\1", definition.slope))
    return replace(definition, slope=slope)


def written(
    definition: Definition, writer: Writer, function: Activation | Cost, parametric: bool = False
) -> tuple[str, str]:
    """Value and derivative of a function in one way of writing: a cost summed over its outputs."""
    value = parse(definition.value)
    text = writer.write(value) if isinstance(function, Activation) else writer.summed(value)
    derivative = writer.write(parse(definition.slope))
    if re.search(r"\bs(_\w)?\b", definition.slope):
        derivative += f"{writer.comma}{writer.name('s')}{writer.equals}{writer.write(parse('a - x'))}"
    for name, part in definition.where.items():
        if uses(definition.value, name):
            text += f"{writer.comma}{writer.name(name)}{writer.equals}{writer.write(parse(part))}"
    if isinstance(function, Activation) and not function.elementwise:
        derivative = f"{writer.mixed}{writer.equals}{derivative}"
    if function.parameters and not parametric:
        said = f"{writer.comma}{writer.name('p')}{writer.equals}{writer.number(f'{function.parameters[0]:g}')}"
        text, derivative = text + said, derivative + said
    return text, derivative
