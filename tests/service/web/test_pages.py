"""What every page has: language, safe headers, and calm words when something does not go."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from fastapi import APIRouter
from sqlalchemy.exc import OperationalError

from service import people, sessions
from service.db.models import Submission
from service.db.session import transaction
from service.web.access import allow_public
from service.web.app import ROUTERS, create
from service.web.pages import shown_day, shown_moment, shown_number
from service.web.routes import health
from tests.service.seeds import Waiting, batch, publish_small, submission
from tests.service.web.browser import PASSWORD, Browser, browser_of

pytestmark = pytest.mark.usefixtures("sqlite_database")


def _away(*_: object, **__: object) -> None:
    raise OperationalError("SELECT 1", {}, Exception("connection refused"))


def test_the_health_page_tells_whether_the_database_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Browser().get("/healthz").json() == {"status": "ok"}
    monkeypatch.setattr(health, "looking", _away)
    assert Browser().get("/healthz").status_code == 503


def test_every_answer_forbids_foreign_scripts_frames_and_keeping() -> None:
    browser = browser_of("office")
    for path in ("/", "/users", "/nowhere", "/healthz", "/sign-in", "/static/style.css"):
        headers = browser.get(path).headers
        assert "default-src 'self'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")
    assert [browser.get(path).status_code for path in ("/docs", "/openapi.json", "/redoc")] == [404, 404, 404]


def test_the_language_is_the_browsers_until_a_person_chooses() -> None:
    for wish, language in (
        ("de-DE,de;q=0.9,en;q=0.8", "de"),
        ("fr,en;q=0.5,de;q=0.3", "en"),
        ("uk,ar", "en"),
        ("", "en"),
        ("de;q=x,en;q=0.1", "en"),
    ):
        assert f'<html lang="{language}">' in Browser(language=wish).get("/sign-in").text
    browser = Browser(language="en")
    assert browser.send_form("/language", language="de", back="/sign-in").headers["location"] == "/sign-in"
    assert '<html lang="de">' in browser.get("/sign-in").text
    assert browser.send_form("/language", language="en", back="//evil.example").headers["location"] == "/"


def test_the_language_of_an_account_goes_where_the_person_goes() -> None:
    browser = browser_of("office", name="maria")
    browser.send_form("/language", language="de")
    assert people.find("maria").language == "de"
    del browser.cookies["crosscheck-language"]
    assert '<html lang="de">' in browser.get("/").text


def test_names_are_shown_as_text() -> None:
    browser = browser_of("administrator")
    answer = browser.send_form("/users", name="<script>alert(1)</script>", roles=["office"])
    assert answer.status_code == 400
    assert "<script>" not in answer.text
    assert "&lt;script&gt;" in answer.text


def test_a_page_that_is_not_there_says_so_in_the_persons_language() -> None:
    assert "Diese Seite gibt es nicht" in Browser(language="de").get("/nowhere").text
    assert Browser().get("/api/nowhere").json()["error"] == "page_not_found"
    assert Browser().get("/language").status_code == 405


def test_when_the_database_is_away_the_page_says_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    browser = browser_of("office")
    monkeypatch.setattr(sessions, "behind", _away)
    answer = browser.get("/")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "15"
    assert "Your scans are safe" in answer.text
    assert "Ihre Scans sind sicher" in answer.text
    assert "content-security-policy" in answer.headers


def test_a_fault_of_the_program_is_told_calmly_and_without_its_inside() -> None:
    router = APIRouter()

    def broken() -> None:
        raise ValueError("secret inside")

    router.add_api_route("/broken", broken, dependencies=[allow_public()])
    router.add_api_route("/api/broken", broken, dependencies=[allow_public()])
    browser = Browser(create((*ROUTERS, router)), raise_server_exceptions=False)
    answer = browser.get("/broken")
    assert answer.status_code == 500
    assert "Your scans are safe" in answer.text
    assert "Ihre Scans sind sicher" in answer.text
    assert "secret inside" not in answer.text
    assert answer.headers["content-security-policy"]
    assert browser.get("/api/broken").json()["error"] == "program_fault"


def test_each_role_starts_where_its_work_is() -> None:
    administrator = browser_of("administrator").get("/").text
    assert 'href="/users"' in administrator
    assert 'href="/users"' not in browser_of("office").get("/").text


def test_an_administrator_adds_resets_and_deactivates() -> None:
    browser = browser_of("administrator", name="anna")
    added = browser.send_form("/users", name="Maria", roles=["office", "reviewer"])
    maria = people.find("maria")
    assert maria.must_change_password
    assert 'class="password"' in added.text
    assert 'class="password"' not in browser.get("/users").text
    assert browser.send_form("/users", name="maria", roles=["office"]).status_code == 409
    browser.send_form(f"/users/{maria.id}/roles", roles=["researcher"])
    assert people.find("maria").roles == ["researcher"]
    assert 'class="password"' in browser.send_form(f"/users/{maria.id}/reset").text
    browser.send_form(f"/users/{maria.id}/deactivate")
    assert not people.find("maria").active
    browser.send_form(f"/users/{maria.id}/activate")
    assert people.find("maria").active
    assert browser.send_form(f"/users/{people.find('anna').id}/deactivate").status_code == 409
    assert browser.get("/users/999999").status_code == 404
    assert [browser.get(f"/users/{name}").status_code for name in ("anna", "0", "9" * 30)] == [404, 404, 404]


def test_guessing_the_present_password_is_slowed_down_like_signing_in() -> None:
    browser = browser_of("office", name="maria")
    wish = {"new": "another good sentence", "again": "another good sentence"}
    for _ in range(sessions.ACCOUNT_FROM_ADDRESS.free):
        assert browser.send_form("/account/password", present="a wrong guess", **wish).status_code == 400
    slowed = browser.send_form("/account/password", present=PASSWORD, **wish)
    assert slowed.status_code == 429
    assert 1 <= int(slowed.headers["retry-after"]) <= 6
    assert "too many wrong tries" in slowed.text


def test_the_start_page_counts_the_fields_that_review_gives_out() -> None:
    publish_small()
    one = submission(batch(), {"birth_country": Waiting()})
    reviewer = browser_of("reviewer")
    assert "<strong>1</strong> <span>field waits</span>" in reviewer.get("/").text
    with transaction() as session:
        session.get_one(Submission, one).same_paper = "yes"
    assert "<strong>0</strong> <span>fields wait</span>" in reviewer.get("/").text


def test_days_and_numbers_look_as_people_here_write_them() -> None:
    moment = datetime(2025, 8, 4, 12, 5, tzinfo=UTC)
    assert shown_day(moment.date(), "de") == "04.08.2025"
    assert shown_day(moment.date(), "en") == "2025-08-04"
    assert shown_moment(moment, "de").startswith("04.08.2025, ")
    assert shown_number(1234567.5, "de") == "1.234.567,5"
    assert shown_number(12345, "en") == "12,345"
