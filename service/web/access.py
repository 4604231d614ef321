"""Who may do what: every route names its rule here, and every changing request proves that it comes from our page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, FastAPI, Path, Request
from fastapi.params import Depends as DependsMarker
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount

from form_layouts.errors import CrosscheckError
from service.people import ROLES
from service.web.headers import STATIC

SIGN_IN, ACCOUNT = "/sign-in", "/account"
RowId = Annotated[int, Path(ge=1, lt=1 << 31)]
"""A row's number in a path, as far as the databases count; any other is a page that does not exist."""


@dataclass(frozen=True)
class Person:
    """Who is signed in.  `language` is the one their pages are in: de or en."""

    id: int
    name: str
    roles: frozenset[str]
    language: str
    csrf: str
    must_change_password: bool = False


class NotSignedIn(CrosscheckError):
    status = 401
    en = "You are not signed in, or your session has ended. Sign in and try again; nothing that was saved is lost."
    de = "Sie sind nicht angemeldet, oder Ihre Sitzung ist beendet. Melden Sie sich an und versuchen Sie es noch einmal; was gespeichert war, ist noch da."


class NotAllowed(CrosscheckError):
    status = 403
    en = (
        "This page belongs to another role than yours. If you need it for your work, ask an administrator for the role."
    )
    de = "Diese Seite gehört zu einer anderen Rolle als Ihrer. Wenn Sie sie für Ihre Arbeit brauchen, bitten Sie die Verwaltung um die Rolle."


class PasswordMustChange(CrosscheckError):
    status = 403
    en = "Choose a password of your own first. After that, everything is open to you."
    de = "Wählen Sie zuerst ein eigenes Kennwort. Danach steht Ihnen alles offen."


class RouteWithoutRule(Exception):
    """The program does not start: a route does not say who may use it."""


@dataclass(frozen=True)
class Rule:
    """Who may use a route.  It is the route's first dependency, and the table that tests walk."""

    roles: frozenset[str] = frozenset()
    """Any one of them suffices."""
    public: bool = False
    before_password: bool = field(default=False, kw_only=True)
    """Also open to a person who must change the password first."""

    async def __call__(self, request: Request) -> None:
        if self.public:
            return
        person = current_person(request)
        if person.must_change_password and not self.before_password:
            raise PasswordMustChange()
        if not self.admits(person):
            raise NotAllowed()

    def admits(self, person: Person | None) -> bool:
        """Whether the rule, apart from a password that must be changed, lets this person through."""
        return self.public or (person is not None and bool(self.roles & person.roles))


def allow(*roles: str) -> DependsMarker:
    """Only people with one of these roles."""
    unknown = set(roles).difference(ROLES)
    if unknown or not roles:
        raise RouteWithoutRule(f"allow() needs roles out of {', '.join(ROLES)}; it got {sorted(unknown)}")
    return _dependency(Rule(frozenset(roles)))


def allow_signed_in(*, before_password: bool = False) -> DependsMarker:
    """Everybody with an account."""
    return _dependency(Rule(frozenset(ROLES), before_password=before_password))


def allow_public() -> DependsMarker:
    """Everybody, signed in or not."""
    return _dependency(Rule(public=True))


def current_person(request: Request) -> Person:
    """Who is signed in: `person: Annotated[Person, Depends(current_person)]`.  Raises NotSignedIn."""
    person = person_of(request)
    if person is None:
        raise NotSignedIn()
    return person


def person_of(request: Request) -> Person | None:
    """Who is signed in; None on a public page that is read without signing in."""
    person: Person | None = getattr(request.state, "person", None)
    return person


def rules(app: FastAPI) -> Iterator[tuple[str, str, Rule]]:
    """Method, path and rule of every route.  Raises RouteWithoutRule; static files are open to everybody."""
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, Mount) and f"{route.path}/" == STATIC:
            continue
        found = (
            [one.dependency for one in context.dependencies if isinstance(one.dependency, Rule)]
            if isinstance(route, APIRoute)
            else []
        )
        if len(found) != 1:
            raise RouteWithoutRule(f"{context.path or route} names {len(found)} access rules; it needs exactly one")
        for method in sorted(context.methods or ()):
            yield method, str(context.path), found[0]


def may_open(request: Request, path: str) -> bool:
    """Whether there is a page at this path and the person behind the request may open it: for links."""
    rule: Rule | None = request.app.state.rules.get(("GET", path))
    return rule is not None and rule.admits(person_of(request))


def is_local(path: str) -> bool:
    """Whether a path leads to a page of this program: for what stands in an address and is gone to next."""
    parts = urlsplit(path)
    plain = path.isprintable() and "\\" not in path
    return plain and path.startswith("/") and not path.startswith("//") and not parts.netloc and not parts.scheme


def sign_in_path(request: Request) -> str:
    """Where to sign in, and come back to what was asked for."""
    if request.method != "GET":
        return f"{SIGN_IN}?ended=1"
    if request.url.path == "/":
        return SIGN_IN
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return f"{SIGN_IN}?next={quote(asked, safe='/')}"


def _dependency(rule: Rule) -> DependsMarker:
    marker: DependsMarker = Depends(rule)
    return marker
