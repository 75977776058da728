"""Text from tables made fit for C: string literals, comments and names of members, out of which nothing breaks.

What is written is ASCII alone, whatever was in the text: no character of a column's name or of a label ends a literal
or a comment, joins lines, makes a trigraph, or changes the direction in which a page is read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from glassprop.errors import SettingsError
from glassprop.ground.text import quoted, shortened

LONGEST_LITERAL = 4000  # bytes; a C99 compiler need not take more than 4095 in one literal
_LONGEST_NAME = 40  # characters of a member's name; C99 tells 63 apart
_LONGEST_COMMENT = 120  # characters of a column's name that a comment shows
_PLAIN = frozenset(map(chr, range(0x20, 0x7F))) - frozenset('"\\?')
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*")

_FILE = re.compile(r"[A-Za-z0-9_.+ -]+")

# Headers of C's own: one of a model that is called so would be found in their place, in the model's own source, too.
_HEADERS = """
    assert complex ctype errno fenv float inttypes iso646 limits locale math setjmp signal stdalign stdarg stdatomic
    stdbit stdbool stdckdint stddef stdint stdio stdlib stdnoreturn string tgmath threads time uchar wchar wctype
    """
_TAKEN_FILES = frozenset(_HEADERS.split())

# Keywords of C and C++, and words that headers and compilers are known to replace by something else.
_WORDS = """
    alignas alignof and and_eq asm assert atomic auto bitand bitor bool break case catch cdecl char char16_t char32_t
    char8_t class co_await co_return co_yield compl complex concept const const_cast consteval constexpr constinit
    continue decltype default delete do double dynamic_cast else enum errno explicit export extern false far final float
    for friend fortran goto hpux huge i386 if imaginary import inline int interface linux long m68k max min mips module
    mutable namespace near new noreturn not not_eq nullptr offsetof operator or or_eq override pascal private protected
    public register reinterpret_cast requires restrict return setjmp short signed sizeof small sparc static
    static_assert static_cast stderr stdin stdout struct sun switch template this thread_local throw true try typedef
    typeid typename typeof typeof_unqual union unix unsigned using vax virtual void volatile wchar_t while xor xor_eq
    """
_TAKEN = frozenset(_WORDS.split())


def c_literal(text: str) -> str:
    """Text as a string literal, in UTF-8.

    Bytes beyond plain ASCII are three octal digits each: of an escape in hexadecimal, letters behind it would be part.

    Examples
    --------
    >>> print(c_literal('2" pipe??/'), c_literal("\\xe9a"))
    "2\\" pipe\\?\\?/" "\\303\\251a"
    """
    return '"' + "".join(map(_in_literal, text.encode("utf-8", "surrogatepass"))) + '"'


def _in_literal(byte: int) -> str:
    character = chr(byte)
    if character in _PLAIN:
        return character
    return f"\\{character}" if character in '"\\?' else f"\\{byte:03o}"


def c_bytes(text: str) -> str:
    """The same as what an array of char begins with, for text too long for a literal."""
    numbers = [byte - 256 if byte > 127 else byte for byte in text.encode("utf-8", "surrogatepass")]
    return "{" + ", ".join(map(str, [*numbers, 0])) + "}"


def c_comment(text: str) -> str:
    """Text to stand within a comment: one that is shown to people, and may be shortened.

    Examples
    --------
    >>> print(c_comment("a */ b\\n"), c_comment("km/h"), c_comment("what??/"))
    a *\\u002f b\\u000a km/h what\\u003f\\u003f/
    """
    shown, found = shortened(str(text), _LONGEST_COMMENT), []
    for before, character, after in zip(" " + shown, shown, shown[1:] + " ", strict=False):
        beside = {before, after}
        ends = (character == "/" and "*" in beside) or (character == "?" and "?" in beside)
        if character == "\\":
            found.append("\\\\")
        elif ends or not " " <= character <= "~":
            code = ord(character)
            found.append(f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")
        else:
            found.append(character)
    return "".join(found)


def c_names(texts: Sequence[str], taken: Iterable[str] = ()) -> list[str]:
    """A name in C for each text, as like it as can be, each another one.

    Letters are lower case, since headers have macros in capitals.

    Examples
    --------
    >>> c_names(["Age (years)", "age-years", "int", "2nd", "Größe", "体重"])
    ['age_years', 'age_years_2', 'int_', 'x2nd', 'grosse', 'x6']
    """
    found: list[str] = []
    used = set(taken)
    for number, text in enumerate(texts, start=1):
        first = _as_name(text) or f"x{number}"
        name, more = first, 1
        while name in used:
            more += 1
            name = f"{first.rstrip('_')}_{more}"
        used.add(name)
        found.append(name)
    return found


def _as_name(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text[: 4 * _LONGEST_NAME].replace("ß", "ss"))
    letters = "".join(character for character in letters if not unicodedata.combining(character))
    name = re.sub(r"[^a-z0-9]+", "_", letters.lower())[:_LONGEST_NAME].strip("_")
    if not name:
        return ""
    name = f"x{name}" if name[0].isdigit() else name
    return f"{name}_" if name in _TAKEN else name


def name_of(file: str) -> str:
    """What names may begin with, after a file's."""
    return c_names([file])[0].rstrip("_")


def checked_file(name: str) -> str:
    """What files are called, without their endings, where a line of C can say so.

    Raises
    ------
    SettingsError
    """
    if not _FILE.fullmatch(name):
        raise SettingsError(
            f"files of C are to be called by plain letters, digits, blanks and ._+-: got {quoted(name, 60)}"
        )
    if name.lower() in _TAKEN_FILES:  # some systems do not tell capitals apart
        raise SettingsError(f"{name.lower()}.h is a header of C's own, which this one would hide: call it otherwise")
    return name


def checked_prefix(name: str) -> str:
    """What all names of the files begin with, where it can be one.

    Raises
    ------
    SettingsError
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name) or len(name) > _LONGEST_NAME:
        raise SettingsError(
            f"name must be letters and digits, with single _ between them, at most {_LONGEST_NAME}, as model or "
            f"churn_model: got {quoted(name, 60)}"
        )
    return name
