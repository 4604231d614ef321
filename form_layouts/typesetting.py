"""Questionnaire and language -> PDF and layout, set by Typst in three passes: measure, place, print."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import typst

from form_layouts.errors import MissingGlyph, NotOurPrint, TooTall, TypesettingFault
from form_layouts.form_folder import FormFolder
from form_layouts.layout import Box, Checkbox, Comb, Layout, PageLayout, TextArea
from form_layouts.packing import Block, Place, pack
from form_layouts.page_code import CODE_MM, MARKER_MM, PageCode, code_boxes, code_modules, marker_modules, svg
from form_layouts.printed_blocks import is_right_to_left, printed_blocks, text_size

PAGE = (210.0, 297.0)
SIDE_MM = 20.0
"""Left and right margin.  Both are as wide as the binding margin, so that the back of a sheet printed on
both sides, whose binding margin is on its right, has the same geometry as a sheet printed on one."""
EDGE_MM = 8.0
"""From the upper and lower edge of the page to the markers: the widest margin that printers need."""
SLIP_MM = 27.0
"""Height of the slip at the foot of the last sheet."""
GUTTER_MM = 8.0
CONTENT_GAP_MM = 3.5
"""Between the page codes and the first and last question: Arabic and Hindi marks stand up to 0.9 mm above their
line, and 2.4 mm (4 modules) must stay white around a code."""
BLOCK_GAPS_MM = (5.5, 4.5, 3.5, 2.6)
"""Between two questions: the widest that still gives the fewest pages."""
MAX_PAGES = 40
FONT_FOLDERS = ("/usr/share/fonts/truetype/noto", "/usr/share/fonts/opentype/noto")
"""Debian's fonts-noto-core and fonts-noto-cjk: the same package gives the same page everywhere."""
FIRST_FONTS = (
    "Noto Sans",
    "Noto Naskh Arabic",
    "Noto Sans Ethiopic",
    "Noto Sans Devanagari",
    "Noto Sans Georgian",
    "Noto Sans CJK SC",
)
FORM = "form.typ"
TIMESTAMP = 0
"""A fixed date inside the PDF: the same form gives the same bytes."""


@dataclass(frozen=True)
class Typeset:
    """A printed form: the PDF of all copies, one after the other, and the layout they share."""

    pdf: bytes
    layout: Layout


def typeset(
    folder: FormFolder,
    language: str,
    *,
    first_copy: int = 1,
    copies: int = 1,
    duplex: bool = False,
    numbered: bool = True,
) -> Typeset:
    """Print `copies` copies of the form in one language.

    They are numbered from `first_copy` where the questionnaire has copy numbers and `numbered` is set.
    Raises NoSuchLanguage, NotOurPrint, MissingGlyph, TooTall, PageCodeTooLong.
    """
    if language in folder.fields:
        raise NotOurPrint(
            questionnaire=folder.questionnaire.questionnaire, version=folder.questionnaire.version, language=language
        )
    data = _document(folder, language)
    layout = _place(folder, language, data)
    numbers = [first_copy + n if numbered and folder.questionnaire.copy_numbers else 0 for n in range(copies)]
    data["copies"] = [
        {"copy": number, "codes": [svg(code_modules(code)) for code in page_codes(layout, number, duplex)]}
        for number in numbers
    ]
    data["duplex"] = duplex
    return Typeset(_compile(data, language), layout)


def page_codes(layout: Layout, copy: int, duplex: bool) -> list[PageCode]:
    """What the code of each page of one copy says."""
    pages = len(layout.pages)
    return [
        PageCode(
            layout.questionnaire,
            layout.version,
            layout.edition,
            layout.language,
            page,
            pages,
            copy,
            duplex,
            layout.check,
        )
        for page in range(1, pages + 1)
    ]


