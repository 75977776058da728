"""Words of texts as ONNX nodes: found, made small, and numbered.

Words of all texts stand one after another in one list, with the row that each is from; each text ends with a mark, so
that no two words of different texts are neighbors. What Unicode says of characters is in `onnx_inputs_letters`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from glassprop.portable.onnx_branch import again_while, only_if
from glassprop.portable.onnx_graph import Graph
from glassprop.portable.onnx_inputs_letters import END, Letters
from glassprop.portable.onnx_inputs_texts import any_matches, any_true, escaped, one_of
from glassprop.tables.values.words import LONGEST_WORD, plain_text

_MOST_PASSES = 100_000  # over one text, each of which replaces every character once
_UNKNOWN = -1  # until it is 0, as any other word
_AT_ONCE = 100  # known words in one pattern: a runtime's room for one is limited
_STRINGS, _ROWS = ("string", 1), ("int64", 1)
_ALIKE = (str.capitalize, str.upper)  # how words are mostly written that are not small


def found_words(graph: Graph, texts: str, letters: Letters) -> tuple[str, str]:
    """Runs of characters between what separates words, (n_runs,), and their rows; each text ends with a mark."""
    marked = graph.node("StringConcat", texts, graph.constant(np.array(" " + END, object)))
    parts, _ = graph.node("StringSplit", marked, outputs=2, delimiter=" ")
    at = places(graph, graph.node("Not", graph.node("Equal", parts, graph.constant(np.array("", object)))))
    runs = graph.node("GatherND", parts, at)
    rows = graph.node("Gather", at, graph.constant(np.int64(0)), axis=1)
    runs, rows = _taken_apart(graph, runs, rows, letters.split, {})
    own = {character: f" {other} " for character, other in letters.own.items()}
    return _taken_apart(graph, runs, rows, letters.split_seldom, letters.mixed | own)


def _taken_apart(graph: Graph, runs: str, rows: str, split: str, by: Mapping[str, str]) -> tuple[str, str]:
    """Runs split at these characters, after some were replaced by what may have blanks in it; the others as they are.

    Runs with such a character are done by themselves and then put back, all by the place that they had.
    """
    some = graph.node("RegexFullMatch", runs, pattern=f"(?s).*{one_of((*split, *by))}.*")

    def work(branch: Graph) -> list[str]:
        one = branch.constant(np.array([1], np.int64))
        at, rest = (branch.node("Squeeze", places(branch, mask), one) for mask in (some, branch.node("Not", some)))
        parts, of = _replaced(branch, branch.node("Gather", runs, at), by), at
        for character in (*(" " if by else ""), *split):
            parts, of = _split_at(branch, parts, of, character)
        every = branch.node("Concat", branch.node("Gather", runs, rest), parts, axis=0)
        before = branch.node("Concat", rest, of, axis=0)
        order = _in_order(branch, before)
        return [
            branch.node("Gather", every, order),
            branch.node("Gather", rows, branch.node("Gather", before, order)),
        ]

    found = only_if(graph, any_true(graph, some), work, [runs, rows], [_STRINGS, _ROWS])
    return found[0], found[1]


def _in_order(graph: Graph, numbers: str) -> str:
    """Where the least of some numbers is, the next, and so on; of equal ones, the first first."""
    count = graph.node("Shape", numbers)
    zero, one = graph.constant(np.int64(0)), graph.constant(np.int64(1))
    following = graph.node("Range", zero, graph.node("Squeeze", count), one)
    keys = graph.node("Add", graph.node("Mul", numbers, graph.constant(np.int64(2**31))), following)
    _, order = graph.node("TopK", keys, count, outputs=2, axis=0, largest=0, sorted=1)
    return str(order)


def _split_at(graph: Graph, runs: str, rows: str, character: str) -> tuple[str, str]:
    parts, _ = graph.node("StringSplit", runs, outputs=2, delimiter=character)
    at = places(graph, graph.node("Not", graph.node("Equal", parts, graph.constant(np.array("", object)))))
    first = graph.node("Gather", at, graph.constant(np.int64(0)), axis=1)
    return graph.node("GatherND", parts, at), graph.node("Gather", rows, first)


def _replaced(graph: Graph, runs: str, by: Mapping[str, str]) -> str:
    """Each of these by what stands for it, wherever it stands; none of them is in what stands for another."""
    if not by:
        return runs
    pattern = "(?s).*(?:" + "|".join(escaped(character) for character in by) + ").*"

    def once(body: Graph, before: str) -> tuple[str, str]:
        after = before
        for character, other in by.items():
            parts, number = body.node("StringSplit", after, outputs=2, delimiter=character, maxsplit=1)
            first, last = (body.node("Gather", parts, body.constant(np.int64(end)), axis=1) for end in (0, -1))
            joined = body.node("StringConcat", first, body.constant(np.array(other, object)))
            joined = body.node("StringConcat", joined, last)
            two = body.node("Greater", number, body.constant(np.int64(1)))
            after = body.node("Where", two, joined, after)
        return after, any_matches(body, after, pattern)

    return again_while(graph, runs, _STRINGS, once, most=_MOST_PASSES)


def numbered_words(graph: Graph, words: str, known_words: Sequence[str], letters: Letters) -> tuple[str, str, str]:
    """The number of each run among known words, from 1, 0 for others; whether it is one; whether it cannot be read."""
    known = {END: 0}
    for number, word in enumerate(known_words, start=1):
        word = letters.own.get(word, word)
        known |= {word: number}
        others = (other for way in _ALIKE if plain_text(other := way(word)) == word)
        known |= {other: number for other in others if letters.unread.isdisjoint(other)}
    numbers = graph.looked_up(words, known, _UNKNOWN)
    unknown = graph.node("Less", numbers, graph.constant(np.int64(0)))
    if letters.small:
        large = graph.node("And", unknown, _of_odd_case(graph, words, letters))

        def work(branch: Graph) -> list[str]:
            at = places(branch, large)
            small = _replaced(branch, taken(branch, words, at), letters.small)
            some = branch.node("Squeeze", at, branch.constant(np.array([1], np.int64)))
            return [branch.node("ScatterElements", numbers, some, branch.looked_up(small, known, _UNKNOWN), axis=0)]

        there = any_true(graph, large)
        (numbers,) = only_if(graph, there, work, [numbers], [_ROWS])
        unknown = graph.node("Less", numbers, graph.constant(np.int64(0)))
    left_out = graph.node("RegexFullMatch", words, pattern=f"(?:{letters.short}|{letters.silent}+)")
    kept = graph.node("Not", graph.node("And", unknown, left_out))
    odd = graph.node("And", unknown, _unreadable(graph, words, known_words, letters))
    return graph.node("Max", numbers, graph.constant(np.int64(0))), kept, odd


def _of_odd_case(graph: Graph, words: str, letters: Letters) -> str:
    """Which words have letters that are to be made small, and are in none of the ways that `_ALIKE` has looked up."""
    single = "".join(key for key in letters.small if len(key) == 1)
    other = f"(?s).*(?:{'|'.join(escaped(key) for key in letters.small)}).*"
    alike = f"(?s)[A-Z](?:[^{one_of(single)[1:-1]}{letters.marks[1:-1]}])*|[A-Z0-9_]+"
    usual = graph.node("Not", graph.node("RegexFullMatch", words, pattern=alike))
    return graph.node("And", graph.node("RegexFullMatch", words, pattern=other), usual)


def _unreadable(graph: Graph, words: str, known: Sequence[str], letters: Letters) -> str:
    """Which unknown runs might be known words, if they were taken apart as Unicode does."""
    part, alone, silent = letters.word, letters.alone, letters.silent
    odd = graph.node("Not", graph.node("RegexFullMatch", words, pattern=f"(?:{part}|{alone}|{silent})+"))
    if any(character not in letters.own for word in known for character in word if not character.isascii()):
        signs = f"(?s).*{letters.marks}{letters.marks}.*"  # whose order may be another
        odd = graph.node("Or", odd, graph.node("RegexFullMatch", words, pattern=signs))
    whole = graph.node("RegexFullMatch", words, pattern=f"(?:{part}+|{alone}+|{silent}+)")
    glued = _known_within(graph, words, graph.node("Not", graph.node("Or", whole, odd)), known, letters)
    return graph.node("Or", graph.node("Or", odd, glued), _cut_short(graph, words, known))


def _known_within(graph: Graph, words: str, glued: str, known: Sequence[str], letters: Letters) -> str:
    """Which of the runs where words stand beside something else without a blank may have a known one among them."""
    other = f"(?:[^\\pL\\pN_]|{letters.alone})"
    dressed = [key for key, plain in letters.small.items() if len(key + plain) > 2 or key.lower() != plain]
    patterns = [f"(?is)(?:.*{other})?(?:{ends})(?:{other}.*)?" for ends in _in_parts(known)]
    patterns += [f"(?s).*(?:{'|'.join(map(escaped, dressed))}).*"] if dressed else []
    return _any_of(graph, words, glued, patterns)


def _in_parts(known: Sequence[str]) -> list[str]:
    """Known words as patterns, of which none is too large for a runtime."""
    return ["|".join(map(escaped, known[start : start + _AT_ONCE])) for start in range(0, len(known), _AT_ONCE)]


def _any_of(graph: Graph, words: str, some: str, patterns: Sequence[str]) -> str:
    """Which of some of the words match one of the patterns."""

    def work(branch: Graph) -> list[str]:
        at = branch.node("Squeeze", places(branch, some), branch.constant(np.array([1], np.int64)))
        few = branch.node("Gather", words, at)
        made = branch.node("RegexFullMatch", few, pattern=patterns[0])
        for pattern in patterns[1:]:
            made = branch.node("Or", made, branch.node("RegexFullMatch", few, pattern=pattern))
        return [branch.node("ScatterElements", some, at, made, axis=0)]

    return only_if(graph, any_true(graph, some), work, [some], [("bool", 1)])[0]


def _cut_short(graph: Graph, words: str, known: Sequence[str]) -> str:
    """Which runs are longer than a word may be, so that they are cut, and what is left at the end may be a word."""
    long = graph.node("RegexFullMatch", words, pattern=f"(?s).{{{LONGEST_WORD + 1},}}")
    if any(len(word) == LONGEST_WORD for word in known):
        return long
    return _any_of(graph, words, long, [f"(?is)(?:.{{{LONGEST_WORD}}})+(?:{ends})" for ends in _in_parts(known)])


def places(graph: Graph, truths: str) -> str:
    """Where they are true: (how many, n_axes)."""
    return graph.node("Transpose", graph.node("NonZero", truths))


def taken(graph: Graph, values: str, at: str) -> str:
    """The values at these places."""
    return graph.node("GatherND", values, at)
