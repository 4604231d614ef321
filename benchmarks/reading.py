"""Marks and pages: what is read right, what waits for a person, what is silently wrong, and what it costs.

`python -m benchmarks reading` runs everything; `python -m benchmarks.reading --set office --pages 40 --seed 7 --dump DIR`
runs one simulated set with another seed, for tuning.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import click

from benchmarks.pdf_files import pdf500_peak_mb, pdf_speedup
from benchmarks.reading_mix import the_mix
from benchmarks.reading_pile import run_pile
from benchmarks.reading_set import run_set
from benchmarks.reading_speed import speed
from benchmarks.real_sets import run_real
from benchmarks.table import table


def run(quick: bool) -> dict[str, Any]:
    """All sets and all costs, with the fixed seeds of mix.yaml."""
    raw = the_mix().raw
    pages = raw["quick_pages" if quick else "pages"]
    report: dict[str, Any] = {}
    for name in ("office", "bad"):
        started = time.perf_counter()
        report[name] = run_set(name, pages[name], raw["seeds"][name], quick=quick)
        report[name]["seconds"] = round(time.perf_counter() - started, 1)
    report["real"] = run_real(quick)
    for name, costs in speed(quick).items():
        report[name].update(costs)
    report["pile"] = run_pile(quick)
    if not quick:
        report |= {"pdf_speedup": pdf_speedup(), "pdf500_peak_mb": pdf500_peak_mb()}
    report["reliability"] = report["office"]["reliability"]
    return report


@click.command()
@click.option("--set", "name", type=click.Choice(["office", "bad"]), default="office")
@click.option("--pages", default=40, help="Whole copies of four pages are drawn.")
@click.option("--seed", required=True, type=int, help="Any but those of mix.yaml, which are kept for the benchmark.")
@click.option("--person", type=int, help="Only this one, as a wrong case names it.")
@click.option("--dump", type=click.Path(file_okay=False, path_type=Path), help="Put pictures of odd boxes there.")
@click.option("--quick", is_flag=True, help="Two forms instead of eight, as in a quick run.")
@click.option("--workers", default=2)
def main(name: str, pages: int, seed: int, person: int | None, dump: Path | None, quick: bool, workers: int) -> None:
    """One simulated set with a seed of your own."""
    chosen: Any = name
    figures = run_set(chosen, pages, seed, quick=quick, workers=workers, dump=dump, only=person)
    click.echo("\n".join(table(figures)))


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.reading")
