"""One's own account: password and language."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from form_layouts.errors import CrosscheckError
from service import people, sessions
from service.passwords import LEAST_LENGTH
from service.web.access import ACCOUNT, Person, allow_signed_in, current_person
from service.web.pages import page
from service.web.visits import SESSION, address_of, set_cookie

router = APIRouter()
Me = Annotated[Person, Depends(current_person)]
Text = Annotated[str, Form()]


class PasswordsDiffer(CrosscheckError):
    en = "The two new passwords differ. Type the same one twice; nothing was changed."
    de = "Die beiden neuen Kennwörter sind verschieden. Geben Sie zweimal dasselbe ein; es wurde nichts geändert."


@router.get(ACCOUNT, dependencies=[allow_signed_in(before_password=True)])
def show_account(request: Request, changed: bool = False) -> Response:
    """Password, language and roles of the person who is signed in."""
    return _account(request, changed=changed)


@router.post(f"{ACCOUNT}/password", dependencies=[allow_signed_in(before_password=True)])
def change_password(request: Request, person: Me, present: Text = "", new: Text = "", again: Text = "") -> Response:
    """Change the password; ends every other session of the account, and rotates this one."""
    try:
        if new != again:
            raise PasswordsDiffer()
        sessions.change_password(person.id, present, new, address_of(request))
    except sessions.SignInTooOften as fault:
        slowed = _account(request, problem=fault.sentence(person.language), status=fault.status)
        slowed.headers["Retry-After"] = str(fault.wait_s)
        return slowed
    except CrosscheckError as fault:
        return _account(request, problem=fault.sentence(person.language), status=400)
    response = RedirectResponse("/" if person.must_change_password else f"{ACCOUNT}?changed=1", 303)
    set_cookie(response, SESSION, sessions.begin(person.id))
    return response


def _account(request: Request, problem: str | None = None, changed: bool = False, status: int = 200) -> Response:
    values = {"problem": problem, "changed": changed, "least": LEAST_LENGTH, "roles": people.ROLES}
    return page(request, "account.html", values, status)
