"""The closed lists: which entries they have, and under which names."""

import re
from pathlib import Path

import pytest
from babel import Locale

from form_layouts.code_lists import CODE_LISTS, NAME_LANGUAGES, SYNONYMS, code_list, name_in
from form_layouts.located_yaml import load_yaml

ROOT = Path(__file__).parents[2]
FORMS = [*ROOT.glob("form_layouts/examples/*/*/text.*.yaml"), *ROOT.glob("tests/forms/*/*/text.*.yaml")]


def test_countries_are_those_of_iso_3166_and_kosovo() -> None:
    codes = set(code_list("countries"))
    assert len(codes) == 250
    assert {"SY", "UA", "DE", "XK", "PS", "TW", "EH", "SS"} <= codes
    assert not {"EU", "UN", "ZZ", "EZ", "AC", "IC"} & codes


def test_nationalities_have_the_codes_of_the_countries() -> None:
    assert set(code_list("nationalities")) == set(code_list("countries"))


def test_languages_are_those_that_people_speak() -> None:
    """Their number changes with the CLDR: a code that is gone from it must stay in synonyms/languages.yaml."""
    codes = set(code_list("languages"))
    assert len(codes) == 580
    assert {"ar", "ku", "kmr", "ckb", "fa", "prs", "ps", "ti", "rom", "uk", "zza", "syr", "eo", "la", "sa"} <= codes
    assert not {"grc", "egy", "goh", "tlh", "und", "mul", "zxx", "sh", "de_AT", "zh_Hans"} & codes


@pytest.mark.parametrize("name", CODE_LISTS)
def test_a_code_is_plain_ascii_and_no_missing_code(name: str) -> None:
    assert [code for code in code_list(name) if not re.fullmatch(r"[A-Z]{2}|[a-z]{2,3}", code)] == []


@pytest.mark.parametrize(
    ("name", "code", "names"),
    [
        ("countries", "SY", {"Syrien", "Syria", "سوريا", "Сирія", "Suriye", "სირია", "ሶርያ", "叙利亚"}),
        ("countries", "GB", {"UK", "England", "Großbritannien", "İngiltere", "Британія"}),
        ("countries", "NL", {"Holland", "Niederlande", "Голландія"}),
        ("countries", "CI", {"Elfenbeinküste", "Ivory Coast", "Côte d’Ivoire"}),
        ("countries", "GR", {"Ελλάδα"}),
        ("languages", "prs", {"Dari", "دری"}),
        ("languages", "ckb", {"Sorani", "سوراني"}),
        ("languages", "kmr", {"Kurmanci", "Kurmandschi", "Badini"}),
        ("languages", "de", {"Österreichisches Deutsch", "Deutsch", "Almanca"}),
        ("nationalities", "SY", {"syrisch", "Syrer", "Syrian", "Suriyeli", "سوري", "сирієць", "Syrien"}),
        ("nationalities", "TR", {"türkisch", "Türk", "تركية", "турок"}),
    ],
)
def test_an_entry_is_known_by_what_people_call_it(name: str, code: str, names: set[str]) -> None:
    assert names <= code_list(name)[code]


@pytest.mark.parametrize(
    ("name", "written", "codes"),
    [
        ("countries", "Jugoslawien", {"BA", "HR", "ME", "MK", "RS", "SI", "XK"}),
        ("countries", "Tschechoslowakei", {"CZ", "SK"}),
        ("countries", "Kongo", {"CD", "CG"}),
        ("countries", "Korea", {"KP", "KR"}),
        (
            "nationalities",
            "sowjetisch",
            {"AM", "AZ", "BY", "EE", "GE", "KG", "KZ", "LT", "LV", "MD", "RU", "TJ", "TM", "UA", "UZ"},
        ),
        ("languages", "Serbokroatisch", {"bs", "hr", "sr"}),
        ("languages", "Afghanisch", {"fa", "prs", "ps"}),
    ],
)
def test_a_name_of_several_stands_at_each_of_them(name: str, written: str, codes: set[str]) -> None:
    assert {code for code, names in code_list(name).items() if written in names} == codes


def test_a_city_is_no_country() -> None:
    names = {name for names in code_list("countries").values() for name in names}
    assert not {"Aleppo", "Kabul", "Damaskus", "London", "Istanbul", "Kyjiw", "دمشق", "Київ"} & names


@pytest.mark.parametrize("name", CODE_LISTS)
def test_what_was_written_down_by_hand_names_codes_that_exist_and_says_nothing_twice(name: str) -> None:
    values = load_yaml(SYNONYMS / f"{name}.yaml").values
    extra = {"kmr", "cnr"}
    listed = Locale("en").languages if name == "languages" else Locale("en").territories
    codes = {*values["names"], *(code for several in values["several"] for code in several["codes"])}
    assert codes - set(listed) - extra - {"prs"} == set()
    of_one = {written for names in values["names"].values() for written in names}
    of_several = [written for several in values["several"] for written in several["names"]]
    assert [written for written in of_several if written in of_one or of_several.count(written) > 1] == []
    assert [(code, len(names)) for code, names in values["names"].items() if len(set(names)) != len(names)] == []


def test_every_language_of_a_form_here_has_its_names() -> None:
    languages = {path.name.split(".")[1].split("-")[0] for path in FORMS}
    assert len(languages) == 12
    assert languages <= set(NAME_LANGUAGES)


def test_a_name_in_the_language_of_a_reader() -> None:
    assert name_in("countries", "SY", "de") == "Syrien"
    assert name_in("countries", "SY", "zh-Hans") == "叙利亚"
    assert name_in("languages", "prs", "de") == "Dari"
    assert name_in("countries", "SY", "qq") is None
    assert name_in("languages", "cnr", "de") is None


def test_a_list_that_is_not_there_is_a_fault_of_the_caller() -> None:
    with pytest.raises(KeyError):
        code_list("planets")
