"""The forms that can be read: layouts that were printed, and foreign forms known by their blank page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from form_layouts.errors import DamagedLayout, EditionChanged, NoFormFolder, VersionChanged
from form_layouts.form_folder import FormFolder, is_form_folder, load_form_folder
from form_layouts.layout import Layout, read_layout, write_layout
from form_layouts.page_code import PageCode
from form_layouts.questionnaire import Questionnaire
from form_layouts.typesetting import typeset

EXAMPLES = Path(__file__).with_name("examples")


@dataclass(frozen=True)
class Form:
    """One edition that can be read: what is asked, where it stands, and its blank where we did not print it."""

    questionnaire: Questionnaire
    layout: Layout
    blank: Path | None = None


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
            if form.blank is None and own == wanted:
                yield form

    @property
    def foreign(self) -> Iterator[Form]:
        """The forms that we did not print."""
        return (form for form in self.forms if form.blank is not None)


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
            yield Form(questionnaire, read_layout(printed))


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
    published = {
        layout.key: layout for layout in map(read_layout, sorted((folder.path / "layouts").glob("*.layout.json")))
    }
    for language, wording in folder.wordings.items():
        key = f"{folder.questionnaire.questionnaire}_{folder.questionnaire.version}_{language}_{wording.edition}"
        if language not in folder.fields and key not in published:
            published[key] = typeset(folder, language).layout
    for layout in published.values():
        yield Form(folder.questionnaire, layout)
    for language, blank in folder.blanks.items():
        yield Form(folder.questionnaire, folder.foreign_layout(language), blank)


def keep_printed(layout: Layout, questionnaire: Questionnaire, folder: Path) -> Path:
    """Write the layout of a printed edition, and what it asks, to `folder`; the layout's path.

    What was printed never changes: raises EditionChanged where the same edition stands there with other words or
    positions, VersionChanged where the same version asked something else.
    """
    path = folder / f"{layout.key}.layout.json"
    asked = folder / f"{layout.questionnaire}_{layout.version}.form.json"
    if asked.exists():
        _assert_asks_the_same(questionnaire, asked)
    if path.exists():
        assert_unchanged(layout, path)
        return path
    folder.mkdir(parents=True, exist_ok=True)
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
