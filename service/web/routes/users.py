"""Accounts, for the administrator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from form_layouts.errors import CrosscheckError
from service import people
from service.web.access import Person, RowId, allow, current_person
from service.web.pages import page

router = APIRouter(prefix="/users")
Me = Annotated[Person, Depends(current_person)]
Roles = Annotated[tuple[str, ...], Form()]


@router.get("", dependencies=[allow("administrator")])
def list_users(request: Request) -> Response:
    """All accounts, and the form for a new one."""
    return _users(request)


@router.post("", dependencies=[allow("administrator")])
def add_user(
    request: Request,
    person: Me,
    name: Annotated[str, Form()] = "",
    roles: Roles = (),
) -> Response:
    """Add an account with a made-up password, which this answer shows once."""
    try:
        user, password = people.add(name, roles)
    except CrosscheckError as fault:
        typed = {"name": name, "roles": roles, "problem": fault.sentence(person.language)}
        return _users(request, typed=typed, status=getattr(fault, "status", 400))
    return _users(request, new={"name": user.name, "password": password, "reset": False})


@router.get("/{user_id}", dependencies=[allow("administrator")])
def show_user(request: Request, user_id: RowId, saved: bool = False) -> Response:
    """One account: its roles, and what can be done with it."""
    return _user(request, user_id, saved=saved)


@router.post("/{user_id}/roles", dependencies=[allow("administrator")])
def set_roles(
    request: Request,
    person: Me,
    user_id: RowId,
    roles: Roles = (),
) -> Response:
    """Replace the roles of an account."""
    try:
        people.set_roles(user_id, roles)
    except CrosscheckError as fault:
        return _refused(request, person, user_id, fault)
    return RedirectResponse(f"/users/{user_id}?saved=1", 303)


@router.post("/{user_id}/reset", dependencies=[allow("administrator")])
def reset_password(request: Request, user_id: RowId) -> Response:
    """Give an account a made-up password, which this answer shows once."""
    password = people.reset(user_id)
    return _users(request, new={"name": people.get(user_id).name, "password": password, "reset": True})


@router.post("/{user_id}/deactivate", dependencies=[allow("administrator")])
def deactivate(request: Request, person: Me, user_id: RowId) -> Response:
    """Nobody can sign in as this account any more."""
    try:
        people.deactivate(user_id, by=person.id)
    except CrosscheckError as fault:
        return _refused(request, person, user_id, fault)
    return RedirectResponse(f"/users/{user_id}?saved=1", 303)


@router.post("/{user_id}/activate", dependencies=[allow("administrator")])
def activate(user_id: RowId) -> Response:
    """Let an account sign in again."""
    people.activate(user_id)
    return RedirectResponse(f"/users/{user_id}?saved=1", 303)


def _refused(request: Request, person: Person, user_id: int, fault: CrosscheckError) -> Response:
    if isinstance(fault, people.NoSuchUser):
        raise fault
    return _user(request, user_id, problem=fault.sentence(person.language), status=getattr(fault, "status", 400))


def _user(
    request: Request, user_id: int, saved: bool = False, problem: str | None = None, status: int = 200
) -> Response:
    values = {"user": people.get(user_id), "roles": people.ROLES, "saved": saved, "problem": problem}
    return page(request, "user.html", values, status)


def _users(
    request: Request,
    typed: Mapping[str, object] | None = None,
    new: Mapping[str, object] | None = None,
    status: int = 200,
) -> Response:
    values = {
        "users": people.everybody(),
        "roles": people.ROLES,
        "typed": typed or {"name": "", "roles": [], "problem": None},
        "new": new,
    }
    return page(request, "users.html", values, status)
