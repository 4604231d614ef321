"""Written words against the closed lists: what is found, and what must never look certain."""

import pytest

from form_layouts.code_lists import CODE_LISTS, code_list, name_in
from form_layouts.written_codes import Match, begun, match, meant

SAFE = 2
"""A margin that one misread letter cannot reach with a wrong code."""
OTHER_LETTERS = "aikmnr"
"""Among them those that part Iran from Irak, Niger from Nigeria and Mali from Malawi."""


def first(found: Match) -> str | None:
    return found.candidates[0].code if found.candidates else None


def codes_as_near(found: Match) -> set[str]:
    return {one.code for one in found.candidates if one.edits == found.candidates[0].edits}


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Syrien", "SY"), (" syrien. ", "SY"), ("SYRIEN", "SY"), ("سوريا", "SY"), ("سورية", "SY"), ("سوريه", "SY"),
        ("Сирія", "SY"), ("Сирия", "SY"), ("Suriye", "SY"), ("SURİYE", "SY"), ("UK", "GB"), ("U.K.", "GB"), ("Holland", "NL"),
        ("Türkei", "TR"), ("Tuerkei", "TR"), ("Turkei", "TR"), ("Österreich", "AT"), ("OESTERREICH", "AT"), ("Türkiye", "TR"),
        ("TÜRKIYE", "TR"), ("İran", "IR"), ("IRAN", "IR"), ("ırak", "IQ"), ("العراق", "IQ"), ("عراق", "IQ"), ("ألمانيا", "DE"),
        ("المانيا", "DE"), ("أَلْمَانِيَا", "DE"), ("ســـوريا", "SY"), ("Угорщина", "HU"), ("Côte d'Ivoire", "CI"), ("Cote dIvoire", "CI"),
        ("Rumanien", "RO"), ("Grossbritannien", "GB"), ("Saudiarabien", "SA"), ("Saudi-Arabien", "SA"), ("Sri-Lanka", "LK"),
        ("Kongo, Demokratische Republik", "CD"), ("Persien", "IR"), ("Bosnien-Herzegowina", "BA"), ("Bosnien &\nHerzegowina", "BA"),
    ],
)  # fmt: skip
def test_a_country_is_found_however_it_is_spelt(words: str, code: str) -> None:
    found = match(words, "countries")
    assert (first(found), found.candidates[0].edits) == (code, 0)


@pytest.mark.parametrize(
    ("name", "words", "code"),
    [
        ("nationalities", "syrisch", "SY"), ("nationalities", "Syrerin", "SY"), ("nationalities", "Suriyeli", "SY"),
        ("nationalities", "українка", "UA"), ("nationalities", "عراقية", "IQ"), ("nationalities", "Deutsche", "DE"),
        ("languages", "Kurmancî", "kmr"), ("languages", "Sorani", "ckb"), ("languages", "Dari", "prs"),
        ("languages", "Farsi", "fa"), ("languages", "Paschto", "ps"), ("languages", "Tigrinya", "ti"),
        ("languages", "Romanes", "rom"), ("languages", "Romani", "rom"), ("languages", "Türkce", "tr"),
        ("languages", "Kurdisch (Sorani)", "ckb"), ("languages", "Kurdisch", "ku"), ("languages", "українська", "uk"),
    ],
)  # fmt: skip
def test_nationalities_and_languages_are_found(name: str, words: str, code: str) -> None:
    assert first(match(words, name)) == code


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("Svrien", "SY"), ("Afghonistan", "AF"), ("Ukralne", "UA"), ("Demokratiche Republik Kongo", "CD"), ("lran", "IR"),
        ("Papna Neu Guinea", "PG"), ("Großbritanien", "GB"), ("Trinidat und Tobago", "TT"), ("Südsndan", "SS"),
    ],
)  # fmt: skip
def test_a_spoilt_word_still_has_its_country_first(words: str, code: str) -> None:
    found = match(words, "countries")
    assert first(found) == code
    assert 0 < found.candidates[0].edits <= 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Iran", "Irak"), ("Niger", "Nigeria"), ("Sudan", "Südsudan"), ("Guinea", "Guinea-Bissau"), ("Irland", "Island"),
        ("Guinea", "Äquatorialguinea"), ("Gambia", "Sambia"), ("Samoa", "Amerikanisch-Samoa"), ("Kongo-Kinshasa", "Kongo-Brazzaville"),
        ("Ірландія", "Ісландія"), ("ألمانيا", "ألبانيا"), ("Almanya", "Albanya"), ("USA", "RSA"), ("UK", "US"),
    ],
)  # fmt: skip
def test_countries_that_one_error_confuses_are_never_certain(one: str, other: str) -> None:
    assert match(one, "countries").margin < SAFE or match(other, "countries").margin < SAFE
    assert first(match(one, "countries")) != first(match(other, "countries"))


@pytest.mark.parametrize("words", ["Iran", "Irak", "Niger", "Nigeria", "Sudan", "Guinea", "USA", "UK"])
def test_a_short_name_beside_another_is_never_certain_even_without_an_error(words: str) -> None:
    assert match(words, "countries").margin < SAFE


