"""Answers out of a closed list on the review screen and the page view, asked as a browser would."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from service.db.models import Field, Verdict
from service.db.session import transaction
from tests.service.seeds import Waiting
from tests.service.web.browser import Browser, browser_of
from tests.service.web.review_seeds import seed
from tests.service.web.test_review_pages import API, ask, field_of, save, values_of


@pytest.fixture
def browser(sqlite_database: Path) -> Iterator[Browser]:
    """Where a reviewer is signed in, and the countries of two people wait."""
    seed({"birth_country": Waiting(("SY", "LY", "Syrjen"))}, {"birth_country": Waiting(("Syrjen",))})
    with browser_of("reviewer", name="rana") as made:
        yield made


def test_words_that_name_no_entry_of_a_list_are_refused_with_entries_to_save(browser: Browser) -> None:
    country = field_of("birth_country")
    refused = save(browser, 1, country, value="Congo")
    assert (refused.status_code, values_of(country)) == (400, [])
    assert "several entries of the list are called so (CD, CG)" in refused.text
    assert re.findall(r'name="entry" value="(..)"><bdi>([^<]+)<', refused.text) == [
        ("CD", "Congo - Kinshasa (CD)"), ("CG", "Congo - Brazzaville (CG)")
    ]  # fmt: skip
    assert save(browser, 1, country, value="Congo", missing="-5", entry="CG").status_code == 303
    again = browser.get("/pages/1").text
    assert again.count("Congo - Brazzaville (CG)") == 3  # the answer, who decided, and what would be typed
    assert save(browser, 1, country, value="Congo - Brazzaville (CG)").status_code == 303
    assert values_of(country) == [{"birth_country": "CG"}]
    assert save(browser, 1, country, value="Atlantis").status_code == 400
    assert save(browser, 1, country, value="", missing="-13").status_code == 303
    assert 'name="entry"' not in browser.get("/pages/1").text


def test_words_that_were_kept_before_are_shown_as_they_are(browser: Browser) -> None:
    country = field_of("birth_country")
    with transaction() as session:
        before = Verdict(field_id=country, user_id=1, kind="typed", values={"birth_country": "Aleppo"})
        session.add(before)
        session.flush()
        session.execute(update(Field).where(Field.id == country).values(verdict_id=before.id, state="decided"))
    assert browser.get(f"{API}/fields/{country}").json()["answer"] == "Aleppo"
    assert ">Aleppo<" in browser.get("/pages/1").text


def test_a_list_is_asked_for_what_was_typed_so_far(browser: Browser) -> None:
    told = ask(browser, "/lists/countries", words="Syr").json()
    assert told == {"meant": [], "entries": [{"code": "SY", "label": "Syria (SY)"}]}
    assert ask(browser, "/lists/countries", words="سوريا").json()["meant"] == ["SY"]
    assert ask(browser, "/lists/languages", words="Kurmancî").json()["meant"] == ["kmr"]
    assert ask(browser, "/lists/planets", words="Mars").status_code == 404
    assert ask(browser, "/lists/countries", words="a" * 10_001).status_code == 422


def test_a_field_comes_with_codes_by_name_and_the_words_apart(browser: Browser) -> None:
    first = ask(browser, "/next").json()["field"]
    assert (first["list"], first["suggestions"], first["read"]) == (
        "countries", ["Syria (SY)", "Libya (LY)"], "Syrjen"
    )  # fmt: skip
    second = ask(browser, "/next", holding=[first["id"]]).json()["field"]
    assert (second["suggestions"], second["read"]) == ([], "Syrjen")
    for thoughts, offered, read in ((("HK", "XK"), ["Hong Kong SAR China (HK)", "Kosovo (XK)"], None), ((), [], None)):
        with transaction() as session:
            field = session.get_one(Field, first["id"])
            (answer,) = field.answers.values()
            field.answers = {"birth_country": {**answer, "candidates": list(thoughts)}}
        again = browser.get(f"{API}/fields/{first['id']}").json()
        assert (again["suggestions"], again["read"]) == (offered, read)
