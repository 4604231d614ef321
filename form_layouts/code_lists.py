"""The closed lists of `code` questions: countries, languages and nationalities, with the names that people write.

Names come from the Unicode CLDR as Babel carries it, and from synonyms/<list>.yaml for what people write besides.
A code is never reused or given another meaning: ISO 3166-1 alpha-2 (and XK) for countries and nationalities, for
languages the shortest code of ISO 639.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.languages import get_official_languages

from form_layouts.located_yaml import load_yaml

CODE_LISTS = ("countries", "languages", "nationalities")
NAME_LANGUAGES = (
    "am", "ar", "az", "bg", "bn", "bs", "ckb", "cs", "de", "el", "en", "es", "fa", "fr", "he", "hi", "hr", "hu", "hy", "it",
    "ja", "ka", "kk", "ko", "ku", "lt", "lv", "mk", "nl", "pa", "pl", "ps", "pt", "ro", "ru", "sk", "sl", "so", "sq", "sr",
    "sr_Latn", "sv", "sw", "ta", "th", "ti", "tr", "uk", "ur", "uz", "vi", "zh", "zh_Hant",
)  # fmt: skip
"""Languages of forms, and of people who fill them in: in each of them an entry is known by its name."""
SYNONYMS = Path(__file__).with_name("synonyms")
_OTHER_CODE = {"sh": None, "fa_AF": "prs"}
"""What CLDR names by a code of its own: Dari, and Serbo-Croatian, which is three languages (synonyms/languages.yaml)."""

Names = Mapping[str, frozenset[str]]
"""Every code of a list with its names, as they are written."""


@cache
def code_list(name: str) -> Names:
    """The list `name` of CODE_LISTS.  A name that means several entries, such as Yugoslavia, stands at each of them.

    Raises KeyError where there is no such list.
    """
    if name not in CODE_LISTS:
        raise KeyError(name)
    names: dict[str, set[str]] = defaultdict(set)
    for code, given in _from_cldr(name):
        names[code].add(given)
    for kind in ("countries", "nationalities") if name == "nationalities" else (name,):
        for code, given in _synonyms(kind):
            names[code].add(given)
    return {code: frozenset(given) for code, given in sorted(names.items())}


@cache
def name_in(name: str, code: str, language: str) -> str | None:
    """What CLDR calls an entry of the list `name` in a language such as `de` or `zh-Hans`; None where it has no word."""
    found = _cldr_names(name, language)
    own = next((other for other, ours in _OTHER_CODE.items() if ours == code), code)
    return found.get(own)


def _from_cldr(name: str) -> Iterator[tuple[str, str]]:
    """(code, name) in each of NAME_LANGUAGES, and in the entry's own languages."""
    english, german = _cldr_names(name, "en"), _cldr_names(name, "de")
    codes = {known: code for known in sorted(english.keys() & german.keys()) if (code := _code(name, known))}
    for language in NAME_LANGUAGES:
        names = _cldr_names(name, language)
        yield from ((code, names[known]) for known, code in codes.items() if known in names)
    for known, code in codes.items():
        for language in (known,) if name == "languages" else get_official_languages(known):
            if known in (own := _cldr_names(name, language)):
                yield code, own[known]


def _code(name: str, known: str) -> str | None:
    """Our code for one of CLDR's; None where it is no entry.  A regional form is its language: nl_BE is nl."""
    if name == "languages":
        code = _OTHER_CODE.get(known, known.split("_")[0])
        return None if code in _written(name)["left_out"] else code
    is_country = len(known) == 2 and known not in _written("countries")["left_out"]
    return known if is_country else None


@cache
def _cldr_names(name: str, language: str) -> Mapping[str, str]:
    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return {}
    return locale.languages if name == "languages" else locale.territories


@cache
def _written(name: str) -> Mapping[str, Any]:
    return load_yaml(SYNONYMS / f"{name}.yaml").values


def _synonyms(name: str) -> Iterable[tuple[str, str]]:
    """(code, name) of synonyms/<name>.yaml."""
    values = _written(name)
    for code, names in values["names"].items():
        yield from ((code, name) for name in names)
    for several in values["several"]:
        yield from ((code, name) for code in several["codes"] for name in several["names"])
