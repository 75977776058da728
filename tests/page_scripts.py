"""Lint and check the types of the explanation page's scripts: `python tests/page_scripts.py`, a part of `make lint`.

The page puts its scripts one after another into one scope, so that is what is looked at: one file, in which a name
that no script has, one that no script uses and a number where text is wanted are found. The tool is Deno, which comes
as a package from PyPI and holds TypeScript and a linter; rules stand in ``deno.json``, types of what the page is given
in ``report/page_types.d.ts``. It reaches for no network.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from deno import find_deno_bin

from glassprop.report.page import SCRIPTS

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "src/glassprop/report/static"
JOINED = ROOT / "build/page_scripts/page.js"


def join(folder: Path = STATIC, joined: Path = JOINED) -> list[tuple[Path, int]]:
    """Write the scripts as one file, and tell which file and line each of its lines is, from line 1 on."""
    texts = {folder / f"page_{name}.js": (folder / f"page_{name}.js").read_text(encoding="utf-8") for name in SCRIPTS}
    joined.parent.mkdir(parents=True, exist_ok=True)
    joined.write_text("\n".join(texts.values()), encoding="utf-8")
    return [(path, n) for path, text in texts.items() for n in range(1, len(text.split("\n")) + 1)]


def deno(verb: str, file: Path) -> tuple[int, str]:
    """Lint a file, or check its types: the exit code, and what is said."""
    environment = {**os.environ, "DENO_NO_UPDATE_CHECK": "1", "NO_COLOR": "1", "DENO_DIR": str(JOINED.parent / "deno")}
    command = [find_deno_bin(), verb, "--quiet", "--config", str(ROOT / "deno.json"), str(file)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def checked(folder: Path = STATIC, joined: Path = JOINED) -> tuple[int, str]:
    """Both, of all scripts in a folder; what is said names the scripts and their own lines."""
    lines = join(folder, joined)

    def place(found: re.Match[str]) -> str:
        path, number = lines[int(found[1]) - 1]
        return f"{os.path.relpath(path)}:{number}"

    said = [deno(verb, joined) for verb in ("lint", "check")]
    text = re.sub(rf"(?:file://)?{re.escape(str(joined))}:(\d+)", place, "".join(words for _, words in said))
    return max(code for code, _ in said), text


if __name__ == "__main__":
    code, said = checked()
    sys.stderr.write(said)
    sys.exit(code)
