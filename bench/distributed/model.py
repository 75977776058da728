"""How far training in several processes scales: a model of a step from a few measured numbers.

    python -m bench.distributed.model            # the tables of docs/scaling.md
    python -m bench.distributed.model --check messages.json ...   # beside what `messages` has measured

A step takes the gradient's time, which falls with the rows a process has, and the exchange's, which does not. With P
numbers in θ, R processes, r roots in each, one-way latency a and seconds a byte b, the fixed tree sends

    all to all:  (R - 1) messages of 8 P r / R bytes from each,    then adds R r - 1 rows of P / R numbers
    all gather:  (R - 1) messages of 8 P / R bytes from each

so it takes  2 o + 2 (R - 1) a + 8 P (r + 1) (R - 1) / R b + (R r - 1) P / R c + 8 P r m,  o: what an operation takes in
Python, c: an add, m: a byte of packing, where r > 1. Up to 2,048 numbers all goes to all at once:
o + (R - 1) (a + 8 P r b) + (R r - 1) P c. MPI's own sum, `fast_sums`, is  o + 2 log2 R a + 16 P (R - 1) / R b.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from math import ceil, log2

from glassprop.backprop.ranks import LaneSums

SHORT = 2048  # numbers of a vector that goes to all
CALL, ADD, COPY = 8e-6, 0.4e-9, 1 / 10e9  # seconds: an operation in Python, an add in the cache, a byte of packing


@dataclass(frozen=True)
class Net:
    """A network of machines. latency: one way, seconds; bandwidth: of a machine, bytes a second."""

    name: str
    latency: float
    bandwidth: float


NETS = (
    Net("1 GbE, TCP", 23.6e-6, 118.2e6),
    Net("25 GbE, TCP", 10e-6, 2.9e9),
    Net("100 GbE, RoCE", 1.3e-6, 12.1e9),
    Net("InfiniBand HDR", 1.61e-6, 23.5e9),
)


class _Nobody:
    """A group whose sums nobody makes, for the shape of the tree."""

    def __init__(self, rank: int, size: int) -> None:
        self.rank, self.size = rank, size


def roots_of(ranks: int, lanes: int) -> int:
    """How many sums a process is left with, at most."""
    some = {0, 1, ranks // 2, ranks - 2, ranks - 1}
    return max(len(LaneSums(_Nobody(rank, ranks), lanes).roots) for rank in some if 0 <= rank < ranks)  # type: ignore[arg-type]


def exchange(parameters: int, ranks: int, net: Net, roots: int) -> float:
    """Seconds that the sums of a step take."""
    if ranks == 1:
        return 0.0
    n_bytes, others, per_byte = 8 * (parameters + 3), ranks - 1, 1 / net.bandwidth
    if parameters + 3 <= SHORT:
        return CALL + others * (net.latency + n_bytes * roots * per_byte) + (ranks * roots - 1) * parameters * ADD
    sent = n_bytes * (roots + 1) * others / ranks * per_byte
    adds = (ranks * roots - 1) * parameters / ranks * ADD
    packing = n_bytes * roots * COPY if roots > 1 else 0.0
    return 2 * CALL + 2 * others * net.latency + sent + adds + packing


def fast_exchange(parameters: int, ranks: int, net: Net) -> float:
    """The same of MPI's own sum, which needs few messages, one after the other."""
    sent = 16 * (parameters + 3) * (ranks - 1) / ranks / net.bandwidth
    return CALL + 2 * log2(ranks) * net.latency + sent


def rows_needed(seconds: float, per_row: float, share: float = 0.9) -> int:
    """How many rows a process and step make an exchange no more than what ``share`` leaves."""
    return ceil(seconds * share / (1 - share) / per_row)


def lanes_for(ranks: int) -> int:
    """Lanes to ask for: 12, or as many as there are processes."""
    return max(12, ranks)


RANKS = (2, 4, 12, 100, 1000)
CASES = (("64-64-64", 9_000), ("256-256-256", 134_154), ("1024-1024-1024", 2_109_450))


def tables(flops: float) -> None:
    """Rows a process and step that 90 % needs, by network and number of processes; in brackets: of fast sums."""
    for name, parameters in CASES:
        per_row = 6 * parameters / flops
        print(
            f"\n{name}: {parameters:,} parameters, {8 * parameters / 1e6:.2f} MB a sum, {per_row * 1e6:.2f} µs a row\n"
        )
        print("| network | " + " | ".join(f"{ranks:,} ranks" for ranks in RANKS) + " |")
        print("|---|" + "---:|" * len(RANKS))
        for net in NETS:
            rows = []
            for ranks in RANKS:
                tree = exchange(parameters, ranks, net, roots_of(ranks, lanes_for(ranks)))
                fast = fast_exchange(parameters, ranks, net)
                rows.append(f"{rows_needed(tree, per_row):,} ({rows_needed(fast, per_row):,})")
            print(f"| {net.name} | " + " | ".join(rows) + " |")


def check(paths: list[str]) -> None:
    """What ``messages`` has measured beside what its own latency and bandwidth say."""
    print("| ranks | θ | measured ms | model ms |\n|---:|---:|---:|---:|")
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for line in file:
                found = json.loads(line)
                net = Net("here", found["latency_us"] * 1e-6, found["bandwidth_GB_s"] * 1e9)
                for case in found["sums"]:
                    told = exchange(case["length"], found["ranks"], net, case["roots"])
                    print(f"| {found['ranks']} | {case['length']:,} | {case['tree_ms']:.3g} | {1000 * told:.3g} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--flops", type=float, default=120e9, help="floating-point operations a second of a process")
    parser.add_argument("--check", nargs="+", metavar="FILE", help="lines that bench.distributed.messages has printed")
    asked = parser.parse_args()
    if asked.check:
        check(asked.check)
    else:
        tables(asked.flops)


if __name__ == "__main__":
    main()
