"""A whole pile: every page is there once, where the truth says it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pdf2image import convert_from_path
from PIL import Image

from form_layouts.form_folder import FormFolder, load_form_folder
from form_layouts.page_code import PageCode, parse_page_code
from simulation.hand import MIX
from simulation.scan_files import FileFormat
from simulation.scanner import FAX, OFFICE, Preset
from simulation.stack import Pile, simulate

ROOT = Path(__file__).resolve().parents[2]
zxingcpp = pytest.importorskip("zxingcpp")


@pytest.fixture(scope="module")
def numbered() -> FormFolder:
    return load_form_folder(ROOT / "form_layouts/examples/arrival-needs/2025-08")


@pytest.fixture(scope="module")
def anonymous() -> FormFolder:
    return load_form_folder(ROOT / "tests/forms/everyday/1")


def _truth(pile: Pile) -> list[dict[str, Any]]:
    return [json.loads(line) for line in pile.truth.read_text(encoding="utf-8").splitlines()]


def _pages(path: Path) -> list[Image.Image]:
    if path.suffix == ".pdf":
        return [page.convert("L") for page in convert_from_path(path, dpi=200)]
    with Image.open(path) as file:
        pages = []
        for index in range(getattr(file, "n_frames", 1)):
            file.seek(index)
            pages.append(file.convert("L"))
        return pages


def _code(image: Image.Image) -> PageCode | None:
    found = (parse_page_code(code.text) for code in zxingcpp.read_barcodes(np.asarray(image)))
    return next((code for code in found if code), None)


@pytest.mark.parametrize(
    ("preset", "file_format"), [(OFFICE, "pdf"), (FAX, "pdf"), (OFFICE, "jpeg"), (FAX, "tiff"), (OFFICE, "tiff")]
)
def test_every_page_lies_where_the_truth_says(
    numbered: FormFolder, tmp_path: Path, preset: Preset, file_format: FileFormat
) -> None:
    """A truth that names the wrong page, copy or way up would call right readings wrong."""
    pile = simulate([numbered], ["de", "en"], 2, 11, tmp_path, preset=preset, file_format=file_format, upside_down=0.5)
    images = {path.name: _pages(path) for path in pile.files}
    truth = _truth(pile)
    assert [line["copy"] for line in truth] == [1, 2]
    seen = set()
    for line in truth:
        for place in line["pages"]:
            image = images[place["file"]][place["index"]]
            code = _code(image)
            assert code is not None
            assert (code.copy, code.page, code.language) == (line["copy"], place["page"], line["language"])
            upright = np.asarray(image.rotate(place["rotation"]))
            stretch = upright[: round(0.11 * upright.shape[0])]
            assert parse_page_code(zxingcpp.read_barcodes(stretch)[0].text) == code
            seen.add((place["file"], place["index"]))
    assert len(seen) == pile.pages == sum(len(pages) for pages in images.values())


def test_the_same_seed_gives_the_same_bytes(anonymous: FormFolder, tmp_path: Path) -> None:
    """A benchmark that cannot be repeated proves nothing; another seed must give other people."""
    piles = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        pile = simulate([anonymous], ["de", "ar"], 2, seed, tmp_path / name, style_mix=MIX)
        piles.append([path.read_bytes() for path in (*pile.files, pile.truth)])
    assert piles[0] == piles[1]
    assert piles[0] != piles[2]


def test_copies_without_numbers_keep_their_pages_together(numbered: FormFolder, tmp_path: Path) -> None:
    """Without a number only the order says which pages belong together."""
    done: list[tuple[int, int]] = []
    pile = simulate(
        [numbered], ["de"], 3, 5, tmp_path, unnumbered=True, progress=lambda now, total: done.append((now, total))
    )
    for line in _truth(pile):
        assert line["copy"] is None
        indexes = [place["index"] for place in line["pages"]]
        assert indexes == list(range(indexes[0], indexes[0] + len(indexes)))
    assert done == [(1, 3), (2, 3), (3, 3)]
    code = _code(_pages(pile.files[0])[0])
    assert code is not None
    assert code.copy == 0


def test_nothing_but_files_and_truth_is_left(anonymous: FormFolder, tmp_path: Path) -> None:
    """Left-over page files would be uploaded with the pile."""
    pile = simulate([anonymous], ["de", "xx"], 1, 1, tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([*pile.files, pile.truth])
    assert pile.submissions == 1
