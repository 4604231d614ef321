"""Fields are given out once, decided once, and a decision stands beside the reading."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from service.db.models import Edition, Field, Page, ScanFile, Submission, Verdict, now
from service.db.session import looking, transaction
from service.review.queue import (
    LEASE,
    FieldTaken,
    Held,
    next_field,
    previous_field,
    release,
    renew,
    waiting_count,
)
from service.review.verdicts import correct, decide
from tests.service.seeds import Waiting, batch, person, publish_small, submission

COUNTRY = {"birth_country": Waiting(("Syrien",))}


COUNTRIES = ("Syrien", "Irak", "Iran", "Libanon", "Ukraine", "Polen", "Eritrea", "Somalia")


def country(name: str) -> dict[str, object]:
    return {"birth_country": name}


def waiting_fields(count: int) -> None:
    """Fields that wait, on one page of a submission."""
    publish_small()
    in_batch = batch()
    submission(in_batch, {}, pages=(1,))
    with transaction() as session:
        file, edition = session.scalars(select(ScanFile)).one(), session.scalars(select(Edition)).first()
        assert edition
        owner = session.scalars(select(Submission.id)).one()
        answer = {"value": None, "accepted": False, "confidence": 0.5, "candidates": [], "reasons": ["handwriting"]}
        for number in range(1, count + 1):
            page = Page(
                file_id=file.id, batch_id=in_batch, number=number, state="done", kind="page", edition_id=edition.id,
                form_page=1, submission_id=owner,
            )  # fmt: skip
            session.add(page)
            session.flush()
            row = {
                "page_id": page.id, "batch_id": in_batch, "question": "birth_country", "kind": "code", "position": 6,
                "state": "waiting", "accepted": False, "answers": {"birth_country": answer}, "marks": {}, "reasons": [],
            }  # fmt: skip
            session.execute(insert(Field).values(**row))


def taken(user: int, **options: Any) -> Held:
    held = next_field(user, **options)
    assert held
    return held


def expire(held: Held) -> None:
    with transaction() as session:
        ended = now() - timedelta(seconds=1)
        session.execute(update(Field).where(Field.id == held.field_id).values(lease_until=ended))


def verdicts() -> list[Verdict]:
    with looking() as session:
        return list(session.scalars(select(Verdict).order_by(Verdict.id)))


def test_eight_reviewers_at_once_decide_each_of_200_fields_exactly_once(database: Path) -> None:
    waiting_fields(200)
    users = [person(f"one{number}", "reviewer") for number in range(8)]

    def clear(user: int) -> list[int]:
        done = []
        while held := next_field(user):
            decide(user, held, country(COUNTRIES[user % 8]))
            done.append(held.field_id)
        return done

    with ThreadPoolExecutor(len(users)) as pool:
        done = [field_id for fields in pool.map(clear, users) for field_id in fields]
    assert len(done) == len(set(done)) == 200
    assert set(Counter(verdict.field_id for verdict in verdicts()).values()) == {1}
    assert waiting_count() == 0


def test_fields_come_by_batch_then_question(sqlite_database: Path) -> None:
    publish_small()
    later, first = batch("Montag"), batch("Dienstag")
    submission(first, COUNTRY)
    submission(later, {**COUNTRY, "housing": Waiting((1, 2), ("two_marks",))})
    submission(later, COUNTRY)
    user = person("rana", "reviewer")
    order: list[tuple[int, str, int]] = []
    while held := next_field(user, holding=[field_id for _, _, field_id in order]):
        with looking() as session:
            field = session.get_one(Field, held.field_id)
            order.append((field.batch_id, field.question, field.id))
    assert [found[:2] for found in order] == [
        (later, "housing"), (later, "birth_country"), (later, "birth_country"), (first, "birth_country")
    ]  # fmt: skip


def test_only_pages_of_submissions_that_may_count_are_given_out(database: Path) -> None:
    publish_small()
    submission(batch(), COUNTRY, copy=7)
    user = person("rana", "reviewer")
    for said, given in (("suspected", True), ("no", True), ("yes", False)):
        with transaction() as session:
            session.execute(update(Submission).values(same_paper=said))
        held = next_field(user)
        assert (held is not None, waiting_count()) == (given, int(given))
    with transaction() as session:
        session.execute(update(Submission).values(same_paper=None))
        session.execute(update(Page).values(submission_id=None))
    assert next_field(user) is None


def test_a_lease_that_ended_is_given_to_another_and_the_late_answer_is_refused(database: Path) -> None:
    publish_small()
    submission(batch(), COUNTRY)
    slow, quick = person("slow", "reviewer"), person("quick", "reviewer")
    late = taken(slow)
    assert next_field(quick) is None
    expire(late)
    other = taken(quick)
    assert other.field_id == late.field_id
    with pytest.raises(FieldTaken):
        decide(slow, late, country("Irak"))
    with pytest.raises(FieldTaken):
        renew(slow, late)
    release(slow, late)
    decide(quick, other, country("Syrien"))
    assert [(verdict.user_id, verdict.values) for verdict in verdicts()] == [(quick, country("SY"))]


def test_a_lease_that_ended_still_counts_while_nobody_else_has_the_field(sqlite_database: Path) -> None:
    publish_small()
    submission(batch(), COUNTRY)
    user = person("rana", "reviewer")
    held = taken(user)
    expire(held)
    assert renew(user, held) > now() + LEASE - timedelta(seconds=30)
    expire(held)
    decide(user, held, country("Syrien"))


def test_the_same_answer_sent_twice_is_one_verdict(database: Path) -> None:
    publish_small()
    submission(batch(), COUNTRY)
    user = person("rana", "reviewer")
    held = taken(user)
    with ThreadPoolExecutor(2) as pool:
        first, again = pool.map(lambda _: decide(user, held, country(" Syrien ")), range(2))
    assert first == again == verdicts()[0].id
    assert len(verdicts()) == 1
    with pytest.raises(FieldTaken):
        decide(user, held, country("Irak"))


def test_previous_goes_back_100_fields_and_a_changed_answer_is_a_new_verdict(database: Path) -> None:
    waiting_fields(101)
    user, other = person("rana", "reviewer"), person("other", "reviewer")
    done = []
    while held := next_field(user):
        done.append(held.field_id)
        decide(user, held, country("Syrien"))
    assert previous_field(other) is None
    back, before = [], None
    while earlier := previous_field(user, before):
        back.append(earlier.held.field_id)
        before = earlier.verdict_id
        last = earlier
    assert back == done[::-1]
    assert last
    assert decide(user, last.held, country("Syrien")) == last.verdict_id
    again = previous_field(user, verdicts()[1].id)
    assert again
    changed_id = decide(user, again.held, country("Irak"))
    with looking() as session:
        field = session.get_one(Field, done[0])
        assert (field.state, field.verdict_id, field.lease_token) == ("decided", changed_id, None)
        assert field.answers["birth_country"]["value"] is None
    assert [v.values["birth_country"] for v in verdicts() if v.field_id == done[0]] == ["SY", "IQ"]


def test_previous_passes_over_what_another_person_holds_or_has_changed(database: Path) -> None:
    waiting_fields(3)
    user, other = person("rana", "reviewer"), person("other", "reviewer")
    fields: list[Held] = []
    for name in COUNTRIES[:3]:
        fields.append(taken(user))
        decide(user, fields[-1], country(name))
    correct(other, fields[2].field_id, country("Libanon"))
    with transaction() as session:
        busy = {"lease_user": other, "lease_token": "t", "lease_until": now() + LEASE}
        session.execute(update(Field).where(Field.id == fields[1].field_id).values(**busy))
    earlier = previous_field(user)
    assert earlier
    assert earlier.held.field_id == fields[0].field_id


def test_a_skipped_field_comes_back_after_the_others(database: Path) -> None:
    waiting_fields(3)
    user = person("rana", "reviewer")
    first = taken(user)
    release(user, first)
    second = taken(user, skipped=[first.field_id])
    third = taken(user, skipped=[first.field_id], holding=[second.field_id])
    assert len({first.field_id, second.field_id, third.field_id}) == 3
    last = taken(user, skipped=[first.field_id], holding=[second.field_id, third.field_id])
    assert last.field_id == first.field_id
    release(user, last)
    release(user, second)
    order = [second.field_id, first.field_id]
    assert taken(user, skipped=order, holding=[third.field_id]).field_id == second.field_id


def test_what_a_lost_window_held_is_given_again_to_the_same_person_only(database: Path) -> None:
    waiting_fields(1)
    user, other = person("rana", "reviewer"), person("other", "reviewer")
    lost = taken(user)
    assert next_field(other) is None
    assert next_field(user, holding=[lost.field_id]) is None
    again = taken(user)
    assert again.token != lost.token


@pytest.mark.parametrize(
    ("read", "given", "kind"),
    [
        ({"birth_country": Waiting(("Syrien",))}, {"birth_country": "Syrien"}, "confirmed"),
        ({"birth_country": Waiting(("Syrien",))}, {"birth_country": "Irak"}, "typed"),
        ({"arrived": Waiting(("04 08 2015",))}, {"arrived": "04.08.2015"}, "confirmed"),
        ({"household": Waiting(("4",))}, {"household": 4}, "confirmed"),
        ({"household": -9}, {"household": "4"}, "corrected"),
        ({"german": Waiting((2,), ("faint_mark",))}, {"german": 2}, "confirmed"),
        ({"german": Waiting((1, 2), ("two_marks",))}, {"german": 2}, "corrected"),
        ({"offices_jobcenter": 1}, {"offices_jobcenter": 1}, "confirmed"),
    ],
)
def test_a_verdict_says_whether_the_machine_was_right(
    sqlite_database: Path, read: dict[str, Any], given: dict[str, object], kind: str
) -> None:
    publish_small()
    submission(batch(), read)
    name, row = (
        (next(iter(given)).split("_")[0], "jobcenter") if "offices_jobcenter" in given else (next(iter(given)), "")
    )
    with looking() as session:
        field_id = session.scalars(select(Field.id).where(Field.question == name, Field.row == row)).one()
    correct(person("rana", "reviewer"), field_id, given)
    assert verdicts()[0].kind == kind
