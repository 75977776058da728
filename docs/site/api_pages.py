"""The API reference: a page for each public module and each of its names, written before Sphinx reads."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path
from typing import Any

from api_names import everything, groups, home_of, methods_of, names_of, properties_of, public_modules

HEAD = "API reference\n=============\n\n"
ABOUT = (
    "Every public name, with the types, shapes and units of its arguments, the errors that it raises, an example and\n"
    "its source. Names that are not listed here are internal, and may change without notice.\n\n"
)


def title(text: str, mark: str) -> str:
    return f"{text}\n{mark * len(text)}\n\n"


def summary(thing: Any) -> str:
    """The first sentence of a docstring; of a plain value, what it is."""
    if inspect.isclass(thing) or inspect.isroutine(thing):
        first = inspect.cleandoc(thing.__doc__ or "").split("\n\n")[0]
        return " ".join(first.split())
    return ""


def listed(names: list[str]) -> str:
    """Links to pages, each with its line."""
    rows = []
    for name in names:
        home = home_of()[name]
        role = f":py:obj:`{name.rpartition('.')[2]} <{home}>`"
        rows.append(f"* {role}: {summary(everything()[name])}".rstrip(": "))
    return "\n".join(rows) + "\n\n"


def toctree(names: list[str]) -> str:
    return ".. toctree::\n   :hidden:\n\n" + "".join(f"   {name}\n" for name in names) + "\n"


def index() -> str:
    text = HEAD + ABOUT + title("glassprop", "-")
    for group, names in groups().items():
        text += title(group, "^") + listed([f"glassprop.{name}" for name in names])
    text += title("Modules", "-")
    for name in public_modules():
        module = importlib.import_module(f"glassprop.{name}")
        text += f"* :doc:`glassprop.{name} <glassprop.{name}>`: {summary_of_module(module)}\n"
    text += "\n"
    grouped = [name for names in groups().values() for name in names]
    pages = [f"glassprop.{name}" for name in grouped] + [f"glassprop.{name}" for name in public_modules()]
    return text + toctree(pages)


def summary_of_module(module: Any) -> str:
    line = inspect.cleandoc(module.__doc__).splitlines()[0].removeprefix("Public: ")
    return line[0].upper() + line[1:]


def page_of_module(name: str) -> str:
    full = f"glassprop.{name}"
    module = importlib.import_module(full)
    names = [f"{full}.{name}" for name in names_of(module)]
    own = [name for name in names if home_of()[name] == name and has_page(name)]
    plain = [name for name in names if not has_page(name)]
    body = inspect.cleandoc(module.__doc__).split("\n", 1)
    text = title(full, "=") + summary_of_module(module) + "\n\n"
    if len(body) > 1 and name == "errors":
        text += ".. code-block:: text\n\n" + "\n".join("   " + line for line in body[1].strip().splitlines()) + "\n\n"
    text += f".. py:module:: {full}\n\n"
    text += listed([name for name in names if has_page(name)])
    for name in plain:
        text += value(name)
    return text + toctree(own)


def has_page(name: str) -> bool:
    thing = everything()[name]
    return inspect.isclass(thing) or inspect.isroutine(thing)


def value(name: str) -> str:
    """A table, a tuple of names or a type for annotations, as it is, with what the source says of it."""
    return f".. autodata:: {name}\n   :no-value:\n\n{contents(everything()[name])}"


def contents(thing: Any) -> str:
    from typing import get_args

    if isinstance(thing, dict):
        keys = [key if isinstance(key, str) else " with ".join(key) for key in thing]
        return "   Its keys: " + ", ".join(f"``{key}``" for key in keys) + ".\n\n"
    if isinstance(thing, tuple):
        return "   " + ", ".join(f"``{entry}``" for entry in thing) + "\n\n"
    names = [arg for arg in get_args(thing) if isinstance(arg, str)]
    return "   One of " + ", ".join(f"``{name!r}``" for name in names) + ".\n\n" if names else ""


def page_of(name: str) -> str:
    thing = everything()[name]
    short = name.rpartition(".")[2]
    if not inspect.isclass(thing):
        return title(short, "=") + f".. autofunction:: {name}\n"
    text = title(short, "=") + f".. autoclass:: {name}\n"
    methods = "".join(f"   .. automethod:: {name}.{method}\n" for method in methods_of(thing))
    properties = "".join(f"   .. autoproperty:: {name}.{one}\n" for one in properties_of(thing))
    return f"{text}\n{methods}{properties}\n"


def write(folder: Path) -> None:
    """All pages; what is as it was is not written again, and what is no name anymore goes."""
    pages = {"index": index()}
    pages |= {f"glassprop.{name}": page_of_module(name) for name in public_modules()}
    pages |= {name: page_of(name) for name in everything() if has_page(name) and home_of()[name] == name}
    folder.mkdir(exist_ok=True)
    for path in folder.glob("*.rst"):
        if path.stem not in pages:
            path.unlink()
    for name, text in pages.items():
        path = folder / f"{name}.rst"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def setup(app: Any) -> dict[str, bool]:
    app.connect("builder-inited", lambda app: write(Path(app.srcdir, "docs", "api")))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
