"""Real servers for tests and benchmarks: PostgreSQL and Redis on free ports, in a folder that is thrown away."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

START_S = 30
LOOK_S = 0.05
"""Between two looks at a condition: it is the condition that ends the waiting, not this."""
TEMPLATE = "crosscheck_template"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until(true: Callable[[], bool], what: str, seconds: float = START_S) -> None:
    """Raises TimeoutError, naming `what`, when it did not come true."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(LOOK_S)  # until the next look


class Postgres:
    """A cluster of its own.  initdb refuses root: then it runs as the user postgres."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self._bin = max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        self._made = 0

    def _run(self, *command: str) -> None:
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        subprocess.run(
            [*as_postgres, str(self._bin / command[0]), *command[1:]],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self.folder,
        )

    def make(self) -> None:
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run("initdb", "-D", str(self.folder / "data"), "-A", "trust", "-U", "crosscheck", "--locale=C.UTF-8")

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c max_connections=200"
        self._run(
            "pg_ctl", "start", "-w", "-D", str(self.folder / "data"), "-l", str(self.folder / "log"), "-o", options
        )

    @property
    def pid(self) -> int:
        """Of the server's first process."""
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def stop(self) -> None:
        """At once, in the middle of whatever it does."""
        self._run("pg_ctl", "stop", "-m", "immediate", "-D", str(self.folder / "data"))

    def database(self, template: str = "template0") -> str:
        """The address of a new database."""
        self._made += 1
        name = f"crosscheck_{self._made}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return f"postgresql://crosscheck@127.0.0.1:{self.port}/{name}"

    def keep_as_template(self, url: str) -> None:
        self._execute(f"ALTER DATABASE {url.rsplit('/', 1)[1]} RENAME TO {TEMPLATE}")

    def drop(self, url: str) -> None:
        self._execute(f"DROP DATABASE IF EXISTS {url.rsplit('/', 1)[1]} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        with psycopg.connect(f"postgresql://crosscheck@127.0.0.1:{self.port}/postgres", autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A running cluster."""
    with tempfile.TemporaryDirectory(prefix="crosscheck-postgres-") as folder:
        server = Postgres(Path(folder))
        server.make()
        server.start()
        try:
            yield server
        finally:
            server.stop()


class Redis:
    """A broker that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)],
            stdout=subprocess.DEVNULL,
        )
        wait_until(self._answers, "redis-server answers")

    @property
    def pid(self) -> int:
        return self._process.pid if self._process else 0

    def empty(self) -> None:
        redis.Redis(port=self.port).flushall()

    def stop(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()

    def _answers(self) -> bool:
        try:
            return bool(redis.Redis(port=self.port).ping())
        except redis.ConnectionError:
            return False


@contextmanager
def redis_server() -> Iterator[Redis]:
    """A running broker."""
    with tempfile.TemporaryDirectory(prefix="crosscheck-redis-") as folder:
        server = Redis(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()
