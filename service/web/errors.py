"""What a person, or a script of ours, is told when something does not go."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response

from form_layouts.errors import CrosscheckError
from service.web.access import ACCOUNT, NotSignedIn, PasswordMustChange, person_of, sign_in_path
from service.web.headers import complete
from service.web.pages import page
from service.web.words import N_, gettext_for

logger = logging.getLogger(__name__)
RETRY_S = 15
"""After so many seconds a browser or script may ask again when the database was away: it restarts in about ten."""


class PageNotFound(CrosscheckError):
    status = 404
    en = "There is no such page. It may have been removed, or the address is not complete. Your scans are safe."
    de = "Diese Seite gibt es nicht. Vielleicht wurde sie entfernt, oder die Adresse ist unvollständig. Ihre Scans sind sicher."


class NotDoneThisWay(CrosscheckError):
    status = 405
    en = "This address cannot be used in this way. Go back and use the page's buttons; nothing was changed."
    de = "Diese Adresse lässt sich so nicht verwenden. Gehen Sie zurück und benutzen Sie die Schaltflächen der Seite; es wurde nichts geändert."


class TooMuchSent(CrosscheckError):
    status = 413
    en = "More was sent than is taken in one go. Nothing of it was kept; send it in smaller parts."
    de = "Es wurde mehr gesendet, als auf einmal angenommen wird. Davon wurde nichts übernommen; senden Sie es in kleineren Teilen."


class FormIncomplete(CrosscheckError):
    status = 422
    en = "Something in the form is missing or cannot be right ({fields}). Go back and complete it; nothing was changed."
    de = "Im Formular fehlt etwas oder kann nicht stimmen ({fields}). Gehen Sie zurück und ergänzen Sie es; es wurde nichts geändert."


class NotUnderstood(CrosscheckError):
    en = "This request was not understood. Go back, load the page again and repeat the step; nothing was changed."
    de = "Diese Anfrage war nicht zu verstehen. Gehen Sie zurück, laden Sie die Seite neu und wiederholen Sie den Schritt; es wurde nichts geändert."


class DatabaseAway(CrosscheckError):
    status = 503
    en = "The database does not answer at the moment. Please try again in a minute. Your scans are safe: what was confirmed as received is stored."
    de = "Die Datenbank antwortet gerade nicht. Bitte versuchen Sie es in einer Minute noch einmal. Ihre Scans sind sicher: Was als angekommen bestätigt wurde, ist gespeichert."


class ProgramFault(CrosscheckError):
    status = 500
    en = "Something in Crosscheck went wrong; it is not your fault. Your scans are safe. Try the step once more, and tell your administrator if it happens again."
    de = "In Crosscheck ist ein Fehler aufgetreten; es liegt nicht an Ihnen. Ihre Scans sind sicher. Wiederholen Sie den Schritt, und sagen Sie der Verwaltung Bescheid, wenn es wieder geschieht."


TITLES = {
    401: N_("Please sign in"),
    403: N_("Not possible here"),
    404: N_("Page not found"),
    409: N_("Not possible now"),
    413: N_("Too large"),
    429: N_("Please wait a moment"),
    500: N_("Something went wrong"),
    503: N_("Please try again in a minute"),
}
TITLE = N_("That did not work")
HTTP_FAULTS: Mapping[int, type[CrosscheckError]] = {404: PageNotFound, 405: NotDoneThisWay, 413: TooMuchSent}


def answer_to(request: Request, fault: Exception) -> Response | None:
    """The page or JSON for a fault that has a sentence or gets one here; None for a fault of the program."""
    if isinstance(fault, HTTPException):
        return _told(request, HTTP_FAULTS.get(fault.status_code, NotUnderstood)(), fault.headers, fault.status_code)
    if isinstance(fault, RequestValidationError):
        if any(one["loc"][0] == "path" for one in fault.errors()):
            return _told(request, PageNotFound())
        names = sorted({str(one["loc"][-1]) for one in fault.errors()})
        return _told(request, FormIncomplete(fields=", ".join(names)))
    if _is_away(fault):
        logger.error("The database does not answer", exc_info=fault)
        return _told(request, DatabaseAway(), {"Retry-After": str(RETRY_S)})
    if not isinstance(fault, CrosscheckError):
        return None
    if not _wants_json(request):
        if isinstance(fault, NotSignedIn):
            return RedirectResponse(sign_in_path(request), 303)
        if isinstance(fault, PasswordMustChange):
            return RedirectResponse(ACCOUNT, 303)
    return _told(request, fault)


def register(app: FastAPI) -> None:
    """Answer every fault of the routes in words; what is left is our fault and is told as such."""

    def told(request: Request, fault: Exception) -> Response:
        response = answer_to(request, fault)
        if response is None:
            raise fault
        return response

    for kind in (CrosscheckError, HTTPException, RequestValidationError, DBAPIError, PoolTimeout):
        app.add_exception_handler(kind, told)
    app.add_exception_handler(Exception, _unexpected)


def code_of(fault: CrosscheckError) -> str:
    """The name of a fault for scripts: PasswordTooShort -> password_too_short."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(fault).__name__).lower()


def _unexpected(request: Request, fault: Exception) -> Response:
    """Answered outside of all middleware, which therefore cannot complete the headers.  The server logs the fault."""
    response = _told(request, ProgramFault())
    complete(response.headers, request.url.path)
    return response


def _told(
    request: Request, fault: CrosscheckError, headers: Mapping[str, str] | None = None, status: int | None = None
) -> Response:
    status = status or int(getattr(fault, "status", 400))
    language = request.state.language
    sentence = fault.sentence(language)
    response: Response
    if _wants_json(request):
        response = JSONResponse({"error": code_of(fault), "message": sentence}, status)
    else:
        other = "en" if language == "de" else "de"
        response = page(
            request,
            "problem.html",
            {
                "title": gettext_for(language)(TITLES.get(status, TITLE)),
                "sentence": sentence,
                "other": {"language": other, "sentence": fault.sentence(other)} if status >= 500 else None,
                "status": status,
                "signed_out": person_of(request) is None,
            },
            status,
        )
    response.headers.update(headers or {})
    return response


def _wants_json(request: Request) -> bool:
    accepted = request.headers.get("accept", "")
    return request.url.path.startswith("/api/") or ("application/json" in accepted and "text/html" not in accepted)


def _is_away(fault: Exception) -> bool:
    """Whether the database could not be reached, or the connection to it broke."""
    if isinstance(fault, (OperationalError, InterfaceError, PoolTimeout)):
        return True
    return isinstance(fault, DBAPIError) and fault.connection_invalidated
