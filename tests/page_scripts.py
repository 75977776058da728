"""Lint and check the types of the pages' scripts: `python tests/page_scripts.py`, a part of `make lint`.

A page puts its scripts one after another into one scope, so that is what is looked at: one file, in which a name
that no script has, one that no script uses and a number where text is wanted are found. The tool is Deno, which comes
as a package from PyPI and holds TypeScript and a linter; rules stand in ``deno.json``, types of what pages are given
in ``report/page_types.d.ts`` and ``training_report/suspects_types.d.ts``. It reaches for no network.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from deno import find_deno_bin

from glassprop.report.page import SCRIPTS
from glassprop.training_report.suspects_page import SCRIPTS as OF_SUSPECTS

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "src/glassprop/report/static"
JOINED = ROOT / "build/page_scripts/page.js"
NAMES = [f"page_{name}.js" for name in SCRIPTS]
SUSPECTS = ROOT / "src/glassprop/training_report/static"
NAMES_OF_SUSPECTS = [f"suspects_{name}.js" for name in OF_SUSPECTS]


def join(folder: Path, joined: Path, names: Sequence[str]) -> list[tuple[Path, int]]:
    """Write the scripts as one file, and tell which file and line each of its lines is, from line 1 on."""
    texts = {folder / name: (folder / name).read_text(encoding="utf-8") for name in names}
    joined.parent.mkdir(parents=True, exist_ok=True)
    joined.write_text("\n".join(texts.values()), encoding="utf-8")
    return [(path, n) for path, text in texts.items() for n in range(1, len(text.split("\n")) + 1)]


def deno(verb: str, file: Path) -> tuple[int, str]:
    """Lint a file, or check its types: the exit code, and what is said."""
    environment = {**os.environ, "DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1", "DENO_DIR": str(JOINED.parent / "deno")}
    command = [find_deno_bin(), verb, "--quiet", "--config", str(ROOT / "deno.json"), str(file)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def checked(folder: Path = STATIC, joined: Path = JOINED, names: Sequence[str] = NAMES) -> tuple[int, str]:
    """Both, of all scripts of a page; what is said names the scripts and their own lines."""
    lines = join(folder, joined, names)

    def place(found: re.Match[str]) -> str:
        path, number = lines[int(found[1]) - 1]
        return f"{os.path.relpath(path)}:{number}"

    said = [deno(verb, joined) for verb in ("lint", "check")]
    text = re.sub(rf"(?:file://)?{re.escape(str(joined))}:(\d+)", place, "".join(words for _, words in said))
    return max(code for code, _ in said), text


if __name__ == "__main__":
    found = [checked(), checked(SUSPECTS, JOINED.with_name("suspects.js"), NAMES_OF_SUSPECTS)]
    sys.stderr.write("".join(said for _, said in found))
    sys.exit(max(code for code, _ in found))
