"""Signing in, and who is behind a request: server-side sessions, and a brake on guessing."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, or_, select

from form_layouts.errors import CrosscheckError
from service import people
from service.db.models import SignInFailure, User, WebSession, now
from service.db.session import looking, transaction
from service.passwords import fits, hashed, outdated

IDLE = timedelta(minutes=60)
"""Without a request for so long the session ends: a lunch break; half-typed fields are kept by the review screen."""
ABSOLUTE = timedelta(hours=12)
"""After so long the session ends in any case: longer than a working day, shorter than a night."""
SEEN_EVERY = timedelta(minutes=1)
"""How exactly the last request is remembered: not every request needs to write."""
REMEMBERED = timedelta(hours=1)
"""How long a wrong password slows down the next tries."""
FIRST_WAIT_S = 5.0
"""Wait after the last free try, in seconds; it doubles with each further one."""

_BY_NAME, _BY_ADDRESS = 1, 2
"""Which of PostgreSQL's locks keep tries with one name, and from one address, in the order of their ids: always taken in
this order, and held until the try is written down."""


@dataclass(frozen=True)
class Brake:
    """How many wrong tries in REMEMBERED are free, and the longest wait in seconds after them.  Never for ever."""

    free: int
    longest_s: float

    def wait_s(self, failures: int) -> float:
        """Seconds between the last wrong try and the next allowed one."""
        beyond = failures - self.free
        return 0.0 if beyond < 0 else min(self.longest_s, FIRST_WAIT_S * 2.0 ** min(beyond, 20))


ACCOUNT_FROM_ADDRESS = Brake(free=5, longest_s=300)
"""One account from one address: five typing errors cost nothing; a guesser gets about 20 tries an hour."""
ACCOUNT = Brake(free=20, longest_s=30)
"""One account from anywhere.  Short, because a stranger could otherwise keep its owner out."""
ADDRESS = Brake(free=30, longest_s=300)
"""One address with any names: an office behind one address mistypes less than this in an hour."""


class SignInFailed(CrosscheckError):
    status = 401
    en = "Name and password do not belong together. Check both and try again; an administrator can give you a new password."
    de = "Name und Kennwort passen nicht zusammen. Prüfen Sie beides und versuchen Sie es noch einmal; ein neues Kennwort bekommen Sie von der Verwaltung."


class SignInTooOften(CrosscheckError):
    status = 429
    en = "There were too many wrong tries. Please try again in {wait_en}; your account is not locked."
    de = "Es gab zu viele falsche Versuche. Bitte versuchen Sie es in {wait_de} noch einmal; Ihr Konto ist nicht gesperrt."

    def __init__(self, wait_s: float) -> None:
        self.wait_s = max(1, round(wait_s + 0.5))
        super().__init__(wait_en=_duration(self.wait_s, "en"), wait_de=_duration(self.wait_s, "de"))


@dataclass(frozen=True)
class SignedIn:
    """The account behind a session, as it is now."""

    user_id: int
    name: str
    roles: frozenset[str]
    language: str | None
    must_change_password: bool
    csrf: str


def sign_in(name: str, password: str, address: str) -> User:
    """The account that name and password belong to.  Raises SignInFailed, SignInTooOften.

    A try is written down before the password is looked at, so that many at once do not slip through.
    """
    attempt = _begin_try(name, address)
    name = attempt.name
    with looking() as session:
        user = session.scalar(select(User).where(User.name == name, User.active))
    if not fits(password, user.password_hash if user else None) or user is None:
        raise SignInFailed()
    renewed = hashed(password) if outdated(user.password_hash) else None
    with transaction() as session:
        if renewed:
            session.get_one(User, user.id).password_hash = renewed
        mine = (SignInFailure.name == name) & (SignInFailure.address == attempt.address)
        session.execute(delete(SignInFailure).where(or_(mine, SignInFailure.id == attempt.id)))
    return user


def change_password(user_id: int, present: str, new: str, address: str) -> None:
    """The person's own change; a wrong present password slows the next tries down as at sign-in.

    Raises SignInTooOften, and the faults of `people.change_password`.
    """
    attempt = _begin_try(people.get(user_id).name, address)
    try:
        people.change_password(user_id, present, new)  # at success the account's wrong tries are forgotten
    except people.WrongPassword:
        raise
    except CrosscheckError:  # the present password was right
        _forget_try(attempt)
        raise


def _begin_try(name: str, address: str) -> SignInFailure:
    """Write a try down, in the order of all tries with this name or address.  Raises SignInTooOften."""
    name = "".join(sign for sign in people.normal_name(name) if sign.isprintable())[:60]
    attempt = SignInFailure(name=name, address=address[:60])
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer
            for which, what in ((_BY_NAME, attempt.name), (_BY_ADDRESS, attempt.address)):
                session.execute(select(func.pg_advisory_xact_lock(which, func.hashtext(what))))
        attempt.at = now()
        session.add(attempt)
        session.execute(delete(SignInFailure).where(SignInFailure.at < now() - REMEMBERED))
    wait_s = _wait_s(attempt)
    if wait_s > 0:
        _forget_try(attempt)  # a try that was not looked at does not make the wait longer
        raise SignInTooOften(wait_s)
    return attempt


def _forget_try(attempt: SignInFailure) -> None:
    with transaction() as session:
        session.execute(delete(SignInFailure).where(SignInFailure.id == attempt.id))


def begin(user_id: int, instead_of: str | None = None) -> str:
    """A new session; the value of its cookie.  The session `instead_of` and all that ran out end."""
    value = secrets.token_urlsafe(32)
    with transaction() as session:
        if instead_of:
            session.execute(delete(WebSession).where(WebSession.id == _digest(instead_of)))
        session.execute(
            delete(WebSession).where(
                or_(WebSession.seen_at < now() - IDLE, WebSession.created_at < now() - ABSOLUTE),
            )
        )
        session.add(WebSession(id=_digest(value), user_id=user_id, csrf=secrets.token_urlsafe(32)))
    return value


def end(value: str) -> None:
    """Sign out: the cookie's value is worth nothing any more."""
    with transaction() as session:
        session.execute(delete(WebSession).where(WebSession.id == _digest(value)))


