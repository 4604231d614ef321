"""The printed pages that the simulated sets are filled in on: rendered once, kept between runs in the temporary folder."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from form_layouts.catalogue import Catalogue, Form
from form_layouts.form_folder import FormFolder, load_form_folder
from form_layouts.layout import Layout
from form_layouts.typesetting import typeset
from simulation.printing import printed_copies

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "form_layouts" / "examples" / "arrival-needs"
COPY = 1
"""All copies of these sets bear one number: what is measured here is a page, not a pile."""


@dataclass(frozen=True)
class Printed:
    """One edition: its empty pages, (pages, height, width) in grey at 300 dpi, read only."""

    folder: FormFolder
    language: str
    layout: Layout
    pages: npt.NDArray[np.uint8]
    blank: Path

    @property
    def form(self) -> Form:
        return Form(self.folder.questionnaire, self.layout, self.blank)

    @property
    def name(self) -> str:
        return f"{self.folder.questionnaire.version} {self.language}"


@cache
def printed_form(version: str, language: str) -> Printed:
    """One edition of the example form."""
    folder = load_form_folder(EXAMPLES / version)
    kept = _kept(version, language)
    if not kept.is_dir():
        _keep(folder, language, kept)
    layout = Layout.model_validate_json((kept / "layout.json").read_bytes())
    return Printed(folder, language, layout, np.load(kept / "pages.npy", mmap_mode="r"), kept / "blank.pdf")


def catalogue_of(forms: list[tuple[str, str]]) -> Catalogue:
    return Catalogue([printed_form(*form).form for form in forms])


def _keep(folder: FormFolder, language: str, to: Path) -> None:
    """Set and render one edition; two processes that do it at once write the same."""
    copy = next(printed_copies(folder, language, 1, first=COPY))
    to.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=to.parent) as spool:
        half = Path(spool) / "half"
        half.mkdir()
        np.save(half / "pages.npy", np.stack(copy.pages))
        (half / "layout.json").write_text(copy.layout.model_dump_json(), encoding="utf-8")
        (half / "blank.pdf").write_bytes(typeset(folder, language, numbered=False).pdf)
        if not to.is_dir():
            half.rename(to)


def _kept(version: str, language: str) -> Path:
    """A folder named after all that the printed page depends on."""
    room = ROOT / "form_layouts"
    sources = [*sorted(room.glob("*.py")), *sorted(room.glob("*.typ")), *sorted((EXAMPLES / version).glob("*.yaml"))]
    digest = hashlib.sha256()
    for path in sources:
        digest.update(path.read_bytes())
    folder = Path(tempfile.gettempdir()) / f"crosscheck-benchmark-{os.getuid()}"
    return folder / f"{version}-{language}-{digest.hexdigest()[:16]}"
