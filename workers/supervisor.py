"""One parent that starts, restarts and stops web, worker and scheduler."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from types import FrameType

from form_layouts.errors import CrosscheckError
from service.settings import Settings

SHORTEST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
"""Before a process that ended is started again; doubled while it keeps ending."""
STEADY_S = 60.0
"""A process that ran this long counts as healthy again."""
STOP_S = 30.0
"""Time to end in peace: a page takes a second or two."""
LOOK_S = 0.25
"""Between two looks at the children."""
READY_S = 60.0
_PR_SET_PDEATHSIG = 1


class PortTaken(CrosscheckError):
    en = "Port {port} on {host} is in use: another program runs there, perhaps Crosscheck itself. Stop it, or choose another port: CROSSCHECK_PORT=8766 script/server."
    de = "Port {port} auf {host} ist belegt: Dort läuft schon ein Programm, vielleicht Crosscheck selbst. Beenden Sie es oder wählen Sie einen anderen Port: CROSSCHECK_PORT=8766 script/server."


@dataclass
class _Child:
    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    wait_s: float = SHORTEST_WAIT_S
    start_at: float = field(default=0.0)


class Supervisor:
    """Runs until it is told to stop by SIGINT or SIGTERM."""

    def __init__(self, chosen: Settings) -> None:
        self.settings = chosen
        self.stopping = False
        web = [
            "-m",
            "uvicorn",
            "service.web.app:create",
            "--factory",
            "--host",
            chosen.host,
            "--port",
            str(chosen.port),
        ]
        proxy = ["--proxy-headers", "--forwarded-allow-ips", "*"] if chosen.behind_tls else ["--no-proxy-headers"]
        worker = ["-m", "celery", "-q", "-A", "workers.app", "worker", "--concurrency", str(chosen.processes)]
        self.children = [
            _Child("web", [sys.executable, *web, *proxy, "--no-access-log", "--log-level", "warning"]),
            _Child("worker", [sys.executable, *worker, "--loglevel", "WARNING"]),
            _Child("scheduler", [sys.executable, "-m", "workers.scheduler"]),
        ]

    def run(self, when_ready: Callable[[], None]) -> None:
        """Start everything, call `when_ready` once the web answers, and watch.  Raises PortTaken."""
        _assert_free(self.settings.host, self.settings.port)
        for wanted in (signal.SIGINT, signal.SIGTERM):
            signal.signal(wanted, self._stop)
        ready_by: float | None = time.monotonic() + READY_S
        try:
            while not self.stopping:
                for child in self.children:
                    self._watch(child)
                if ready_by is not None and (_answers(self.settings) or time.monotonic() > ready_by):
                    ready_by = None
                    when_ready()
                time.sleep(LOOK_S)  # until the next look
        finally:
            self._end()

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _watch(self, child: _Child) -> None:
        at = time.monotonic()
        if child.process is not None:
            code = child.process.poll()
            if code is None:
                if at - child.started > STEADY_S:
                    child.wait_s = SHORTEST_WAIT_S
                return
            print(f"{child.name} ended with {code}; it is started again in {child.wait_s:.0f} s", file=sys.stderr)
            child.process, child.start_at = None, at + child.wait_s
            child.wait_s = min(LONGEST_WAIT_S, 2 * child.wait_s)
        if at >= child.start_at:
            quiet = os.environ | {"PYTHONWARNINGS": "ignore:You're running the worker with superuser privileges"}
            child.process = subprocess.Popen(child.command, env=quiet, preexec_fn=_end_with_parent)
            child.started = at

    def _end(self) -> None:
        for child in self.children:
            if child.process is not None and child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + STOP_S
        for child in self.children:
            if child.process is not None:
                try:
                    child.process.wait(max(0.1, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    child.process.kill()
                    child.process.wait()


def _end_with_parent() -> None:
    """In the child: be told to end when the parent was killed; and Ctrl+C reaches the parent alone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    os.setsid()


def _assert_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise PortTaken(host=host, port=port) from None


def _answers(chosen: Settings) -> bool:
    host = "127.0.0.1" if chosen.host == "0.0.0.0" else chosen.host
    try:
        with urllib.request.urlopen(f"http://{host}:{chosen.port}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
