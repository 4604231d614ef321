"""What must not be read, and how it is said: every file and page that came in is named in what comes out."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from omr.errors import UnusableFile
from omr.pages import MAX_PAGES, ScanFile, open_scan, page_images
from simulation.pen import Page
from tests.form_layouts.folders import small_folder
from tests.omr.sheets import (
    Bytes,
    Done,
    crosscheck,
    everyday,
    line_as_meant,
    of_kind,
    places,
    read_files,
    save,
)

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
        "neither PDF, TIFF, JPEG, PNG, HEIC nor AVIF",
        "weder PDF noch TIFF, JPEG, PNG, HEIC oder AVIF",
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
