"""What ``glassprop export`` can write a model as: a table, one entry for each language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from glassprop.ground.text import in_shell


@dataclass(frozen=True)
class Written:
    """A model in another language.

    Attributes
    ----------
    contents : mapping of str to bytes
        The files, by their paths.
    facts : sequence of (str, str)
        What is said of it, by what it is about.
    inputs : sequence of mappings
        What it takes, in this order: ``name``, ``type``, ``kind``, ``given`` (in words), ``missing``.
    record : mapping
        Further keys of ``--json``.
    """

    contents: Mapping[str, bytes]
    facts: Sequence[tuple[str, str]] = ()
    inputs: Sequence[Mapping[str, Any]] = ()
    record: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """A language.

    Attributes
    ----------
    ending : str
        Of the file that is named, with its point.
    files : callable (path) -> paths
        All files that are written where that one is named.
    write : callable (model, path, options) -> Written
        options: what was asked for beside the defaults, by the names in ``options``.
    options : sequence of str
        Options of the command that it takes.
    """

    ending: str
    files: Callable[[str], Sequence[str]]
    write: Callable[[Any, str, Mapping[str, Any]], Written]
    options: Sequence[str] = ()


def _onnx(model: Any, path: str, options: Mapping[str, Any]) -> Written:
    import json

    from glassprop.portable.to_onnx import to_onnx

    made = to_onnx(model, **options)
    facts = {prop.key: prop.value for prop in made.metadata_props}
    versions = {opset.domain or "ai.onnx": opset.version for opset in made.opset_import}
    outputs = json.loads(facts["glassprop.outputs"])
    return Written(
        {path: made.SerializeToString()},
        [
            ("inputs", facts["glassprop.given"]),
            ("outputs", "; ".join(f"{name}: {means}" for name, means in outputs.items())),
            ("opset", ", ".join(f"{domain} {number}" for domain, number in versions.items())),
            ("IR version", str(made.ir_version)),
        ],
        json.loads(facts["glassprop.inputs"]),
        {"given": facts["glassprop.given"], "outputs": outputs, "opsets": versions, "ir_version": made.ir_version},
    )


def _c(model: Any, path: str, options: Mapping[str, Any]) -> Written:
    from glassprop.portable.c_text import name_of
    from glassprop.portable.to_c import c_source_of

    source, header = _c_files(path)
    stem = Path(source).stem
    made = c_source_of(model, **{"name": name_of(stem), **options}, file=stem)
    facts = [
        ("computes in", made.precision),
        ("constants", f"about {made.constants:,} bytes"),
        ("stack", f"about {made.stack:,} bytes a call"),
        *([("loss", made.loss)] if made.loss else []),
        ("compile", f"cc -std=c99 -O2 -c {in_shell(source)}, and link with -lm"),
    ]
    record = {key: getattr(made, key) for key in ("name", "precision", "constants", "stack", "loss")}
    contents = {source: made.source.encode("ascii"), header: made.header.encode("ascii")}
    return Written(contents, facts, made.inputs, record)


def _c_files(path: str) -> list[str]:
    """Source and header, whichever of both was named."""
    stem = path[:-2] if path.endswith((".c", ".h")) else path
    return [f"{stem}.c", f"{stem}.h"]


TARGETS: dict[str, Target] = {
    "onnx": Target(".onnx", lambda path: [path], _onnx, ["zipmap"]),
    "c": Target(".c", _c_files, _c, ["precision", "int8", "name", "rows"]),
}