def behind(value: str, *, by_person: bool = True) -> SignedIn | None:
    """Who is signed in with this cookie; None where the session ended or the account is not active.

    `by_person` is False for what a page asks by itself: that keeps no session alive.
    """
    moment = now()
    with looking() as session:
        row = session.execute(
            select(WebSession, User).join(User).where(WebSession.id == _digest(value), User.active)
        ).one_or_none()
    if row is None:
        return None
    kept, user = row
    if kept.seen_at < moment - IDLE or kept.created_at < moment - ABSOLUTE:
        return None
    if by_person and kept.seen_at < moment - SEEN_EVERY:
        _touch(kept.id, moment)
    return SignedIn(user.id, user.name, frozenset(user.roles), user.language, user.must_change_password, kept.csrf)


def _touch(session_id: str, moment: datetime) -> None:
    with transaction() as session:
        kept = session.get(WebSession, session_id)
        if kept is not None:
            kept.seen_at = moment


def _digest(value: str) -> str:
    """What is kept of a cookie: who reads the database cannot sign in with it."""
    return hashlib.sha256(value.encode()).hexdigest()


def _wait_s(attempt: SignInFailure) -> float:
    """Seconds until a try like this one is allowed; 0 or less where it is now.  Only earlier tries count."""
    by_name, by_address = SignInFailure.name == attempt.name, SignInFailure.address == attempt.address
    brakes: tuple[tuple[Brake, ColumnElement[bool]], ...] = (
        (ACCOUNT_FROM_ADDRESS, by_name & by_address),
        (ACCOUNT, by_name),
        (ADDRESS, by_address),
    )
    waits = []
    with looking() as session:
        for brake, which in brakes:
            earlier = (which, SignInFailure.id < attempt.id, SignInFailure.at >= attempt.at - REMEMBERED)
            count = session.scalar(select(func.count(SignInFailure.id)).where(*earlier)) or 0
            last = session.scalar(select(SignInFailure.at).where(*earlier).order_by(SignInFailure.id.desc()).limit(1))
            if last is not None:
                waits.append(brake.wait_s(count) - (attempt.at - last).total_seconds())
    return max(waits, default=0.0)


def _duration(seconds: int, language: str) -> str:
    if seconds < 60:
        unit = ("Sekunde" if seconds == 1 else "Sekunden") if language == "de" else _plural(seconds, "second")
        return f"{seconds} {unit}"
    minutes = -(-seconds // 60)
    unit = ("Minute" if minutes == 1 else "Minuten") if language == "de" else _plural(minutes, "minute")
    return f"{minutes} {unit}"


def _plural(count: int, unit: str) -> str:
    return unit if count == 1 else f"{unit}s"
