"""Figures as lines of text."""

from __future__ import annotations

from typing import Any


def table(figures: dict[str, Any], indent: str = "") -> list[str]:
    """Figures as lines of text; what has parts stands below its name."""
    lines = []
    for key, value in figures.items():
        if isinstance(value, dict) and any(isinstance(part, dict) for part in value.values()):
            lines += [f"{indent}{key}", *table(value, indent + "  ")]
        elif isinstance(value, dict):
            lines.append(f"{indent}{key:30} " + ", ".join(f"{name} {part}" for name, part in value.items()))
        elif isinstance(value, list):
            lines += [f"{indent}{key}", *(f"{indent}  {part}" for part in value)]
        else:
            lines.append(f"{indent}{key:30} {value}")
    return lines
