"""The review screen's answers and the page view, asked as a browser would."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from service.db.models import Field, Page, Verdict, now
from service.db.session import looking, transaction
from service.review.queue import LEASE
from service.review.verdicts import correct
from service.web.review_words import KEYS
from tests.service.seeds import Waiting, person
from tests.service.web.browser import Browser, browser_of
from tests.service.web.review_seeds import HOUSING, WRITING, draw, seed

ROOT = Path(__file__).resolve().parents[3]
API = "/api/review"


@pytest.fixture
def browser(sqlite_database: Path) -> Iterator[Browser]:
    """Where a reviewer is signed in, and two submissions have fields that wait."""
    seed({**HOUSING, **WRITING, "german": 3, "offices_jobcenter": 2}, WRITING)
    with browser_of("reviewer", name="rana") as made:
        yield made


def ask(browser: Browser, path: str, **body: Any) -> Any:
    return browser.post(API + path, json=body, headers={"X-CSRF-Token": browser.csrf, "Accept": "application/json"})


def field_of(question: str, row: str = "") -> int:
    with looking() as session:
        return session.scalars(
            select(Field.id).where(Field.question == question, Field.row == row).order_by(Field.id)
        ).all()[0]


def values_of(field_id: int) -> list[Any]:
    with looking() as session:
        return list(session.scalars(select(Verdict.values).where(Verdict.field_id == field_id).order_by(Verdict.id)))


def save(browser: Browser, page_id: int, field_id: int, **given: Any) -> Any:
    """Correct a field as the page view's form does, having seen what counts now."""
    with looking() as session:
        seen = session.get_one(Field, field_id).verdict_id or 0
    return browser.send_form(f"/pages/{page_id}/fields/{field_id}", **{"seen": seen, **given})


def seen_on(page: str, field_id: int) -> str:
    """The verdict that a page's form says was seen."""
    (found,) = re.findall(rf'fields/{field_id}".*?name="seen" value="(\d+)"', page, re.DOTALL)
    return str(found)


def test_the_next_field_comes_with_everything_the_screen_shows(browser: Browser) -> None:
    answer = ask(browser, "/next").json()
    field = answer["field"]
    assert answer["waiting"] == 9
    assert (field["mode"], field["kind"], field["number"]) == ("choice", "single", "1")
    assert field["own"] == {"language": "de", "dir": "ltr", "text": "Wie wohnen Sie?", "hint": "", "row": ""}
    assert [(option["code"], option["state"]) for option in field["options"]] == [
        (1, "unsure"), (2, "unsure"), (90, "empty"), (-7, "empty")
    ]  # fmt: skip
    assert field["reasons"] == ["Two marks where one is allowed"]
    assert set(field["missing"]) == {-9, -4, -5, -7}
    assert all(0 <= share <= 1 for box in field["crop"]["boxes"] for share in box)
    crop = browser.get(field["crop"]["url"])
    assert (crop.headers["content-type"], crop.headers["cache-control"]) == ("image/jpeg", "private, max-age=300")
    assert crop.content.startswith(b"\xff\xd8")
    assert browser.get(f"{API}/fields/{field['id']}").json() == {k: v for k, v in field.items() if k != "token"}


def test_an_answer_is_kept_once_and_can_be_changed(browser: Browser) -> None:
    field = ask(browser, "/next").json()["field"]
    path = f"/fields/{field['id']}"
    assert ask(browser, f"{path}/heartbeat", token=field["token"]).status_code == 200
    first = ask(browser, f"{path}/verdict", token=field["token"], values={"housing": 2}).json()
    assert ask(browser, f"{path}/verdict", token=field["token"], values={"housing": 2}).json() == first
    back = ask(browser, "/previous").json()
    assert (back["verdict"], back["field"]["value"], back["field"]["answer"]) == (
        first["verdict"], {"housing": 2}, "Gemeinschaftsunterkunft"
    )  # fmt: skip
    token = back["field"]["token"]
    assert ask(browser, f"{path}/verdict", token=token, values={"housing": -4}).status_code == 200
    assert values_of(field["id"]) == [{"housing": 2}, {"housing": -4}]
    assert ask(browser, "/previous", before=first["verdict"]).json() == {"field": None, "verdict": None}


