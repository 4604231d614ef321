"""The worker's side of the limited process: ask it to walk a file or to decode a page, and believe nothing it says."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from omr.files.pixels import MAX_MEGAPIXELS
from omr.image import PageImage
from omr.pages import KINDS, MAX_PAGES

WALK_S = 50.0
"""Time to walk a file: every file is accepted or rejected within a minute."""
PAGE_S = 60.0
GRACE_S = 10.0
"""How much longer the worker waits before it takes the process itself for lost."""
_PROGRAM = [sys.executable, "-m", "workers.decoding"]
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "OMP_THREAD_LIMIT": "1"}


@dataclass(frozen=True)
class Walked:
    kind: str
    pages: int


@dataclass(frozen=True)
class Refused:
    """What the file or page is refused for, as told to people."""

    reason: str
    messages: dict[str, str]


class DecodingStopped(Exception):
    """The child was killed: by a limit, or by what the file did to it."""


class Decoder:
    """One limited process, started when first asked and again after it was lost.  Not for several threads at once."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def walk(self, path: Path, name: str) -> Walked | Refused:
        """Count a file's pages.  Raises DecodingStopped."""
        with path.open("rb") as scan:
            reply = self._ask({"do": "walk", "name": name, "seconds": WALK_S}, [scan.fileno()])
        if "refused" in reply:
            return _refused(reply)
        kind, pages = reply.get("kind"), reply.get("pages")
        if kind not in KINDS or not isinstance(pages, int) or not 0 < pages <= MAX_PAGES:
            raise DecodingStopped("an impossible answer")
        return Walked(str(kind), pages)

    def page(self, path: Path, name: str, kind: str, index: int) -> PageImage | Refused:
        """Decode one page, by its index from 0.  Raises DecodingStopped."""
        out = os.memfd_create("page")
        try:
            with path.open("rb") as scan:
                asked = {"do": "decode", "name": name, "kind": kind, "index": index, "seconds": PAGE_S}
                reply = self._ask(asked, [scan.fileno(), out])
            if "refused" in reply:
                return _refused(reply)
            height, width, dpi, coding = (reply.get(key) for key in ("height", "width", "dpi", "coding"))
            if not isinstance(height, int) or not isinstance(width, int) or not isinstance(dpi, float | int | None):
                raise DecodingStopped("an impossible answer")
            if coding not in (None, "jbig2"):
                raise DecodingStopped("an impossible coding")
            if height <= 0 or width <= 0 or height * width > MAX_MEGAPIXELS * 1_000_000:
                raise DecodingStopped("an impossible size")
            grey = np.frombuffer(os.pread(out, height * width, 0), np.uint8)
            if grey.size != height * width:
                raise DecodingStopped("too few pixels")
            return PageImage(grey.reshape(height, width), dpi, name, index, coding)
        finally:
            os.close(out)

    def close(self) -> None:
        if self._socket:
            self._socket.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._process = self._socket = None

    def _ask(self, request: dict[str, Any], descriptors: list[int]) -> dict[str, Any]:
        connection = self._connected()
        connection.settimeout(request["seconds"] + GRACE_S)
        token = secrets.token_hex(8)
        try:
            socket.send_fds(connection, [json.dumps({**request, "token": token}).encode()], descriptors)
            reply = connection.recv(1 << 17)
            told: dict[str, Any] = json.loads(reply) if reply else {"lost": "the process ended", "token": token}
            if told.pop("token", None) != token:
                raise ValueError("an answer to another question")
        except BaseException as fault:  # also a time limit of the worker: what is answered later belongs to nobody
            self.close()
            if isinstance(fault, (OSError, ValueError)):
                raise DecodingStopped(repr(fault)) from fault
            raise
        if "lost" in told:
            if not reply:
                self.close()
            raise DecodingStopped(str(told["lost"]))
        return told

    def _connected(self) -> socket.socket:
        if self._process is None or self._process.poll() is not None or self._socket is None:
            self.close()
            self._socket, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with its:
                # a session of its own: what stops the worker by its group would leave half a page here
                self._process = subprocess.Popen(_PROGRAM, stdin=its.fileno(), env=_ENVIRONMENT, start_new_session=True)
        return self._socket


def _refused(reply: dict[str, Any]) -> Refused:
    said = reply["refused"]
    return Refused(str(said["reason"])[:40], {str(k): str(v)[:1000] for k, v in dict(said["messages"]).items()})
