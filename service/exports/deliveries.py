"""Making an export, and remembering whom what was given."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import select

from service.db.models import Delivery, User
from service.db.session import looking, transaction
from service.exports.csv_file import csv_file
from service.exports.published import NoLabels, label_languages
from service.exports.read_me import is_long
from service.exports.tables import Table, load
from service.exports.xlsx_file import xlsx_file

FileFormat = Literal["csv", "xlsx"]
MEDIA_TYPES: dict[FileFormat, str] = {
    "csv": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_WRITERS: dict[FileFormat, tuple[str, Callable[[Table, str, date], bytes]]] = {
    "csv": (".zip", csv_file),
    "xlsx": (".xlsx", xlsx_file),
}
SHOWN = 50
"""Deliveries in the list of the page: more than a year of weekly ones is looked up in the database."""


@dataclass(frozen=True)
class Order:
    """What is asked for.  `versions` None: all that are published."""

    questionnaire: str
    versions: Sequence[str] | None
    labels: str
    file_format: FileFormat
    day: date


@dataclass(frozen=True)
class Made:
    """An export as bytes.  `content` is what is remembered of it: counts, no answer."""

    name: str
    data: bytes
    content: dict[str, Any]
    long: bool

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class Remembered:
    """One delivery as the page shows it; `by` is None where it was made on the command line."""

    number: int
    at: datetime
    by: str | None
    content: dict[str, Any]
    sha256: str


def make(order: Order) -> Made:
    """The file of an order: the same bytes for the same data and day.

    Raises NoLabels and the faults of `tables.load`.
    """
    with looking() as session:
        table = load(session, order.questionnaire, order.versions)
    known = label_languages(table.versions)
    if order.labels not in known:
        raise NoLabels(questionnaire=order.questionnaire, language=order.labels, known=", ".join(known))
    ending, writer = _WRITERS[order.file_format]
    versions = [version.name for version in table.versions]
    name = f"{order.questionnaire}_{'+'.join(versions)}_{order.day.isoformat()}{ending}"
    data = writer(table, order.labels, order.day)
    return Made(name, data, _content(order, table, versions, name, len(data)), is_long(table))


def remember(made: Made, user_id: int | None) -> None:
    """Note who received it; None stands for the command line."""
    with transaction() as session:
        session.add(Delivery(made_by=user_id, content=made.content, sha256=made.sha256))


def remembered() -> list[Remembered]:
    """The last deliveries, the newest first."""
    newest = select(Delivery, User.name).outerjoin(User, Delivery.made_by == User.id).order_by(Delivery.id.desc())
    with looking() as session:
        return [
            Remembered(delivery.id, delivery.made_at, name, delivery.content, delivery.sha256)
            for delivery, name in session.execute(newest.limit(SHOWN))
        ]


def _content(order: Order, table: Table, versions: list[str], name: str, size: int) -> dict[str, Any]:
    return {
        "file": name,
        "bytes": size,
        "questionnaire": order.questionnaire,
        "versions": versions,
        "labels": order.labels,
        "format": order.file_format,
        "date": order.day.isoformat(),
        **vars(table.together),
        "unread": vars(table.unread),
    }