def test_what_cannot_be_kept_is_refused_in_words(browser: Browser) -> None:
    field = ask(browser, "/next").json()["field"]
    path = f"/fields/{field['id']}"
    wrong = ask(browser, f"{path}/verdict", token=field["token"], values={"housing": 5})
    assert (wrong.status_code, wrong.json()["error"]) == (400, "answer_unusable")
    late = ask(browser, f"{path}/verdict", token="0" * 32, values={"housing": 1})
    assert (late.status_code, late.json()["error"]) == (409, "field_taken")
    assert "your answer was not taken" in late.json()["message"]
    assert ask(browser, f"{path}/heartbeat", token="0" * 32).status_code == 409
    assert ask(browser, "/fields/999/verdict", token="0" * 32, values={}).status_code == 404
    for token in ("x", "", "\x00", "0" * 33):
        assert ask(browser, f"{path}/heartbeat", token=token).status_code == 422
    for values in ({"housing": True}, {"housing": 1.5}, {"housing": None}):
        assert ask(browser, f"{path}/verdict", token=field["token"], values=values).status_code == 422


ABSURD = [0, -1, 2**31, 2**63, 10**40]


@pytest.mark.parametrize("number", ABSURD)
def test_numbers_that_no_row_has_are_refused_in_words(browser: Browser, number: int) -> None:
    for path in (f"/pages/{number}", f"/pages/{number}/picture", f"/fields/{number}/crop"):
        assert browser.get(path).status_code == 404
    assert browser.get(f"{API}/fields/{number}").status_code == 404
    for what in ("verdict", "heartbeat", "release"):
        assert ask(browser, f"/fields/{number}/{what}", token="0" * 32, values={}).status_code == 404
    for path, body in (
        ("/next", {"holding": [number]}),
        ("/next", {"skipped": [number]}),
        ("/previous", {"before": number}),
    ):
        assert ask(browser, path, **body).status_code == 422
    assert browser.send_form(f"/pages/{number}/fields/1", seen=0).status_code == 404
    assert browser.send_form(f"/pages/1/fields/{number}", seen=0).status_code == 404
    if number:
        assert browser.send_form("/pages/1/fields/1", seen=number).status_code == 422


@pytest.mark.parametrize(
    ("text", "status", "kept"),
    [
        (r"a\u0000b", 200, [{"comment": "ab"}]),
        (r"a\ud800b", 400, []),
        (r"\ud83d\ude00", 200, [{"comment": "😀"}]),
    ],
)
def test_signs_that_no_database_holds_are_left_out_or_refused(
    database: Path, text: str, status: int, kept: list[Any]
) -> None:
    seed({"comment": Waiting()})
    browser = browser_of("reviewer")
    field = ask(browser, "/next").json()["field"]
    body = f'{{"token": "{field["token"]}", "values": {{"comment": "{text}"}}}}'
    headers = {"X-CSRF-Token": browser.csrf, "Content-Type": "application/json"}
    answer = browser.post(f"{API}/fields/{field['id']}/verdict", content=body, headers=headers)
    assert (answer.status_code, values_of(field["id"])) == (status, kept)
    assert status == 200 or answer.json()["message"]
    for part in (f'"values": {{"{text}": 1.5}}', f'"values": {{"{text}": 1}}, "{text}": 1', f'"as_written": "{text}"'):
        body = f'{{"token": "{field["token"]}", {part}}}'
        assert 400 <= browser.post(f"{API}/fields/1/verdict", content=body, headers=headers).status_code < 500


