"""`python -m benchmarks NAME [--quick] [--json FILE]`: one command, one table, one JSON."""

from __future__ import annotations

import importlib
import json
import os
import platform
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from benchmarks.table import table

ROOT = Path(__file__).parents[1]
BENCHMARKS = {
    "page_codes": "benchmarks.page_codes",
    "pile": "benchmarks.pile",
    "queue": "benchmarks.queue_cost",
    "reading": "benchmarks.reading",
    "service": "benchmarks.service_pile",
    "writing": "benchmarks.writing",
}
"""Modules with a function `run(quick)` that gives the figures.  Only the one asked for is imported: processes that it starts import this file again."""


@click.command()
@click.argument("name", type=click.Choice(sorted(BENCHMARKS)))
@click.option("--quick", is_flag=True, help="A small run that ends within 50 seconds.")
@click.option(
    "--json", "report", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures to this file."
)
def main(name: str, quick: bool, report: Path | None) -> None:
    """Measure the reader, print a table, and with --json write the figures."""
    run: Callable[[bool], dict[str, Any]] = importlib.import_module(BENCHMARKS[name]).run
    figures = {"benchmark": name, "quick": quick, "machine": machine(), "commit": commit(), **run(quick)}
    click.echo("\n".join(table(figures)))
    if report:
        report.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def machine() -> dict[str, Any]:
    """The machine that the figures were measured on."""
    return {"cores": os.cpu_count(), "cpu": _cpu(), "python": platform.python_version()}


def _cpu() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def commit() -> str:
    """The commit measured, with a plus where files differ from it; "unknown" outside a repository."""
    try:
        head = _git("rev-parse", "--short=12", "HEAD")
        return head + ("+" if _git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
