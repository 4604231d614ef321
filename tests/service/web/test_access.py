"""Who may do what: every route, every role, signed in and out, against the table below."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter, FastAPI, Request
from starlette.responses import PlainTextResponse

from service import people, sessions
from service.people import ROLES
from service.settings import settings
from service.web.access import RouteWithoutRule, allow, allow_public, allow_signed_in, is_local, rules
from service.web.app import ROUTERS, create
from service.web.visits import FORM_BYTES, SAFE_METHODS, SESSION
from tests.service.web.browser import ORIGIN, PASSWORD, Browser, browser_of

EVERYBODY = "everybody"
SIGNED_IN = " ".join(ROLES)
ADMINISTRATOR = "administrator"
OFFICE = "office lead"
RESEARCH = "researcher lead"
TABLE = {
    "GET /healthz": EVERYBODY,
    "GET /sign-in": EVERYBODY,
    "POST /sign-in": EVERYBODY,
    "POST /sign-out": EVERYBODY,
    "POST /language": EVERYBODY,
    "GET /": SIGNED_IN,
    "GET /account": SIGNED_IN,
    "POST /account/password": SIGNED_IN,
    "GET /batches": OFFICE,
    "POST /batches": OFFICE,
    "GET /batches/{batch_id}": OFFICE,
    "GET /batches/{batch_id}/status": OFFICE,
    "POST /batches/{batch_id}/remove": OFFICE,
    "POST /batches/{batch_id}/again": OFFICE,
    "POST /submissions/{submission_id}/same-paper": OFFICE,
    "POST /submissions/{submission_id}/decide-again": OFFICE,
    "POST /pages/{page_id}/read-again": OFFICE,
    "POST /files/{file_id}/read-again": OFFICE,
    "POST /api/batches": OFFICE,
    "GET /api/batches/{batch_id}": OFFICE,
    "GET /api/batches/{batch_id}/files": OFFICE,
    "POST /api/batches/{batch_id}/files": OFFICE,
    "GET /pages/{page_id}": "office reviewer lead",
    "GET /pages/{page_id}/picture": "office reviewer lead",
    "GET /fields/{field_id}/crop": "office reviewer lead",
    "POST /pages/{page_id}/fields/{field_id}": "reviewer",
    "GET /review": "reviewer",
    "POST /api/review/next": "reviewer",
    "POST /api/review/previous": "reviewer",
    "GET /api/review/fields/{field_id}": "reviewer",
    "POST /api/review/fields/{field_id}/verdict": "reviewer",
    "POST /api/review/fields/{field_id}/heartbeat": "reviewer",
    "POST /api/review/fields/{field_id}/release": "reviewer",
    "POST /api/review/lists/{name}": "reviewer",
    "GET /exports": RESEARCH,
    "POST /exports": RESEARCH,
    "GET /users": ADMINISTRATOR,
    "POST /users": ADMINISTRATOR,
    "GET /users/{user_id}": ADMINISTRATOR,
    "POST /users/{user_id}/roles": ADMINISTRATOR,
    "POST /users/{user_id}/reset": ADMINISTRATOR,
    "POST /users/{user_id}/deactivate": ADMINISTRATOR,
    "POST /users/{user_id}/activate": ADMINISTRATOR,
}
"""Method and path of every route, and who may use it."""
NOBODYS = "999999"
"""An id that no row has: what is allowed changes nothing."""


@pytest.fixture
def app(sqlite_database: Path) -> FastAPI:
    return create()


def _ways(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of every route, with an id in the path's places."""
    for method, path, _rule in rules(app):
        yield method, re.sub(r"\{[^}]+\}", NOBODYS, path)


def _sign_in(browser: Browser, user_id: int) -> str:
    """A fresh session in this browser, without the work of a password; its proof for forms."""
    value = sessions.begin(user_id)
    browser.cookies.clear()
    browser.cookies.set(SESSION, value)
    found = sessions.behind(value)
    assert found is not None
    return found.csrf


def test_the_rules_of_the_program_are_those_of_the_table(app: FastAPI) -> None:
    names = {
        f"{method} {path}": EVERYBODY if rule.public else " ".join(role for role in ROLES if role in rule.roles)
        for method, path, rule in rules(app)
    }
    in_order = {
        way: who if who == EVERYBODY else " ".join(role for role in ROLES if role in who.split())
        for way, who in TABLE.items()
    }
    assert names == in_order


