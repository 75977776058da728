"""The benchmark's figures for a terminal: what ran, and a line for each case."""

from __future__ import annotations

from typing import Any

from rich.table import Table

OURS = "glassprop"
_ABOVE = 1.1  # a product that is so many times as fast as the peak is made of other instructions


def of_kernels(about: dict[str, Any]) -> Table:
    """The machine and whose kernels ran, with the speed of each library's product beside the peak."""
    out = Table(title=f"{about['machine']['cpu']}, {about['column']}", show_header=False)
    out.add_column()
    out.add_column(overflow="fold")
    machine = about["machine"]
    for name in ("date", "cpu numbers", "cores", "python", "thread settings", "load"):
        out.add_row(name, str(machine[name]))
    out.add_row("versions", ", ".join(f"{name} {number}" for name, number in machine["versions"].items()))
    for dtype, by_width in about["peak_gflops"].items():
        widths = ", ".join(f"{bits} bits: {rate:.0f}" for bits, rate in by_width.items())
        out.add_row(f"peak, {dtype}", f"{widths} GFLOP/s, all cores")
    most = max(about["peak_gflops"]["float32"].values())
    for name, by_threads in about["product_gflops"].items():
        speeds = (f"{threads}: {rate:.0f}" for threads, rate in by_threads.items())
        share = max(by_threads.values()) / most
        doubt = ": the limit was not followed" if share > _ABOVE else ""
        out.add_row(f"product, {name}", f"{', '.join(speeds)} GFLOP/s; {share:.0%} of the peak of all cores{doubt}")
    for name, words in sorted(about["kernels"].items()):
        out.add_row(f"kernels, {name}" if name != "switches" else name, words)
    if about["set_aside"]:
        out.add_row("not handed on", " ".join(f"{name}={value}" for name, value in about["set_aside"].items()))
    return out


def of_column(column: dict[str, Any]) -> Table:
    """A line for each case."""
    about = column["about"]
    out = Table(
        title=f"milliseconds an epoch, {about['column']} ({about['level']})",
        caption="ratio: best peer / glassprop; of peak: operations of the products in the epoch's whole time",
    )
    left = ("network, batch (rows)", "")
    for name in (left[0], "glassprop", "best peer", "ratio", "must", "of floor", "of peak", ""):
        out.add_column(name, justify="left" if name in left else "right")
    for row in column["rows"]:
        times = row["milliseconds"]
        out.add_row(
            row["case"]["name"],
            f"{times[OURS]:.3g}",
            f"{times[row['peer']]:.3g} {row['peer']}",
            f"{row['ratio']:.2f}",
            "" if row["must"] is None else f"{row['must']:g}",
            "" if row["of_floor"] is None else f"{row['of_floor']:.0%}",
            f"{row['of_peak'][OURS]:.0%}",
            verdict(row),
        )
    return out


def verdict(row: dict[str, Any]) -> str:
    """Met, met by the share of the floor, or short, by what is asked of the case; void if the costs differ."""
    if row["void"]:
        return f"void: {', '.join(row['void'])}"
    if row["must"] is None:
        return ""
    if row["ratio"] >= row["must"]:
        return "met"
    enough = row["case"]["must"]["of_floor"]
    return "met (floor)" if enough and row["of_floor"] and row["of_floor"] >= enough else "short"
