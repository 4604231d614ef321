"""Written words against a closed list: which entries they may mean, by how many edits.  Nothing is decided here.

An edit is a letter put in, left out or read as another (Levenshtein 1966), counted on a plain form of the words: without
capitals, accents, punctuation and blanks.  A word too many and a word that is lost count one edit each, so that "Sudan" stays
near "South Sudan", and "Syria, Turkey" near both.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from form_layouts.code_lists import code_list

MOST_CANDIDATES = 16
"""Candidates kept: as many entries as one name means at most (the Soviet Union, 15), and one."""
MOST_WORDS = 12
"""Words of a field that are looked at; no name has more."""
SHORT_WITHOUT_ARTICLE = 4
"""Letters of an Arabic word up to which its first two are no article."""
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u06d6-\u06ed\u093c\u0640\u02bc\u02bb\u0621]")
"""Accents (after they were taken apart), points of Hebrew and Arabic, nukta, tatweel, apostrophe letters, lone hamza."""
_SAME = str.maketrans(
    {
        **dict.fromkeys("ة\u06d5ھۀ", "ه"), **dict.fromkeys("ىیێې", "ي"), **dict.fromkeys("ۆۇۈ", "و"), "ک": "ك",
        "ґ": "г", "і": "и", "є": "е", "ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "þ": "th",
    }
)  # fmt: skip
"""Letters that hands and keyboards put for one another, and Latin letters that no accent is taken from."""
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_BETWEEN = re.compile(r"[/\\|,;+&\n،؛、]")
"""Between two answers in one field."""
FAR = 1000
"""Edits that no name is away."""
_AND = frozenset({"und", "and", "ve", "та", "и", "و", "et", "oder", "or", "bzw"})


@dataclass(frozen=True)
class Candidate:
    """An entry that the words may mean."""

    code: str
    name: str
    """The name of it that is nearest to the words."""
    edits: int
    """Between the words and that name."""
    score: float
    """1 where the name stands as it is, 0 where as many of its letters differ as there are; words beside it do not count."""
    left_over: int = 0
    """Words that are no part of the name."""


@dataclass(frozen=True)
class Match:
    """What written words may mean, the nearest first.  Empty words have no candidates."""

    candidates: tuple[Candidate, ...]

    @property
    def margin(self) -> int:
        """By how many edits the first candidate is nearer than any other code.

        Words with fewer errors than this mean the first candidate, if they mean any.  0 where words are left over: they
        may be another entry.
        """
        if len(self.candidates) < 2 or self.candidates[0].left_over:
            return 0
        return self.candidates[1].edits - self.candidates[0].edits


@dataclass(frozen=True)
class _Index:
    """A list's names, sorted by code: `keys` without doubles, and one row for each key of a code."""

    keys: list[str]
    row_keys: npt.NDArray[np.intp]
    row_lost: npt.NDArray[np.intp]
    """Words of the name that its key leaves out: 0 or 1."""
    names: list[str]
    starts: npt.NDArray[np.intp]
    """The first row of each code."""
    codes: list[str]
    spelt: dict[str, list[int]]
    """The rows of each name as it is spelt, without capitals."""


def match(words: str, name: str) -> Match:
    """The entries of the list `name` (form_layouts.code_lists) nearest to `words`, as they were read or typed.

    Raises KeyError where there is no such list.
    """
    index = _index(name)
    parts, left_over, is_whole = _parts(words)
    if not parts:
        return Match(())
    apart = cdist(parts, index.keys, scorer=Levenshtein.distance, dtype=np.int32)
    apart[is_whole] = np.where(apart[is_whole] == 0, 0, FAR)  # across a stroke or comma only a name without any edit
    lengths = np.array([len(key) for key in index.keys])
    spoilt = apart[:, index.row_keys] + index.row_lost
    edits = spoilt + left_over[:, None]
    longest = np.maximum(np.array([len(part) for part in parts])[:, None], lengths[index.row_keys])
    scores = np.maximum(0.0, 1 - spoilt / longest)
    rank = edits + np.minimum(1, edits / longest) / 2  # fewer edits first, then fewer a letter
    best_part = rank.argmin(axis=0)
    rank = rank[best_part, np.arange(len(index.row_keys))]
    rank[index.spelt.get(_spelt(words), [])] -= 1 / 4  # then the name with these very accents
    nearest = np.minimum.reduceat(rank, index.starts)
    found = []
    for place in np.argsort(nearest, kind="stable")[:MOST_CANDIDATES].tolist():
        end = index.starts[place + 1] if place + 1 < len(index.starts) else len(rank)
        row = int(index.starts[place] + rank[index.starts[place] : end].argmin())
        part = best_part[row]
        score = round(float(scores[part, row]), 3)
        found.append(
            Candidate(index.codes[place], index.names[row], int(edits[part, row]), score, int(left_over[part]))
        )
    return Match(tuple(found))


