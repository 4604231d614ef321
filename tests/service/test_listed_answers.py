"""What a closed list has for the words that a reviewer types."""

import pytest

from service.review.listed import MOST_ENTRIES, MOST_NEAREST, found, label


@pytest.mark.parametrize(
    ("name", "code", "language", "said"),
    [
        ("countries", "SY", "de", "Syrien (SY)"), ("countries", "SY", "en", "Syria (SY)"), ("nationalities", "UA", "de", "Ukraine (UA)"),
        ("languages", "prs", "en", "Dari (prs)"), ("languages", "kmr", "de", "Kurmandschi (kmr)"), ("languages", "cnr", "en", "Montenegrin (cnr)"),
        ("countries", "EU", "de", None), ("countries", "Syrien", "de", None), ("countries", -9, "de", None),
    ],
)  # fmt: skip
def test_a_code_is_shown_with_its_name_in_the_readers_language(
    name: str, code: object, language: str, said: str | None
) -> None:
    assert label(name, code, language) == said


@pytest.mark.parametrize(
    ("words", "meant", "entries"),
    [
        ("Syr", (), ("SY",)), ("Ira", ("IR",), ("IR", "IQ")), ("سور", (), ("SY", "SR")), ("Tue", (), ("TR", "TM", "TN")),
        ("Syrien", ("SY",), ("SY",)), ("Niger", ("NE",), ("NE", "NG")), ("Congo", ("CD", "CG"), ("CD", "CG")),
        ("Syrien (SY)", ("SY",), ("SY",)), ("Syrein", (), ("BH", "SY")), ("Emirate", ("AE",), ("AE",)),
        ("Jugoslawien", ("BA", "HR", "ME", "MK", "RS", "SI", "XK"), ("BA", "HR", "ME", "MK", "RS", "SI", "XK")),
        ("", (), ()), ("..", (), ()), ("Qxzwv", (), ()), ("x" * 5000, (), ()),
    ],
)  # fmt: skip
def test_entries_are_what_the_words_name_then_begin_then_are_like(
    words: str, meant: tuple[str, ...], entries: tuple[str, ...]
) -> None:
    told = found(words, "countries", "de")
    assert told.meant == meant
    assert sorted(told.entries) == sorted(entries)
    assert told.entries[: len(meant)] == meant


def test_names_in_the_readers_language_come_first() -> None:
    assert found("Gri", "countries", "de").entries[0] == "GR"
    assert set(found("Gre", "countries", "en").entries[:3]) == {"GR", "GD", "GL"}
    assert found("Ger", "countries", "en").entries[0] == "DE"


def test_there_are_never_more_entries_than_the_screen_has_room_for() -> None:
    assert len(found("S", "countries", "de").entries) == MOST_ENTRIES
    assert len(found("Sowjetunion", "countries", "de").entries) == MOST_ENTRIES
    assert len(found("Kongo (DR)", "countries", "de").entries) <= MOST_NEAREST
