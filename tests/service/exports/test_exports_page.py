"""Research sees what there is before it downloads, and every export is remembered."""

import hashlib
import io
import zipfile
from pathlib import Path
from urllib.parse import unquote

from sqlalchemy import select

from service.db.models import Delivery
from service.db.session import looking
from tests.service.exports.received import set_same_paper
from tests.service.seeds import Waiting, batch, publish_small, submission
from tests.service.web.browser import browser_of

FILLED = {"housing": 1, "german": 3}


def _deliveries() -> list[Delivery]:
    with looking() as session:
        return list(session.scalars(select(Delivery).order_by(Delivery.id)))


def test_the_page_counts_cases_what_waits_and_what_is_left_out(sqlite_database: Path) -> None:
    publish_small()
    submission(batch("Probe", test=True), FILLED)
    pile = batch("Montag")
    submission(pile, {**FILLED, "comment": Waiting()})
    set_same_paper(submission(pile, FILLED), "suspected")
    text = browser_of("researcher").get("/exports").text
    for shown in ("small", "2025-02", "1 in test batches", "1 perhaps scanned twice"):
        assert shown in text
    german = browser_of("lead", language="de").get("/exports").text
    assert "1 in Probestapeln" in german
    assert '<option value="ar">Arabisch</option>' in german


def test_without_a_questionnaire_the_page_says_so(sqlite_database: Path) -> None:
    assert "No questionnaire is published yet" in browser_of("researcher").get("/exports").text


def test_a_download_is_the_file_and_is_remembered(database: Path) -> None:
    publish_small()
    submission(batch(), {**FILLED, "comment": Waiting()})
    browser = browser_of("researcher", name="vera")
    asked = {"questionnaire": "small", "versions": ["2025-02", "2025-08"], "labels": "en"}
    given = browser.send_form("/exports", **asked, file_format="csv")
    assert given.status_code == 200
    assert given.headers["cache-control"] == "no-store"
    name = unquote(given.headers["content-disposition"]).split('"')[1]
    assert name.startswith("small_2025-02+2025-08_20")
    assert zipfile.ZipFile(io.BytesIO(given.content)).namelist() == ["data.csv", "codebook.csv", "README.txt"]
    workbook = browser.send_form("/exports", **asked, file_format="xlsx")
    assert workbook.content[:2] == b"PK"
    first, second = _deliveries()
    assert first.sha256 == hashlib.sha256(given.content).hexdigest()
    assert (first.content["cases"], first.content["waiting"], first.content["file"]) == (1, 1, name)
    assert second.content["format"] == "xlsx"
    page = browser.get("/exports").text
    assert first.sha256[:12] in page
    assert "vera" in page


def test_a_mistake_is_told_on_the_page_and_nothing_is_given_out(sqlite_database: Path) -> None:
    publish_small()
    browser = browser_of("researcher")
    none = browser.send_form("/exports", questionnaire="small", labels="de", file_format="csv")
    assert (none.status_code, "Choose at least one version" in none.text) == (400, True)
    unknown = browser.send_form("/exports", questionnaire="none", versions=["1"], labels="de", file_format="csv")
    assert unknown.status_code == 404
    language = browser.send_form("/exports", questionnaire="small", versions=["2025-02"], labels="xx")
    assert "labels in &#39;xx&#39;" in language.text
    assert _deliveries() == []
