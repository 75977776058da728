"""A part of an ONNX graph that is run only where it is needed, or over and over: the bodies of If and Loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from glassprop.portable.onnx_graph import Graph

Values = list[str]


class Branch(Graph):
    """Nodes of a body. It sees all that the graph around it has computed, and takes names that are free there, too."""

    def __init__(self, around: Graph) -> None:
        super().__init__(around.opset, around.ml_opset)
        self._around = around

    def constant(self, array: Any) -> str:
        """A constant, which is kept with those of the graph around."""
        return self._around.constant(array)

    def _fresh(self, stem: str) -> str:
        return self._around._fresh(stem)

    def body(self, taken: Sequence[tuple[str, str, Sequence[Any]]], given: Sequence[tuple[str, str, int]]) -> Any:
        """All of it as the body of a node. taken: names, types and shapes; given: names, types and numbers of axes."""
        inputs = [self._value(name, kind, shape) for name, kind, shape in taken]
        outputs = [self._value(name, kind, [None] * axes) for name, kind, axes in given]
        return self._onnx.helper.make_graph(self._nodes, self._fresh("body"), inputs, outputs)


def only_if(
    graph: Graph,
    condition: str,
    work: Callable[[Graph], Values],
    otherwise: Values,
    kinds: Sequence[tuple[str, int]],
) -> Values:
    """What `work` gives where a condition, a truth without axes, holds; else these values.

    kinds: type and number of axes of each value.
    """
    bodies = []
    for write in (work, lambda branch: [branch.node("Identity", name) for name in otherwise]):
        branch = Branch(graph)
        found = write(branch)
        bodies.append(branch.body([], [(name, *kind) for name, kind in zip(found, kinds, strict=True)]))
    made = graph.node("If", condition, outputs=len(kinds), then_branch=bodies[0], else_branch=bodies[1])
    return [made] if len(kinds) == 1 else made


def again_while(
    graph: Graph, value: str, kind: tuple[str, int], work: Callable[[Graph, str], tuple[str, str]], *, most: int
) -> str:
    """What becomes of a value by doing some work until it says that there is no more to do, at most so often.

    work: takes a value, and gives a value and the condition to go on.
    """
    branch = Branch(graph)
    number, going, before = (branch._fresh(name) for name in ("number", "going", "value"))
    after, more = work(branch, before)
    taken = [(number, "int64", []), (going, "bool", []), (before, kind[0], [None] * kind[1])]
    body = branch.body(taken, [(more, "bool", 0), (after, *kind)])
    return graph.node("Loop", graph.constant(np.int64(most)), graph.constant(np.bool_(True)), value, body=body)
