"""YAML 1.2 values together with the line each stands on, so that an error can name it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from form_layouts.errors import FormFolderError

Keys = tuple[str | int, ...]


class _Yaml12Loader(yaml.SafeLoader):
    """`yes`, `no`, `on`, `off` and dates stay text: the choice `no` must not become False."""


_KEPT = {"tag:yaml.org,2002:null", "tag:yaml.org,2002:merge"}
_Yaml12Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if tag in _KEPT]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Yaml12Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Yaml12Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789")
)
_Yaml12Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?[0-9]*\.[0-9]+$"), list("-+.0123456789")
)


@dataclass
class LocatedYaml:
    """The values of one YAML file; `lines` maps a path of keys to its line (from 1)."""

    path: Path
    values: dict[str, Any]
    lines: dict[Keys, int] = field(default_factory=dict)

    def place(self, *keys: str | int) -> str:
        """`file:line` of the nearest key that exists, for an error message."""
        for end in range(len(keys), -1, -1):
            if keys[:end] in self.lines:
                return f"{self.path}:{self.lines[keys[:end]]}"
        return str(self.path)

    def error(self, keys: Keys, problem_en: str, problem_de: str) -> FormFolderError:
        return FormFolderError(self.place(*keys), problem_en, problem_de)


def load_yaml(path: Path) -> LocatedYaml:
    """Read one YAML file whose top is a mapping.

    Raises FormFolderError with file and line where it is not YAML, not UTF-8, or has a key twice.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as fault:
        line = fault.object[: fault.start].count(b"\n") + 1
        raise FormFolderError(
            f"{path}:{line}",
            "is not UTF-8 text. Save it as UTF-8.",
            "ist kein UTF-8-Text. Speichern Sie die Datei als UTF-8.",
        ) from None
    try:
        loader = _Yaml12Loader(text)
    except yaml.reader.ReaderError as fault:
        line = text[: fault.position].count("\n") + 1
        letter = f"U+{ord(text[fault.position]):04X}"
        raise FormFolderError(
            f"{path}:{line}",
            f"holds the invisible character {letter}. Delete it.",
            f"enthält das unsichtbare Zeichen {letter}. Löschen Sie es.",
        ) from None
    try:
        node = loader.get_single_node()
        located = LocatedYaml(path, {})
        if not isinstance(node, yaml.MappingNode):
            raise FormFolderError(
                f"{path}:1",
                "must hold `key: value` lines at its top.",
                "muss oben aus Zeilen `Schlüssel: Wert` bestehen.",
            )
        _note_lines(node, (), located)
        located.values = loader.construct_document(node)
    except yaml.MarkedYAMLError as fault:
        line = fault.problem_mark.line + 1 if fault.problem_mark else 1
        raise FormFolderError(
            f"{path}:{line}",
            f"is not valid YAML ({fault.problem}). Check indentation and brackets, and put texts with ? : , in quotes.",
            f"ist kein gültiges YAML ({fault.problem}). Prüfen Sie Einrückung und Klammern, und setzen Sie Texte mit ? : , in Anführungszeichen.",
        ) from None
    except (yaml.YAMLError, RecursionError) as fault:  # an alias may contain itself
        raise FormFolderError(
            str(path), f"is not valid YAML ({fault}).", f"ist kein gültiges YAML ({fault})."
        ) from None
    finally:
        loader.dispose()
    return located


def _note_lines(node: yaml.Node, keys: Keys, located: LocatedYaml) -> None:
    located.lines.setdefault(keys, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        seen: set[str] = set()
        for key, value in node.value:
            name = str(key.value)
            here = (*keys, name)
            line = key.start_mark.line + 1
            if name in seen:
                raise FormFolderError(
                    f"{located.path}:{line}",
                    f"'{name}' stands here twice. Remove or rename one.",
                    f"„{name}“ steht hier zweimal. Entfernen Sie eines oder benennen Sie es um.",
                )
            seen.add(name)
            located.lines[here] = line
            _note_lines(value, here, located)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _note_lines(value, (*keys, index), located)
