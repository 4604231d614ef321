"""The forms that can be read: layouts that were printed, and foreign forms known by their blank page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from pydantic import ValidationError

from form_layouts.errors import DamagedLayout, EditionChanged, NoFormFolder, VersionChanged
from form_layouts.form_folder import FormFolder, is_form_folder, load_form_folder
from form_layouts.layout import Layout, read_layout, write_layout
from form_layouts.page_code import PageCode
from form_layouts.questionnaire import Questionnaire
from form_layouts.typesetting import Typeset, typeset, wording_hash

EXAMPLES = Path(__file__).with_name("examples")


class Blank(Protocol):
    """A form as it is printed, nothing filled in: a PDF or PNG on disk, or one that is set when it is needed."""

    @property
    def suffix(self) -> str: ...

    def read_bytes(self) -> bytes: ...


class Reprint:
    """The blank of an edition whose wording is today's, set when somebody looks at it.

    Only the line that says whether a translation was proofed may differ from what was printed.
    """

    suffix = ".pdf"

    def __init__(self, folder: FormFolder, language: str) -> None:
        self._folder, self._language = folder, language

    @cached_property
    def _pdf(self) -> bytes:
        return typeset(self._folder, self._language, numbered=False).pdf

    def read_bytes(self) -> bytes:
        """Raises what `typeset` raises."""
        return self._pdf


@dataclass(frozen=True)
class Form:
    """One edition that can be read: what is asked, where it stands, and its blank.

    `blank` is None for an edition of ours whose words nobody kept: then only its outlines are known.
    """

    questionnaire: Questionnaire
    layout: Layout
    blank: Blank | None = None


@dataclass
class Catalogue:
    """All forms known to a reader."""

    forms: list[Form] = field(default_factory=list)

    def printed(self, code: PageCode) -> Form | None:
        """The form whose page code this is; the code's check must match the layout's hash."""
        for form in self._of_edition(code):
            if form.layout.check == code.check and len(form.layout.pages) == code.pages:
                return form
        return None

    def knows_edition(self, code: PageCode) -> bool:
        """Whether a form of the code's edition is known, whatever its geometry."""
        return any(True for _ in self._of_edition(code))

    def _of_edition(self, code: PageCode) -> Iterator[Form]:
        wanted = (code.questionnaire, code.version, code.language, code.edition)
        for form in self.forms:
            layout = form.layout
            own = (layout.questionnaire, layout.version.lower(), layout.language.lower(), layout.edition)
            if layout.ours and own == wanted:
                yield form

    @property
    def foreign(self) -> Iterator[Form]:
        """The forms that we did not print."""
        return (form for form in self.forms if not form.layout.ours)


def open_catalogue(folders: Sequence[Path]) -> Catalogue:
    """Every form below `folders`: form folders, and layouts beside them or in folders that forms were printed to.

    Raises NoFormFolder where a folder holds none, FormFolderErrors, DamagedLayout.
    """
    forms: dict[str, Form] = {}
    for folder in folders:
        found = list(_forms_below(folder))
        if not found:
            raise NoFormFolder(folder=folder)
        for form in found:
            forms.setdefault(form.layout.hash + form.layout.key, form)
    return Catalogue(list(forms.values()))


def _forms_below(folder: Path) -> Iterator[Form]:
    for path in sorted({folder, *(p.parent for p in folder.rglob("questionnaire.yaml"))}):
        if is_form_folder(path):
            yield from forms_of(load_form_folder(path))
    for path in sorted(folder.rglob("*.form.json")):
        questionnaire = _asked(path)
        for printed in sorted(path.parent.glob(f"{path.name[: -len('.form.json')]}_*.layout.json")):
            yield Form(questionnaire, read_layout(printed), _kept_blank(printed))


def _kept_blank(layout: Path) -> Path | None:
    """The blank beside a layout on disk, where it was kept."""
    blank = layout.with_name(layout.name.removesuffix(".layout.json") + ".blank.pdf")
    return blank if blank.exists() else None


def _asked(path: Path) -> Questionnaire:
    try:
        return Questionnaire.model_validate_json(path.read_bytes())
    except ValidationError as fault:
        raise DamagedLayout(path=path, problem=fault.errors()[0]["msg"]) from None


def forms_of(folder: FormFolder) -> Iterator[Form]:
    """The editions of a form folder: those that were published, and today's wording of every language.

    Raises VersionChanged where the published editions asked something else than the folder asks today.
    """
    for asked in (folder.path / "layouts").glob("*.form.json"):
        _assert_asks_the_same(folder.questionnaire, asked)
    published: dict[str, tuple[Layout, Blank | None]] = {}
    for path in sorted((folder.path / "layouts").glob("*.layout.json")):
        layout = read_layout(path)
        published[layout.key] = layout, _kept_blank(path)
    for language, wording in folder.wordings.items():
        if language in folder.fields:
            continue
        key = f"{folder.questionnaire.questionnaire}_{folder.questionnaire.version}_{language}_{wording.edition}"
        if key not in published:
            published[key] = typeset(folder, language).layout, Reprint(folder, language)
        elif published[key][0].wording_hash == wording_hash(folder, language):
            published[key] = published[key][0], published[key][1] or Reprint(folder, language)
    for layout, kept in published.values():
        yield Form(folder.questionnaire, layout, kept)
    for language, blank in folder.blanks.items():
        yield Form(folder.questionnaire, folder.foreign_layout(language), blank)


def keep_printed(printed: Typeset, questionnaire: Questionnaire, folder: Path) -> Path:
    """Write the layout of a printed edition, its blank, and what it asks, to `folder`; the layout's path.

    `printed` is set without a copy number.

    What was printed never changes: raises EditionChanged where the same edition stands there with other words or
    positions, VersionChanged where the same version asked something else.
    """
    layout = printed.layout
    path = folder / f"{layout.key}.layout.json"
    asked = folder / f"{layout.questionnaire}_{layout.version}.form.json"
    if asked.exists():
        _assert_asks_the_same(questionnaire, asked)
    blank = folder / f"{layout.key}.blank.pdf"
    if path.exists():
        assert_unchanged(layout, path)
        if not blank.exists():
            blank.write_bytes(printed.pdf)
        return path
    folder.mkdir(parents=True, exist_ok=True)
    blank.write_bytes(printed.pdf)
    write_layout(layout, path)
    asked.write_text(questionnaire.model_dump_json(indent=1, by_alias=True) + "\n", encoding="utf-8")
    return path


def _assert_asks_the_same(questionnaire: Questionnaire, asked: Path) -> None:
    if _asked(asked).model_dump() != questionnaire.model_dump():
        raise VersionChanged(questionnaire=questionnaire.questionnaire, version=questionnaire.version, path=asked)


def assert_unchanged(layout: Layout, path: Path) -> None:
    """Raises EditionChanged where the layout stored at `path` has other words or positions."""
    assert_same_edition(layout, read_layout(path), path)


def assert_same_edition(layout: Layout, stored: Layout, path: Path) -> None:
    """Raises EditionChanged, which names `path`, where a stored layout has other words or positions."""
    if (stored.hash, stored.wording_hash) != (layout.hash, layout.wording_hash):
        raise EditionChanged(
            edition=layout.edition,
            questionnaire=layout.questionnaire,
            version=layout.version,
            language=layout.language,
            path=path,
            next=layout.edition + 1,
        )
