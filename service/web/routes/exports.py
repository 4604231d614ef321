"""Exports: what there is to receive, making a file, and what was given out before."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from babel.core import Locale, UnknownLocaleError
from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from form_layouts.errors import CrosscheckError
from service.db.session import looking
from service.exports.counts import counts, together, unread
from service.exports.deliveries import MEDIA_TYPES, FileFormat, Order, make, remember, remembered
from service.exports.published import label_languages, questionnaires, versions_of
from service.exports.read_me import LONG_TABLE
from service.web.access import Person, allow, current_person
from service.web.pages import page, zone

router = APIRouter(prefix="/exports")
Me = Annotated[Person, Depends(current_person)]


@router.get("", dependencies=[allow("researcher", "lead")])
def show_exports(request: Request, person: Me) -> Response:
    """What can be received, with what waits and what is left out; below, what was given out before."""
    return _exports(request, person)


@router.post("", dependencies=[allow("researcher", "lead")])
def receive_export(
    request: Request,
    person: Me,
    questionnaire: Annotated[str, Form()] = "",
    versions: Annotated[list[str], Form()] = [],  # noqa: B006 (FastAPI copies it)
    labels: Annotated[str, Form()] = "de",
    file_format: Annotated[FileFormat, Form()] = "csv",
) -> Response:
    """Make the file, remember the delivery, and hand it over."""
    order = Order(questionnaire, versions, labels, file_format, datetime.now(zone()).date())
    try:
        made = make(order)
    except CrosscheckError as fault:
        return _exports(request, person, fault)
    remember(made, person.id)
    headers = {"Content-Disposition": f'attachment; filename="{made.name}"'}
    return Response(made.data, media_type=MEDIA_TYPES[file_format], headers=headers)


def _exports(request: Request, person: Person, fault: CrosscheckError | None = None) -> Response:
    values = {
        "problem": fault.sentence(person.language) if fault else None,
        "offers": _offers(person.language),
        "deliveries": remembered(),
        "long": LONG_TABLE,
        **_unread(),
    }
    return page(request, "exports.html", values, getattr(fault, "status", 400) if fault else 200)


def _offers(language: str) -> list[dict[str, Any]]:
    """Every questionnaire with its versions, what there is of each, and the languages its labels can be in."""
    with looking() as session:
        found = counts(session)
        return [
            {
                "questionnaire": name,
                "versions": [(version, found[name, version]) for version in versions],
                "together": together(found[name, version] for version in versions),
                "labels": {code: _called(code, language) for code in label_languages(versions_of(session, name))},
            }
            for name, versions in questionnaires(session).items()
        ]


def _unread() -> dict[str, Any]:
    with looking() as session:
        return {"unread": unread(session)}


def _called(code: str, language: str) -> str:
    """A language's name for the person; its code where it has none."""
    try:
        return Locale.parse(code.replace("-", "_")).get_display_name(language) or code
    except (ValueError, UnknownLocaleError):
        return code
