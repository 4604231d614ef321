"""A case keeps its id from one export to the next, and nobody can work it out from the scan."""

from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from hmac import new as hmac
from pathlib import Path

from sqlalchemy import select

from service.db.models import Page, ScanFile, Secret, Submission
from service.db.session import looking, transaction
from service.exports.case_ids import case_key
from tests.service.exports.received import set_key, set_same_paper, table
from tests.service.seeds import batch, publish_small, submission

FILLED = {"housing": 1, "german": 3}


def _expected(name: str, key: str = "a key") -> str:
    return "c" + hmac(key.encode(), name.encode(), sha256).hexdigest()[:12]


def _ids() -> list[str]:
    return [case.id for case in table().cases]


def test_the_key_is_drawn_once_however_many_ask(database: Path) -> None:
    def ask(_: int) -> bytes:
        with looking() as session:
            return case_key(session)

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(ask, range(16)))
    with looking() as session:
        (kept,) = session.scalars(select(Secret.value))
    assert keys == {kept.encode()}
    assert len(kept) == 64


def test_a_numbered_case_is_named_after_its_number_in_its_edition(database: Path) -> None:
    publish_small()
    set_key("a key")
    submission(batch(), FILLED, copy=7)
    submission(batch("Dienstag"), FILLED, copy=7, language="ar")
    names = ("small|2025-02|1|de|7|1", "small|2025-02|1|ar|7|1")
    assert _ids() == sorted(map(_expected, names)) == _ids()


def test_cases_that_share_a_number_are_counted_and_those_left_out_are_not(database: Path) -> None:
    publish_small()
    set_key("a key")
    submission(batch("Probe", test=True), FILLED, copy=7)
    pile = batch()
    twice, *_others = [submission(pile, FILLED, copy=7) for _ in range(3)]
    with transaction() as session:
        for one in session.scalars(select(Submission)):
            one.same_paper = "no"
    set_same_paper(twice, "yes")
    assert _ids() == sorted(_expected(f"small|2025-02|1|de|7|{ordinal}") for ordinal in (1, 2))


def test_an_unnumbered_case_is_named_after_the_first_page_of_its_form(database: Path) -> None:
    publish_small()
    set_key("a key")
    submission(batch(), FILLED)
    with transaction() as session:
        first, second = session.scalars(select(Page).order_by(Page.form_page)).all()
        first.number, second.number = 8, 3
    assert _ids() == [_expected(f"{0:064x}:8")]


def test_an_id_stays_when_a_page_joins(database: Path) -> None:
    publish_small()
    submission(batch(), FILLED, copy=7, pages=(2,))
    before = _ids()
    with transaction() as session:
        page = session.scalars(select(Page)).one()
        file = ScanFile(batch_id=page.batch_id, name="late.pdf", size=1, sha256="0" * 63 + "a", state="done", pages=1)
        session.add(file)
        session.flush()
        late = Page(
            file_id=file.id, batch_id=page.batch_id, number=0, state="done", kind="page", form_page=1,
            edition_id=page.edition_id, copy_number=7, submission_id=page.submission_id,
        )  # fmt: skip
        session.add(late)
    assert _ids() == before
