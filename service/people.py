"""Accounts: who may sign in, and as what."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Literal, get_args

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from form_layouts.errors import CrosscheckError
from service.db.models import SignInFailure, User, WebSession
from service.db.session import looking, transaction
from service.passwords import check_rules, fits, hashed, made_up

Role = Literal["office", "reviewer", "researcher", "lead", "auditor", "administrator"]
ROLES: tuple[Role, ...] = get_args(Role)
_NAME = re.compile(r"[\w.@-]{2,60}")


class NameUnusable(CrosscheckError):
    en = "“{name}” cannot be the name of an account. Use 2 to 60 letters, digits and . - _ @ without spaces; nothing was added."
    de = "„{name}“ kann kein Kontoname sein. Nehmen Sie 2 bis 60 Buchstaben, Ziffern und . - _ @ ohne Leerzeichen; es wurde nichts angelegt."


class NameTaken(CrosscheckError):
    status = 409
    en = "There is already an account “{name}”. Choose another name; the existing account was not changed."
    de = "Es gibt schon ein Konto „{name}“. Wählen Sie einen anderen Namen; das bestehende Konto blieb unverändert."


class NoSuchUser(CrosscheckError):
    status = 404
    en = "There is no account “{name}”. Look at the list of accounts; nothing was changed."
    de = "Es gibt kein Konto „{name}“. Sehen Sie in der Liste der Konten nach; es wurde nichts geändert."


class NoRole(CrosscheckError):
    en = "Choose at least one role: without one, the account can do nothing. Nothing was changed."
    de = "Wählen Sie mindestens eine Rolle: Ohne Rolle kann das Konto nichts tun. Es wurde nichts geändert."


class NoSuchRole(CrosscheckError):
    en = "There is no role “{role}”. The roles are: {roles}. Nothing was changed."
    de = "Es gibt keine Rolle „{role}“. Die Rollen sind: {roles}. Es wurde nichts geändert."


class LastAdministrator(CrosscheckError):
    status = 409
    en = "“{name}” is the last active administrator: without one, nobody could manage accounts. Make another account an administrator first; nothing was changed."
    de = "„{name}“ verwaltet als letztes aktives Konto die Konten: Sonst könnte es niemand mehr. Geben Sie zuerst einem anderen Konto die Rolle Verwaltung; es wurde nichts geändert."


class NotYourself(CrosscheckError):
    status = 409
    en = "You cannot deactivate your own account. Ask another administrator; nothing was changed."
    de = "Ihr eigenes Konto können Sie nicht stilllegen. Bitten Sie eine andere Person mit der Rolle Verwaltung; es wurde nichts geändert."


class WrongPassword(CrosscheckError):
    en = "The present password is not right. Type it again; nothing was changed."
    de = "Das bisherige Kennwort stimmt nicht. Geben Sie es noch einmal ein; es wurde nichts geändert."


class PasswordUnchanged(CrosscheckError):
    en = "The new password is the old one. Choose another; nothing was changed."
    de = "Das neue Kennwort ist das alte. Wählen Sie ein anderes; es wurde nichts geändert."


def add(name: str, roles: Iterable[str], password: str | None = None) -> tuple[User, str | None]:
    """A new account.  Without `password` one is made up, returned, and must be changed at the first sign-in.

    Raises NameUnusable, NameTaken, NoRole, NoSuchRole, and the faults of `passwords.check_rules`.
    """
    name = normal_name(name)
    if not _NAME.fullmatch(name):
        raise NameUnusable(name=name)
    chosen = _checked(roles)
    if password is not None:
        check_rules(password, name)
    first = made_up() if password is None else None
    user = User(
        name=name, roles=chosen, password_hash=hashed(password or first or ""), must_change_password=first is not None
    )
    try:
        with transaction() as session:
            session.add(user)
    except IntegrityError as fault:
        raise NameTaken(name=name) from fault
    return user, first


def everybody() -> list[User]:
    """All accounts by name, the inactive ones last."""
    with looking() as session:
        return list(session.scalars(select(User).order_by(User.active.desc(), User.name)))


def find(name: str) -> User:
    """The account of this name.  Raises NoSuchUser."""
    with looking() as session:
        user = session.scalar(select(User).where(User.name == normal_name(name)))
    if user is None:
        raise NoSuchUser(name=name)
    return user


def get(user_id: int) -> User:
    """The account of this number.  Raises NoSuchUser."""
    with looking() as session:
        return _get(session, user_id)


def reset(user_id: int) -> str:
    """Give the account a made-up password, which must be changed at the next sign-in.  Ends its sessions.

    Raises NoSuchUser.
    """
    password = made_up()
    kept = hashed(password)
    with transaction() as session:
        user = _get(session, user_id)
        user.password_hash, user.must_change_password = kept, True
        _forget(session, user)
    return password


def deactivate(user_id: int, by: int | None = None) -> None:
    """Nobody can sign in as this account any more, and its sessions end.  What it did stays.

    `by` is the account that asks for it; None on the command line.  Raises NoSuchUser, NotYourself, LastAdministrator.
    """
    with transaction() as session:
        user = _get(session, user_id)
        if user.id == by:
            raise NotYourself()
        _assert_another_administrator(session, user)
        user.active = False
        _forget(session, user)


def activate(user_id: int) -> None:
    """Let the account sign in again, with its old password.  Raises NoSuchUser."""
    with transaction() as session:
        _get(session, user_id).active = True


def set_roles(user_id: int, roles: Iterable[str]) -> None:
    """Replace the account's roles; counts from its next request on.

    Raises NoSuchUser, NoRole, NoSuchRole, LastAdministrator.
    """
    chosen = _checked(roles)
    with transaction() as session:
        user = _get(session, user_id)
        if "administrator" not in chosen:
            _assert_another_administrator(session, user)
        user.roles = chosen


def set_language(user_id: int, language: str) -> None:
    """Remember the language of the screens: de or en.  Raises NoSuchUser."""
    with transaction() as session:
        _get(session, user_id).language = "de" if language == "de" else "en"


def change_password(user_id: int, present: str, new: str) -> None:
    """The person's own change.  Ends all sessions of the account: the caller begins a new one.

    Raises NoSuchUser, WrongPassword, PasswordUnchanged, and the faults of `passwords.check_rules`.
    """
    user = get(user_id)
    if not fits(present, user.password_hash):
        raise WrongPassword()
    check_rules(new, user.name)
    if fits(new, user.password_hash):
        raise PasswordUnchanged()
    kept = hashed(new)
    with transaction() as session:
        user = _get(session, user_id)
        user.password_hash, user.must_change_password = kept, False
        _forget(session, user)


def normal_name(name: str) -> str:
    """A name as it is kept: lower case, no blanks around it, one form of each letter."""
    return unicodedata.normalize("NFKC", name).strip().lower()


def _checked(roles: Iterable[str]) -> list[str]:
    asked = set(roles)
    for role in sorted(asked.difference(ROLES)):
        raise NoSuchRole(role=role, roles=", ".join(ROLES))
    if not asked:
        raise NoRole()
    return [role for role in ROLES if role in asked]


def _get(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NoSuchUser(name=user_id)
    return user


def _assert_another_administrator(session: Session, user: User) -> None:
    """Locks the active accounts: else two administrators could take the office from each other at the same moment."""
    active = session.scalars(select(User).where(User.active).order_by(User.id).with_for_update()).all()
    administrators = {one.id for one in active if "administrator" in one.roles}
    if administrators == {user.id}:
        raise LastAdministrator(name=user.name)


def _forget(session: Session, user: User) -> None:
    session.execute(delete(WebSession).where(WebSession.user_id == user.id))
    session.execute(delete(SignInFailure).where(SignInFailure.name == user.name))
