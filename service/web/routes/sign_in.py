"""Signing in and out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response

from service import sessions
from service.web.access import SIGN_IN, allow_public, is_local, person_of
from service.web.pages import page
from service.web.visits import SESSION, VISIT, address_of, cookie_name, drop_cookie, set_cookie

router = APIRouter()
Text = Annotated[str, Form()]


@router.get(SIGN_IN, dependencies=[allow_public()])
def show_sign_in(request: Request, next: str = "/", out: bool = False, ended: bool = False) -> Response:
    """The way in; `next` is where it leads afterwards, `out` and `ended` tell why one is here."""
    if person_of(request) is not None:
        return RedirectResponse(_after(next), 303)
    return page(
        request, "sign_in.html", {"next": _after(next), "name": "", "problem": None, "out": out, "ended": ended}
    )


@router.post(SIGN_IN, dependencies=[allow_public()])
def sign_in(request: Request, name: Text = "", password: Text = "", next: Text = "/") -> Response:
    """Check name and password, and begin a new session in place of an old one."""
    try:
        user = sessions.sign_in(name, password, address_of(request))
    except (sessions.SignInFailed, sessions.SignInTooOften) as fault:
        problem = fault.sentence(request.state.language)
        values = {"next": _after(next), "name": name, "problem": problem, "out": False, "ended": False}
        response: Response = page(request, "sign_in.html", values, fault.status)
        if isinstance(fault, sessions.SignInTooOften):
            response.headers["Retry-After"] = str(fault.wait_s)
        return response
    response = RedirectResponse(_after(next), 303)
    old = request.cookies.get(cookie_name(SESSION))
    set_cookie(response, SESSION, sessions.begin(user.id, instead_of=old))
    drop_cookie(response, VISIT)
    return response


@router.post("/sign-out", dependencies=[allow_public()])
def sign_out(request: Request) -> Response:
    """End the session, on the server too."""
    value = request.cookies.get(cookie_name(SESSION))
    if value:
        sessions.end(value)
    response = RedirectResponse(f"{SIGN_IN}?out=1", 303)
    drop_cookie(response, SESSION)
    return response


def _after(path: str) -> str:
    return path if is_local(path) and not path.startswith(SIGN_IN) else "/"
