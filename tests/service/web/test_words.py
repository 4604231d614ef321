"""Every text has its German, and every value of a closed list its words."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from form_layouts.errors import CrosscheckError
from form_layouts.questionnaire import Kind
from omr import errors as omr_errors
from omr.reading import PageReading, Reason
from service import intake
from service.people import ROLES as ALL_ROLES
from service.web import words
from service.web.words import N_, gettext_for, ngettext_for, word
from tests.service.web.message_catalogue import GERMAN, ROOT, asked_for, german, renewed, untranslated, written

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%%|</?\w+>")


def test_every_text_of_the_screens_has_a_german_translation() -> None:
    assert untranslated(renewed()) == []


def test_the_german_file_holds_nothing_that_nobody_asks_for() -> None:
    asked = {message.id for message in asked_for() if message.id}
    assert {message.id for message in german() if message.id} - asked == set()


def test_the_german_file_is_as_script_messages_writes_it() -> None:
    assert GERMAN.read_text(encoding="utf-8") == written(renewed())


def test_a_translation_has_the_placeholders_of_its_text() -> None:
    missing = untranslated(german())
    for message in german():
        if not message.id or str(message.id) in missing:
            continue
        english = message.id if isinstance(message.id, tuple) else (message.id,)
        translated = message.string if isinstance(message.string, tuple) else (message.string,)
        wanted = sorted(PLACEHOLDER.findall(str(english[-1])))
        for text in translated:
            assert sorted(PLACEHOLDER.findall(str(text))) == wanted, message.id


def _reasons(base: type[CrosscheckError]) -> set[str]:
    return {
        kind.reason
        for kind in vars(omr_errors).values()
        if isinstance(kind, type) and issubclass(kind, base) and hasattr(kind, "reason")
    }


def test_every_value_of_a_closed_list_has_words() -> None:
    assert set(words.ROLES) == set(words.ROLE_TASKS) == set(ALL_ROLES)
    assert set(words.REASONS) == set(get_args(Reason))
    assert set(words.KINDS) == set(get_args(Kind))
    read_kinds = set(get_args(PageReading.model_fields["kind"].annotation))
    assert read_kinds <= set(words.PAGE_KINDS)
    assert _reasons(omr_errors.UnusableFile) | _reasons(omr_errors.RejectedPage) <= set(words.REJECTED)
    assert intake.ReceivedBefore.reason in words.REJECTED
    assert set(words.MISSING) == {str(code) for code in range(-13, -2)}


def test_every_finding_of_the_document_has_words() -> None:
    document = Path(ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    table = document.split("### Findings")[1].split("## ")[0]
    assert set(re.findall(r"^\| `(\w+)`", table, re.MULTILINE)) <= set(words.FINDINGS)


def test_words_differ_between_the_languages_and_between_values() -> None:
    for name, values in words.LISTS.items():
        for language in words.LANGUAGES:
            shown = [word(name, value, language) for value in values]
            assert len(set(shown)) == len(shown), f"{name}: two values look the same in {language}"
        assert {word(name, value, "de") for value in values} != {word(name, value, "en") for value in values}


def test_one_and_many_are_told_apart() -> None:
    for language, one, many in (("en", "field waits", "fields wait"), ("de", "Feld wartet", "Felder warten")):
        ngettext = ngettext_for(language)
        assert [ngettext("field waits", "fields wait", count) for count in (0, 1, 2)] == [many, one, many]


def test_an_unknown_value_stands_for_itself() -> None:
    assert word("reason", "new_reason", "de") == "new_reason"
    assert gettext_for("de")(N_("Accounts")) == "Konten"
    assert gettext_for("xx")("Accounts") == "Accounts"
