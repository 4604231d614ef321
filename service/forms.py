"""Published forms: kept with the data, found again by workers and screens."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from form_layouts.catalogue import Catalogue, Form, assert_same_edition, forms_of
from form_layouts.errors import VersionChanged
from form_layouts.form_folder import load_form_folder
from form_layouts.layout import Layout
from form_layouts.questionnaire import Questionnaire, Wording
from omr.reading import PageIdentity
from service import storage
from service.db.models import Edition, Version
from service.db.session import looking, transaction
from service.exports.variables import assert_codes_kept, pooled

_Key = tuple[str, str, str, int]


@dataclass(frozen=True)
class Published:
    """Every form that can be read: for the reader a catalogue, for the database the ids of its editions."""

    catalogue: Catalogue
    editions: dict[_Key, int]

    def edition_id(self, identity: PageIdentity) -> int:
        return self.editions[_named(identity)]

    def layout(self, identity: PageIdentity) -> Layout:
        return self._form(identity).layout

    def questionnaire(self, identity: PageIdentity) -> Questionnaire:
        return self._form(identity).questionnaire

    def _form(self, identity: PageIdentity) -> Form:
        return next(form for form in self.catalogue.forms if _key(form.layout) == _named(identity))


def publish(folder: Path) -> list[str]:
    """Take a form folder's editions into the database; the keys of those that are new.

    What was published never changes: raises VersionChanged, EditionChanged; FormFolderErrors for mistakes in the folder,
    and the faults of exports.variables for names that no export could hold, and codes that meant something else before.
    """
    form_folder = load_form_folder(folder)
    pooled([form_folder.questionnaire])
    forms = list(forms_of(form_folder))
    new = []
    with transaction() as session:
        version = _version(session, form_folder.questionnaire, folder)
        for form in forms:
            wording = form_folder.wordings.get(form.layout.language)
            if _publish_edition(session, version, form, wording, folder):
                new.append(form.layout.key)
    return new


def _version(session: Session, asked: Questionnaire, folder: Path) -> Version:
    wanted = select(Version).where(Version.questionnaire == asked.questionnaire, Version.version == asked.version)
    version = session.scalars(wanted).one_or_none()
    if version is None:
        others = session.scalars(select(Version).where(Version.questionnaire == asked.questionnaire))
        assert_codes_kept([questionnaire_of(other) for other in others], asked)
        version = Version(questionnaire=asked.questionnaire, version=asked.version, asked=asked.model_dump(mode="json"))
        session.add(version)
        session.flush()
    elif questionnaire_of(version) != asked:
        raise VersionChanged(questionnaire=asked.questionnaire, version=asked.version, path=folder)
    return version


def _publish_edition(session: Session, version: Version, form: Form, wording: Wording | None, folder: Path) -> bool:
    layout = form.layout
    wanted = select(Edition).where(
        Edition.version_id == version.id, Edition.language == layout.language, Edition.number == layout.edition
    )
    edition = session.scalars(wanted).one_or_none()
    if edition is None:
        blank = storage.put(form.blank.read_bytes(), form.blank.suffix) if form.blank else None
        edition = Edition(
            version_id=version.id,
            language=layout.language,
            number=layout.edition,
            layout=layout.model_dump(mode="json"),
            wording=wording.model_dump(mode="json", by_alias=True) if wording else None,
            blank=blank,
        )
        session.add(edition)
        return True
    assert_same_edition(layout, layout_of(edition), folder)
    if wording and wording.edition == layout.edition:
        edition.wording = wording.model_dump(mode="json", by_alias=True)  # its status may have become "proofed"
    return False


NEWEST = select(func.coalesce(func.max(Edition.id), 0)).scalar_subquery()
"""Changes whenever another form is published: ask for it in the query of a transaction that is open anyway."""


def published(newest: int) -> Published:
    """All published forms; read again only when another was published.  `newest` is NEWEST as the database has it."""
    return _published(newest, str(storage.path("")))


@lru_cache(maxsize=2)
def _published(_newest: int, _place: str) -> Published:
    with looking() as session:
        editions = session.scalars(select(Edition).order_by(Edition.id)).all()
        forms = [_form(edition) for edition in editions]
        return Published(
            Catalogue(forms), {_key(form.layout): edition.id for form, edition in zip(forms, editions, strict=True)}
        )


def _named(identity: PageIdentity) -> _Key:
    return identity.questionnaire, identity.version, identity.language, identity.edition


def _form(edition: Edition) -> Form:
    blank = storage.path(edition.blank) if edition.blank else None
    return Form(questionnaire_of(edition.version), layout_of(edition), blank)


def _key(layout: Layout) -> _Key:
    return layout.questionnaire, layout.version, layout.language, layout.edition


def questionnaire_of(version: Version) -> Questionnaire:
    return Questionnaire.model_validate(version.asked)


def layout_of(edition: Edition) -> Layout:
    return Layout.model_validate(edition.layout)


def wording_of(edition: Edition) -> Wording | None:
    return Wording.model_validate(edition.wording) if edition.wording else None


def wordings_of(editions: Iterable[Edition]) -> dict[str, Wording]:
    """The newest wording of each language."""
    found: dict[str, Wording] = {}
    for edition in sorted(editions, key=lambda one: one.number):
        wording = wording_of(edition)
        if wording:
            found[edition.language] = wording
    return found
