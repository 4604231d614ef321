"""The page view: a scanned page with its fields outlined, beside it their values, and the way to correct them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from form_layouts.errors import CrosscheckError
from service.review.listed import found, is_listed, label
from service.review.pages import PageField, ShownPage, page_picture, shown_page
from service.review.queue import NoSuchField
from service.review.shown import ShownField
from service.review.values import WRITTEN, AnswerUnlikely, AnswerUnusable
from service.review.verdicts import DecidedMeanwhile, correct
from service.web.access import Person, RowId, allow, current_person
from service.web.pages import page
from service.web.routes.review import KEPT_BY_BROWSER, said
from service.web.words import N_, word

router = APIRouter()
Me = Annotated[Person, Depends(current_person)]
VERDICTS = {
    "confirmed": N_("confirmed"),
    "corrected": N_("corrected"),
    "typed": N_("typed"),
}
"""Kinds of verdict in the history of a field."""


@router.get("/pages/{page_id}", dependencies=[allow("office", "reviewer", "lead")])
def show_page(request: Request, person: Me, page_id: RowId) -> HTMLResponse:
    """One scanned page, whatever became of it."""
    return _page(request, person, page_id)


@router.get("/pages/{page_id}/picture", dependencies=[allow("office", "reviewer", "lead")])
def show_picture(page_id: RowId) -> Response:
    """The page upright, as JPEG."""
    return Response(page_picture(page_id), media_type="image/jpeg", headers=KEPT_BY_BROWSER)


@router.post("/pages/{page_id}/fields/{field_id}", dependencies=[allow("reviewer")])
def correct_field(
    request: Request,
    person: Me,
    page_id: RowId,
    field_id: RowId,
    seen: Annotated[int, Form(ge=0, lt=1 << 31)],
    value: Annotated[str, Form()] = "",
    marked: Annotated[tuple[str, ...], Form()] = (),
    missing: Annotated[str, Form()] = "",
    entry: Annotated[str, Form()] = "",
    as_written: Annotated[bool, Form()] = False,
) -> Response:
    """Keep a verdict about a field of this page: a choice or text (`value`), `marked` variables, or a missing code.

    `entry`: the code of a list's entry that was proposed for the text and chosen.

    `seen`: the verdict that the page showed, 0 for none.  409 where another one counts by now.
    """
    fields = [one.shown for one in shown_page(page_id, person.language).fields if one.shown.id == field_id]
    if not fields:
        raise NoSuchField()
    try:
        given = _given(fields[0], entry or value, marked, "" if entry else missing)
        correct(person.id, field_id, given, seen=seen, as_written=as_written)
    except CrosscheckError as fault:
        told = {"field": field_id, "problem": fault.sentence(person.language), "value": value}
        told["unlikely"] = isinstance(fault, AnswerUnlikely)
        told["entries"] = _entries(fields[0], value, person.language) if isinstance(fault, AnswerUnusable) else []
        told["seen"] = None if isinstance(fault, DecidedMeanwhile) else seen  # what nobody was told of is not seen
        return _page(request, person, page_id, told, getattr(fault, "status", 400))
    return RedirectResponse(f"/pages/{page_id}#field-{field_id}", 303)


def _given(shown: ShownField, value: str, marked: tuple[str, ...], missing: str) -> dict[str, object]:
    """What the form says, as values of the field's variables."""
    if _is_code(missing):
        return dict.fromkeys(shown.variables, int(missing))
    if shown.question.kind == "multiple":
        return {variable: int(variable in marked) for variable in shown.variables}
    given: object = value
    if shown.question.kind not in WRITTEN and _is_code(value):
        given = int(value)
    return dict.fromkeys(shown.variables, given)


def _entries(shown: ShownField, words: str, language: str) -> list[tuple[str, str | None]]:
    """Code and label of what the question's list has for words that name no entry, or several."""
    name = shown.question.list or ""
    codes = found(words, name, language).entries if is_listed(shown.question) else ()
    return [(code, label(name, code, language)) for code in codes]


def _is_code(text: str) -> bool:
    return len(text) <= 9 and text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()


def _page(
    request: Request, person: Person, page_id: int, told: dict[str, Any] | None = None, status: int = 200
) -> HTMLResponse:
    whole = shown_page(page_id, person.language)
    values = {
        "shown": whole,
        "why": (whole.page.messages or {}).get(person.language),
        "became": _became(whole),
        "about": [finding.kind for finding in whole.findings if finding.box is None],
        "notes": [finding for finding in whole.findings if finding.box],
        "fields": [_field(one, person.language) for one in whole.fields],
        "told": told or {"field": None},
        "may_correct": "reviewer" in person.roles,
        "verdict_kinds": VERDICTS,
    }
    return page(request, "page_view.html", values, status)


def _became(whole: ShownPage) -> tuple[str, str]:
    """The list and value of the word that says what became of the page."""
    if whole.page.state == "done" and whole.page.kind:
        return "page_kind", whole.page.kind
    return "state", whole.page.state


def _field(one: PageField, language: str) -> dict[str, Any]:
    """A field for the template: its words, its value as text for the form, and its history in words."""
    shown = one.shown
    value = next(iter(shown.value.values())) if shown.value else None
    words = shown.other or shown.own
    general = [code for code in shown.missing if code not in shown.question.missing.values()]
    return {
        "shown": shown,
        "words": words,
        "answer": said(shown, shown.value, language) if shown.value else None,
        "is_missing": isinstance(value, int) and value < 0,
        "value": value,
        "typed": _typed(shown, value, language),
        "missing": [(code, word("missing", code, language)) for code in general],
        "history": [(decision, said(shown, decision.values, language)) for decision in one.history],
        "holder": one.holder,
    }


def _typed(shown: ShownField, value: Any, language: str) -> str:
    """A written value as a person would type it."""
    if value is None or (isinstance(value, int) and value < 0):
        return ""
    if shown.question.kind == "date":
        return ".".join(reversed(str(value).split("-")))
    return said(shown, shown.value, language) if is_listed(shown.question) else str(value)
