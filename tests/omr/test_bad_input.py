"""What must not be read, and how it is said: every file and page that came in is named in what comes out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from form_layouts.form_folder import load_form_folder
from omr.errors import UnusableFile
from omr.pages import MAX_PAGES, ScanFile, open_scan, page_images
from omr.reading import PageReading
from simulation.pen import Page
from simulation.printing import printed_copies
from tests.form_layouts.folders import small_folder
from tests.omr.sheets import (
    PIXELS,
    Copy,
    Done,
    assert_as_meant,
    catalogue_of,
    crosscheck,
    everyday,
    filled,
    kinds,
    line_as_meant,
    of_kind,
    places,
    published,
    read,
    save,
)

Bytes = bytes | None
A4_PX = (3508, 2481)


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("forms"), everyday())


@pytest.fixture(scope="module")
def page() -> Page:
    return everyday().scanned()


def read_files(forms: Path, *paths: Path, messages: str = "en") -> Done:
    return crosscheck("read", *paths, "--forms", forms, "--no-ocr", messages=messages)


# ---- files that give no page ----------------------------------------------------------------------------------


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("scan.pdf", b"%PDF-1.5 inside an archive")
    return stream.getvalue()


def pdf(*objects: str, trailer: str = "") -> bytes:
    """A PDF of these objects, numbered from 1; object 1 is the catalogue."""
    content, offsets = b"%PDF-1.5\n", []
    for number, entries in enumerate(objects, start=1):
        offsets.append(len(content))
        content += f"{number} 0 obj\n{entries}\nendobj\n".encode()
    rows = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    end = f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{len(content)}\n%%EOF\n"
    return content + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}".encode() + end.encode()


def empty_pages(*sizes: str) -> bytes:
    """A PDF of empty pages with these media boxes."""
    kids = " ".join(f"{number + 3} 0 R" for number in range(len(sizes)))
    pages = [f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {size}]>>" for size in sizes]
    return pdf("<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Count {len(sizes)}/Kids[{kids}]>>", *pages)


def encrypted() -> bytes:
    """A PDF whose user password is not the empty one: its key check is anything else."""
    check = "5A" * 32
    return pdf(
        "<</Type/Catalog/Pages 2 0 R>>",
        "<</Type/Pages/Count 1/Kids[3 0 R]>>",
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
        f"<</Filter/Standard/V 1/R 2/O<{check}>/U<{check}>/P -4>>",
        trailer="/Encrypt 4 0 R/ID[<00><00>]",
    )


def garbage(head: bytes) -> bytes:
    return head + np.random.default_rng(1).bytes(5000)


UNUSABLE: dict[str, tuple[str, Bytes, str, str, str]] = {
    "a text file called pdf": (
        "letter.pdf",
        b"Sehr geehrte Damen und Herren,\n",
        "not_an_image",
        "scan or export it again",
        "scannen oder exportieren Sie es neu",
    ),
    "a zip called tif": (
        "scans.tif",
        zipped(),
        "not_an_image",
        "neither PDF, TIFF, JPEG nor PNG",
        "weder PDF noch TIFF, JPEG oder PNG",
    ),
    "an empty file": (
        "empty.pdf",
        b"",
        "empty_file",
        "is empty. Copy or scan it again",
        "ist leer. Kopieren oder scannen Sie",
    ),
    "a missing file": (
        "missing.pdf",
        None,
        "no_such_file",
        "There is no file",
        "Es gibt keine Datei",
    ),
    "an encrypted PDF": (
        "secret.pdf",
        encrypted(),
        "encrypted_pdf",
        "password. Save it without one",
        "Kennwort geschützt. Speichern Sie die Datei ohne Kennwort",
    ),
    "a PDF of garbage": (
        "garbage.pdf",
        garbage(b"%PDF-1.5\n"),
        "damaged_file",
        "is damaged: no page in it can be opened. Scan these sheets again",
        "ist beschädigt: Keine Seite darin lässt sich öffnen. Scannen Sie diese Blätter neu",
    ),
    "a TIFF of garbage": (
        "garbage.tif",
        garbage(b"II*\0"),
        "damaged_file",
        "is damaged",
        "ist beschädigt",
    ),
    "a PDF of too many pages": (
        "pile.pdf",
        empty_pages(*["595 842"] * (MAX_PAGES + 1)),
        "too_many_pages",
        "Split the pile",
        "Teilen Sie den Stapel",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNUSABLE)
def test_an_unusable_file_is_named_with_its_cause_and_what_to_do(case: str, forms: Path, tmp_path: Path) -> None:
    """In both languages: on the terminal, in a line of its own, and by exit code 2."""
    name, content, reason, english, german = UNUSABLE[case]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    for messages, words in (("en", english), ("de", german)):
        done = read_files(forms, tmp_path / name, messages=messages)
        assert done.code == 2
        (line,) = done.lines
        assert (line["kind"], line["file"], line["index"], line["reason"]) == ("rejected", name, 0, reason)
        assert name in line["message"]
        assert words in line["message"]
        assert line["message"] in done.said
        assert "Traceback" not in done.said


def test_a_folder_in_place_of_a_file_is_said_to_be_no_file(forms: Path, tmp_path: Path) -> None:
    done = read_files(forms, tmp_path)
    assert done.code == 2
    assert [line["reason"] for line in done.lines] == ["no_such_file"]


def test_unusable_files_do_not_keep_the_others_from_being_read(forms: Path, page: Page, tmp_path: Path) -> None:
    """Two bad files in a pile of four: both good ones are read, all four are accounted for, the exit code is 2."""
    first, last = save(tmp_path / "a.png", page), save(tmp_path / "d.jpg", page)
    (tmp_path / "b.pdf").write_bytes(b"")
    (tmp_path / "c.tif").write_bytes(b"text")
    done = read_files(forms, first, tmp_path / "b.pdf", tmp_path / "c.tif", last)
    assert done.code == 2
    assert places(done.lines) == [("a.png", 0), ("b.pdf", 0), ("c.tif", 0), ("d.jpg", 0)]
    for line in of_kind(done.lines, "submission"):
        line_as_meant(line, everyday().truth)
    assert [line["reason"] for line in of_kind(done.lines, "rejected")] == ["empty_file", "not_an_image"]


# ---- damaged pages --------------------------------------------------------------------------------------------

DAMAGED = ("damaged and cannot be opened. The other pages were read", "beschädigt und lässt sich nicht öffnen")


def assert_damaged(done: Done, file: str, index: int, words: str) -> None:
    (line,) = of_kind(done.lines, "rejected")
    assert (line["file"], line["index"], line["reason"]) == (file, index, "damaged_page")
    assert words in line["message"]
    assert f"{file} {index + 1}: {line['message']}" in done.said
    assert done.code == 1


@pytest.mark.parametrize(("messages", "words"), [("en", DAMAGED[0]), ("de", DAMAGED[1])])
@pytest.mark.parametrize("one_bit", [False, True])
def test_a_truncated_tiff_gives_the_pages_before_the_cut(
    one_bit: bool, messages: str, words: str, forms: Path, page: Page, tmp_path: Path
) -> None:
    """A copy that broke off: what arrived is read, and the first page that did not is named."""
    ink = np.where(page < 150, 0, 255).astype(np.uint8) if one_bit else page
    path = save(tmp_path / "scan.tif", ink, ink, ink, one_bit=one_bit)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 8 // 10])
    done = read_files(forms, path, messages=messages)
    assert places(done.lines) == [("scan.tif", 0), ("scan.tif", 1), ("scan.tif", 2)]
    assert_damaged(done, "scan.tif", 2, words)
    for line in of_kind(done.lines, "submission"):
        line_as_meant(line, everyday().truth)


@pytest.mark.parametrize("name", ["scan.jpg", "scan.png"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.98])
def test_a_truncated_picture_is_rejected_as_damaged(
    name: str, share: float, forms: Path, page: Page, tmp_path: Path
) -> None:
    """Half a page that was read as a whole one would call every lost answer blank."""
    path = save(tmp_path / name, page)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    for messages, words in (("en", DAMAGED[0]), ("de", DAMAGED[1])):
        done = read_files(forms, path, messages=messages)
        assert len(done.lines) == 1
        assert_damaged(done, name, 0, words)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_of_a_truncated_pdf_nothing_is_lost_without_a_word(
    share: float, forms: Path, page: Page, tmp_path: Path
) -> None:
    """The file is named as damaged, or each of its pages is read or rejected: none is called blank."""
    path = save(tmp_path / "scan.pdf", page, page, page)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    done = read_files(forms, path)
    if [line.get("reason") for line in done.lines] == ["damaged_file"]:
        assert done.code == 2
    else:
        assert places(done.lines) == [("scan.pdf", 0), ("scan.pdf", 1), ("scan.pdf", 2)]
        assert of_kind(done.lines, "blank") == []


def test_a_pdf_page_whose_image_is_damaged_is_not_called_blank(forms: Path, page: Page, tmp_path: Path) -> None:
    """The drawing program leaves such a page white and goes on: a person's answers would be put aside as a blank back."""
    path = save(tmp_path / "scan.pdf", page, page, page)
    content = bytearray(path.read_bytes())
    second = content.index(b"\xff\xd8\xff", content.index(b"\xff\xd8\xff") + 3)
    content[second : second + 2000] = bytes(2000)
    path.write_bytes(content)
    done = read_files(forms, path)
    assert_damaged(done, "scan.pdf", 1, DAMAGED[0])
    assert len(of_kind(done.lines, "submission")) == 2


