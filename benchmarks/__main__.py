"""`python -m benchmarks NAME [--quick] [--json FILE]`: one command, one table, one JSON."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from benchmarks import page_codes, pile, queue_cost, service_pile

ROOT = Path(__file__).parents[1]
BENCHMARKS: dict[str, Callable[[bool], dict[str, Any]]] = {
    "page_codes": page_codes.run,
    "pile": pile.run,
    "queue": queue_cost.run,
    "service": service_pile.run,
}


@click.command()
@click.argument("name", type=click.Choice(sorted(BENCHMARKS)))
@click.option("--quick", is_flag=True, help="A small run that ends within 50 seconds.")
@click.option(
    "--json", "report", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures to this file."
)
def main(name: str, quick: bool, report: Path | None) -> None:
    """Measure the reader, print a table, and with --json write the figures."""
    figures = {"benchmark": name, "quick": quick, "machine": machine(), "commit": commit(), **BENCHMARKS[name](quick)}
    width = max(map(len, figures))
    for key, value in figures.items():
        click.echo(f"{key:{width}}  {_shown(value)}")
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


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} {part}" for key, part in value.items()) or "-"
    if isinstance(value, list):
        return "".join(f"\n  {part}" for part in value) or "-"
    return f"{value:.4f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks")
