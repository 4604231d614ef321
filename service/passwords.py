"""Passwords: what is taken, how they are kept, how one is made up."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from form_layouts.errors import CrosscheckError

LEAST_LENGTH = 12
"""Characters: with fewer, a stolen table of passwords can be guessed through; as NIST SP 800-63B asks, rounded up."""
MOST_LENGTH = 200
"""Characters: a longer one is no password but an attack on the server's time."""
LEAST_DIFFERENT = 5
"""Different characters: refuses "aaaaaaaaaaaa" and "121212121212", and hinders no sentence."""
LEAST_BESIDE_NAME = 8
"""Characters that are left when the account's name is taken out: a name and a year are guessed first."""
MADE_UP_GROUPS = 4
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""For a password that is read out or copied from paper: nothing that looks like something else (i, l, o, 0, 1)."""
AT_ONCE = 2
"""Hashes computed at the same time.  One takes 64 MiB, so that a flood of sign-ins does not take all memory."""

_hasher = PasswordHasher()  # argon2id with the parameters of RFC 9106 for little memory
_turn = BoundedSemaphore(AT_ONCE)


class PasswordTooShort(CrosscheckError):
    en = "A password needs at least {least} characters. A sentence that only you know is easy to remember. Nothing was changed."
    de = "Ein Kennwort braucht mindestens {least} Zeichen. Gut zu merken ist ein Satz, den nur Sie kennen. Es wurde nichts geändert."


class PasswordTooLong(CrosscheckError):
    en = "A password may have at most {most} characters. Choose a shorter one; nothing was changed."
    de = "Ein Kennwort darf höchstens {most} Zeichen haben. Wählen Sie ein kürzeres; es wurde nichts geändert."


class PasswordIsName(CrosscheckError):
    en = "This password is little more than the name of the account and would be guessed first. Choose another; nothing was changed."
    de = "Dieses Kennwort ist kaum mehr als der Name des Kontos und würde als Erstes erraten. Wählen Sie ein anderes; es wurde nichts geändert."


class PasswordTooSimple(CrosscheckError):
    en = "This password repeats the same few characters. Choose one with at least {least} different ones; nothing was changed."
    de = "Dieses Kennwort wiederholt nur wenige Zeichen. Wählen Sie eines mit mindestens {least} verschiedenen; es wurde nichts geändert."


def check_rules(password: str, name: str) -> None:
    """Raises the one fault that tells what is wrong with a new password for the account `name`."""
    password = _normal(password)
    if len(password) < LEAST_LENGTH:
        raise PasswordTooShort(least=LEAST_LENGTH)
    if len(password) > MOST_LENGTH:
        raise PasswordTooLong(most=MOST_LENGTH)
    if len(password.casefold().replace(name.casefold(), "")) < min(LEAST_BESIDE_NAME, len(password)):
        raise PasswordIsName()
    if len(set(password)) < LEAST_DIFFERENT:
        raise PasswordTooSimple(least=LEAST_DIFFERENT)


def hashed(password: str) -> str:
    """The argon2id hash to be kept, with its salt and parameters."""
    with _turn:
        return _hasher.hash(_normal(password))


def fits(password: str, kept: str | None) -> bool:
    """Whether the password belongs to the kept hash.  Without one the same work is done, and the answer is no."""
    if len(password) > MOST_LENGTH:
        password, kept = "", None
    with _turn:
        try:
            return _hasher.verify(kept or _nobodys(), _normal(password)) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def outdated(kept: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(kept)


def made_up() -> str:
    """A random password in groups, such as kd7m-2xwq-p9ht-vb3n: 79 bits."""
    groups = ("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(MADE_UP_GROUPS))
    return "-".join(groups)


@cache
def _nobodys() -> str:
    return _hasher.hash(secrets.token_urlsafe())


def _normal(password: str) -> str:
    """The same letters from every keyboard: ü is one character or two, depending on the system."""
    return unicodedata.normalize("NFKC", password)
