"""Ids of cases: the same in every export of this installation, and not to be worked out from a scan or a number."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from service.db.models import Secret
from service.db.session import transaction

CASE_IDS = "case_ids"
"""Name of the key among this installation's secrets."""
KEY_BYTES = 32
"""As long as the hash it goes into: RFC 2104 gains nothing from more."""
CASE_ID_DIGITS = 12
"""Hexadecimal digits of a case id: among 100,000 cases two are the same with a chance of 1 in 50,000."""
CASE_ID_LETTER = "c"
"""Before the digits: without a letter, spreadsheets read some ids as numbers and change them."""


def case_key(session: Session) -> bytes:
    """The key of this installation; at the first export it is drawn and kept, in a transaction of its own.

    `session` only looks: one that has written would keep the key's transaction waiting on SQLite.
    """
    value = session.scalar(select(Secret.value).where(Secret.name == CASE_IDS))
    return (value or _drawn()).encode()


def case_id(key: bytes, name: str) -> str:
    """The id of the case with this name: `numbered` or `unnumbered`."""
    return CASE_ID_LETTER + hmac.new(key, name.encode(), hashlib.sha256).hexdigest()[:CASE_ID_DIGITS]


def numbered(questionnaire: str, version: str, edition: int, language: str, copy: int, ordinal: int) -> str:
    """The name of a case whose form carries a copy number.  `ordinal` counts those that share it, from 1."""
    return f"{questionnaire}|{version}|{edition}|{language}|{copy}|{ordinal}"


def unnumbered(sha256: str, number: int) -> str:
    """The name of a case without a number: file and place, from 0, of the first page of its form."""
    return f"{sha256}:{number}"


def _drawn() -> str:
    """Of several processes that draw at the same time, all get the key that was kept first."""
    with transaction() as session:
        try:
            with session.begin_nested():
                session.add(Secret(name=CASE_IDS, value=secrets.token_hex(KEY_BYTES)))
        except IntegrityError:
            pass
        return session.scalars(select(Secret.value).where(Secret.name == CASE_IDS)).one()