def _document(folder: FormFolder, language: str) -> dict[str, Any]:
    """Everything the template needs except positions."""
    wording = folder.wording(language)
    questionnaire = folder.questionnaire
    inner = PAGE[0] - 2 * SIDE_MM
    return {
        "lang": language.split("-")[0],
        "rtl": is_right_to_left(language),
        "size": text_size(language),
        "families": families(),
        "title": wording.title,
        "identity": f"{questionnaire.questionnaire} · {questionnaire.version} · {language} · {wording.edition}",
        "phrases": wording.form.model_dump(by_alias=True),
        "draft": "" if wording.proofed else wording.form.draft or "DRAFT",
        "slip": questionnaire.copy_numbers,
        "narrow": (inner - GUTTER_MM) / 2 if questionnaire.columns == 2 else inner,
        "wide": inner,
        "side": SIDE_MM,
        "edge": EDGE_MM,
        "slip_height": SLIP_MM,
        "marker": MARKER_MM,
        "code": CODE_MM,
        "marker_svgs": [svg(marker_modules(corner)) for corner in range(4)],
        "blocks": printed_blocks(questionnaire, wording),
        "places": [],
        "pages": [],
        "copies": [],
        "duplex": False,
    }


def _place(folder: FormFolder, language: str, data: dict[str, Any]) -> Layout:
    """Measure the blocks, pack them into the fewest pages, set them once and ask where each field came to stand."""
    heights: dict[int, float] = dict(_query(data, language, "height"))
    blocks = [Block(heights[index], block["wide"]) for index, block in enumerate(data["blocks"])]
    places, geometry = _fewest_pages(folder, language, blocks, data["blocks"])
    column = (data["narrow"] + GUTTER_MM) * (-1 if data["rtl"] else 1)
    first = SIDE_MM + (data["wide"] - data["narrow"] if data["rtl"] else 0.0)
    data["places"] = [
        {"block": p.block, "page": p.page, "y": p.y, "x": SIDE_MM if p.column is None else first + p.column * column}
        for p in places
    ]
    data["pages"] = [{"markers": page.markers, "codes": page.code_boxes} for page in geometry]
    data["copies"] = [
        {"copy": 0, "codes": ["<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 1 1'/>"] * len(geometry)}
    ]
    fields: list[dict[str, Any]] = _query(data, language, "field")
    wording = folder.wording(language)
    return Layout(
        questionnaire=folder.questionnaire.questionnaire,
        version=folder.questionnaire.version,
        edition=wording.edition,
        language=language,
        page_size=PAGE,
        binding_margin=SIDE_MM,
        pages=tuple(
            _page(page, [f for f in fields if f["page"] == number]) for number, page in enumerate(geometry, start=1)
        ),
        wording_hash=wording_hash(folder, language),
        typeset_with=f"typst {importlib.metadata.version('typst')}",
    ).sealed()


def wording_hash(folder: FormFolder, language: str) -> str:
    """SHA-256 of what is asked and its wording: the same as long as the same words would be printed."""
    wording = folder.wording(language).model_dump_json(exclude={"status", "edition"})
    return hashlib.sha256((folder.questionnaire.model_dump_json() + wording).encode()).hexdigest()


def _fewest_pages(
    folder: FormFolder, language: str, blocks: list[Block], printed: list[dict[str, Any]]
) -> tuple[list[Place], list[PageLayout]]:
    for count in range(1, MAX_PAGES + 1):
        geometry = [_frame(page, count, slip=folder.questionnaire.copy_numbers) for page in range(1, count + 1)]
        room = [_room(page) for page in geometry]
        for block, what in zip(blocks, printed, strict=True):
            if block.height > max(bottom - top for top, bottom in room) and count > 2:
                raise TooTall(
                    question=what["id"],
                    language=language,
                    height=round(block.height),
                    room=round(room[0][1] - room[0][0]),
                )
        for gap in BLOCK_GAPS_MM:
            places = pack(blocks, room, folder.questionnaire.columns, gap)
            if places is not None:
                return places, geometry
    raise TooTall(
        question=printed[0]["id"], language=language, height=round(sum(b.height for b in blocks)), room=MAX_PAGES * 240
    )


