"""The limited process in which untrusted files are walked and decoded: `python -m workers.decoding`, started by workers.decoder.

Its environment holds no secret, and it has no connection but the worker's.  For each request it forks a child with limits
on memory, time and file size; what the child does not survive costs that page only.  Where the worker runs as root,
everything here runs as nobody; elsewhere as the worker's own user, to whom the worker is closed (see workers.app).
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import select
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

import cv2
from PIL import Image

from form_layouts.errors import LANGUAGES
from omr.errors import RejectedPage, UnusableFile
from omr.image import PageImage
from omr.pages import ScanFile, open_scan, page_image

MEMORY_BYTES = 3 << 30
"""Address space of one child: a page of 80 megapixels takes 0.6 GB, the libraries 0.5 GB."""
CPU_S = 60
FILE_BYTES = 512 << 20
"""Largest file a child may write: the grey page itself, at most 80 MB."""
REPLY_BYTES = 65_536
NOBODY = 65_534
_DUMPABLE = 4
"""PR_SET_DUMPABLE of prctl(2): without it the renderer cannot open /proc/<pid>/fd after the change of user."""
_SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER of prctl(2): processes that a child leaves behind come to this one."""


def main() -> None:
    """Serve requests on the socket that the worker handed over as file descriptor 0, until it closes it."""
    cv2.setNumThreads(1)
    Image.init()  # loads Pillow's readers now: nobody may be unable to read the program's folder
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        ctypes.CDLL(None).prctl(_DUMPABLE, 1, 0, 0, 0)
    os.chdir("/")
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    with socket.socket(fileno=os.dup(0)) as worker:
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)  # no child inherits the way to the worker
        while True:
            message, descriptors, _, _ = socket.recv_fds(worker, REPLY_BYTES, 2)
            if not message:
                return
            request = json.loads(message)
            token = request.pop("token")
            reply = _answered(request, descriptors, worker)
            for descriptor in descriptors:
                os.close(descriptor)
            _end_orphans()
            worker.send(json.dumps({**reply, "token": token}).encode())


def _answered(request: dict[str, Any], descriptors: list[int], worker: socket.socket) -> dict[str, Any]:
    """What a child of its own makes of a request; {"lost": why} where it did not end by itself."""
    ours, its = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        worker.close()
        _work(request, descriptors, its)
    os.close(its)
    said, in_time = _read_until(ours, time.monotonic() + request["seconds"])
    os.close(ours)
    if not in_time:
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if not in_time:
        return {"lost": "time"}
    if status != 0 or not said:
        return {"lost": f"status {os.waitstatus_to_exitcode(status)}"}
    reply: dict[str, Any] = json.loads(said)
    return reply


def _end_orphans() -> None:
    """Kill what a child started and left behind: as its subreaper, this process inherits it."""
    while True:
        try:
            os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return
        for process in Path("/proc").iterdir():
            if process.name.isdigit() and _parent(process) == os.getpid():
                os.kill(int(process.name), signal.SIGKILL)
                os.waitpid(int(process.name), 0)


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rsplit(") ", 1)[1].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _read_until(source: int, deadline: float) -> tuple[bytes, bool]:
    said = b""
    while len(said) < REPLY_BYTES:
        ready, _, _ = select.select([source], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            return said, False
        piece = os.read(source, REPLY_BYTES)
        if not piece:
            break
        said += piece
    return said, True


def _work(request: dict[str, Any], descriptors: list[int], answer: int) -> None:
    """In the child: limit itself, do it, answer, end.  Never returns."""
    status = 1
    try:
        os.setsid()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        path = Path(f"/proc/{os.getpid()}/fd/{descriptors[0]}")
        reply = _walk(path, request) if request["do"] == "walk" else _decode(path, request, descriptors[1])
        os.write(answer, json.dumps(reply).encode())
        status = 0
    except BaseException as fault:  # the parent tells what became of it; nothing else may run in this child
        print(f"decoding: {fault!r}", file=sys.stderr)
    finally:
        os._exit(status)


def _walk(path: Path, request: dict[str, Any]) -> dict[str, Any]:
    try:
        scan = open_scan(path, request["name"])
    except UnusableFile as fault:
        return {"refused": {"reason": fault.reason, "messages": {lang: fault.sentence(lang) for lang in LANGUAGES}}}
    return {"kind": scan.kind, "pages": scan.pages}


def _decode(path: Path, request: dict[str, Any], out: int) -> dict[str, Any]:
    scan = ScanFile(path, request["kind"], request["index"] + 1, request["name"])
    try:
        page: PageImage = page_image(scan, request["index"])
        height, width = page.grey.shape
    except RejectedPage as fault:
        return {"refused": {"reason": fault.reason, "messages": {lang: fault.sentence(lang) for lang in LANGUAGES}}}
    grey = memoryview(page.grey.tobytes())
    while grey:
        grey = grey[os.write(out, grey) :]
    return {"height": height, "width": width, "dpi": page.dpi, "coding": page.coding}


if __name__ == "__main__":
    main()
