"""The formula of an activation as a tree, with its own numbers in it: what every language is written from."""

from __future__ import annotations

from glassprop.equations.activation import Activation
from glassprop.equations.definitions import definition_of
from glassprop.equations.formula_trees import Tree, tree_of
from glassprop.errors import ExportError


def tree_of_activation(activation: Activation, *, trained: bool = False) -> Tree:
    """σ(z), in terms of z; trained: and of its parameter p, which has a value for each neuron.

    Raises
    ------
    ExportError
        If it is user-defined: its formula is not known, only code that computes it.

    Examples
    --------
    >>> from glassprop.equations.activation import find_activation
    >>> tree_of_activation(find_activation("leaky_relu(0.2)"))
    ['if', '>', 'z', 0, 'z', ['*', 0.2, 'z']]
    """
    definition = definition_of(activation)
    if definition is None:
        raise ExportError(
            f"activation {activation.spec!r} is user-defined: it is code of Python's, without a formula that could be "
            "written in another language; train with a built-in one (glassprop.functions.ACTIVATIONS)"
        )
    own = {} if trained or not activation.parameters else {"p": float(activation.parameters[0])}
    return tree_of(definition.value, definition.where, {**definition.constants, **own})