def test_every_route_lets_in_exactly_the_roles_of_its_rule(app: FastAPI) -> None:
    ways = {f"{method} {path}": rule for (method, path), rule in zip(_ways(app), _rules(app), strict=True)}
    browser = Browser(app)
    for role in ROLES:
        user, _ = people.add(f"one.{role}", [role], PASSWORD)
        for way, rule in ways.items():
            method, path = way.split(" ")
            csrf = _sign_in(browser, user.id)
            answer = browser.request(method, path, headers={"X-CSRF-Token": csrf})
            admitted = rule == EVERYBODY or role in rule.split()
            assert (answer.status_code != 403) == admitted, f"{role} {way}: {answer.status_code}"
            assert answer.status_code < 500, f"{role} {way}: {answer.status_code}"


def _rules(app: FastAPI) -> Iterator[str]:
    for _method, _path, rule in rules(app):
        yield EVERYBODY if rule.public else " ".join(rule.roles)


def test_who_is_not_signed_in_sees_only_what_is_public(app: FastAPI) -> None:
    for (method, path), rule in zip(_ways(app), _rules(app), strict=True):
        browser = Browser(app)
        answer = browser.request(method, path, headers={"X-CSRF-Token": browser.csrf})
        away = answer.status_code == 401 or answer.headers.get("location", "").startswith("/sign-in?next=")
        away = away or answer.headers.get("location", "") in ("/sign-in", "/sign-in?ended=1")
        assert away == (rule != EVERYBODY) or path == "/sign-in", f"{method} {path}: {answer.status_code}"


def test_nothing_is_changed_without_the_proof_of_our_own_page(app: FastAPI) -> None:
    everything, _ = people.add("everything", ROLES, PASSWORD)
    browser = Browser(app)
    for method, path in _ways(app):
        if method in SAFE_METHODS:
            continue
        csrf = _sign_in(browser, everything.id)
        for headers, form in (
            ({}, {}),
            ({}, {"csrf": "wrong"}),
            ({"X-CSRF-Token": "wrong"}, {}),
            ({"Origin": "http://evil.example"}, {"csrf": csrf}),
            ({"Origin": "null", "X-CSRF-Token": csrf}, {}),
        ):
            answer = browser.request(method, path, headers=headers, data=form)
            assert answer.status_code == 403, f"{method} {path} {headers}: {answer.status_code}"
        del browser.headers["Origin"]
        assert browser.request(method, path, headers={"X-CSRF-Token": csrf}).status_code == 403
        browser.headers["Origin"] = ORIGIN


@pytest.mark.usefixtures("sqlite_database")
def test_signing_in_needs_the_proof_of_the_sign_in_page() -> None:
    people.add("maria", ["office"], PASSWORD)
    form = {"name": "maria", "password": PASSWORD}
    browser = Browser()
    assert browser.post("/sign-in", data=form).status_code == 403
    assert browser.post("/sign-in", data={**form, "csrf": ""}).status_code == 403
    assert browser.send_form("/sign-in", **form).status_code == 303


@pytest.mark.usefixtures("clean_settings")
def test_the_program_does_not_start_with_a_route_that_names_no_rule() -> None:
    forgotten, doubled, foreign = APIRouter(), APIRouter(), APIRouter()
    forgotten.add_api_route("/forgotten", lambda: "open to all")
    doubled.add_api_route("/doubled", lambda: "unclear", dependencies=[allow("office"), allow_public()])
    foreign.add_route("/foreign", lambda request: PlainTextResponse("open to all"))
    for router in (forgotten, doubled, foreign):
        with pytest.raises(RouteWithoutRule):
            create((*ROUTERS, router))
    with pytest.raises(RouteWithoutRule):
        allow("king")
    with pytest.raises(RouteWithoutRule):
        allow()


@pytest.mark.usefixtures("sqlite_database")
def test_the_cookie_is_for_this_server_and_no_script() -> None:
    browser = Browser()
    people.add("maria", ["office"], PASSWORD)
    first_page = browser.get("/sign-in")
    done = browser.send_form("/sign-in", name="maria", password=PASSWORD)
    for answer, name in ((first_page, "crosscheck-visit="), (done, "crosscheck=")):
        cookie = next(text for text in answer.headers.get_list("set-cookie") if text.startswith(name))
        assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
        assert "Domain" not in cookie