def _frame(page: int, pages: int, *, slip: bool) -> PageLayout:
    """Markers and codes of one page.  Both sides of the last sheet leave room for the slip."""
    left, right = SIDE_MM, PAGE[0] - SIDE_MM - MARKER_MM
    last_sheet = (page + 1) // 2 == (pages + 1) // 2
    top, bottom = EDGE_MM, PAGE[1] - EDGE_MM - MARKER_MM - (SLIP_MM if slip and last_sheet else 0.0)
    markers: tuple[Box, ...] = tuple(
        (x, y, MARKER_MM, MARKER_MM) for x, y in ((left, top), (right, top), (right, bottom), (left, bottom))
    )
    return PageLayout(markers=markers, code_boxes=code_boxes(markers))


def _room(page: PageLayout) -> tuple[float, float]:
    top, bottom = page.code_boxes
    return top[1] + CODE_MM + CONTENT_GAP_MM, bottom[1] - CONTENT_GAP_MM


def _page(frame: PageLayout, fields: list[dict[str, Any]]) -> PageLayout:
    """One page's layout from the field positions that the typesetter reported."""
    boxes: dict[str, list[dict[str, Any]]] = {}
    for field in fields:
        boxes.setdefault(field["kind"], []).append(field)
    cells: dict[str, list[Box]] = {}
    for cell in boxes.get("cell", []):
        cells.setdefault(cell["question"], []).append(_box(cell))
    warm_up = boxes.get("warm_up")
    return frame.model_copy(
        update={
            "checkboxes": tuple(
                Checkbox(question=f["question"], choice=f["choice"], row=f["row"], box=_box(f))
                for f in boxes.get("checkbox", [])
            ),
            "combs": tuple(
                Comb(question=question, cells=tuple(sorted(members))) for question, members in cells.items()
            ),
            "text_areas": tuple(
                TextArea(question=f["question"], box=_box(f), rules=tuple(round(f["y"] + r, 3) for r in f["rules"]))
                for f in boxes.get("text_area", [])
            ),
            "ignore": tuple(_box(f) for f in boxes.get("stamp", [])),
            "warm_up": _box(warm_up[0]) if warm_up else None,
        }
    )


def _box(field: dict[str, Any]) -> Box:
    return round(field["x"], 3), round(field["y"], 3), round(field["w"], 3), round(field["h"], 3)


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(FONT_FOLDERS))


@cache
def families() -> list[str]:
    """The fonts that are here, in the order in which a letter is looked for."""
    there = set(_fonts().families())
    return [
        *(f for f in FIRST_FONTS if f in there),
        *sorted(f for f in there - set(FIRST_FONTS) if f.startswith("Noto Sans ")),
    ]


def _compiler(data: dict[str, Any], template: str) -> typst.Compiler:
    return typst.Compiler(
        Path(__file__).with_name(template),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )


def _fault(language: str, message: str) -> MissingGlyph | TypesettingFault:
    """A letter that no font has is a fault of the text; anything else is ours."""
    kind = MissingGlyph if "could not be displayed with" in message else TypesettingFault
    return kind(language=language, problem=message)


def _query(data: dict[str, Any], language: str, label: str) -> Any:
    try:
        return json.loads(_compiler(data, FORM).query(f"<{label}>", field="value"))
    except RuntimeError as fault:  # what a query raises, whatever it was
        raise _fault(language, str(fault)) from fault


def _compile(data: dict[str, Any], language: str) -> bytes:
    try:
        return pdf_of(data, FORM)
    except typst.TypstError as fault:
        raise _fault(language, fault.message) from fault


def pdf_of(data: dict[str, Any], template: str) -> bytes:
    """The PDF of a template of this folder.  Raises typst.TypstError.

    PDF/A-2u makes a letter that no font has an error, where a plain PDF would print nothing.
    """
    compiler = _compiler(data, template)
    pdf = compiler.compile(format="pdf", pdf_standards=["a-2u"], timestamp=TIMESTAMP, pdf_tags=False)
    assert isinstance(pdf, bytes)
    return pdf
