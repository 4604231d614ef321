"""Form folders for the real scans, each with a blank that is taken or made from the shared data when it is needed.

Nothing of the shared data is kept in the project: fields and questions stand under tests/forms, blanks in a temporary
folder.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import yaml
from PIL import Image

from benchmarks.real_blanks import without_marks
from form_layouts.form_folder import FormFolder, load_form_folder

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
FORMS = ROOT / "tests" / "forms"
DPI = 300
BUBBLE_ROWS = (2136, 3096)
"""Rows (px) of the bubble sheet that hold its 75 questions."""
PAPER_CORNERS = ((377.5, 225.9), (1303.6, 279.1), (1289.1, 1724.7), (79.1, 1581.1))
"""Of the sheet of paper on the hotel survey's first photo (px), clockwise from the top left; seen by eye."""
A4_MM = (210, 297)
FLAT_DPI = 200
Grey = npt.NDArray[np.uint8]


def form_folder(name: str) -> FormFolder:
    """The form folder with its blank; made once, kept in the temporary folder."""
    kept = _room() / f"{name}-{_digest(name)}"
    if not (kept / "1").is_dir():
        with tempfile.TemporaryDirectory(dir=_room()) as spool:
            half = Path(spool) / name
            shutil.copytree(FORMS / name, half)
            BLANKS[name](half / "1" / "blank.en")
            if not kept.is_dir():
                half.rename(kept)
    return load_form_folder(kept / "1")


def _room() -> Path:
    room = Path(tempfile.gettempdir()) / f"crosscheck-benchmark-{os.getuid()}"
    room.mkdir(parents=True, exist_ok=True)
    return room


def _digest(name: str) -> str:
    digest = hashlib.sha256()
    sources = [Path(__file__), Path(__file__).with_name("real_blanks.py"), *sorted((FORMS / name / "1").glob("*.yaml"))]
    for path in sources:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _survey(to: Path) -> None:
    shutil.copy(DATA / "formscanner-questionnaire" / "Questionnaire.pdf", to.with_suffix(".en.pdf"))


def _bubble_sheet(to: Path) -> None:
    """Made from all eight sheets."""
    scans = [read_grey(path) for path in sorted((DATA / "openmcr-75q-core-1").glob("*.png"))]
    _save(without_marks(scans, BUBBLE_ROWS), to, DPI)


def _ballot(to: Path) -> None:
    """The two sides that nobody voted on."""
    scans = DATA / "vw-28lb"
    sides = [scans / f"batch-1-20200504_210852-ballot-{number}.jpg" for number in ("0018", "0017")]
    first, second = (Image.open(path).convert("L") for path in sides)
    first.save(to.with_suffix(".en.pdf"), resolution=DPI, save_all=True, append_images=[second], quality=92)


def _checkbox_sheet(to: Path) -> None:
    image = read_grey(DATA / "odkscan-photos-1" / "form.jpg")
    _save(image, to, image.shape[1] / A4_MM[0] * 25.4)


def _hotel_survey(to: Path) -> None:
    """The first photo laid flat; its filled circles stay."""
    image = read_grey(DATA / "omrchecker-survey" / "omr_survey_1.jpg")
    width, height = (round(side / 25.4 * FLAT_DPI) for side in A4_MM)
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(np.array(PAPER_CORNERS, np.float32), target)
    _save(np.asarray(cv2.warpPerspective(image, matrix, (width, height)), np.uint8), to, FLAT_DPI)


def _cut_out_boxes(to: Path) -> None:
    _save(drawn_sheet(), to, DPI)


def drawn_sheet() -> Grey:
    """The sheet that boxes cut out of photos are laid on: outlines, a number beside each, and words to know it by."""
    px = DPI / 25.4
    sheet = np.full((round(A4_MM[1] * px), round(A4_MM[0] * px)), 255, np.uint8)
    fields = load_fields("cut-out-boxes")
    words = (
        "Boxes that were cut out of photographs of other sheets",
        "and laid on this one at the same size",
        "Sheet K 7",
    )
    for line, text in enumerate(words):
        cv2.putText(sheet, text, (round(20 * px), round((20 + 10 * line) * px)), cv2.FONT_HERSHEY_DUPLEX, 2, 0, 4)
    cv2.putText(
        sheet, "End of the sheet, please turn over", (240, round(285 * px)), cv2.FONT_HERSHEY_TRIPLEX, 1.6, 0, 3
    )
    for number, (x, y, w, h) in enumerate(fields, start=1):
        first, second = (round(x * px), round(y * px)), (round((x + w) * px), round((y + h) * px))
        cv2.rectangle(sheet, first, second, 0, round(0.4 * px), cv2.LINE_AA)
        cv2.putText(sheet, f"No {number}", (first[0] - 10, first[1] - 30), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 0, 2)
    return np.asarray(cv2.GaussianBlur(sheet, (0, 0), 0.8), np.uint8)


def load_fields(name: str) -> list[tuple[float, float, float, float]]:
    """The boxes (mm) of a form's first page, without its blank."""
    fields = yaml.safe_load((FORMS / name / "1" / "fields.en.yaml").read_text(encoding="utf-8"))
    return [tuple(field["box"]) for field in fields["pages"][0]["checkboxes"]]


def read_grey(path: Path) -> Grey:
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    assert image is not None, path
    return np.asarray(image, np.uint8)


def _save(image: Grey, to: Path, dpi: float) -> None:
    Image.fromarray(image).save(to.with_suffix(".en.png"), dpi=(dpi, dpi))


BLANKS: dict[str, Callable[[Path], None]] = {
    "restaurants": _survey,
    "bubble-sheet": _bubble_sheet,
    "ballot": _ballot,
    "checkbox-sheet": _checkbox_sheet,
    "hotel-survey": _hotel_survey,
    "cut-out-boxes": _cut_out_boxes,
}
