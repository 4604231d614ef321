"""Every value in an export is a decision, a sure reading, or says why it is missing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, update

from service.db.models import Batch, Field, Page, ScanFile
from service.db.session import looking, transaction
from service.exports.published import NoSuchQuestionnaire, NoSuchVersion, NoVersionChosen
from service.exports.tables import Case, Table, load
from tests.service.exports.received import decide, set_same_paper, table
from tests.service.seeds import Waiting, batch, publish_small, submission

FILLED = {"housing": 1, "german": 3, "offices_jobcenter": 2, "needs_1": 1, "needs_2": 0, "needs_3": 0}


def _value(of: Table, case: Case, name: str) -> tuple[int | str, str]:
    place = [variable.name for variable in of.variables].index(name)
    return case.values[place], case.sources[place]


def _only(of: Table, name: str) -> tuple[int | str, str]:
    (case,) = of.cases
    return _value(of, case, name)


def test_accepted_readings_stand_and_what_was_left_blank_is_not_answered(database: Path) -> None:
    publish_small()
    submission(batch(), FILLED)
    of = table()
    assert _only(of, "housing") == (1, "machine")
    assert [_only(of, f"needs_{code}")[0] for code in (1, 2, 3)] == [1, 0, 0]
    assert _only(of, "household") == _only(of, "comment") == (-9, "machine")


def test_what_waits_is_never_a_guess(database: Path) -> None:
    publish_small()
    submission(batch(), {**FILLED, "birth_country": Waiting(("Syrien",)), "german": Waiting((2,), ("faint_mark",))})
    of = table()
    assert _only(of, "birth_country") == _only(of, "german") == (-12, "waiting")
    assert of.together.waiting == 2


def test_an_accepted_reading_that_was_held_back_later_waits(database: Path) -> None:
    publish_small()
    submission(batch(), FILLED)
    with transaction() as session:
        session.execute(update(Field).where(Field.question == "german").values(state="waiting", accepted=True))
    assert _only(table(), "german") == (-12, "waiting")


def test_a_code_of_a_list_stands_as_it_is_and_so_do_words_that_were_kept_before(sqlite_database: Path) -> None:
    publish_small()
    for value in ("SY", "Syrien", -13):
        decide(submission(batch(), {**FILLED, "birth_country": Waiting()}), "birth_country", {"birth_country": value})
    of = table()
    place = [variable.name for variable in of.variables].index("birth_country")
    assert {case.values[place] for case in of.cases} == {"SY", "Syrien", -13}


def test_a_verdict_counts_before_the_reading(database: Path) -> None:
    publish_small()
    one = submission(batch(), {**FILLED, "birth_country": Waiting(("Syrien",))})
    decide(one, "birth_country", {"birth_country": "Syria"})
    decide(one, "housing", {"housing": 2}, kind="corrected")
    of = table()
    assert _only(of, "birth_country") == ("Syria", "person")
    assert _only(of, "housing") == (2, "person")
    assert of.verdicts == {"typed": 1, "corrected": 1}


def test_of_several_verdicts_only_the_decision_counts(database: Path) -> None:
    publish_small()
    one = submission(batch(), {**FILLED, "household": Waiting((4,))})
    decide(one, "household", {"household": 4})
    with transaction() as session:
        field = session.scalars(select(Field).where(Field.question == "household")).one()
        field.verdict_id, field.state = None, "waiting"
    assert _only(table(), "household") == (-12, "waiting")


@pytest.mark.parametrize("code", [-3, -4, -5, -7, -8, -9, -10, -13])
def test_a_person_can_give_every_missing_code(sqlite_database: Path, code: int) -> None:
    publish_small()
    one = submission(batch(), {**FILLED, "comment": Waiting()})
    decide(one, "comment", {"comment": code})
    decide(one, "housing", {"housing": code})
    of = table()
    assert _only(of, "comment") == _only(of, "housing") == (code, "person")


def test_questions_on_a_missing_page_say_so(database: Path) -> None:
    publish_small()
    submission(batch(), FILLED, pages=(1,))
    of = table("2025-02")
    assert _only(of, "german") == (-6, "page_missing")
    assert of.cases[0].pages_missing == 1


def _file(pile: int, state: str) -> None:
    with transaction() as session:
        session.add(ScanFile(batch_id=pile, name="more.pdf", size=1, sha256="f" * 64, state=state))


def _page(pile: int, state: str) -> None:
    with transaction() as session:
        file = session.scalars(select(ScanFile).where(ScanFile.batch_id == pile)).first()
        assert file
        kind = "rejected" if state == "done" else None
        session.add(Page(file_id=file.id, batch_id=pile, number=9, state=state, kind=kind))


def _revised(pile: int, _state: str) -> None:
    with transaction() as session:
        session.get_one(Batch, pile).revision += 1


@pytest.mark.parametrize(
    ("more", "state", "expected"),
    [
        *((more, state, (-12, "waiting")) for more in (_file, _page) for state in ("waiting", "working", "set_aside")),
        (_revised, "", (-12, "waiting")),
        (_file, "rejected", (-6, "page_missing")),
        (_page, "done", (-6, "page_missing")),
    ],
)
def test_a_page_is_missing_only_when_its_batch_is_read_to_the_end(
    sqlite_database: Path, more: Callable[[int, str], None], state: str, expected: tuple[int, str]
) -> None:
    publish_small()
    pile, other = batch(), batch("Dienstag")
    submission(pile, FILLED, pages=(1,))
    more(pile, state)
    assert _only(table("2025-02"), "german") == expected
    submission(other, FILLED, pages=(1,))
    assert sorted(_value(of, case, "german") for of in [table("2025-02")] for case in of.cases)[-1] == (
        -6,
        "page_missing",
    )


def test_versions_are_pooled_with_what_each_did_not_ask(database: Path) -> None:
    publish_small()
    submission(batch("Februar"), FILLED)
    submission(batch("August"), {"housing": 3, "news": 2}, version="2025-08")
    of = table()
    february, august = sorted(of.cases, key=lambda case: case.version)
    assert _value(of, february, "news") == _value(of, august, "household") == (-11, "not_in_version")
    assert _value(of, august, "housing") == (3, "machine")
    assert [variable.name for variable in of.variables][-2:] == ["german", "news"]
    assert [case.version for case in table("2025-08").cases] == ["2025-08"]


def test_test_batches_and_papers_scanned_twice_are_left_out_and_counted(database: Path) -> None:
    publish_small()
    submission(batch("Probe", test=True), FILLED)
    pile = batch("Montag")
    _kept, suspected, twice, both = [submission(pile, FILLED) for _ in range(4)]
    for one, said in ((suspected, "suspected"), (twice, "yes"), (both, "no")):
        set_same_paper(one, said)
    of = table()
    assert len(of.cases) == of.together.cases == 2
    assert (of.together.test, of.together.suspected, of.together.same_paper) == (1, 1, 1)


def test_pages_that_were_not_read_are_counted(database: Path) -> None:
    publish_small()
    pile = batch()
    submission(pile, FILLED)
    with transaction() as session:
        file = session.scalars(select(ScanFile)).one()
        for number, (state, kind) in enumerate([("done", "rejected"), ("set_aside", None), ("waiting", None)], start=5):
            session.add(Page(file_id=file.id, batch_id=pile, number=number, state=state, kind=kind))
        session.add(Page(file_id=file.id, batch_id=pile, number=9, state="done", kind="page", again=True))
    of = table()
    assert (of.unread.pages, of.unread.unfinished) == (2, 1)


def test_cases_stand_in_the_order_of_their_ids(database: Path) -> None:
    publish_small()
    pile = batch()
    for _ in range(6):
        submission(pile, FILLED)
    ids = [case.id for case in table().cases]
    assert ids == sorted(ids)
    assert len(set(ids)) == 6


def test_the_boxes_are_kept_where_two_were_marked(database: Path) -> None:
    publish_small()
    one = submission(batch(), {**FILLED, "housing": Waiting((1, 2), ("two_marks",))})
    decide(one, "housing", {"housing": -4})
    assert table().cases[0].marks == {"housing": "1 2"}


def test_a_word_where_a_number_belongs_is_no_value(sqlite_database: Path) -> None:
    publish_small()
    one = submission(batch(), {**FILLED, "household": Waiting()})
    decide(one, "household", {"household": "four"})
    assert _only(table(), "household") == (-12, "waiting")


@pytest.mark.parametrize(
    ("questionnaire", "versions", "fault"),
    [("none", None, NoSuchQuestionnaire), ("small", ["1999"], NoSuchVersion), ("small", [], NoVersionChosen)],
)
def test_what_is_not_published_is_refused(
    sqlite_database: Path, questionnaire: str, versions: list[str] | None, fault: type[Exception]
) -> None:
    publish_small()
    with pytest.raises(fault), looking() as session:
        load(session, questionnaire, versions)
