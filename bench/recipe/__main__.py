"""``python -m bench.recipe``: what leaving each part of the recipe out costs, on the tables that it was chosen on.

    python -m bench.recipe [--only TABLE …] [--variants NAME …] [--seeds N] [--results FILE] [--report] [--list]

Results are kept in build/recipe.jsonl, by table, seed and variant; what is there is not run again. The report is of
ratios of errors to those of the recipe on the same rows, geometric means over tables, with the standard error of what
seeds do.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from bench.accuracy.prepared import fetched
from bench.accuracy.tables import CHOOSING
from bench.recipe.choosing import NAMES
from bench.recipe.report import report
from bench.recipe.trial import run
from bench.recipe.variants import BY_NAME, VARIANTS

_RESULTS = Path(__file__).resolve().parents[2] / "build" / "recipe.jsonl"


def main() -> None:
    """Run what is not there yet, and print the report."""
    asked = _arguments()
    if asked.list:
        print("\n".join(variant.name for variant in VARIANTS))
        return
    results = _kept(asked.results)
    if not asked.report:
        missing = fetched(list(CHOOSING))
        _run_all(asked, results, [name for name in asked.only if name not in missing])
    print(report(list(results.values()), [variant.name for variant in VARIANTS]))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.recipe", description="What each part is worth.")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=list(NAMES), metavar="TABLE")
    parser.add_argument("--variants", nargs="+", choices=sorted(BY_NAME), default=list(BY_NAME), metavar="NAME")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--results", type=Path, default=_RESULTS)
    parser.add_argument("--report", action="store_true", help="of what there is, without running anything")
    parser.add_argument("--list", action="store_true", help="names of the variants")
    return parser.parse_args()


def _run_all(asked: argparse.Namespace, results: dict[tuple, dict[str, Any]], names: list[str]) -> None:
    asked.results.parent.mkdir(parents=True, exist_ok=True)
    for seed in range(asked.seeds):
        for name in names:
            for variant in asked.variants:
                if (name, seed, variant) in results:
                    continue
                result = run(name, seed, BY_NAME[variant])
                results[name, seed, variant] = result
                with asked.results.open("a") as file:
                    file.write(json.dumps(result) + "\n")
                print(f"{name} {seed} {variant}: {result['error']:.4f}, {result['seconds']:.1f} s", flush=True)


def _kept(path: Path) -> dict[tuple, dict[str, Any]]:
    lines = path.read_text().splitlines() if path.exists() else []
    found = [json.loads(line) for line in lines]
    return {(result["table"], result["seed"], result["variant"]): result for result in found}


if __name__ == "__main__":
    main()
