"""Review: the screen that shows one field at a time, and what its modules ask for."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from fastapi.responses import HTMLResponse, Response
from pydantic import BaseModel, Field, StrictBool, StrictInt, StrictStr

from form_layouts.code_lists import CODE_LISTS
from service.review.listed import found, is_listed, label
from service.review.printed import Words
from service.review.queue import Held, next_field, previous_field, release, renew, waiting_count
from service.review.shown import ShownField, crop, shown_field
from service.review.values import MOST_LETTERS, WRITTEN, Value, expected_days
from service.review.verdicts import decide
from service.web.access import Person, RowId, allow, current_person
from service.web.pages import page
from service.web.review_words import KEYS, MISSING_ACTIONS, TEXTS
from service.web.words import gettext_for, word

router = APIRouter()
Me = Annotated[Person, Depends(current_person)]
MOST_IDS = 1000
"""Fields that one request may name: held and skipped in a sitting."""
Id = Annotated[int, Field(ge=1, lt=1 << 31)]
"""A row's number in a request, as far as the databases count."""
Ids = Annotated[list[Id], Field(max_length=MOST_IDS)]
List = Annotated[str, Path(pattern=f"^({'|'.join(CODE_LISTS)})$")]
"""A closed list's name in a path."""
KEPT_BY_BROWSER = {"Cache-Control": "private, max-age=300"}
"""Of pictures, in seconds: a crop is fetched before it is shown, and looked at again by `previous`."""


class Wanted(BaseModel):
    """What the screen has already, and what was skipped, oldest first."""

    holding: Ids = []
    skipped: Ids = []


class Right(BaseModel):
    token: Annotated[str, Field(pattern=r"^[0-9a-f]{1,32}$")]


class Given(Right):
    values: dict[str, StrictInt | StrictStr]
    as_written: StrictBool = False
    """The person was asked about an unlikely number or date, and says that it is written so."""


class Typed(BaseModel):
    """Sent in the body, so that no log keeps what people wrote."""

    words: Annotated[str, Field(max_length=MOST_LETTERS)]


class Back(BaseModel):
    before: Id | None = None
    """The verdict of the earlier field that is on the screen; none at first."""


@router.get("/review", dependencies=[allow("reviewer")])
def review(request: Request, person: Me) -> HTMLResponse:
    """The screen.  Its modules fetch the fields."""
    _ = gettext_for(person.language)
    values = {
        "keys": {key.action: key for key in KEYS},
        "waiting": waiting_count(),
        "setup": {
            "person": person.id,
            "language": person.language,
            "missing": MISSING_ACTIONS,
            "keys": [{"action": k.action, "codes": k.codes, "choice": k.choice, "writing": k.writing} for k in KEYS],
            "texts": {name: _(text) for name, text in TEXTS.items()},
        },
    }
    return page(request, "review.html", values)


@router.post("/api/review/next", dependencies=[allow("reviewer")])
def next_waiting(person: Me, wanted: Wanted) -> dict[str, Any]:
    """Hold the next field for this person: {field, waiting}; `field` is null where nothing is left."""
    held = next_field(person.id, wanted.holding, wanted.skipped)
    shown = _held(held, person) if held else None
    return {"field": shown, "waiting": waiting_count()}


@router.post("/api/review/previous", dependencies=[allow("reviewer")])
def previous(person: Me, back: Back) -> dict[str, Any]:
    """Hold the field that this person decided before: {field, verdict}; both null where there is none."""
    earlier = previous_field(person.id, back.before)
    if earlier is None:
        return {"field": None, "verdict": None}
    return {"field": _held(earlier.held, person), "verdict": earlier.verdict_id}


@router.get("/api/review/fields/{field_id}", dependencies=[allow("reviewer")])
def one_field(person: Me, field_id: RowId) -> dict[str, Any]:
    """A field as the screen shows it."""
    return field_json(shown_field(field_id, person.language), person.language)


@router.post("/api/review/fields/{field_id}/verdict", dependencies=[allow("reviewer")])
def give_verdict(person: Me, field_id: RowId, given: Given) -> dict[str, Any]:
    """Keep this person's answer: {verdict}.  409 where somebody else has the field by now."""
    values: dict[str, object] = dict(given.values)
    return {"verdict": decide(person.id, Held(field_id, given.token), values, as_written=given.as_written)}


@router.post("/api/review/fields/{field_id}/heartbeat", dependencies=[allow("reviewer")])
def heartbeat(person: Me, field_id: RowId, right: Right) -> dict[str, Any]:
    """Keep the field a while longer: {until}.  409 where somebody else has it by now."""
    return {"until": renew(person.id, Held(field_id, right.token)).isoformat()}