def test_an_unlikely_answer_is_asked_about_once(browser: Browser) -> None:
    household, arrived = field_of("household"), field_of("arrived")
    for field_id, value, kept in ((household, "45", {"household": 45}), (arrived, "1899", {"arrived": "1899"})):
        plain = browser.get("/pages/1").text
        asked = save(browser, 1, field_id, value=value)
        assert (asked.status_code, values_of(field_id)) == (422, [])
        assert "If this is what is written, confirm it" in asked.text
        assert "as_written" not in plain
        assert asked.text.count('name="as_written"') == 1
        assert f'value="{value}"' in asked.text
        assert save(browser, 1, field_id, value=value, as_written="true").status_code == 303
        assert values_of(field_id) == [kept]
    held = ask(browser, "/next", skipped=[field_of("housing")]).json()["field"]
    while held["kind"] != "number":
        held = ask(browser, "/next", holding=list(range(1, held["id"] + 1))).json()["field"]
    path = f"/fields/{held['id']}/verdict"
    refused = ask(browser, path, token=held["token"], values={"household": "45"})
    assert (refused.status_code, refused.json()["error"]) == (422, "answer_unlikely")
    assert ask(browser, path, token=held["token"], values={"household": "45"}, as_written=True).status_code == 200


def test_a_decision_that_was_not_seen_is_not_covered(browser: Browser) -> None:
    german, country = field_of("german"), field_of("birth_country")
    other = person("olena", "reviewer")
    correct(other, german, {"german": 1})
    late = save(browser, 2, german, value="2", seen=0)
    assert (late.status_code, values_of(german)) == (409, [{"german": 1}])
    assert "decided after you opened the page" in late.text
    correct(other, country, {"birth_country": "Irak"})
    late = save(browser, 1, country, value="Syrien", seen=0)
    assert late.status_code == 409
    assert ">Iraq (IQ)<" in late.text
    assert 'value="Syrien"' in late.text
    newer = seen_on(late.text, country)
    assert save(browser, 1, country, value="Syrien", seen=newer).status_code == 303
    assert values_of(country) == [{"birth_country": "IQ"}, {"birth_country": "SY"}]
    assert browser.send_form(f"/pages/1/fields/{country}", value="Iran").status_code == 422


def test_a_mistake_does_not_hide_a_newer_decision(browser: Browser) -> None:
    household = field_of("household")
    correct(person("olena", "reviewer"), household, {"household": 4})
    asked = save(browser, 1, household, value="45", seen=0)
    assert (asked.status_code, seen_on(asked.text, household)) == (422, "0")
    late = save(browser, 1, household, value="45", seen=0, as_written="true")
    assert (late.status_code, values_of(household)) == (409, [{"household": 4}])


def test_a_skipped_field_goes_back_and_comes_last(browser: Browser) -> None:
    first = ask(browser, "/next").json()["field"]
    ask(browser, f"/fields/{first['id']}/release", token=first["token"])
    second = ask(browser, "/next", skipped=[first["id"]]).json()["field"]
    assert second["id"] != first["id"]


def test_a_field_without_picture_says_so(browser: Browser) -> None:
    with transaction() as session:
        session.execute(update(Page).values(pictures=None, picture_places=None))
    assert ask(browser, "/next").json()["field"]["crop"] is None
    assert browser.get(f"/fields/{field_of('housing')}/crop").status_code == 404
    assert browser.get("/pages/1/picture").status_code == 404
    assert "There is no picture of this page" in browser.get("/pages/1").text


def test_the_page_view_shows_values_and_takes_corrections(browser: Browser) -> None:
    grid, needs = field_of("offices", "jobcenter"), field_of("needs")
    page = browser.get("/pages/1")
    assert page.text.count("<article") == 8
    assert "War ich" in page.text
    assert "style=" not in page.text
    assert save(browser, 1, grid, value="1").status_code == 303
    assert save(browser, 1, needs, marked=["needs_1", "needs_3"]).status_code == 303
    written = field_of("arrived")
    assert save(browser, 1, written, value="4.8.2015").status_code == 303
    refused = save(browser, 1, written, value="31.02.2015")
    assert (refused.status_code, "there is no such day" in refused.text) == (400, True)
    assert save(browser, 1, written, value="", missing="-5").status_code == 303
    assert values_of(grid) == [{"offices_jobcenter": 1}]
    assert values_of(needs) == [{"needs_1": 1, "needs_2": 0, "needs_3": 1}]
    assert values_of(written) == [{"arrived": "2015-08-04"}, {"arrived": -5}]
    again = browser.get("/pages/1").text
    assert "2015-08-04" in again
    assert "illegible" in again
    assert save(browser, 2, grid, value="1").status_code == 404