@pytest.mark.usefixtures("sqlite_database")
def test_behind_tls_the_cookie_is_bound_to_host_and_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CROSSCHECK_BEHIND_TLS", "1")
    settings.cache_clear()
    people.add("maria", ["office"], PASSWORD)
    browser = Browser(base_url="https://testserver")
    assert browser.send_form("/sign-in", name="maria", password=PASSWORD).status_code == 403  # Origin without TLS
    browser.headers["Origin"] = "https://testserver"
    done = browser.send_form("/sign-in", name="maria", password=PASSWORD)
    cookie = next(text for text in done.headers.get_list("set-cookie") if text.startswith("__Host-crosscheck="))
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
    assert browser.get("/").status_code == 200


@pytest.mark.usefixtures("sqlite_database")
def test_signing_in_gives_a_new_cookie_and_signing_out_ends_it_on_the_server() -> None:
    browser = browser_of("office", name="maria")
    first = browser.cookies[SESSION]
    browser.post("/sign-in", data={"csrf": browser.csrf, "name": "maria", "password": PASSWORD})
    second = browser.cookies[SESSION]
    assert first != second
    assert sessions.behind(first) is None
    assert browser.send_form("/sign-out").headers["location"] == "/sign-in?out=1"
    assert SESSION not in browser.cookies
    assert sessions.behind(second) is None


@pytest.mark.usefixtures("sqlite_database")
def test_when_the_session_has_ended_a_page_leads_to_sign_in_and_a_script_gets_401(app: FastAPI) -> None:
    router = APIRouter()
    router.add_api_route("/api/thing", lambda: "done", methods=["GET", "POST"], dependencies=[allow_signed_in()])
    browser = browser_of("office", app=create((*ROUTERS, router)))
    csrf = browser.csrf
    sessions.end(browser.cookies[SESSION])
    assert browser.get("/account?changed=1").headers["location"] == "/sign-in?next=/account%3Fchanged%3D1"
    assert browser.post("/account/password", data={"csrf": csrf}).headers["location"] == "/sign-in?ended=1"
    for answer in (browser.get("/api/thing"), browser.post("/api/thing", headers={"X-CSRF-Token": csrf})):
        assert answer.status_code == 401
        assert answer.json()["error"] == "not_signed_in"


def test_after_signing_in_one_stays_on_this_server() -> None:
    for path in ("/", "/users?x=1", "/batches/3#page"):
        assert is_local(path)
    for path in ("//evil.example", "/\\evil.example", "https://evil.example", "javascript:x", "", "/\n/evil", "a"):
        assert not is_local(path)


@pytest.mark.usefixtures("sqlite_database")
def test_a_made_up_password_is_changed_before_anything_else() -> None:
    _, password = people.add("maria", ["administrator"])
    browser = Browser()
    browser.send_form("/sign-in", name="maria", password=password)
    assert browser.get("/users").headers["location"] == "/account"
    assert browser.send_form("/users", name="friend", roles=["administrator"]).headers["location"] == "/account"
    assert len(people.everybody()) == 1
    browser.send_form("/account/password", present=password, new=PASSWORD, again=PASSWORD)
    assert browser.get("/users").status_code == 200


@pytest.mark.usefixtures("sqlite_database")
def test_a_stream_with_the_proof_in_its_header_is_not_read_before_its_route() -> None:
    seen: list[int] = []
    router = APIRouter()

    async def take(request: Request) -> str:
        async for chunk in request.stream():
            seen.append(len(chunk))
        return "taken"

    router.add_api_route("/api/take", take, methods=["POST"], dependencies=[allow("office")])
    browser = browser_of("office", app=create((*ROUTERS, router)))
    body = b"x" * (FORM_BYTES + 1)
    assert browser.post("/api/take", content=body, headers={"X-CSRF-Token": browser.csrf}).status_code == 200
    assert sum(seen) == len(body)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert browser.post("/api/take", content=body, headers=form).status_code == 413
    assert browser.post("/api/take", content=body).status_code == 403
    assert sum(seen) == len(body)
