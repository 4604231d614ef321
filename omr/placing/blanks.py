"""The blank pages of forms that we did not print: opened, and checked before anything is read with them."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from form_layouts.catalogue import Catalogue, Form
from form_layouts.errors import CrosscheckError
from omr.errors import BlankUnusable
from omr.image import PageImage
from omr.pages import open_scan, page_image


def check_blanks(catalogue: Catalogue) -> None:
    """Open the blank of every foreign form.

    Raises BlankUnusable where it does not open, or has another number of pages than fields.<language>.yaml.
    """
    for form in catalogue.foreign:
        assert isinstance(form.blank, Path)
        try:
            pages = open_scan(form.blank).pages
            for number in range(min(pages, len(form.layout.pages))):
                blank_page(form, number)
        except CrosscheckError as fault:
            raise BlankUnusable(
                path=form.blank, problem_en=fault.sentence("en"), problem_de=fault.sentence("de")
            ) from fault
        if pages != len(form.layout.pages):
            en = f"it has {pages} pages, fields.{form.layout.language}.yaml has {len(form.layout.pages)}"
            de = f"sie hat {pages} Seiten, fields.{form.layout.language}.yaml hat {len(form.layout.pages)}"
            raise BlankUnusable(path=form.blank, problem_en=en, problem_de=de)


def blank_page(form: Form, page: int) -> PageImage:
    """The blank of one page of a foreign form, as drawn from the form folder's PDF or PNG."""
    assert isinstance(form.blank, Path)
    return _blank_image(form.blank, page)


@lru_cache(maxsize=4)
def _blank_image(path: Path, page: int) -> PageImage:
    return page_image(open_scan(path), page)
