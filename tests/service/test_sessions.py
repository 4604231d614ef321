"""Signing in, sessions, and the brake on guessing."""

from __future__ import annotations

import random
import time
from datetime import timedelta
from threading import Thread

import pytest
from argon2 import PasswordHasher
from sqlalchemy import event, func, select, update
from sqlalchemy.orm import Session

from form_layouts.errors import CrosscheckError
from service import passwords, people, sessions
from service.db.models import SignInFailure, User, WebSession, now
from service.db.session import looking, transaction

PASSWORD = "a sentence only I know"
HERE, ELSEWHERE = "192.0.2.1", "192.0.2.2"


pytestmark = pytest.mark.usefixtures("quick_hashes")


def _add(name: str, *roles: str) -> User:
    return people.add(name, roles or ("office",), PASSWORD)[0]


def _age(by: timedelta) -> None:
    """As if everything had happened earlier."""
    with transaction() as session:
        for kept in session.scalars(select(WebSession)):
            kept.seen_at -= by
            kept.created_at -= by
        for failure in session.scalars(select(SignInFailure)):
            failure.at -= by


def _fail(name: str, times: int, address: str = HERE) -> None:
    for _ in range(times):
        with pytest.raises(sessions.SignInFailed):
            sessions.sign_in(name, "wrong wrong wrong", address)


@pytest.mark.usefixtures("database")
def test_a_person_signs_in_with_name_and_password_however_the_name_is_capitalised() -> None:
    user = _add("Anna.Weber", "reviewer", "office")
    assert sessions.sign_in(" ANNA.weber ", PASSWORD, HERE).id == user.id
    assert people.find("anna.weber").roles == ["office", "reviewer"]


@pytest.mark.usefixtures("sqlite_database")
def test_the_same_letters_from_another_keyboard_are_the_same_password() -> None:
    people.add("jürgen", ["office"], "Fünf große Bären")
    decomposed = "Fu\N{COMBINING DIAERESIS}nf große Ba\N{COMBINING DIAERESIS}ren"
    assert sessions.sign_in("ju\N{COMBINING DIAERESIS}rgen", decomposed, HERE).name == "jürgen"


@pytest.mark.usefixtures("sqlite_database")
def test_an_old_hash_is_renewed_at_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    user = _add("maria")
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    sessions.sign_in("maria", PASSWORD, HERE)
    assert "m=16,t=2" in people.get(user.id).password_hash


@pytest.mark.usefixtures("sqlite_database")
def test_an_unknown_name_costs_as_much_work_as_a_known_one(monkeypatch: pytest.MonkeyPatch) -> None:
    _add("maria")
    verified: list[str] = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]  # PasswordHasher types it Literal[True]
            verified.append(str(hash))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "_hasher", Counting(time_cost=1, memory_cost=8, parallelism=1))
    for name in ("maria", "nobody"):
        _fail(name, 1)
    assert len(verified) == 2


@pytest.mark.usefixtures("database")
def test_wrong_tries_slow_down_and_a_later_one_works() -> None:
    user = _add("maria")
    _fail("maria", 5)
    with pytest.raises(sessions.SignInTooOften) as caught:
        sessions.sign_in("maria", PASSWORD, HERE)
    assert "in 5 seconds" in caught.value.sentence("en") or "in 6 seconds" in caught.value.sentence("en")
    assert sessions.sign_in("maria", PASSWORD, ELSEWHERE).id == user.id
    _age(timedelta(seconds=6))
    assert sessions.sign_in("maria", PASSWORD, HERE).id == user.id
    _fail("maria", 5)  # a success wiped the slate clean


@pytest.mark.usefixtures("sqlite_database")
def test_a_try_that_comes_too_early_does_not_make_the_wait_longer() -> None:
    _add("maria")
    _fail("maria", 5)
    for _ in range(20):
        with pytest.raises(sessions.SignInTooOften) as caught:
            sessions.sign_in("maria", PASSWORD, HERE)
        assert caught.value.wait_s <= 6


@pytest.mark.usefixtures("sqlite_database")
def test_names_from_one_address_are_limited_together() -> None:
    for number in range(sessions.ADDRESS.free):
        _fail(f"guess{number}", 1)
    with pytest.raises(sessions.SignInTooOften):
        sessions.sign_in("guess-again", PASSWORD, HERE)


def test_nobody_is_ever_locked_out() -> None:
    for brake in (sessions.ACCOUNT, sessions.ACCOUNT_FROM_ADDRESS, sessions.ADDRESS):
        waits = [brake.wait_s(failures) for failures in (0, brake.free - 1, brake.free, 100, 10_000)]
        assert waits[:3] == [0, 0, sessions.FIRST_WAIT_S]
        assert waits[3:] == [brake.longest_s, brake.longest_s]
        assert brake.longest_s <= 300


