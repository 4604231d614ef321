"""Words against a closed list: which entries they name, begin to name, or may mean by how many edits.

Nothing is decided here.

An edit is a letter put in, left out or read as another (Levenshtein 1966), counted on a plain form of the words: without
capitals, accents, punctuation and blanks.  A word too many and a word that is lost count one edit each, so that "Sudan" stays
near "South Sudan", and "Syria, Turkey" near both.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from threading import Lock

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from form_layouts.code_lists import code_list, name_in

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
_WITH_CODE = re.compile(r"(.*)\(\s*([A-Za-z]{2,3})\s*\)", re.DOTALL)
"""A name with its code, as screens show it: `Syrien (SY)`."""
_READING = Lock()
_LAST_LETTER = "\U0010ffff"
"""After every letter."""
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
    """Sorted."""
    row_keys: npt.NDArray[np.intp]
    row_lost: npt.NDArray[np.intp]
    """Words of the name that its key leaves out: 0 or 1."""
    names: list[str]
    starts: npt.NDArray[np.intp]
    """The first row of each code."""
    codes: list[str]
    spelt: dict[str, list[int]]
    """The rows of each name as it is spelt, without capitals."""
    by_key: npt.NDArray[np.intp]
    """The rows in the order of their keys."""
    key_starts: npt.NDArray[np.intp]
    """The first place in `by_key` of each key, and the end."""

    def code_of(self, row: int) -> str:
        return self.codes[int(np.searchsorted(self.starts, row, side="right")) - 1]

    def rows_from(self, first: str, end: str) -> list[int]:
        """The rows whose keys are not before `first` and before `end`."""
        start, stop = (self.key_starts[bisect_left(self.keys, key)] for key in (first, end))
        found: list[int] = self.by_key[start:stop].tolist()
        return found


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


def meant(words: str, name: str) -> tuple[str, ...]:
    """The codes of the list `name` that words name without any edit, sorted: one where there is no doubt.

    Words are a name in any language, the code itself, or both as in `Syrien (SY)`.  A name of several entries, such as
    Congo, has several codes, but only that of the entry spelt with these very accents where there is one.  Words that are
    no name have none.  Raises KeyError where there is no such list.
    """
    index, with_code = _index(name), _WITH_CODE.fullmatch(words.strip())
    if with_code and with_code[2] in _named(with_code[1], name, index):
        return (with_code[2],)
    return tuple(sorted(_named(words, name, index)))


def _named(words: str, name: str, index: _Index) -> set[str]:
    key, spelt = "".join(_words(words)), _spelt(words)
    if not key:
        return set()
    codes = {index.code_of(row) for row in index.rows_from(key, key + "\0") if not index.row_lost[row]}
    as_spelt = {code for code in codes if spelt in map(_spelt, code_list(name)[code])}
    as_spelt |= {code for code in index.codes if code.casefold() == spelt}
    return as_spelt or codes


def begun(words: str, name: str, language: str) -> tuple[str, ...]:
    """The codes of the list `name` with a name that begins with `words`, as a person has typed them so far.

    First those whose name in `language` does; of these, and of the others, those with the fewest letters to come.  A name
    may lack one of its words.  Raises KeyError where there is no such list.
    """
    index, key = _index(name), "".join(_words(words))
    if not key:
        return ()
    best: dict[str, tuple[int, int]] = {}
    for row in index.rows_from(key, key + _LAST_LETTER):
        code, rank = index.code_of(row), (int(index.row_lost[row]), len(index.keys[index.row_keys[row]]))
        best[code] = min(rank, best.get(code, rank))

    def rank_of(code: str) -> tuple[bool, int, int, str]:
        own = "".join(_words(name_in(name, code, language) or ""))
        return (False, 0, len(own), code) if own.startswith(key) else (True, *best[code], code)

    return tuple(sorted(best, key=rank_of))


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


def _index(name: str) -> _Index:
    """Of several threads that ask at once for a list, the first reads it, which takes a second or two; the others wait."""
    with _READING:
        return _read(name)


@cache
def _read(name: str) -> _Index:
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
    row_keys = np.array([places[key] for (_, key), _ in ordered])
    by_key = np.argsort(row_keys, kind="stable")
    return _Index(
        keys,
        row_keys,
        np.array([lost for _, (lost, _) in ordered]),
        [written for _, (_, written) in ordered],
        np.array([firsts[code] for code in codes]),
        codes,
        dict(spelt),
        by_key,
        np.searchsorted(row_keys[by_key], np.arange(len(keys) + 1)),
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
