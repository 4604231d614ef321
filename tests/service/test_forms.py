"""What is published stays as it was, and its codes keep their meaning."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import select

from form_layouts.errors import VersionChanged
from service import forms
from service.db.models import Edition
from service.db.session import looking
from service.exports.variables import CodeReused
from tests.service.seeds import SMALL


def copied(to: Path, *changes: tuple[str, str]) -> Path:
    """The small questionnaire's newer version with other questions, in a folder without published layouts."""
    shutil.copytree(SMALL / "2025-08", to, ignore=shutil.ignore_patterns("layouts"))
    path = to / "questionnaire.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    return to


def test_a_form_is_published_once_with_every_language(database: Path) -> None:
    assert forms.publish(SMALL / "2025-02") == ["small_2025-02_ar_1", "small_2025-02_de_1"]
    assert forms.publish(SMALL / "2025-02") == []
    with looking() as session:
        assert sorted(session.scalars(select(Edition.language))) == ["ar", "de"]
        newest = session.scalar(select(forms.NEWEST)) or 0
    catalogue = forms.published(newest).catalogue
    assert len(catalogue.forms) == 2
    assert all(form.blank and form.blank.read_bytes().startswith(b"%PDF") for form in catalogue.forms)
    assert list(catalogue.foreign) == []


def test_a_version_that_was_published_asks_the_same_for_ever(sqlite_database: Path, tmp_path: Path) -> None:
    forms.publish(SMALL / "2025-08")
    with pytest.raises(VersionChanged):
        forms.publish(copied(tmp_path / "changed", ("hotel: 3", "hotel: 4")))


def test_a_new_version_may_not_use_a_code_for_something_else(sqlite_database: Path, tmp_path: Path) -> None:
    forms.publish(SMALL / "2025-02")
    swapped = copied(tmp_path / "new", ("flat: 1, shelter: 2", "flat: 2, shelter: 1"), ('"2025-08"', '"2026-01"'))
    with pytest.raises(CodeReused):
        forms.publish(swapped)
