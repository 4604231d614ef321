"""Running it for a city: what docker-compose.yml says, and its proxy with the program behind it, without Docker."""

from __future__ import annotations

import os
import re
import shutil
import ssl
import subprocess
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import yaml

from tests.servers import Postgres, Redis, free_port, wait_until

ROOT = Path(__file__).parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OPERATION = (ROOT / "docs" / "operation.md").read_text(encoding="utf-8")
VARIABLE = re.compile(r"CROSSCHECK_[A-Z_]+")
PASSWORD = "correct horse battery"
MEGABYTE = 1 << 20


def _asked() -> set[str]:
    """What docker-compose.yml takes from .env."""
    return set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))


def _read_by_the_program() -> set[str]:
    return set(VARIABLE.findall((ROOT / "service" / "settings.py").read_text(encoding="utf-8")))


# ---- what the files say -----------------------------------------------------------------------------------------


def test_the_compose_file_is_valid() -> None:
    checker = ROOT / ".venv" / "bin" / "check-jsonschema"
    command = [str(checker), "--builtin-schema", "vendor.compose-spec", str(ROOT / "docker-compose.yml")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_a_service_is_given_only_settings_that_the_program_reads() -> None:
    given = {name for service in SERVICES.values() for name in service.get("environment", {})}
    assert {name for name in given if name.startswith("CROSSCHECK_")} <= _read_by_the_program()


def test_every_setting_is_described() -> None:
    described = set(re.findall(r"^\| `(CROSSCHECK_[A-Z_]+)`", OPERATION, flags=re.MULTILINE))
    assert described == _read_by_the_program() | _asked()


def test_the_example_names_every_setting_and_decides_no_secret() -> None:
    example = (ROOT / "deploy" / "example.env").read_text(encoding="utf-8")
    lines = dict(re.findall(r"^#?(CROSSCHECK_\w+)=(.*)$", example, flags=re.MULTILINE))
    assert set(lines) == _asked()
    needed = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text(encoding="utf-8")))
    assert needed == {name for name, value in lines.items() if not value}
    assert "CROSSCHECK_DB_PASSWORD" in needed


def test_only_the_proxy_can_be_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]
    open_networks = {name for name, network in COMPOSE["networks"].items() if not network.get("internal")}
    assert [name for name, service in SERVICES.items() if open_networks & set(service["networks"])] == ["proxy"]
    assert "inside" not in SERVICES["proxy"]["networks"]


def test_every_service_runs_with_as_few_rights_as_possible() -> None:
    for name, service in SERVICES.items():
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "build" in service or re.fullmatch(r"[a-z]+:\d+(\.\d+)*", service["image"]), name


def test_whatever_is_installed_goes_into_the_image() -> None:
    allowed = {
        line[1:] for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    installed = project["tool"]["setuptools"]
    needed = {package.split(".")[0] for package in installed["packages"]}
    needed |= {f"{module}.py" for module in installed["py-modules"]} | {project["project"]["readme"]}
    assert needed | {"requirements.txt", "pyproject.toml", "script/bootstrap"} == allowed - {"LICENSE"}


# ---- the proxy and the program ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class City:
    """Everything of docker-compose.yml but Docker."""

    data: Path
    database: str
    https: str
    http: str
    certificate: Path
    web: subprocess.Popen[bytes]

    def browser(self) -> httpx.Client:
        context = ssl.create_default_context(cafile=self.certificate)
        headers = {"Origin": self.https, "Accept": "text/html"}
        return httpx.Client(base_url=self.https, verify=context, headers=headers, timeout=60)


@pytest.fixture(scope="module")
def city(postgres_cluster: Postgres, redis_broker: Redis) -> Iterator[City]:
    """The services with their own commands and settings; only folders, addresses and ports are those of the test."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crosscheck-city-")))
        folder.chmod(0o755)  # nginx looks into it as another user
        redis_broker.empty()
        database = postgres_cluster.database()
        ports = {name: free_port() for name in ("web", "http", "https")}
        environment = _environment(folder / "data", database, redis_broker.url)
        subprocess.run(_command("prepare", ports), env=environment, cwd=ROOT, check=True)
        added = ["crosscheck", "users", "add", "anna", "--role", "office"]
        typed = f"{PASSWORD}\n{PASSWORD}\n".encode()
        subprocess.run(added, env=environment, cwd=ROOT, check=True, input=typed, capture_output=True)
        for name in ("worker", "scheduler"):
            stack.enter_context(_running(_command(name, ports), environment))
        web = stack.enter_context(_running(_command("web", ports), environment))
        certificate = _certificate(folder)
        proxy = _proxy(folder, ports)
        subprocess.run([*proxy, "-t"], check=True, stderr=subprocess.PIPE)
        stack.enter_context(_running(proxy, environment))
        https, http = (f"{scheme}://localhost:{ports[scheme]}" for scheme in ("https", "http"))
        made = City(folder / "data", database, https, http, certificate, web)
        wait_until(lambda: _is_healthy(made), "web and proxy answer")
        yield made


def _environment(data: Path, database: str, broker: str) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith("CROSSCHECK_")}
    given |= SERVICES["web"]["environment"] | {"TZ": "Europe/Berlin", "LANG": "C.UTF-8"}
    places = {"CROSSCHECK_DATA": str(data), "CROSSCHECK_DATABASE_URL": database, "CROSSCHECK_BROKER_URL": broker}
    return given | places | {"PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}"}


def _command(service: str, ports: dict[str, int]) -> list[str]:
    """As docker-compose.yml has it, on the test's port."""
    changed = {"--host=0.0.0.0": "--host=127.0.0.1", "--port=8765": f"--port={ports['web']}"}
    words = [re.sub(r"\$\{\w+:-(.*)\}", r"\1", word) for word in SERVICES[service]["command"]]
    return [changed.get(word, word) for word in words]


def _certificate(folder: Path) -> Path:
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    made += ["-addext", "subjectAltName=DNS:localhost", "-keyout", "key", "-out", "certificate"]
    subprocess.run(made, cwd=folder, check=True, stderr=subprocess.DEVNULL)
    return folder / "certificate"


def _proxy(folder: Path, ports: dict[str, int]) -> list[str]:
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for there, here in {
        "/tmp/": f"{folder}/",
        "listen 8080": f"listen 127.0.0.1:{ports['http']}",
        "listen 8443": f"listen 127.0.0.1:{ports['https']}",
        "web:8765": f"127.0.0.1:{ports['web']}",
        "/run/secrets/": f"{folder}/",
        "/etc/nginx/crosscheck": str(folder),
    }.items():
        assert there in text
        text = text.replace(there, here)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "deploy" / "away.html", folder)
    program, *options = SERVICES["proxy"]["entrypoint"]
    found = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin")
    assert found, "nginx is not installed: script/bootstrap test"
    return [found, *options, "-c", str(folder / "nginx.conf")]


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(command, env=environment, cwd=ROOT) as process:
        try:
            yield process
        finally:
            process.terminate()


