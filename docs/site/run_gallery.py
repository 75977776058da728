"""Runs the examples of the gallery as plain programs, says how long each takes, and fails where one fails or warns.

Run it: python docs/site/run_gallery.py [NAME ...]
"""

from __future__ import annotations

import contextlib
import io
import runpy
import sys
import time
import traceback
import warnings
from pathlib import Path

from gallery_look import FOLDER, ORDER

ROOT = Path(__file__).parents[2]


def fault(path: Path) -> str:
    """Runs one; what went wrong, or nothing."""
    from matplotlib import pyplot as plt

    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("error")
            warnings.filterwarnings("ignore", message="FigureCanvasAgg is non-interactive")
            runpy.run_path(str(path), run_name="__main__")
        return "" if plt.get_fignums() else "it draws nothing"
    except Exception:
        return traceback.format_exc()
    finally:
        plt.close("all")


def main(names: list[str]) -> int:
    unknown = sorted({*names} - {*ORDER})
    if unknown:
        print(f"no example is called {', '.join(unknown)}; there are {', '.join(ORDER)}")
        return 2
    import matplotlib

    matplotlib.use("agg")
    failed, begin = [], time.perf_counter()
    for name in names or ORDER:
        started = time.perf_counter()
        wrong = fault(ROOT / FOLDER / f"{name}.py")
        print(f"{name:22} {time.perf_counter() - started:5.1f} s{'  FAILED' if wrong else ''}", flush=True)
        if wrong:
            failed.append(name)
            print(wrong)
    print(f"{len(names or ORDER)} examples, {time.perf_counter() - begin:.0f} s, {len(failed)} failed")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