@pytest.mark.usefixtures("database")
def test_many_tries_at_once_do_not_slip_through() -> None:
    _add("maria")
    told: list[type[Exception]] = []

    def guess() -> None:
        try:
            sessions.sign_in("maria", "wrong wrong wrong", HERE)
        except CrosscheckError as fault:
            told.append(type(fault))

    threads = [Thread(target=guess) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 16
    assert told.count(sessions.SignInFailed) <= sessions.ACCOUNT_FROM_ADDRESS.free


@pytest.mark.usefixtures("database")
def test_tries_that_are_written_down_slowly_do_not_pass_together() -> None:
    _add("maria")
    told: list[type[Exception]] = []

    def slowly(_: Session) -> None:
        time.sleep(random.uniform(0, 0.1))  # each try is written at another moment: the race that the lock must win

    def guess() -> None:
        try:
            sessions.sign_in("maria", "wrong wrong wrong", HERE)
        except CrosscheckError as fault:
            told.append(type(fault))

    event.listen(Session, "before_commit", slowly)
    try:
        threads = [Thread(target=guess) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        event.remove(Session, "before_commit", slowly)
    assert len(told) == 8
    assert told.count(sessions.SignInFailed) <= sessions.ACCOUNT_FROM_ADDRESS.free


@pytest.mark.usefixtures("database")
def test_a_wrong_present_password_counts_as_a_wrong_try_and_a_right_one_does_not() -> None:
    user = _add("maria")
    for new in (PASSWORD, "short") * 4:  # the old one, and too short: the present password was right
        with pytest.raises(CrosscheckError):
            sessions.change_password(user.id, PASSWORD, new, HERE)
    for _ in range(sessions.ACCOUNT_FROM_ADDRESS.free):
        with pytest.raises(people.WrongPassword):
            sessions.change_password(user.id, "wrong wrong wrong", "another good sentence", HERE)
    for then in (
        lambda: sessions.change_password(user.id, PASSWORD, "another good sentence", HERE),
        lambda: sessions.sign_in("maria", PASSWORD, HERE),
    ):
        with pytest.raises(sessions.SignInTooOften):
            then()
    _age(timedelta(seconds=6))
    sessions.change_password(user.id, PASSWORD, "another good sentence", HERE)
    assert sessions.sign_in("maria", "another good sentence", HERE).id == user.id


@pytest.mark.usefixtures("database")
def test_hostile_names_are_only_wrong_names() -> None:
    for name in ("\0", "x" * 5000, "' OR 1=1 --", "\u202eadmin", ""):
        _fail(name, 1)


@pytest.mark.usefixtures("database")
def test_a_session_ends_when_idle_after_a_day_and_on_signing_out() -> None:
    user = _add("maria")
    value = sessions.begin(user.id)
    signed_in = sessions.behind(value)
    assert signed_in is not None
    assert signed_in.user_id == user.id
    _age(sessions.IDLE - timedelta(minutes=1))
    assert sessions.behind(value) is not None  # and from here it counts anew
    _age(sessions.IDLE - timedelta(minutes=1))
    assert sessions.behind(value) is not None
    with transaction() as session:
        session.execute(update(WebSession).values(created_at=now() - sessions.ABSOLUTE))
    assert sessions.behind(value) is None
    other = sessions.begin(user.id)
    _age(sessions.IDLE + timedelta(minutes=1))
    assert sessions.behind(other) is None
    last = sessions.begin(user.id)
    sessions.end(last)
    assert sessions.behind(last) is None


@pytest.mark.usefixtures("sqlite_database")
def test_a_new_session_takes_the_place_of_the_old_one_and_sweeps_those_that_ran_out() -> None:
    user = _add("maria")
    forgotten = sessions.begin(user.id)
    _age(sessions.ABSOLUTE)
    first = sessions.begin(user.id)
    second = sessions.begin(user.id, instead_of=first)
    assert len({forgotten, first, second}) == 3
    assert [sessions.behind(value) is not None for value in (forgotten, first, second)] == [False, False, True]
    with looking() as session:
        assert session.scalar(select(func.count(WebSession.id))) == 1


@pytest.mark.usefixtures("sqlite_database")
def test_what_a_page_asks_by_itself_keeps_no_session_alive() -> None:
    people.add("anna", ["office"], PASSWORD)
    value = sessions.begin(sessions.sign_in("anna", PASSWORD, "here").id)
    long_ago = now() - sessions.IDLE + timedelta(minutes=1)
    with transaction() as session:
        session.execute(update(WebSession).values(seen_at=long_ago))
    assert sessions.behind(value, by_person=False) is not None
    with looking() as session:
        assert session.scalars(select(WebSession.seen_at)).one() == long_ago
    assert sessions.behind(value) is not None
    with looking() as session:
        assert session.scalars(select(WebSession.seen_at)).one() > long_ago
