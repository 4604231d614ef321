"""The web application: `uvicorn --factory service.web.app:create`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Thread

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles

from service.review.listed import get_ready
from service.web import errors
from service.web.access import rules
from service.web.headers import STATIC, SecurityHeaders
from service.web.routes import account, batches, exports, health, language, page_view, review, sign_in, start, users
from service.web.visits import Visits

ROUTERS: tuple[APIRouter, ...] = (
    health.router,
    sign_in.router,
    language.router,
    start.router,
    account.router,
    batches.router,
    page_view.router,
    review.router,
    exports.router,
    users.router,
)
"""Every room of the web.  A new one is added here, and nowhere else."""


@asynccontextmanager
async def _running(_app: FastAPI) -> AsyncIterator[None]:
    """The closed lists are read while the server answers already: nobody waits for them at a key press."""
    Thread(target=get_ready, name="closed lists", daemon=True).start()
    yield


def create(routers: tuple[APIRouter, ...] = ROUTERS) -> FastAPI:
    """The application.  Raises RouteWithoutRule where a route does not say who may use it."""
    app = FastAPI(
        title="Crosscheck", openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=_running
    )
    app.mount(STATIC.rstrip("/"), StaticFiles(directory=Path(__file__).with_name("static")), name="static")
    for router in routers:
        app.include_router(router)
    app.state.rules = {(method, path): rule for method, path, rule in rules(app)}
    errors.register(app)
    app.add_middleware(Visits)
    app.add_middleware(SecurityHeaders)  # the outermost: also what Visits refuses carries them
    return app