@router.post("/api/review/fields/{field_id}/release", dependencies=[allow("reviewer")])
def hand_back(person: Me, field_id: RowId, right: Right) -> dict[str, Any]:
    """Hand the field back undecided: after skipping, or leaving."""
    release(person.id, Held(field_id, right.token))
    return {}


@router.post("/api/review/lists/{name}", dependencies=[allow("reviewer")])
def entries(person: Me, name: List, typed: Typed) -> dict[str, Any]:
    """What a closed list has for the words typed so far: {meant: codes that they name, entries: [{code, label}]}."""
    told = found(typed.words, name, person.language)
    proposed = [{"code": code, "label": label(name, code, person.language)} for code in told.entries]
    return {"meant": told.meant, "entries": proposed}


@router.get("/fields/{field_id}/crop", dependencies=[allow("office", "reviewer", "lead")])
def field_crop(field_id: RowId) -> Response:
    """The picture of the field's question: for the roles that may see whole pages."""
    return Response(crop(field_id), media_type="image/jpeg", headers=KEPT_BY_BROWSER)


def field_json(shown: ShownField, language: str) -> dict[str, Any]:
    """A field for the screen: boxes within the crop as fractions of it, those on the page in mm."""
    question = shown.question
    offered, read = _thoughts(shown, language)
    return {
        "id": shown.id,
        "mode": "writing" if question.kind in WRITTEN else "choice",
        "kind": question.kind,
        "number": shown.number,
        "name": question.id,
        "at_most": question.at_most,
        "digits": question.digits,
        "range": question.range,
        "days": expected_days(question),
        "lines": question.lines,
        "own": _words(shown.own, shown.direction),
        "other": _words(shown.other, "auto"),
        "options": [vars(option) for option in shown.options] if question.kind not in WRITTEN else [],
        "variables": shown.variables,
        "missing": shown.missing,
        "list": question.list if is_listed(question) else None,
        "suggestions": offered,
        "read": read,
        "reasons": [word("reason", reason, language) for reason in shown.reasons],
        "crop": _crop(shown),
        "page": {
            "id": shown.page_id,
            "picture": f"/pages/{shown.page_id}/picture",
            "size": shown.page_size,
            "boxes": shown.boxes,
            "notes": shown.notes,
        },
        "value": shown.value,
        "answer": said(shown, shown.value, language) if shown.value else None,
        "source": shown.source,
        "state": shown.state,
        "form_language": shown.form_language,
    }


def said(shown: ShownField, values: Any, language: str) -> str:
    """An answer in words, as a person reads it."""
    given: dict[str, Value] = dict(values)
    if shown.question.kind == "multiple":
        marked = [option for option in shown.options if not option.is_missing and given.get(option.variable) == 1]
        if marked:
            return ", ".join(option.other or option.own for option in marked)
    value = next(iter(given.values()))
    for option in shown.options:
        if option.code == value and (option.is_missing or shown.question.kind != "multiple"):
            return option.other or option.own
    if isinstance(value, int):
        return word("missing", value, language)
    return (is_listed(shown.question) and label(shown.question.list or "", value, language)) or value


def _thoughts(shown: ShownField, language: str) -> tuple[list[str], str | None]:
    """What the machine thinks is written; of a closed list the codes with their names, and apart the words as it read them."""
    if not is_listed(shown.question):
        return list(shown.suggestions), None
    labels = {thought: label(shown.question.list or "", thought, language) for thought in shown.suggestions}
    words = [thought for thought, named in labels.items() if named is None]
    return [named for named in labels.values() if named], words[-1] if words else None


def _held(held: Held, person: Person) -> dict[str, Any]:
    return {**field_json(shown_field(held.field_id, person.language), person.language), "token": held.token}


def _words(words: Words | None, direction: str) -> dict[str, Any] | None:
    if words is None:
        return None
    return {"language": words.language, "dir": direction, "text": words.text, "hint": words.hint, "row": words.row}


def _crop(shown: ShownField) -> dict[str, Any] | None:
    if shown.crop is None:
        return None
    left, top, width, height = shown.crop
    boxes, notes = (
        [((x - left) / width, (y - top) / height, w / width, h / height) for x, y, w, h in some]
        for some in (shown.boxes, shown.notes)
    )
    return {"url": f"/fields/{shown.id}/crop", "width": width, "height": height, "boxes": boxes, "notes": notes}
