"""The formulas of costs, activations and their slopes, as text and as LaTeX; own functions are told by name."""

from __future__ import annotations

from dataclasses import dataclass

from glassprop.document.written import Writer
from glassprop.document.written_latex import LatexWriter
from glassprop.equations.activation import Activation
from glassprop.equations.cost import Cost
from glassprop.equations.definitions import Definition, definition_of
from glassprop.equations.expression import parse, uses


@dataclass(frozen=True)
class Formula:
    """A function and its derivative, each as text and as LaTeX (without dollars)."""

    value: str
    derivative: str
    value_latex: str
    derivative_latex: str


def formula_of(function: Activation | Cost, *, parametric: bool = False) -> Formula:
    """The formulas of an activation or a cost, with its parameter p said; by name where it is user-defined.

    parametric: whether p is trained, and so has no one number.

    Examples
    --------
    >>> from glassprop.equations.activation import find_activation
    >>> formula_of(find_activation("leaky_relu(0.2)")).value
    'z if z > 0 else p z, p = 0.2'
    """
    found = definition_of(function)
    if found is None:
        name = function.name
        return Formula(f"{name}(…)", f"{name}'(…)", r"f(\ldots)", r"f'(\ldots)")
    value, derivative = written(found, Writer(), function, parametric)
    names = () if isinstance(function, Activation) else ("a", "y", *found.where)
    value_latex, derivative_latex = written(found, LatexWriter(names), function, parametric)
    return Formula(value, derivative, value_latex, derivative_latex)


def written(
    definition: Definition, writer: Writer, function: Activation | Cost, parametric: bool = False
) -> tuple[str, str]:
    """Value and derivative of a function in one way of writing: a cost summed over its outputs."""
    value = parse(definition.value)
    text = writer.write(value) if isinstance(function, Activation) else writer.summed(value)
    derivative = writer.write(parse(definition.slope))
    for name, part in definition.where.items():
        if uses(definition.value, name):
            text += f"{writer.comma}{writer.name(name)} = {writer.write(parse(part))}"
    if isinstance(function, Activation) and not function.elementwise:
        derivative = f"{writer.mixed} = {derivative}"
    if function.parameters and not parametric:
        said = f"{writer.comma}p = {function.parameters[0]:g}"
        text, derivative = text + said, derivative + said
    return text, derivative
