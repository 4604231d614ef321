"""A reviewer who knows the truth: at the keyboard of a real browser, or through the program's own functions."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import expect
from sqlalchemy import select

from form_layouts.questionnaire import Question
from service.db.models import Edition, Field, Page, ScanFile, User
from service.db.session import looking, transaction
from service.forms import questionnaire_of
from service.readings import variables_of
from service.review.queue import next_field
from service.review.verdicts import decide

NOT_ANSWERED = -9
ONE_DIGIT = 9
"""Up to so many choices a key has one digit."""
Values = dict[str, int | str]


@dataclass(frozen=True)
class Asked:
    """A field as the reviewer finds it, and what was really answered."""

    id: int
    question: Question
    values: Values

    @property
    def only(self) -> int | str:
        return next(iter(self.values.values()))


class Truth:
    """The simulated answers of a pile, found by the page that a field stands on."""

    def __init__(self, path: Path) -> None:
        lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        self.lines: list[dict[str, Any]] = lines
        self._by_page = {(page["file"], page["index"]): line for line in lines for page in line["pages"]}

    def asked(self, field_id: int) -> Asked:
        with looking() as session:
            wanted = (
                select(Field, Page, ScanFile.name, Edition)
                .join(Page, Field.page_id == Page.id)
                .join(ScanFile, Page.file_id == ScanFile.id)
                .join(Edition, Page.edition_id == Edition.id)
            )
            field, page, name, edition = session.execute(wanted.where(Field.id == field_id)).one()
            question = questionnaire_of(edition.version).question(field.question)
            answers = self._by_page[name, page.number]["answers"]
            values = {variable: answers[variable]["value"] for variable in variables_of(question, field.row)}
            return Asked(field_id, question, values)


def review_by_hand(page: BrowserPage, truth: Truth) -> tuple[int, int]:
    """Clear the queue by keyboard alone; how many fields, and how many keys that took."""
    fields = keys = 0
    desk = page.locator("#desk")
    while True:
        page.wait_for_function(
            "() => !document.querySelector('#nothing').hidden || document.querySelector('#desk').ariaBusy === 'false'"
        )
        if page.locator("#nothing").is_visible():
            expect(page.locator("#saved")).not_to_have_class("saved muted pending")
            return fields, keys
        field_id = int(desk.get_attribute("data-field") or 0)
        keys += _typed(page, truth.asked(field_id))
        fields += 1
        page.wait_for_function(
            "id => !document.querySelector('#nothing').hidden || document.querySelector('#desk').dataset.field !== id",
            arg=str(field_id),
        )


def _typed(page: BrowserPage, asked: Asked) -> int:
    """Answer one field; how many keys that took."""
    if asked.question.kind == "multiple":
        return _toggled(page, asked)
    if asked.question.boxes:
        options = list(asked.question.boxes.values())
        number = 0 if asked.only == NOT_ANSWERED else options.index(int(asked.only)) + 1
        return _digits(page, number, len(options))
    if asked.only == NOT_ANSWERED:
        page.keyboard.press("Alt+b")
        return 1
    text = str(asked.only)
    page.keyboard.insert_text(text)
    page.keyboard.press("Enter")
    say = page.locator("#say")
    if page.locator("#desk").get_attribute("data-field") == str(asked.id) and say.inner_text():
        page.keyboard.press("Enter")  # out of range, and asked about once
        return len(text) + 2
    return len(text) + 1


def _digits(page: BrowserPage, number: int, options: int) -> int:
    written = str(number) if options <= ONE_DIGIT else f"{number:02}"
    for digit in written:
        page.keyboard.press(digit)
    return len(written)


def _toggled(page: BrowserPage, asked: Asked) -> int:
    """Mark what is marked on paper: each choice is pressed until it shows that."""
    question = asked.question
    options = list(question.boxes.items())
    reason = asked.only if all(value == asked.only and int(value) < 0 for value in asked.values.values()) else None
    if reason == NOT_ANSWERED:
        return _digits(page, 0, len(options))
    if reason is not None:
        place = list(question.boxes.values()).index(int(reason))
        return _digits(page, place + 1, len(options))
    variables = {choice: variable for variable, choice in question.variables.items()}
    keys = 0
    for place, (choice, _) in enumerate(options):
        if choice in question.missing:
            continue
        wanted = str(asked.values[variables[choice]] == 1).lower()
        button = page.locator("#answer button").nth(place)
        while button.get_attribute("aria-checked") != wanted:
            keys += _digits(page, place + 1, len(options))
    page.keyboard.press("Enter")
    if page.locator("#desk").get_attribute("data-field") == str(asked.id) and page.locator("#say").inner_text():
        page.keyboard.press("Enter")  # more marks than allowed, and asked about once
        keys += 1
    return keys + 1


def review_by_program(truth: Truth) -> int:
    """The same verdicts without a browser; how many."""
    with transaction() as session:
        user = User(name="prüfung", password_hash="!", roles=["reviewer"])
        session.add(user)
        session.flush()
        user_id = user.id
    fields = 0
    while held := next_field(user_id):
        decide(user_id, held, dict(truth.asked(held.field_id).values), as_written=True)
        fields += 1
    return fields