def test_a_field_on_somebody_elses_screen_is_not_corrected(browser: Browser) -> None:
    field_id, other = field_of("german"), person("olena", "reviewer")
    with transaction() as session:
        busy = {"lease_user": other, "lease_token": "t", "lease_until": now() + LEASE}
        session.execute(update(Field).where(Field.id == field_id).values(**busy))
    with looking() as session:
        page_id = session.get_one(Field, field_id).page_id
    refused = save(browser, page_id, field_id, value="1")
    assert refused.status_code == 409
    assert "olena is looking at this field just now" in refused.text
    assert values_of(field_id) == []


def test_a_page_that_was_not_read_shows_why(browser: Browser) -> None:
    why = {"en": "No form was found.", "de": "Kein Vordruck gefunden."}
    with transaction() as session:
        found = session.get_one(Page, 1)
        file_id, batch_id = found.file_id, found.batch_id
        for number, (state, kind, reason, messages) in enumerate(
            (("done", "rejected", "no_form_found", why), ("set_aside", None, "internal_error", why), ("done", "blank", None, None), ("waiting", None, None, None)),
            start=10,
        ):  # fmt: skip
            session.add(
                Page(
                    id=100 + number, file_id=file_id, batch_id=batch_id, number=number, state=state, kind=kind,
                    reason=reason, messages=messages, pictures=found.pictures,
                    picture_places={"page": found.picture_places["page"]} if found.picture_places else None,
                )
            )  # fmt: skip
    said = {number: browser.get(f"/pages/{number}").text for number in (110, 111, 112, 113)}
    assert "No form was found." in said[110]
    assert "set aside" in said[111]
    assert "Nothing is written on this side" in said[112]
    assert "waiting" in said[113]
    assert all('src="/pages/' in text and 'href="/pages/' in text for text in said.values())
    assert browser.get("/pages/999").status_code == 404


@pytest.mark.parametrize(
    ("role", "page", "review"), [("office", 200, 403), ("lead", 200, 403), ("researcher", 403, 403)]
)
def test_who_may_look_and_who_may_decide(sqlite_database: Path, role: str, page: int, review: int) -> None:
    seed({"birth_country": Waiting(("Syrien",))})
    browser = browser_of(role)
    assert browser.get("/pages/1").status_code == page
    assert browser.get(f"/fields/{field_of('birth_country')}/crop").status_code == page
    assert browser.get("/review").status_code == review
    assert ask(browser, "/next").status_code == review
    assert browser.send_form("/pages/1/fields/1", value="1").status_code == 403


def test_the_screen_is_german_for_a_person_who_reads_german(sqlite_database: Path) -> None:
    seed(HOUSING)
    draw()
    browser = browser_of("reviewer", language="de")
    assert "Übernehmen" in browser.get("/review").text
    assert ask(browser, "/next").json()["field"]["reasons"] == ["Zwei Kreuze, wo eines erlaubt ist"]


def test_the_keys_in_the_document_are_those_of_the_program(browser: Browser) -> None:
    text = (ROOT / "docs" / "review.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| (.+) \| (.+) \| ((?:boxes|writing)(?:, writing)?) \|$", text, re.MULTILINE)
    places = {(True, True): "boxes, writing", (True, False): "boxes", (False, True): "writing"}
    assert table == [(" ".join(key.shown), key.label, places[key.choice, key.writing]) for key in KEYS]
    screen = browser.get("/review").text
    own = {"choose", "move", "none", "take"}  # the choices and suggestions themselves are the buttons
    assert all(f'data-action="{key.action}"' in screen for key in KEYS if key.action not in own)
