"""Accounts and passwords."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import pytest
from sqlalchemy import select, update

from form_layouts.errors import CrosscheckError
from service import passwords, people, sessions
from service.db.models import User, WebSession
from service.db.session import looking, transaction

PASSWORD = "a sentence only I know"
HERE = "192.0.2.1"


pytestmark = pytest.mark.usefixtures("quick_hashes")


def _add(name: str, *roles: str) -> User:
    return people.add(name, roles or ("office",), PASSWORD)[0]


@pytest.mark.usefixtures("sqlite_database")
@pytest.mark.parametrize(
    ("name", "password", "fault"),
    [
        ("x", PASSWORD, people.NameUnusable),
        ("two words", PASSWORD, people.NameUnusable),
        ("a" * 61, PASSWORD, people.NameUnusable),
        ("<b>bold</b>", PASSWORD, people.NameUnusable),
        ("maria", "eleven char", passwords.PasswordTooShort),
        ("maria", "x" * 201, passwords.PasswordTooLong),
        ("maria", "Maria2025MARIA", passwords.PasswordIsName),
        ("administrator", "administrator", passwords.PasswordIsName),
        ("maria", "121212121212", passwords.PasswordTooSimple),
    ],
)
def test_a_bad_name_or_password_is_refused_with_its_own_sentence(
    name: str, password: str, fault: type[CrosscheckError]
) -> None:
    with pytest.raises(fault) as caught:
        people.add(name, ["office"], password)
    assert caught.value.sentence("de") != caught.value.sentence("en")
    assert people.everybody() == []


@pytest.mark.usefixtures("database")
def test_a_name_is_given_once() -> None:
    _add("maria")
    with pytest.raises(people.NameTaken):
        _add("MARIA")


@pytest.mark.usefixtures("sqlite_database")
def test_an_account_has_at_least_one_role_and_only_known_ones() -> None:
    with pytest.raises(people.NoRole):
        people.add("maria", [], PASSWORD)
    with pytest.raises(people.NoSuchRole):
        people.add("maria", ["king"], PASSWORD)


@pytest.mark.usefixtures("sqlite_database")
def test_a_made_up_password_works_once_and_must_be_changed() -> None:
    user, password = people.add("maria", ["office"])
    assert password is not None
    assert sessions.sign_in("maria", password, HERE).must_change_password
    with pytest.raises(people.PasswordUnchanged):
        people.change_password(user.id, password, password)
    people.change_password(user.id, password, PASSWORD)
    assert not sessions.sign_in("maria", PASSWORD, HERE).must_change_password


@pytest.mark.usefixtures("sqlite_database")
def test_the_present_password_is_asked_for() -> None:
    user = _add("maria")
    with pytest.raises(people.WrongPassword):
        people.change_password(user.id, "not the present one", "another good sentence")
    assert sessions.sign_in("maria", PASSWORD, HERE).id == user.id


@pytest.mark.usefixtures("sqlite_database")
def test_no_password_is_kept_and_no_cookie() -> None:
    user = _add("maria")
    value = sessions.begin(user.id)
    with looking() as session:
        kept = session.scalars(select(User.password_hash)).one()
        ids = session.scalars(select(WebSession.id)).all()
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept
    assert value not in ids


@pytest.mark.usefixtures("database")
def test_deactivating_resetting_and_a_new_password_end_every_session() -> None:
    user = _add("maria")
    changes: tuple[Callable[[], object], ...] = (
        lambda: people.deactivate(user.id),
        lambda: people.reset(user.id),
        lambda: people.change_password(user.id, PASSWORD, "another good sentence"),
    )
    for change in changes:
        with transaction() as session:
            session.execute(update(User).values(active=True, password_hash=passwords.hashed(PASSWORD)))
        value = sessions.begin(user.id)
        assert sessions.behind(value) is not None
        change()
        assert sessions.behind(value) is None


@pytest.mark.usefixtures("sqlite_database")
def test_an_inactive_account_cannot_sign_in_until_it_is_activated() -> None:
    user = _add("maria")
    people.deactivate(user.id)
    with pytest.raises(sessions.SignInFailed):
        sessions.sign_in("maria", PASSWORD, HERE)
    people.activate(user.id)
    assert sessions.sign_in("maria", PASSWORD, HERE).id == user.id


@pytest.mark.usefixtures("database")
def test_the_last_active_administrator_stays() -> None:
    first, second = _add("anna", "administrator"), _add("berta", "administrator", "office")
    with pytest.raises(people.NotYourself):
        people.deactivate(first.id, by=first.id)
    people.deactivate(second.id, by=first.id)
    with pytest.raises(people.LastAdministrator):
        people.deactivate(first.id)
    with pytest.raises(people.LastAdministrator):
        people.set_roles(first.id, ["office"])
    people.activate(second.id)
    people.set_roles(first.id, ["office"])
    assert people.get(first.id).roles == ["office"]


@pytest.mark.usefixtures("database")
def test_two_administrators_cannot_deactivate_each_other_at_the_same_moment() -> None:
    for round_ in range(5):
        pair = [_add(f"{name}{round_}", "administrator") for name in ("anna", "berta")]
        with transaction() as session:
            others = User.id.not_in([user.id for user in pair])
            session.execute(update(User).where(others).values(active=False))

        def take_office(user_id: int, by: int) -> None:
            try:
                people.deactivate(user_id, by=by)
            except people.LastAdministrator:
                return

        threads = [
            Thread(target=take_office, args=(pair[0].id, pair[1].id)),
            Thread(target=take_office, args=(pair[1].id, pair[0].id)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(people.get(user.id).active for user in pair) == 1