def _is_healthy(city: City) -> bool:
    try:
        with city.browser() as browser:
            return browser.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


def _csrf(browser: httpx.Client) -> str:
    found = re.search(r'<meta name="csrf" content="([^"]+)">', browser.get("/sign-in", follow_redirects=True).text)
    assert found
    return found[1]


def _sign_in(browser: httpx.Client, password: str = PASSWORD, **headers: str) -> httpx.Response:
    form = {"csrf": _csrf(browser), "name": "anna", "password": password}
    return browser.post("/sign-in", data=form, headers=headers)


def _new_batch(browser: httpx.Client) -> tuple[str, dict[str, str]]:
    """Where its files go, and the header that every upload needs."""
    proof = {"X-CSRF-Token": _csrf(browser)}
    opened = browser.post("/api/batches", json={"name": "from the copier"}, headers=proof)
    assert opened.status_code == 201, opened.text
    return str(opened.json()["files"]), proof


def test_a_person_signs_in_through_the_proxy_and_gets_cookies_for_this_host_alone(city: City) -> None:
    with city.browser() as browser:
        shown = browser.get("/sign-in")
        assert shown.status_code == 200
        assert shown.headers["strict-transport-security"] == "max-age=31536000"
        done = _sign_in(browser)
        assert done.status_code == 303, done.text
        cookies = shown.headers.get_list("set-cookie") + done.headers.get_list("set-cookie")
        assert any(cookie.startswith("__Host-crosscheck=") for cookie in cookies)
        assert all(cookie.startswith("__Host-") and "Secure" in cookie for cookie in cookies)
        assert browser.get("/batches").status_code == 200


def test_who_comes_without_tls_is_led_to_it(city: City) -> None:
    answer = httpx.get(f"{city.http}/batches?x=1")
    assert (answer.status_code, answer.headers["location"]) == (301, "https://localhost/batches?x=1")


def test_nobody_chooses_the_address_that_is_slowed_down_after_wrong_passwords(city: City) -> None:
    with city.browser() as browser:
        assert _sign_in(browser, "wrong", **{"X-Forwarded-For": "192.0.2.6"}).status_code == 401
    with psycopg.connect(city.database) as connection:
        assert connection.execute("SELECT DISTINCT address FROM sign_in_failure").fetchall() == [("127.0.0.1",)]


def test_a_file_is_written_down_while_it_still_arrives_and_then_read(city: City) -> None:
    arriving = city.data / "scans" / "arriving"

    def body() -> Iterator[bytes]:
        yield b"%PDF-1.7\n" + bytes(3 * MEGABYTE - 9)
        wait_until(
            lambda: any(path.stat().st_size > MEGABYTE for path in arriving.glob("*")), "the first half is there"
        )
        yield bytes(2 * MEGABYTE)

    with city.browser() as browser:
        _sign_in(browser)
        files, proof = _new_batch(browser)
        proof["Content-Length"] = str(5 * MEGABYTE)
        received = browser.post(files, params={"name": "pile.pdf"}, content=body(), headers=proof)
        assert received.status_code == 201, received.text
        assert browser.get(files).json()[0]["size"] == 5 * MEGABYTE
        batch = files.removesuffix("/files")
        wait_until(lambda: browser.get(batch).json()["files"][0]["state"] == "rejected", "the worker looked at it", 60)


def test_a_file_that_is_too_large_is_refused_in_words_by_the_program(city: City) -> None:
    with city.browser() as browser:
        _sign_in(browser)
        files, proof = _new_batch(browser)
        proof["Content-Length"] = str(101 * MEGABYTE)
        answer = browser.post(files, content=(bytes(MEGABYTE) for _ in range(101)), headers=proof)
    assert (answer.status_code, answer.json()["error"]) == (413, "file_too_large")


def test_without_the_web_the_proxy_says_in_two_languages_what_to_do(city: City) -> None:
    city.web.terminate()
    city.web.wait()
    with city.browser() as browser:
        answer = browser.get("/batches")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert "Ihre Scans sind sicher" in answer.text
    assert "Your scans are safe" in answer.text
