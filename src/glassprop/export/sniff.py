"""What a file is that is not a model file, told from its first bytes; nothing of it is run."""

from __future__ import annotations

import pickletools
import zipfile
from typing import BinaryIO

_ENOUGH = 1 << 20  # a pickle this long that has read well so far is one


def what_it_is(file: BinaryIO, wanted: str = "model") -> str:
    """The end of the sentence "FILE …" for a file that is no zip archive; "" for one that is."""
    head = file.read(_ENOUGH)
    file.seek(0)
    if not head:
        return f"is empty, not a {wanted} file"
    if zipfile.is_zipfile(file):
        file.seek(0)
        return ""
    if head.startswith(b"PK\x03\x04"):
        return "is truncated: the end of the archive is missing; copy or train it again"
    if _is_pickle(head):
        return "is a Python pickle, which is never opened: loading one runs its code; use glassprop.save"
    return f"is not a glassprop {wanted} file"


def _is_pickle(head: bytes) -> bool:
    if head[0] == 0x80 and len(head) > 1 and head[1] <= 5:  # protocol 2 and later begin so
        return True
    try:
        opcodes = [opcode.name for opcode, _, _ in pickletools.genops(head)]
    except Exception:  # genops raises many things on what is no pickle
        return False
    return len(opcodes) > 1
