"""Answers out of a closed list: what a code is called, and which entries a person's words may mean."""

from __future__ import annotations

from dataclasses import dataclass

from form_layouts.code_lists import CODE_LISTS, code_list, name_in
from form_layouts.questionnaire import Question
from form_layouts.written_codes import begun, match, meant

MOST_ENTRIES = 8
"""Entries proposed for what was typed, each with a key: in three rows they fit a small screen; typing on makes them fewer."""
MOST_NEAREST = 5
"""Entries up to which misspelt words are looked for too, by their edits."""
ALIKE = 0.6
"""Score of words against a name from which it is proposed; counted for suggestions of the machine (omr.judge.ALIKE)."""
MOST_LETTERS = 100
"""Letters of words that are compared by edits; no name has more, and the time grows with them."""
_UNNAMED = {
    "kmr": {"de": "Kurmandschi", "en": "Kurmanji"},
    "cnr": {"de": "Montenegrinisch", "en": "Montenegrin"},
}
"""Entries that the CLDR has no word for, by the languages of the screens."""


@dataclass(frozen=True)
class Found:
    """What a list has for a person's words."""

    meant: tuple[str, ...]
    """The codes that the words name; one is an answer."""
    entries: tuple[str, ...]
    """The codes proposed, the likeliest first."""


def is_listed(question: Question) -> bool:
    """Whether the question's answers are codes of a list that is known here."""
    return question.kind == "code" and question.list in CODE_LISTS


def label(name: str, code: object, language: str) -> str | None:
    """`Syrien (SY)`: an entry of the list `name` for a person who reads `language`; None for what is no code of it."""
    if not isinstance(code, str) or code not in code_list(name):
        return None
    said = name_in(name, code, language) or _UNNAMED.get(code, {}).get(language, "")
    return f"{said} ({code})".strip()


def found(words: str, name: str, language: str) -> Found:
    """What the list `name` has for `words`, for a person who reads `language`: what they name, begin, or are like."""
    named = meant(words, name)
    codes = (*named, *begun(words, name, language))
    if not named and len(set(codes)) < MOST_NEAREST and len(words) <= MOST_LETTERS:
        near = [one.code for one in match(words, name).candidates if one.score >= ALIKE]
        codes = (*codes, *near[: MOST_NEAREST - len(set(codes))])
    return Found(named, tuple(dict.fromkeys(codes))[:MOST_ENTRIES])


def get_ready() -> None:
    """Read all lists, which takes seconds once in a process, so that nobody waits for them."""
    for name in CODE_LISTS:
        meant("a", name)