def test_an_empty_pdf_page_is_blank(forms: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").write_bytes(empty_pages("595 842", "595 842"))
    done = read_files(forms, tmp_path / "empty.pdf")
    assert done.code == 0
    assert [(line["kind"], line["index"]) for line in done.lines] == [("blank", 0), ("blank", 1)]


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "PDF"])
def test_no_damaged_byte_makes_the_reader_fall_over(kind: str, tmp_path: Path) -> None:
    """Whatever is wrong within a file, it gives pages or a reason: an exception would take the whole pile with it."""
    rng = np.random.default_rng(7)
    noise = Image.fromarray(rng.integers(0, 255, (400, 330), dtype=np.uint8))
    stream = io.BytesIO()
    noise.save(stream, kind, **({} if kind in ("PNG", "JPEG") else {"save_all": True, "append_images": [noise]}))
    whole = stream.getvalue()
    for number in range(8 if kind == "PDF" else 25):
        content = bytearray(whole)
        for at in rng.integers(8, len(content), 6).tolist() + rng.integers(8, 200, 3).tolist():
            content[at] = int(rng.integers(256))
        path = tmp_path / f"{number}.{kind.lower()}"
        path.write_bytes(content[: int(rng.integers(len(content) // 2, len(content) + 1))])
        done = pages_of(path)
        assert done is None or len(done[1]) == done[0].pages


def pages_of(path: Path) -> tuple[ScanFile, list[object]] | None:
    """What the reader makes of a file; None where it refuses it with a sentence."""
    try:
        scan_file = open_scan(path)
    except UnusableFile as fault:
        said = [fault.sentence(language) for language in ("en", "de")]
    else:
        return scan_file, list(page_images(scan_file))
    assert all(path.name in sentence for sentence in said)
    return None


# ---- sizes ----------------------------------------------------------------------------------------------------

TOO_LARGE = ("million pixels; at most 80 are read. Scan it at 300 dpi", "Millionen Pixel; höchstens 80 werden gelesen")
TOO_SMALL = ("too few for a sheet. Scan it at 300 dpi", "zu wenig für ein Blatt. Scannen Sie sie mit 300 dpi")


@pytest.mark.parametrize("side", [9500, 14000])
@pytest.mark.parametrize("name", ["large.png", "large.tif"])
def test_a_page_of_too_many_pixels_is_rejected_before_it_fills_the_memory(
    name: str, side: int, forms: Path, tmp_path: Path
) -> None:
    """9,500 x 9,500 is what 800 dpi gives for A4; 14,000 x 14,000 is more than the picture library itself lets pass."""
    path = tmp_path / name
    Image.new("1", (side, side), 1).save(path, **({"compression": "group4"} if path.suffix == ".tif" else {}))
    for messages, words in zip(("en", "de"), TOO_LARGE, strict=True):
        done = read_files(forms, path, messages=messages)
        assert done.code == 1
        (line,) = done.lines
        assert (line["file"], line["index"], line["reason"]) == (name, 0, "page_too_large")
        assert words in line["message"]


def test_a_pdf_page_of_too_many_pixels_is_rejected_wherever_it_stands(forms: Path, tmp_path: Path) -> None:
    """The twelfth page as well as the second: a poster among the scans."""
    sizes = ["100 100"] * 12
    sizes[1] = sizes[11] = "14000 14000"
    (tmp_path / "poster.pdf").write_bytes(empty_pages(*sizes))
    scan_file = open_scan(tmp_path / "poster.pdf")
    large = [
        page[0] for page in page_images(scan_file) if isinstance(page, tuple) and page[1].reason == "page_too_large"
    ]
    assert (scan_file.pages, large) == (12, [1, 11])


@pytest.mark.parametrize("size", [(1, 1), (1, 4000), (200, 150)])
def test_a_picture_too_small_for_a_sheet_is_rejected_and_not_blank(
    size: tuple[int, int], forms: Path, tmp_path: Path
) -> None:
    path = save(tmp_path / "icon.png", np.full(size, 255, np.uint8))
    for messages, words in zip(("en", "de"), TOO_SMALL, strict=True):
        done = read_files(forms, path, messages=messages)
        assert done.code == 1
        assert [line["reason"] for line in done.lines] == ["page_too_small"]
        assert words in done.lines[0]["message"]


# ---- pages without answers ------------------------------------------------------------------------------------


def paper(grey: float, noise: float, seed: int = 1) -> Page:
    """An empty side as a scanner sees it."""
    rough = np.random.default_rng(seed).normal(grey, noise, A4_PX)
    return np.clip(rough, 0, 255).astype(np.uint8)


def punched() -> Page:
    """Two holes of 6 mm, 12 mm from the left edge and 80 mm apart, dark as the lid behind them."""
    side = paper(238, 5)
    for y in (-40, 40):
        cv2.circle(side, (round(12 * PIXELS), round((148.5 + y) * PIXELS)), round(3 * PIXELS), 25, -1)
    return side


def with_black_border() -> Page:
    side = paper(240, 4)
    side[:, : round(4 * PIXELS)] = 12
    side[-round(5 * PIXELS) :] = 18
    return side


def with_shadow() -> Page:
    return np.minimum(paper(245, 3), np.linspace(250, 170, A4_PX[1])[None, :]).astype(np.uint8)


BLANKS: dict[str, Callable[[], Page]] = {
    "white": lambda: np.full(A4_PX, 255, np.uint8),
    "white with noise": lambda: paper(250, 3),
    "grey recycled paper": lambda: paper(170, 9),
    "two punch holes": punched,
    "two punch holes, upside down": lambda: np.ascontiguousarray(np.rot90(punched(), 2)),
    "two punch holes, lying": lambda: np.ascontiguousarray(np.rot90(punched())),
    "a black border": with_black_border,
    "a shadow": with_shadow,
}


@pytest.mark.parametrize("case", BLANKS)
def test_an_empty_back_is_kept_as_blank(case: str) -> None:
    """Scanners that scan both sides deliver one for every sheet: a rejection each would bury the real ones."""
    assert read(BLANKS[case](), catalogue_of(everyday())).kind == "blank"


def note() -> Page:
    side = paper(245, 3)
    cv2.putText(side, "Danke!", (900, 1500), cv2.FONT_HERSHEY_SCRIPT_SIMPLEX, 4, 60, 7)
    return side


def cat() -> Page:
    """A photograph: smooth patches of light, a striped animal with eyes and whiskers, no paper."""
    rng = np.random.default_rng(9)
    height, width = A4_PX
    light = np.zeros(A4_PX, np.float32)
    for size in (10, 60, 300):
        patches = rng.random((height // size + 2, width // size + 2), dtype=np.float32)
        light += np.asarray(cv2.resize(patches, (width, height), interpolation=cv2.INTER_CUBIC)) * size**0.5
    photo = (255 * (light - light.min()) / np.ptp(light)).astype(np.uint8)
    cv2.ellipse(photo, (1240, 2200), (650, 950), 0, 0, 360, 120, -1)
    cv2.ellipse(photo, (1240, 1100), (470, 430), 0, 0, 360, 150, -1)
    for x in (1040, 1440):
        cv2.fillPoly(photo, [np.array([(x - 150, 800), (x, 480), (x + 150, 800)])], 135)
        cv2.ellipse(photo, (x, 1040), (95, 110), 0, 0, 360, 225, -1)
        cv2.ellipse(photo, (x, 1040), (28, 95), 0, 0, 360, 10, -1)
        for y in (1250, 1310):
            cv2.line(photo, (x, y), (2 * x - 1240 + 3 * (x - 1240), y - 40), 240, 6)
    return np.asarray(cv2.GaussianBlur(photo, (0, 0), 3), np.uint8)


def rejected(page: Page, *copies: Copy, words: tuple[str, str]) -> PageReading:
    """The rejection of a page, after both of its sentences proved to hold these words."""
    for messages, expected in zip(("en", "de"), words, strict=True):
        reading = read(page, catalogue_of(*(copies or (everyday(),))), messages=messages)
        assert reading.kind == "rejected"
        assert expected in (reading.message or "")
        assert (reading.answers, reading.marks) == ({}, {})
    return reading


@pytest.mark.parametrize("draw", [cat, note], ids=["a photograph of a cat", "a note on an empty sheet"])
def test_what_is_no_form_is_rejected_and_not_put_aside(draw: Callable[[], Page]) -> None:
    words = ("if it does not, take it out of the pile", "sonst nehmen Sie sie aus dem Stapel")
    assert rejected(draw(), words=words).reason == "no_form_found"


def test_a_page_of_an_unknown_form_names_that_form(tmp_path: Path) -> None:
    """Somebody handed in another form of ours: the sentence says which folder is needed."""
    folder = load_form_folder(small_folder(tmp_path / "small"))
    other = filled(folder, next(printed_copies(folder, "uk", 1)), 3)
    english = "This page is 'small' version 1, edition 1, language uk; that form is not known here. Add its form folder (--forms)"
    german = "gehört zu „small“, Fassung 1, Druckstand 1, Sprache uk; dieses Formular ist hier nicht bekannt. Geben Sie seinen Formularordner an (--forms)"
    assert rejected(other.scanned(), words=(english, german)).reason == "unknown_edition"


def test_a_page_is_never_read_with_a_layout_that_has_other_places(tmp_path: Path) -> None:
    """The same name and edition, but another geometry: the code's check does not match."""
    old = load_form_folder(small_folder(tmp_path / "old"))
    new = load_form_folder(small_folder(tmp_path / "new", ("questionnaire.yaml", "digits: 4", "digits: 6")))
    scanned = filled(old, next(printed_copies(old, "de", 1)), 3)
    known = filled(new, next(printed_copies(new, "de", 1)), 3)
    words = (
        "printed with other positions (check {0}) than the layout known here. Give the folder it was printed to",
        "mit anderen Positionen gedruckt (Prüfzeichen {0}) als im hier bekannten Layout. Geben Sie den Ordner an",
    )
    english, german = (sentence.format(scanned.layout.check) for sentence in words)
    assert rejected(scanned.scanned(), known, words=(english, german)).reason == "edition_with_other_positions"


# ---- torn and scribbled pages -------------------------------------------------------------------------------


def torn(page: Page, *corners: int, grey: int, size: float = 45) -> Page:
    """Corners (0 to 3, clockwise from the top left) torn off: the lid or the dark bed shows."""
    page = page.copy()
    height, width = page.shape
    reach = round(size * PIXELS)
    for corner in corners:
        x, to_x = (0, reach) if corner in (0, 3) else (width, width - reach)
        y, to_y = (0, reach) if corner in (0, 1) else (height, height - reach)
        cv2.fillPoly(page, [np.array([(x, y), (to_x, y), (x, to_y)])], grey)
    return page


@pytest.mark.parametrize("grey", [255, 8], ids=["white", "black"])
@pytest.mark.parametrize("corner", range(4))
def test_a_page_with_a_torn_corner_is_read_and_says_so(corner: int, grey: int, page: Page) -> None:
    """Three markers tell where the page lies; the finding makes a person look whether a field went with the corner."""
    reading = read(torn(page, corner, grey=grey), catalogue_of(everyday()))
    assert reading.kind == "page", reading.message
    assert kinds(reading) == ["corner_marker_missing"]
    assert_as_meant(reading.answers, reading.marks, everyday().truth)


@pytest.mark.parametrize("grey", [255, 8], ids=["white", "black"])
@pytest.mark.parametrize("corner", range(4))
def test_a_field_that_went_with_a_torn_corner_is_never_an_answer(corner: int, grey: int, page: Page) -> None:
    """A box that is not there any more is neither empty nor marked."""
    reading = read(torn(page, corner, grey=grey, size=85), catalogue_of(everyday()))
    truth = everyday().truth
    for variable, answer in reading.answers.items():
        assert not answer.accepted or answer.value == truth["answers"][variable]["value"], variable
    for variable, boxes in reading.marks.items():
        for choice, (state, _) in boxes.items():
            assert state in ("unsure", truth["marks"][variable][choice][0]), (variable, choice)


@pytest.mark.parametrize("grey", [255, 8], ids=["white", "black"])
@pytest.mark.parametrize("corners", [(0, 1), (2, 3), (0, 2), (1, 2)])
def test_a_page_with_two_torn_corners_is_rejected(corners: tuple[int, int], grey: int, page: Page) -> None:
    """One code is left, so the form is known, but two markers do not say how the sheet lies."""
    words = (
        "2 of 4 corner markers of this page can be seen; three are needed. Is a corner torn",
        "Von den 4 Passmarken dieser Seite sind 2 zu sehen; drei sind nötig. Ist eine Ecke abgerissen",
    )
    assert rejected(torn(page, *corners, grey=grey), words=words).reason == "corner_markers_missing"


def scribbled(*codes: int) -> Page:
    """A pen that went over page codes (0 the upper, 1 the lower)."""
    page = everyday().scanned().copy()
    for code in codes:
        x, y, width, height = everyday().layout.pages[0].code_boxes[code]
        rng = np.random.default_rng(code)
        points = np.column_stack([rng.uniform(x, x + width, 40), rng.uniform(y, y + height, 40)]) * PIXELS
        cv2.polylines(page, [points.astype(np.int32)], False, 30, 9)
    return page


@pytest.mark.parametrize("code", [0, 1])
def test_a_page_with_one_code_scribbled_over_is_read(code: int) -> None:
    reading = read(scribbled(code), catalogue_of(everyday()))
    assert reading.kind == "page", reading.message
    assert_as_meant(reading.answers, reading.marks, everyday().truth)


def test_a_page_with_both_codes_scribbled_over_is_rejected_as_ours() -> None:
    """Its form is not guessed from the only one in the catalogue."""
    words = (
        "This is one of our forms, but neither of its page codes can be read. Scan it again at 300 dpi",
        "keiner der beiden Seitencodes ist lesbar. Scannen Sie die Seite noch einmal mit 300 dpi",
    )
    assert rejected(scribbled(0, 1), words=words).reason == "page_code_unreadable"


def test_two_sheets_on_top_of_each_other_are_rejected(tmp_path: Path) -> None:
    """Their codes differ: the upper half of one person's answers would go to the other."""
    folder = load_form_folder(small_folder(tmp_path / "small"))
    first, second = (filled(folder, copy, 4) for copy in printed_copies(folder, "de", 2))
    both = first.pages[0].copy()
    half = both.shape[0] // 2
    both[half:] = second.pages[0][half:]
    words = ("Do two sheets lie on top of each other? Scan them one by one", "Scannen Sie sie einzeln")
    assert rejected(both, first, words=words).reason == "page_codes_disagree"


def test_a_crumpled_sheet_whose_fields_are_not_in_their_places_is_rejected() -> None:
    """The corners lie right, the middle is pushed 7 mm aside: boxes would be read from the paper between them."""
    page = everyday().scanned()
    y, x = np.mgrid[0 : page.shape[0], 0 : page.shape[1]].astype(np.float32)
    aside = 7 * PIXELS * np.sin(np.pi * y / page.shape[0]) ** 0.5
    crumpled = cv2.remap(page, (x - aside).astype(np.float32), y, cv2.INTER_LINEAR, borderValue=255.0)
    words = (
        "Is the sheet crumpled, or the photo crooked? Scan it flat",
        "Ist das Blatt zerknittert oder das Foto schief?",
    )
    reading = rejected(np.asarray(crumpled, np.uint8), words=words)
    assert reading.reason == "fields_not_found"


# ---- form folders ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("messages", "words"),
    [("en", "Take a whole number"), ("de", "Nehmen Sie eine ganze Zahl")],
)
def test_a_mistake_in_a_form_folder_is_named_with_its_file_and_line(
    messages: str, words: str, page: Page, tmp_path: Path
) -> None:
    """Nothing is read with a form that may be wrong, and nothing is written over."""
    folder = small_folder(tmp_path / "small", ("questionnaire.yaml", "shelter: 2", "shelter: two"))
    out = tmp_path / "out.jsonl"
    out.write_text("kept\n")
    arguments = ("read", save(tmp_path / "scan.png", page), "--forms", folder, "-o", out)
    done = crosscheck(*arguments, messages=messages)
    assert done.code == 2
    assert f"{folder / 'questionnaire.yaml'}:8: " in done.said
    assert words in done.said
    assert out.read_text() == "kept\n"


@pytest.mark.parametrize(
    ("messages", "words"),
    [("en", "holds no form: there is no questionnaire.yaml"), ("de", "enthält kein Formular")],
)
def test_a_folder_without_forms_is_refused_by_name(messages: str, words: str, page: Page, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    scan_file = save(tmp_path / "scan.png", page)
    for folder in (tmp_path / "empty", tmp_path / "nowhere"):
        done = crosscheck("read", scan_file, "--forms", folder, messages=messages)
        assert done.code == 2
        assert done.lines == []
        assert f"{folder} {words}" in done.said
