"""Which characters of a text mean what to the terms that a model knows, where a runtime has no Unicode of its own.

ONNX can split a text, put texts together, and tell whether a pattern matches; it cannot write a letter small, nor find
words. So all characters there are, are sorted here, once, by what `tables.values.words` makes of them: into letters of
known words, others that only make a word unknown, those that separate words, and those that a graph does not read.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np

from glassprop.portable.onnx_inputs_texts import one_of
from glassprop.tables.values.words import ALONE, SIGNS, plain_text

_LAST = 0x110000
_SURROGATES = range(0xD800, 0xE000)
_CHANGING = (range(0x20000), range(0x2F800, 0x2FA20))  # beyond these no character has another form
_SIGMAS = {"σ", "ς"}  # what Σ becomes, inside of a word and at its end
_VOICED = {"\u3099", "\u309a"}  # signs that make one character with the kana before them
_SYLLABLES, _JAMO = range(0xAC00, 0xD7A4), range(0x1100, 0x1200)  # Hangul, whole and in parts
_USUAL = string.punctuation + string.whitespace  # what words are separated by in any text
# Of all that separates words, what a graph splits at; but for the usual ones, only where a text has one of them.
_BLOCKS = (
    range(0x100), range(0x2000, 0x2070), range(0x20A0, 0x20C0), range(0x2190, 0x219A), range(0x2600, 0x2606),
    range(0x2660, 0x2668), range(0x2713, 0x2716), range(0x3000, 0x3004), range(0x3008, 0x3012), range(0xFE0E, 0xFE10),
    range(0x1F389, 0x1F38A), range(0x1F3FB, 0x1F400), range(0x1F44A, 0x1F450), range(0x1F493, 0x1F4A0),
    range(0x1F4AF, 0x1F4B0), range(0x1F525, 0x1F526), range(0x1F600, 0x1F650), range(0x2728, 0x2729),
    range(0x2764, 0x2765), range(0x2B50, 0x2B51), range(0xFF01, 0xFF10), range(0xFF1A, 0xFF21),
    range(0xFF3B, 0xFF41), range(0xFF5B, 0xFF66),
)  # fmt: skip
# Of letters in other dress, which are made plain: superscripts, ligatures, wide ones.
_DRESSED = (range(0xAA, 0xBF), range(0xFB00, 0xFB07), range(0xFF10, 0xFF5B))
OWN = 0xF0000  # of a private use: stands for a character that is a word by itself
END = "\ue010\ue011\ue012\ue013"  # the end of each text, which is no word


@dataclass(frozen=True)
class Letters:
    """All characters, sorted for the words that a model knows.

    Attributes
    ----------
    split, split_seldom : str
        Each separates words, in any text and where there is any of the second.
    mixed : dict
        Character -> what it is made of, with blanks for what separates.
    own : dict
        Character that is a word by itself -> what stands for it.
    small : dict
        Character, or several -> the letters that they are in known words.
    word : str
        A pattern of one character that is part of a word.
    alone : str
        The same of those that are words by themselves, and not known.
    silent : str
        The same of those that separate words, and that nothing splits at.
    short : str
        A pattern of one character that is left out where it stands by itself, however it is written.
    marks : str
        A pattern of one sign that belongs to the letter before it.
    unread : frozenset of str
        What depends on what stands around it.
    """

    split: str
    split_seldom: str
    mixed: dict[str, str]
    own: dict[str, str]
    small: dict[str, str]
    word: str
    alone: str
    silent: str
    short: str
    marks: str
    unread: frozenset[str]


def letters_of(words: Iterable[str]) -> Letters:
    """For words as `WORD` finds them."""
    known = set("".join(words))
    every = _every()
    unread = _unread(known)
    small = _small(known, every, unread) | _composed(known)
    split = _split(every)
    word, alone, silent = every.word.copy(), every.alone.copy(), every.silent.copy()
    alone[[ord(c) for c in known if every.kind(c) == "alone"]] = False  # another one stands for each of them
    short = word.copy()
    for character, image in every.images.items():
        kinds = {every.kind(part) for part in image}
        code, one = ord(character), len(image) == 1
        if kinds == {"none"}:
            silent[code] = True
        elif kinds == {"alone"} and one:
            alone[code] = image not in known
        elif kinds == {"word"}:
            word[code] = character in small or not set(image) <= known
            short[code] = word[code] and one
    silent[[ord(c) for c in (*split, *END)]] = False
    for mask in (word, short, alone):
        mask[[ord(c) for c in unread]] = False
    return Letters(
        split="".join(c for c in split if c in _USUAL),
        split_seldom="".join(c for c in split if c not in _USUAL),
        mixed=_mixed(every),
        own={c: chr(OWN + ord(c)) for c in sorted(known) if every.kind(c) == "alone"},
        small=small,
        word=pattern_of(word),
        alone=pattern_of(alone),
        silent=pattern_of(silent),
        short="|".join([pattern_of(short), *_pairs()]),
        marks=pattern_of(every.marks),
        unread=frozenset(unread),
    )


def pattern_of(mask: np.ndarray) -> str:
    """A pattern that matches one of the characters whose numbers are True."""
    ends = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8))).tolist()
    found = [
        f"\\x{{{start:x}}}" + (f"-\\x{{{stop - 1:x}}}" if stop > start + 1 else "")
        for start, stop in zip(ends[::2], ends[1::2], strict=True)
    ]
    return f"[{''.join(found)}]" if found else "[^\\x{0}-\\x{10ffff}]"


@dataclass(frozen=True, eq=False)
class _Every:
    """All characters by their number, (0x110000,): those that `plain_text` leaves alone, by what they are.

    Attributes
    ----------
    images : dict
        Of all others: what becomes of them.
    word, alone, silent : arrays of bool
        Parts of words, words by themselves, neither.
    marks : array of bool
        Signs that belong to the letter before them.
    """

    images: dict[str, str]
    word: np.ndarray
    alone: np.ndarray
    silent: np.ndarray
    marks: np.ndarray

    def kind(self, character: str) -> str:
        """What a character is, as it stands in a text that is plain."""
        if re.match(rf"[{ALONE}]", character):
            return "alone"
        return "word" if re.match(rf"\w|[{SIGNS}]", character) else "none"


@cache
def _every() -> _Every:
    text = "".join(chr(code) for code in range(_LAST) if code not in _SURROGATES)
    changing = [c for block in _CHANGING for c in map(chr, block) if ord(c) not in _SURROGATES]
    images = {
        c: plain
        for c in changing
        if (c.lower() != c or not unicodedata.is_normalized("NFKC", c)) and (plain := plain_text(c)) != c
    }
    word = _mask("".join(re.findall(rf"[^\W{ALONE}]|[{SIGNS}]", text)))
    alone = _mask("".join(re.findall(rf"[{ALONE}]", text)))
    # what is no character yet may be one to a runtime of later years
    silent = _mask("".join(c for c in changing if unicodedata.category(c) != "Cn")) & ~word & ~alone
    changed = _mask("".join(images))
    marks = _mask("".join(c for c in changing if unicodedata.combining(c)))
    return _Every(images, word & ~changed, alone & ~changed, silent & ~changed, marks)


def _mask(characters: str) -> np.ndarray:
    found = np.zeros(_LAST, dtype=bool)
    found[np.frombuffer(characters.encode("utf-32-le"), np.uint32)] = True
    return found


def _split(every: _Every) -> list[str]:
    """What words are split at: of all that separates them."""
    found = []
    for block in _BLOCKS:
        for character in map(chr, block):
            image = every.images.get(character, character)
            if character != " " and all(every.kind(part) == "none" for part in image):
                found.append(character)
    return found


def _mixed(every: _Every) -> dict[str, str]:
    """Characters such as ½, which is 1⁄2: words and what separates them."""
    found = {}
    for character in map(chr, range(0x80, 0x100)):
        image = every.images.get(character, character)
        kinds = {every.kind(part) for part in image}
        if len(kinds) > 1:
            found[character] = "".join(" " if every.kind(part) == "none" else part for part in image)
    return found


def _small(known: set[str], every: _Every, unread: set[str]) -> dict[str, str]:
    """Capital letters, and letters in other dress, whose plain ones are all in known words."""
    found = {}
    for character, image in every.images.items():
        plain = unicodedata.is_normalized("NFKC", character) or any(ord(character) in block for block in _DRESSED)
        if plain and set(image) <= known and all(every.kind(part) == "word" for part in image):
            found[character] = image
    return {character: image for character, image in found.items() if character not in unread}


def _unread(known: set[str]) -> set[str]:
    """What depends on what stands around it, where known words have it."""
    found = {"Σ"} if known & _SIGMAS else set()
    found |= _VOICED if any(re.match(rf"[{ALONE}]", character) for character in known) else set()
    return found | (set(map(chr, _JAMO)) if any(ord(c) in _SYLLABLES for c in known) else set())


def _composed(known: set[str]) -> dict[str, str]:
    """Letters written as a letter and signs behind it -> as one."""
    found = {}
    for character in known:
        parts = _taken_apart(character)
        for way in parts:
            for written in {way, way[0].upper() + way[1:]}:
                if plain_text(written) == character:
                    found[written] = character
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def _taken_apart(character: str) -> set[str]:
    """All ways to write it with signs behind it, in their order."""
    found = {unicodedata.normalize("NFD", character)}
    made = unicodedata.decomposition(character)
    if made and not made.startswith("<"):
        found.add("".join(chr(int(code, 16)) for code in made.split()))
    return {way for way in found if len(way) > 1}


@cache
def _pairs() -> list[str]:
    """Patterns of a letter and a sign behind it that are one character."""
    signs: dict[str, str] = {}
    for character in (c for block in _CHANGING for c in map(chr, block)):
        made = unicodedata.decomposition(character)
        if made and not made.startswith("<"):
            parts = "".join(chr(int(part, 16)) for part in made.split())
            if len(parts) == 2 and len(plain_text(parts)) == 1:
                signs[parts[0]] = signs.get(parts[0], "") + parts[1]
    return [one_of(base) + one_of(behind) for base, behind in signs.items()]
