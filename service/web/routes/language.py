"""The language of the screens: kept with the account, or in a cookie before signing in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse

from service import people
from service.web.access import allow_public, is_local, person_of
from service.web.visits import LANGUAGE, LANGUAGE_KEPT_S, set_cookie
from service.web.words import LANGUAGES

router = APIRouter()


@router.post("/language", dependencies=[allow_public()])
def choose_language(
    request: Request, language: Annotated[str, Form()], back: Annotated[str, Form()] = "/"
) -> RedirectResponse:
    """Remember de or en, and go back to where it was chosen."""
    response = RedirectResponse(back if is_local(back) else "/", 303)
    if language in LANGUAGES:
        person = person_of(request)
        if person is not None:
            people.set_language(person.id, language)
        set_cookie(response, LANGUAGE, language, LANGUAGE_KEPT_S)
    return response
