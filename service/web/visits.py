"""What stands behind each request before any route sees it: session, language, and the proof against forged forms."""

from __future__ import annotations

import hmac
import secrets
from typing import Final

from anyio.to_thread import run_sync
from babel.core import negotiate_locale
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from form_layouts.errors import CrosscheckError
from service import sessions
from service.settings import settings
from service.web.access import NotSignedIn, Person
from service.web.errors import answer_to
from service.web.headers import STATIC
from service.web.words import LANGUAGES

SESSION, VISIT, LANGUAGE = "crosscheck", "crosscheck-visit", "crosscheck-language"
LANGUAGE_KEPT_S = 365 * 24 * 3600
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
FORM_BYTES: Final = 1 << 20
"""The largest form that is held in memory to find its proof: forms here have a few fields; files are streamed with a header."""
BY_ITSELF = "x-by-itself"
"""Header of a request that a page makes without anybody having touched it."""
OPEN_TO_ALL = (STATIC, "/healthz")
"""Answered without looking for a session."""


class FromElsewhere(CrosscheckError):
    status = 403
    en = "This request did not come from a page of Crosscheck, so nothing was changed. Go back to the page, load it again and repeat the step."
    de = "Diese Anfrage kam nicht von einer Seite von Crosscheck; deshalb wurde nichts geändert. Gehen Sie zurück, laden Sie die Seite neu und wiederholen Sie den Schritt."


class FormTooLarge(CrosscheckError):
    status = 413
    en = "This form holds more than {limit} MB, so nothing was changed. Shorten what you typed and send it again."
    de = "Dieses Formular enthält mehr als {limit} MB; deshalb wurde nichts geändert. Kürzen Sie Ihre Eingabe und senden Sie sie noch einmal."


def cookie_name(name: str) -> str:
    """Behind TLS a browser takes a __Host- cookie only from this host, over TLS, for all its paths."""
    return f"__Host-{name}" if settings().behind_tls else name


def set_cookie(response: Response, name: str, value: str, keep_s: int | None = None) -> None:
    """Give the browser a cookie that no script can read and no other site can send."""
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=keep_s,
        path="/",
        secure=settings().behind_tls,
        httponly=True,
        samesite="strict",
    )


def drop_cookie(response: Response, name: str) -> None:
    response.delete_cookie(cookie_name(name), path="/", secure=settings().behind_tls, httponly=True, samesite="strict")


def address_of(request: Request) -> str:
    """Where a request comes from.  Behind our proxy its word counts: the last address, which the client cannot choose."""
    forwarded = request.headers.get("x-forwarded-for", "").split(",")[-1].strip()
    if settings().behind_tls and forwarded:
        return forwarded
    return request.client.host if request.client else "unknown"


class Visits:
    """Middleware: puts person, language and csrf into request.state, and refuses what another site could have sent."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        first_visit = _begin_visit(request)
        try:
            if not scope["path"].startswith(OPEN_TO_ALL):
                await run_sync(_look_up, request)
            if scope["method"] not in SAFE_METHODS:
                receive = await _checked(request)
        except Exception as fault:  # this stands outside the application's own handlers
            response = answer_to(request, fault)
            if response is None:
                raise
            await response(scope, request.receive, _remembering(request, first_visit, send))
            return
        await self.app(scope, receive, _remembering(request, first_visit, send))


def _begin_visit(request: Request) -> bool:
    """Language and proof of somebody who is not signed in.  True where the browser does not have the proof yet."""
    known = request.cookies.get(cookie_name(VISIT), "")
    state = request.state
    state.person = None
    state.csrf = known or secrets.token_urlsafe(32)
    state.language = request.cookies.get(cookie_name(LANGUAGE), "")
    if state.language not in LANGUAGES:
        state.language = _browsers_language(request)
    state.shows_csrf = False
    return not known


def _look_up(request: Request) -> None:
    value = request.cookies.get(cookie_name(SESSION))
    by_person = BY_ITSELF not in request.headers
    found = sessions.behind(value, by_person=by_person) if value else None
    if found is None:
        return
    state = request.state
    if found.language in LANGUAGES:
        state.language = found.language
    state.csrf = found.csrf
    state.person = Person(
        found.user_id, found.name, found.roles, state.language, found.csrf, found.must_change_password
    )


async def _checked(request: Request) -> Receive:
    """Origin and proof of a changing request; gives its body again.  With the header the body stays unread."""
    _check_origin(request)
    given = request.headers.get("x-csrf-token")
    receive = request.receive
    if given is None and request.headers.get("content-type", "").split(";")[0].strip().lower() in FORM_TYPES:
        body = await _body(request)
        form = await Request(request.scope, _again(body, request.receive)).form()
        field = form.get("csrf")
        given = field if isinstance(field, str) else None
        receive = _again(body, request.receive)
    if given is not None and hmac.compare_digest(given.encode(), request.state.csrf.encode()):
        return receive
    if request.state.person is None and (request.cookies.get(cookie_name(SESSION)) or _is_api(request)):
        raise NotSignedIn()  # the session has ended while the page was open
    raise FromElsewhere()


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _check_origin(request: Request) -> None:
    scheme = "https" if settings().behind_tls else "http"
    if request.headers.get("origin") != f"{scheme}://{request.headers.get('host', '')}":
        raise FromElsewhere()


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_BYTES:
            raise FormTooLarge(limit=FORM_BYTES >> 20)
    return bytes(body)


def _again(body: bytes, receive: Receive) -> Receive:
    """A body that was read, to be read once more; after it what the server says, such as that the client left."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _remembering(request: Request, first_visit: bool, send: Send) -> Send:
    """Give the browser its proof with the first page that shows a form to somebody who is not signed in."""

    async def send_with_cookie(message: Message) -> None:
        state = request.state
        if message["type"] == "http.response.start" and first_visit and state.person is None and state.shows_csrf:
            response = Response()
            set_cookie(response, VISIT, state.csrf)
            MutableHeaders(scope=message).append("set-cookie", response.headers["set-cookie"])
        await send(message)

    return send_with_cookie


def _browsers_language(request: Request) -> str:
    """The browser's first wish that we have, else English."""
    wishes = []
    for place, wish in enumerate(request.headers.get("accept-language", "").split(",")[:20]):
        name, _, quality = wish.partition(";q=")
        try:
            wishes.append((-float(quality or 1), place, name.strip().replace("-", "_")))
        except ValueError:
            continue
    return negotiate_locale([name for _, _, name in sorted(wishes)], list(LANGUAGES)) or "en"
