"""Whether web and database work: for the machine that watches."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from service.db.models import User
from service.db.session import looking
from service.web.access import allow_public

router = APIRouter()


@router.get("/healthz", dependencies=[allow_public()])
def health() -> JSONResponse:
    """200 where a question to the database is answered, else 503."""
    try:
        with looking() as session:
            session.execute(select(User.id).limit(1))
    except SQLAlchemyError:
        return JSONResponse({"status": "database away"}, 503)
    return JSONResponse({"status": "ok"})
