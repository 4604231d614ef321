"""The JSON Schemas of docs/schemas, generated from the models: one for each file that others build on."""

import json
import re
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode
from pydantic_core import core_schema

from form_layouts.layout import Fields, Layout
from form_layouts.questionnaire import Questionnaire, Wording
from omr.reading import Line

FOLDER = Path(__file__).parent.parent / "docs" / "schemas"
DIALECT = "https://json-schema.org/draft/2020-12/schema"

_INNERMOST = re.compile(r"[\[{][^\[\]{}]*[\]}]")
"""A list or mapping that holds no other: it stands on one line."""


class _WithoutTitles(GenerateJsonSchema):
    """A title that only repeats its key says nothing."""

    def field_title_should_be_set(self, schema: object) -> bool:
        return False


class _WrittenInFull(_WithoutTitles):
    """For files that Crosscheck writes: every key is always there."""

    def field_is_required(
        self,
        field: core_schema.ModelField | core_schema.DataclassField | core_schema.TypedDictField,
        total: bool,
    ) -> bool:
        return True


_CONTRACTS: dict[str, tuple[str, TypeAdapter[Any], JsonSchemaMode]] = {
    # name: (title, model, validation for what people write, serialization for what Crosscheck writes)
    "questionnaire": ("questionnaire.yaml", TypeAdapter(Questionnaire), "validation"),
    "wording": ("text.<language>.yaml", TypeAdapter(Wording), "validation"),
    "fields": ("fields.<language>.yaml", TypeAdapter(Fields), "validation"),
    "layout": ("<form>.layout.json", TypeAdapter(Layout), "serialization"),
    "reading-line": ("a line of `crosscheck read`", TypeAdapter(Line), "serialization"),
}
CONTRACTS = tuple(_CONTRACTS)


def schema_path(contract: str) -> Path:
    """Where the schema of a contract is kept."""
    return FOLDER / f"{contract}.schema.json"


def schema_text(contract: str) -> str:
    """The schema as the models give it now, as the text of its file."""
    title, model, mode = _CONTRACTS[contract]
    generator = _WrittenInFull if mode == "serialization" else _WithoutTitles
    schema = model.json_schema(by_alias=True, mode=mode, schema_generator=generator)
    text = json.dumps({"$schema": DIALECT, **schema, "title": title}, indent=1, ensure_ascii=False)
    return _INNERMOST.sub(lambda found: re.sub(r"\s*\n\s*", " ", found[0]), text) + "\n"


def write_schemas() -> list[Path]:
    """Write every schema to docs/schemas; their paths."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for contract in CONTRACTS:
        schema_path(contract).write_text(schema_text(contract), encoding="utf-8")
    return [schema_path(contract) for contract in CONTRACTS]
