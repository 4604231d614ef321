"""Forms that we did not print: recognised by their blank, refused where the blank does not tell them apart."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from form_layouts.catalogue import open_catalogue
from omr.debug import DebugWriter
from omr.errors import BlankUnusable
from omr.image import Grey, PageImage
from omr.pipeline import read_page
from omr.placing.blanks import check_blanks
from omr.reading import PageReading
from simulation.scanner import OFFICE
from tests.omr.drawn import draw, printed, scanned

PX_PER_MM = 300 / 25.4


def foreign(page: Grey) -> Grey:
    """The page as if another program had printed it: without our markers and codes."""
    layout = printed()[0].forms[0].layout.pages[0]
    page = page.copy()
    for x, y, w, h in (*layout.markers, *layout.code_boxes):
        page[
            round((y - 1) * PX_PER_MM) : round((y + h + 1) * PX_PER_MM),
            round((x - 1) * PX_PER_MM) : round((x + w + 1) * PX_PER_MM),
        ] = 255
    return page


def folder(path: Path, version: str, *, bus: int = 3, pages: int = 1) -> Path:
    """A form folder for the transport question of that page."""
    layout = printed()[0].forms[0].layout.pages[0]
    boxes = "\n".join(
        f"      - {{question: transport, choice: {field.choice}, box: {list(field.box)}}}"
        for field in layout.checkboxes
        if field.question == "transport"
    )
    path.mkdir(parents=True)
    (path / "questionnaire.yaml").write_text(
        f'questionnaire: elsewhere\nversion: "{version}"\nquestions:\n  - {{id: transport, kind: single, '
        f"choices: {{foot: 1, bicycle: 2, bus: {bus}, car: 4, other: 90}}, missing: {{no_answer_box: -7}}}}\n"
    )
    (path / "fields.de.yaml").write_text(
        "page_size: [210, 297]\npages:\n  - checkboxes:\n" + boxes + "\n" + "  - {}\n" * (pages - 1)
    )
    Image.fromarray(foreign(draw([]))).save(path / "blank.de.png", dpi=(300, 300))
    return path


def read(page: Grey, *folders: Path) -> PageReading:
    image = scanned(foreign(page), OFFICE.draw(np.random.default_rng(5)))
    return read_page(PageImage(image, 300.0, "scan", 0), open_catalogue(folders), None, DebugWriter())


def test_a_form_printed_elsewhere_is_read_by_its_blank(tmp_path: Path) -> None:
    reading = read(draw([("transport", "bus", "cross")]), folder(tmp_path / "a", "1"))
    assert (reading.answers["transport"].value, reading.answers["transport"].accepted) == (3, True)


def test_a_page_that_looks_like_two_forms_is_not_read_as_either(tmp_path: Path) -> None:
    """The codes differ between the versions: a guess could turn every bus into something else."""
    reading = read(
        draw([("transport", "bus", "cross")]), folder(tmp_path / "a", "1"), folder(tmp_path / "b", "2", bus=5)
    )
    assert (reading.kind, reading.reason) == ("rejected", "several_forms_match")
    assert "elsewhere_1_de_1, elsewhere_2_de_1" in (reading.messages["en"])


def test_a_blank_with_fewer_pages_than_its_fields_is_told_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(BlankUnusable) as caught:
        check_blanks(open_catalogue([folder(tmp_path / "a", "1", pages=2)]))
    assert "has 1 pages, fields.de.yaml has 2" in caught.value.sentence("en")
    assert "hat 1 Seiten, fields.de.yaml hat 2" in caught.value.sentence("de")


def test_a_damaged_blank_is_told_as_a_fault_of_the_form_folder(tmp_path: Path) -> None:
    path = folder(tmp_path / "a", "1")
    (path / "blank.de.png").write_bytes(b"no picture")
    with pytest.raises(BlankUnusable) as caught:
        check_blanks(open_catalogue([path]))
    assert "blank.de.png" in caught.value.sentence("en")