TRAPS = (
    "IR", "IQ", "NE", "NG", "ML", "MW", "AT", "AU", "GN", "GW", "GQ", "PG", "CD", "CG", "SD", "SS", "KP", "KR", "GB", "US",
    "IE", "IS", "GM", "ZM", "SY", "RS", "SE", "CH", "SI", "SK",
)  # fmt: skip


@pytest.mark.parametrize("code", TRAPS)
def test_no_single_misread_letter_makes_a_wrong_country_certain(code: str) -> None:
    """Every letter of its German name left out, doubled, or read as another."""
    name = name_in("countries", code, "de") or ""
    for place in range(len(name)):
        for other in ("", name[place] * 2, *OTHER_LETTERS):
            found = match(name[:place] + other + name[place + 1 :], "countries")
            assert first(found) == code or found.margin < SAFE, (name, place, other)


@pytest.mark.parametrize("words", ["Sudan", "Korea", "Kongo", "Guinea", "Samoa", "Jungferninseln"])
def test_a_word_that_may_have_lost_another_beside_it_is_never_certain(words: str) -> None:
    assert match(words, "countries").margin < SAFE


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("Syrien und Türkei", {"SY", "TR"}), ("Syrien/Libanon", {"SY", "LB"}), ("Syrien, Türkei, Irak", {"SY", "TR", "IQ"}),
        ("Iran\nAfghanistan", {"IR", "AF"}), ("UK / USA", {"GB", "US"}), ("Україна, Польща", {"UA", "PL"}),
        ("Suriye ve Türkiye", {"SY", "TR"}), ("سوريا، تركيا", {"SY", "TR"}), ("Syrien Türkei", {"SY", "TR"}),
    ],
)  # fmt: skip
def test_several_countries_in_one_field_are_several_candidates(words: str, codes: set[str]) -> None:
    found = match(words, "countries")
    assert codes_as_near(found) == codes
    assert found.margin == 0


@pytest.mark.parametrize(
    "words",
    ["Afghanistan lran", "Syrien / Tvrkel", "Dominikanische Republik, Mauretanein", "سوريا وتركيا", "Georgia, USA"],
)
def test_words_beside_a_name_are_never_certain(words: str) -> None:
    assert match(words, "countries").margin == 0


@pytest.mark.parametrize(
    "words", ["Jugoslawien", "UdSSR", "Tschechoslowakei", "Korea", "Kongo", "Serbien und Montenegro"]
)
def test_a_name_of_several_countries_is_none_of_them(words: str) -> None:
    found = match(words, "countries")
    assert len(codes_as_near(found)) > 1
    assert found.margin == 0


def test_every_name_of_a_list_finds_its_own_code_without_an_edit() -> None:
    for name in CODE_LISTS:
        for code in sorted(code_list(name))[::17]:
            for written in sorted(code_list(name)[code])[::9]:
                found = match(written, name)
                assert code in {one.code for one in found.candidates if not one.edits}, (written, code)


@pytest.mark.parametrize("words", ["", "   ", ".,-/", "\n"])
def test_nothing_written_has_no_candidates(words: str) -> None:
    found = match(words, "countries")
    assert (found.candidates, found.margin) == ((), 0)


def test_a_list_that_is_not_there_is_a_fault_of_the_caller() -> None:
    with pytest.raises(KeyError):
        match("Mars", "planets")


@pytest.mark.parametrize(
    ("name", "words", "codes"),
    [
        ("countries", "Syrien", ("SY",)), ("countries", "سوريا", ("SY",)), ("countries", "SURİYE", ("SY",)), ("countries", "sy", ("SY",)),
        ("countries", "Syrien (SY)", ("SY",)), ("countries", "Congo", ("CD", "CG")), ("countries", "Congo (CG)", ("CG",)),
        ("countries", "Tuerkei", ("TR",)), ("countries", "TC", ("TC",)), ("countries", "T.C.", ("TR",)), ("countries", "Áo", ("AT",)),
        ("languages", "syrisch", ("ar", "syr")), ("languages", "ga", ("ga", "gaa")), ("languages", "Gã", ("gaa",)),
        ("countries", "Atlantis", ()), ("countries", "Syrein", ()), ("countries", "Syr", ()), ("countries", "Syrien Türkei", ()),
        ("countries", "", ()), ("countries", " .", ()), ("countries", "Syrien" + " (SY)" * 2000, ()), ("languages", "Kurdisch (Sorani) (ckb)", ("ckb",)),
    ],
)  # fmt: skip
def test_words_name_the_entries_that_are_called_so_and_no_other(name: str, words: str, codes: tuple[str, ...]) -> None:
    assert meant(words, name) == codes


def test_every_name_and_code_of_a_list_names_its_entry() -> None:
    for name in CODE_LISTS:
        for code in sorted(code_list(name))[::17]:
            assert code in meant(code, name)
            for written in sorted(code_list(name)[code])[::9]:
                assert code in meant(written, name), (written, code)
                assert code in begun(written[:3], name, "de") or not begun(written[:3], name, "de"), (written, code)


def test_what_is_begun_comes_by_the_readers_names_first_then_by_letters_to_come() -> None:
    assert begun("Sudan", "countries", "de")[:2] == ("SD", "SS")
    assert begun("Ir", "countries", "de")[:3] == ("IQ", "IR", "IE")
    assert begun("сир", "countries", "de") == ("SY",)
    assert begun("", "countries", "de") == begun("zzzz", "countries", "de") == ()