def _parts(text: str) -> tuple[list[str], npt.NDArray[np.intp], npt.NDArray[np.bool_]]:
    """Every run of words that may be a name, in plain letters; how many words it leaves over; whether it is all of several."""
    groups = [group for piece in _BETWEEN.split(text) if (group := _words(piece))]
    every = [word for group in groups for word in group]
    plain = every[:MOST_WORDS]
    ends, spans = np.cumsum([len(group) for group in groups]).tolist(), []
    for first, last in zip([0, *ends], ends, strict=False):
        last = min(last, len(plain))
        spans += [(start, end) for start in range(first, last) for end in range(start + 1, last + 1)]
    if len(groups) > 1:
        spans.append((0, len(plain)))
    left_over = np.array([len(every) - (end - start) for start, end in spans], np.intp)
    is_whole = np.array([len(groups) > 1 and not words for words in left_over], np.bool_)
    return ["".join(plain[start:end]) for start, end in spans], left_over, is_whole


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    same = _MARKS.sub("", folded).translate(_SAME)
    letters = "".join(
        letter if unicodedata.category(letter)[0] in "LMN" else "" if unicodedata.category(letter) == "Cf" else " "
        for letter in same
    )
    found = letters.split()
    return [word for word in found if word not in _AND] or found


@cache
def _index(name: str) -> _Index:
    rows: dict[tuple[str, str], tuple[int, str]] = {}
    for code, names in code_list(name).items():
        for written in sorted(names):
            for key, lost in _keys(written):
                if key and lost < rows.get((code, key), (2, ""))[0]:
                    rows[code, key] = (lost, written)
    keys = sorted({key for _, key in rows})
    places = {key: place for place, key in enumerate(keys)}
    ordered = sorted(rows.items())
    codes = sorted({code for code, _ in rows})
    firsts: dict[str, int] = {}
    spelt: dict[str, list[int]] = defaultdict(list)
    for number, ((code, _), (lost, written)) in enumerate(ordered):
        firsts.setdefault(code, number)
        if not lost:
            spelt[_spelt(written)].append(number)
    return _Index(
        keys,
        np.array([places[key] for (_, key), _ in ordered]),
        np.array([lost for _, (lost, _) in ordered]),
        [written for _, (_, written) in ordered],
        np.array([firsts[code] for code in codes]),
        codes,
        dict(spelt),
    )


def _spelt(words: str) -> str:
    return unicodedata.normalize("NFC", words).casefold().strip()


def _keys(name: str) -> Iterator[tuple[str, int]]:
    """The plain forms of a name, each with how much of it is left out: nothing, or a word or what stands in brackets."""
    bare = re.sub(r"\s*[(（].*?[)）]", "", name)
    for spelt in {name, name.lower().translate(_GERMAN)}:
        words = _words(spelt)
        yield "".join(words), 0
        if name.startswith("ال") and len(words[0]) > SHORT_WITHOUT_ARTICLE:
            yield "".join(words)[2:], 0
        if len(words) > 1:
            yield from (("".join(words[:place] + words[place + 1 :]), 1) for place in range(len(words)))
    if bare != name:
        yield "".join(_words(bare)), 1
