"""Where everything stands on a form: millimetres from the page's top left corner, page by page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from form_layouts.errors import DamagedLayout

Box = tuple[float, float, float, float]
"""x, y, width, height in mm."""
Shape = Literal["square", "circle"]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AnswerField(_Model):
    """A place on paper where an answer is given."""

    question: str

    @property
    def boxes(self) -> tuple[Box, ...]:
        """All rectangles of the field."""
        raise NotImplementedError


class Checkbox(AnswerField):
    choice: str
    row: str | None = None
    box: Box
    shape: Shape = "square"

    @property
    def boxes(self) -> tuple[Box, ...]:
        return (self.box,)


class Comb(AnswerField):
    """One character a cell, cells in reading order of the digits (left to right in every language)."""

    cells: Annotated[tuple[Box, ...], Field(min_length=1)]

    @property
    def boxes(self) -> tuple[Box, ...]:
        return self.cells


class TextArea(AnswerField):
    box: Box
    rules: tuple[float, ...] = ()
    """y of each printed writing line, in mm from the page's top."""

    @property
    def boxes(self) -> tuple[Box, ...]:
        return (self.box,)


class PageLayout(_Model):
    checkboxes: tuple[Checkbox, ...] = ()
    combs: tuple[Comb, ...] = ()
    text_areas: tuple[TextArea, ...] = ()
    ignore: tuple[Box, ...] = ()
    """Ink here is no finding: the stamp box, a place for notes of the office."""
    code: str | None = None
    """For a form that we did not print: the text of a code that this page already carries."""
    markers: tuple[Box, ...] = ()
    """Corner markers, clockwise from the top left; none on a form that we did not print."""
    code_boxes: tuple[Box, ...] = ()
    warm_up: Box | None = None

    @property
    def fields(self) -> tuple[AnswerField, ...]:
        return (*self.checkboxes, *self.combs, *self.text_areas)


class Fields(_Model):
    """fields.<language>.yaml: where the fields stand on a form that we did not print."""

    format: Literal[1] = 1
    page_size: tuple[float, float]
    edition: Annotated[int, Field(ge=1, le=99)] = 1
    pages: Annotated[tuple[PageLayout, ...], Field(min_length=1)]


class Layout(_Model):
    """One edition's geometry.  Immutable once printed."""

    format: Literal[1] = 1
    questionnaire: str
    version: str
    edition: int
    language: str
    page_size: tuple[float, float]
    binding_margin: float = 0.0
    """Width in mm, at the left edge of the sheet, kept free for holes and staples."""
    pages: tuple[PageLayout, ...]
    hash: str = ""
    wording_hash: str = ""
    """SHA-256 of what is asked and its wording, without status and edition: printed words never change either."""
    typeset_with: str = ""
    """Typesetter and fonts that drew it; not part of the hash."""

    @property
    def key(self) -> str:
        return f"{self.questionnaire}_{self.version}_{self.language}_{self.edition}"

    @property
    def ours(self) -> bool:
        """Whether we printed it: it carries our corner markers."""
        return any(page.markers for page in self.pages)

    @property
    def geometry_hash(self) -> str:
        """SHA-256 over field and marker geometry: the same whatever the codes and the copy number say."""
        pages = [page.model_dump(mode="json") for page in self.pages]
        content = json.dumps([self.page_size, self.binding_margin, pages], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(content.encode()).hexdigest()

    @property
    def check(self) -> str:
        """What the page code repeats of the hash, so that a page is never read with another edition's geometry."""
        return self.hash[:4].upper()

    def sealed(self) -> Layout:
        """The same layout with its hash filled in."""
        return self.model_copy(update={"hash": self.geometry_hash})

    def question_pages(self) -> Iterator[tuple[str, int]]:
        """Every question with each page (from 0) it has a field on."""
        for number, page in enumerate(self.pages):
            for name in {field.question for field in page.fields}:
                yield name, number


def write_layout(layout: Layout, path: Path) -> None:
    path.write_text(json.dumps(layout.model_dump(mode="json"), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def read_layout(path: Path) -> Layout:
    """Raises DamagedLayout where the file is not a layout, or its geometry is not what its hash says."""
    try:
        layout = Layout.model_validate_json(path.read_bytes())
    except ValidationError as fault:
        first = fault.errors()[0]
        problem = f"{'.'.join(str(part) for part in first['loc'])}: {first['msg']}"
        raise DamagedLayout(path=path, problem=problem) from None
    if layout.hash != layout.geometry_hash:
        raise DamagedLayout(path=path, problem="hash")
    return layout
