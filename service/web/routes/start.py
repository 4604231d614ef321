"""The start page: what waits, and the way to go on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from sqlalchemy import Select, func, select

from service.db.models import Batch, Delivery, Page, ScanFile, Submission, User
from service.db.session import looking
from service.review.queue import servable
from service.web.access import allow_signed_in, may_open
from service.web.pages import page
from service.web.words import N_, NN_

router = APIRouter()


@dataclass(frozen=True)
class Door:
    """One room on the start page: what it is for, what waits in it, and what its button says."""

    path: str
    title: str
    purpose: str
    button: str
    figures: tuple[tuple[tuple[str, str], Select[Any]], ...]


DOORS = (
    Door(
        "/review",
        N_("Review"),
        N_("Look at what the machine could not read for sure."),
        N_("Go to review"),
        ((NN_("field waits", "fields wait"), select(func.count()).select_from(servable().subquery())),),
    ),
    Door(
        "/batches",
        N_("Batches"),
        N_("Hand in scans and see what became of every page."),
        N_("Go to the batches"),
        (
            (NN_("batch", "batches"), select(func.count(Batch.id))),
            (
                NN_("page being read", "pages being read"),
                select(func.count(Page.id)).where(Page.state.in_(("waiting", "working"))),
            ),
            (NN_("page to look at", "pages to look at"), select(func.count(Page.id)).where(Page.reason.is_not(None))),
            (
                NN_("file to look at", "files to look at"),
                select(func.count(ScanFile.id)).where(ScanFile.reason.is_not(None)),
            ),
        ),
    ),
    Door(
        "/exports",
        N_("Exports"),
        N_("Receive the data with their codebook."),
        N_("Go to the exports"),
        (
            (
                NN_("submission", "submissions"),
                select(func.count(Submission.id)).join(Batch).where(Batch.test.is_(False)),
            ),
            (NN_("export so far", "exports so far"), select(func.count(Delivery.id))),
        ),
    ),
    Door(
        "/users",
        N_("Accounts"),
        N_("Add people, give them roles and new passwords."),
        N_("Go to the accounts"),
        ((NN_("active account", "active accounts"), select(func.count(User.id)).where(User.active)),),
    ),
)


@router.get("/", dependencies=[allow_signed_in()])
def start(request: Request) -> HTMLResponse:
    """The rooms that the person may enter, each with its figures."""
    doors = [door for door in DOORS if may_open(request, door.path)]
    with looking() as session:
        figures = {door.path: [(name, session.scalar(count) or 0) for name, count in door.figures] for door in doors}
    return page(request, "start.html", {"doors": doors, "figures": figures})
