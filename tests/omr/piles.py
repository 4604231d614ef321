"""Piles of page readings without pictures: who filled in what, how the sheets lay, and what the scanner made of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from omr.piles.grouping import Group
from omr.reading import Answer, PageIdentity, PageReading

QUESTIONS_A_PAGE = 6


@dataclass(frozen=True)
class Person:
    """Whoever filled in one copy: nobody answers like another."""

    name: int
    pages: int
    copy: int | None = None
    duplex: bool = False
    form: str = "needs"
    language: str = "de"

    def page(self, number: int) -> PageReading:
        rng = np.random.default_rng([self.name, number])
        return PageReading(
            file="scan.pdf",
            index=0,
            kind="page",
            identity=PageIdentity(
                questionnaire=self.form,
                version="1",
                edition=1,
                language=self.language,
                page=number,
                pages=self.pages,
                copy_number=self.copy,
                duplex=self.duplex,
            ),
            answers={
                f"q{number}_{question}": Answer(value=int(rng.integers(1, 9)), accepted=True, confidence=0.99)
                for question in range(QUESTIONS_A_PAGE)
            },
        )

    def all(self) -> list[PageReading]:
        return [self.page(number) for number in range(1, self.pages + 1)]


BLANK = PageReading(file="scan.pdf", index=0, kind="blank")
COVER = PageReading(file="scan.pdf", index=0, kind="cover")
REJECTED = PageReading(file="scan.pdf", index=0, kind="rejected", reason="no_form_found", messages={"en": "?"})


def people(many: int, pages: int, *, first: int = 1, numbered: bool = False, duplex: bool = False) -> list[Person]:
    names = range(first, first + many)
    return [Person(name, pages, name if numbered else None, duplex) for name in names]


def in_file(sides: Iterable[PageReading], file: str = "scan.pdf") -> list[PageReading]:
    """The sides as they came out of one scan."""
    return [side.model_copy(update={"file": file, "index": index}) for index, side in enumerate(sides)]


def of(groups: Sequence[Group]) -> list[list[int]]:
    """The pages of each group."""
    return [[page.identity.page for page in group.pages if page.identity] for group in groups]


def owner(side: PageReading, crowd: Sequence[Person]) -> Person:
    """Whose page it is, by its answers."""
    return next(p for p in crowd if side.identity and p.page(side.identity.page).answers == side.answers)


def is_pure(group: Group, crowd: Sequence[Person]) -> bool:
    """Whether all pages of a group are one person's."""
    return len({owner(page, crowd).name for page in group.pages}) == 1
