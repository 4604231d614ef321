"""Batches: hand in scans, see what became of every page."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from pydantic import BaseModel, ConfigDict
from starlette.requests import ClientDisconnect

from service import batch_actions, batch_list, batches, intake, queue, storage
from service.web.access import Person, RowId, allow, current_person
from service.web.pages import page

router = APIRouter()
Somebody = Annotated[Person, Depends(current_person)]
OFFICE = allow("office", "lead")
WRITTEN_AT_ONCE = 1 << 20
"""Bytes of an upload that are gathered before they are written: the pieces of a request have about 64 KB, and each
writing goes to another thread."""


class NewBatch(BaseModel):
    """A batch to be opened through the API."""

    model_config = ConfigDict(extra="forbid")

    name: str
    test: bool = False


@router.get("/batches", dependencies=[OFFICE])
def all_batches(request: Request) -> HTMLResponse:
    return page(request, "batches.html", {"batches": batch_list.batches()})


@router.post("/batches", dependencies=[OFFICE])
def new_batch(
    person: Somebody, name: Annotated[str, Form()] = "", test: Annotated[bool, Form()] = False
) -> RedirectResponse:
    batch_id = intake.open_batch(name, test=test, user_id=person.id)
    return RedirectResponse(f"/batches/{batch_id}", 303)


@router.get("/batches/{batch_id}", dependencies=[OFFICE])
def one_batch(request: Request, batch_id: RowId, person: Somebody) -> HTMLResponse:
    seen = _mark(batch_id, person)
    return page(request, "batch.html", {"batch": batches.overview(batch_id), "mark": seen})


@router.get("/batches/{batch_id}/status", dependencies=[OFFICE])
def batch_status(request: Request, batch_id: RowId, person: Somebody) -> Response:
    """The changing part of the batch's page: asked for again while something is being read.

    304 where it is what the page shows already, by its ETag.
    """
    seen = _mark(batch_id, person)
    if request.headers.get("if-none-match") == seen:
        return Response(status_code=304, headers={"ETag": seen})
    response = page(request, "batch_status.html", {"batch": batches.overview(batch_id)})
    response.headers["ETag"] = seen
    return response


def _mark(batch_id: int, person: Person) -> str:
    """The ETag of what this person sees of the batch.  Taken before the page is made: so it is never too new."""
    shown = f"{batch_list.mark(batch_id)} {person.language} {sorted(person.roles)} {person.csrf}"
    return f'W/"{hashlib.sha256(shown.encode()).hexdigest()}"'


@router.post("/batches/{batch_id}/remove", dependencies=[OFFICE])
def remove_batch(batch_id: RowId) -> RedirectResponse:
    batch_actions.remove_test_batch(batch_id)
    return RedirectResponse("/batches", 303)


@router.post("/batches/{batch_id}/again", dependencies=[OFFICE])
def put_together_again(batch_id: RowId) -> RedirectResponse:
    batch_actions.put_together_again(batch_id)
    queue.assemble_batch(batch_id)
    return RedirectResponse(f"/batches/{batch_id}", 303)


@router.post("/submissions/{submission_id}/same-paper", dependencies=[OFFICE])
def same_paper(person: Somebody, submission_id: RowId, same: Annotated[bool, Form()]) -> RedirectResponse:
    batch_id = batch_actions.say_same_paper(submission_id, same=same, user_id=person.id)
    return RedirectResponse(f"/batches/{batch_id}", 303)


@router.post("/submissions/{submission_id}/decide-again", dependencies=[OFFICE])
def decide_again(person: Somebody, submission_id: RowId) -> RedirectResponse:
    return RedirectResponse(f"/batches/{batch_actions.decide_again(submission_id, user_id=person.id)}", 303)


@router.post("/pages/{page_id}/read-again", dependencies=[OFFICE])
def read_again(page_id: RowId) -> RedirectResponse:
    batch_id = batch_actions.read_again(page_id)
    queue.read_page(page_id)
    return RedirectResponse(f"/batches/{batch_id}", 303)


@router.post("/files/{file_id}/read-again", dependencies=[OFFICE])
def read_file_again(file_id: RowId) -> RedirectResponse:
    batch_id, waits = batch_actions.read_file_again(file_id)
    if waits:
        queue.split_file(file_id)
    return RedirectResponse(f"/batches/{batch_id}", 303)


@router.post("/api/batches", dependencies=[OFFICE], status_code=201)
def open_batch(person: Somebody, new: NewBatch) -> dict[str, int | str]:
    batch_id = intake.open_batch(new.name, test=new.test, user_id=person.id)
    return {"id": batch_id, "files": f"/api/batches/{batch_id}/files"}


@router.get("/api/batches/{batch_id}", dependencies=[OFFICE])
def batch_counts(batch_id: RowId) -> dict[str, object]:
    """What was received and what became of it, for scripts."""
    shown = batches.overview(batch_id)
    return {
        "id": shown.id,
        "name": shown.name,
        "test": shown.test,
        "active": shown.active,
        "stuck": shown.stuck,
        "received": shown.received,
        "accounted": shown.accounted,
        "pages": shown.counts,
        "submissions": len(shown.submissions),
        "fields_waiting": shown.fields_waiting,
        "files": [
            {"name": f.name, "state": f.state, "pages": f.pages, "reason": f.reason, "messages": f.messages}
            for f in shown.files
        ],
    }


@router.get("/api/batches/{batch_id}/files", dependencies=[OFFICE])
def arrived(batch_id: RowId) -> list[dict[str, str | int]]:
    return batch_list.arrived(batch_id)


@router.post("/api/batches/{batch_id}/files", dependencies=[OFFICE])
async def upload(request: Request, batch_id: RowId, person: Somebody, name: str = "scan") -> JSONResponse:
    """One file, its bytes as the request's body, written and hashed as they come.

    201 received, 200 this batch had the same file already.  The answer comes after the commit.
    """
    name = intake.storable(name)
    announced = int(request.headers.get("content-length") or 0)
    room = await run_in_threadpool(intake.room_for, batch_id, name, announced)
    with storage.incoming() as arriving:
        try:
            gathered = bytearray()
            async for piece in request.stream():
                if arriving.size + len(gathered) + len(piece) > room:
                    raise intake.grown_beyond(name, room)
                gathered += piece
                if len(gathered) >= WRITTEN_AT_ONCE:
                    await run_in_threadpool(arriving.write, bytes(gathered))
                    gathered.clear()
            await run_in_threadpool(arriving.write, bytes(gathered))
        except ClientDisconnect:
            raise intake.UploadCut(name=name) from None
        received = await run_in_threadpool(intake.receive, batch_id, name, arriving, person.id)
    if received.waits:
        await run_in_threadpool(queue.split_file, received.id)
    answer = {"id": received.id, "again": received.again, "state": received.state, "sha256": arriving.sha256}
    return JSONResponse(answer | {"message": received.messages.get(person.language)}, 200 if received.again else 201)
