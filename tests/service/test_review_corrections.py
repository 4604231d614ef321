"""A decision is not covered by a person who has not seen it, and what is unlikely is asked about."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select, update

from service.db.models import Field, now
from service.db.session import looking, transaction
from service.review.queue import LEASE, NoSuchField
from service.review.values import AnswerUnlikely
from service.review.verdicts import DecidedMeanwhile, HeldBySomebody, correct, decide
from tests.service.seeds import Waiting, batch, person, publish_small, submission
from tests.service.test_review import taken, verdicts


def test_an_accepted_field_can_be_corrected_unless_somebody_has_it(database: Path) -> None:
    publish_small()
    submission(batch(), {"german": 3})
    user, other = person("rana", "reviewer"), person("other", "reviewer")
    with looking() as session:
        field_id = session.scalars(select(Field.id).where(Field.question == "german")).one()
    correct(user, field_id, {"german": 2})
    correct(user, field_id, {"german": 2})
    assert [(verdict.kind, verdict.values) for verdict in verdicts()] == [("corrected", {"german": 2})]
    with transaction() as session:
        busy = {"lease_user": other, "lease_token": "t", "lease_until": now() + LEASE}
        session.execute(update(Field).where(Field.id == field_id).values(**busy))
    with pytest.raises(HeldBySomebody, match="other is looking"):
        correct(user, field_id, {"german": 1})
    with pytest.raises(NoSuchField):
        correct(user, 10**6, {"german": 1})


def test_a_correction_never_covers_a_newer_decision(database: Path) -> None:
    publish_small()
    submission(batch(), {"german": 3})
    users = [person(f"one{number}", "reviewer") for number in range(8)]
    with looking() as session:
        field_id = session.scalars(select(Field.id).where(Field.question == "german")).one()

    def save(user: int) -> str:
        try:
            correct(user, field_id, {"german": 1 + user % 3}, seen=0)
        except DecidedMeanwhile:
            return "refused"
        return "kept"

    with ThreadPoolExecutor(len(users)) as pool:
        done = Counter(pool.map(save, users))
    assert done == {"kept": 1, "refused": 7}
    (first,) = verdicts()
    assert correct(first.user_id, field_id, first.values, seen=0) == first.id  # the same once more
    other = next(user for user in users if user != first.user_id)
    correct(other, field_id, {"german": 1}, seen=first.id)
    assert len(verdicts()) == 2


def test_an_unlikely_answer_is_kept_when_somebody_says_that_it_is_written_so(sqlite_database: Path) -> None:
    publish_small()
    submission(batch(), {"household": Waiting(("45",))})
    user = person("rana", "reviewer")
    held = taken(user)
    with pytest.raises(AnswerUnlikely):
        decide(user, held, {"household": "45"})
    decide(user, held, {"household": "45"}, as_written=True)
    with pytest.raises(AnswerUnlikely):
        correct(user, held.field_id, {"household": "46"})
    correct(user, held.field_id, {"household": "46"}, as_written=True)
    assert [(verdict.kind, verdict.values) for verdict in verdicts()] == [
        ("confirmed", {"household": 45}), ("typed", {"household": 46})
    ]  # fmt: skip
