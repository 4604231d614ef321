"""`python -m benchmarks.lists`: words of closed lists, written by simulated hands, read by the engine and matched.

Two ways to spoil a word.  `fonts`: names in handwriting fonts on a printed form, scanned, read by the engines; fonts are not
handwriting, and their figures say so.  `confused`: letters of a name put in, left out or taken for others at a stated rate,
which asks only the matching.  Nothing is accepted today: the shares above a margin, and where engines agree, say what it would cost.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import click
import numpy as np
import yaml

from benchmarks.__main__ import commit, machine
from benchmarks.reading_count import upper95
from benchmarks.table import table
from form_layouts.catalogue import Catalogue, Form
from form_layouts.code_lists import SYNONYMS, code_list, name_in
from form_layouts.form_folder import FormFolder, load_form_folder
from form_layouts.located_yaml import load_yaml
from form_layouts.written_codes import Match, match
from omr.debug import DebugWriter
from omr.engines.both import Engines
from omr.image import PageImage
from omr.judge import AGREEING, suggested_codes
from omr.pipeline import read_page
from simulation.answers import FilledForm, Written
from simulation.filling import fill_page
from simulation.hand import CLEAR, draw_hand
from simulation.printing import printed_copies
from simulation.scanner import OFFICE, scan

SEED = 90210
FIELDS = 12
"""Written fields of a form: as many as one page takes."""
SETS = ("likely", "all", "traps", "two", "none")
"""Countries that offices in Germany meet most; any country; those easily taken for another; two in one field; and words
that are no country."""
TRAPS = (
    "IR", "IQ", "NE", "NG", "ML", "MW", "AT", "AU", "GN", "GQ", "GW", "PG", "CD", "CG", "SD", "SS", "KP", "KR", "DM",
    "DO", "GM", "ZM", "SK", "SI", "IE", "IS", "LV", "LT", "GB", "US", "CH", "SE", "PY", "UY",
)  # fmt: skip
LIKELY = frozenset(load_yaml(SYNONYMS / "nationalities.yaml").values["names"])
"""Those whose demonyms were worth writing down."""
NO_COUNTRY = (
    "Aleppo", "Kabul", "Damaskus", "Homs", "Kyjiw", "Charkiw", "Bagdad", "Herat", "Asmara", "Istanbul", "Izmir",
    "Lagos", "Teheran", "Moskau", "Lemberg", "Odessa", "Mossul", "Erbil", "Tirana", "Bukarest", "Sofia", "Kandahar",
    "Basra", "Idlib", "Latakia", "Ankara", "Antalya", "Bursa", "Accra", "Rabat", "Kairo", "Amman", "Kinshasa",
    "Afrika", "staatenlos", "unbekannt", "ungeklärt",
)  # fmt: skip
LINKS, ARABIC_LINKS = (" / ", ", ", " + "), (" و", "، ", " ")
"""What stands between two countries; the Arabic fonts have no strokes."""
MARGINS = (1, 2, 3, 4)
RATES = (0.05, 0.1, 0.2, 0.3)
"""Shares of letters that are spoilt."""
ALIKES = {
    "a": "ou", "b": "h6", "c": "eo", "d": "a", "e": "c", "f": "t", "g": "qy", "h": "bn", "i": "lj", "k": "h", "l": "i1",
    "m": "n", "n": "mru", "o": "a0", "p": "g", "r": "nv", "s": "5z", "t": "f", "u": "vn", "v": "ur", "w": "v", "y": "g", "z": "s",
}  # fmt: skip
"""Letters that a hand or an engine makes of others: a guess."""


class Seen(NamedTuple):
    """One written field: the codes that were meant, what was written, what was read first (None: nothing), and suggested."""

    truth: tuple[str, ...]
    written: str
    read: str | None
    codes: tuple[str, ...] = ()
    agreed: bool = False
    """Whether two engines agree on the first code."""


@click.command()
@click.option("--language", "languages", multiple=True, default=("de", "en", "tr", "uk", "ar"), help="Of the form.")
@click.option("--forms", default=6, help="Filled forms for each language and set, 12 words each.")
@click.option("--words", default=1000, help="Confused words for each language, set and rate.")
@click.option("--seed", default=SEED)
@click.option("--json", "report", type=click.Path(dir_okay=False, path_type=Path), help="Write the figures here.")
@click.option("--words-read", is_flag=True, help="Show every word of `fonts` as it was read.")
def main(languages: tuple[str, ...], forms: int, words: int, seed: int, report: Path | None, words_read: bool) -> None:
    """Measure the closed lists and print a table."""
    fonts: dict[str, Any] = {}
    confused: dict[str, Any] = {}
    everything: list[Seen] = []
    for language in languages:
        key = [seed, *language.encode()]
        seen = {name: list(on_paper(name, language, forms, [*key, n])) for n, name in enumerate(SETS)}
        fonts[language] = {name: figures(fields) for name, fields in seen.items()}
        everything += [field for fields in seen.values() for field in fields]
        if words_read:
            click.echo("\n".join(f"{field.written} -> {field.read}" for fields in seen.values() for field in fields))
        for rate in RATES if language == "de" else ():
            confused[f"{rate:.0%} of letters"] = {
                name: figures(list(spoilt(name, language, words, rate, [*key, n]))) for n, name in enumerate(SETS)
            }
    found = {"benchmark": "lists", "machine": machine(), "commit": commit(), "seed": seed}
    found |= {"engines agree, all fonts (nothing is accepted)": agreed(everything)}
    found |= {"fonts (no handwriting)": fonts, "confused, German": confused}
    click.echo("\n".join(table(found)))
    if report:
        report.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def figures(seen: Sequence[Seen]) -> dict[str, Any]:
    """What became of written fields.

    `read`: fields of which the engine read anything.  `first_right`: share of all fields whose first suggestion is what
    was meant, and the same of those that were read; where two countries stand, the first two; where none does, no suggestion.
    `margin 2`: share of all fields where the first code is nearer than any other by two edits or more, how many of these
    are wrong, and how many of 10,000 at most (95 %).  Two countries and none are wrong wherever one is taken.
    """
    matches = [(field, match(field.read, "countries") if field.read else Match(())) for field in seen]
    right = sum(_first_right(field) for field in seen)
    read = sum(field.read is not None for field in seen)
    told: dict[str, Any] = {"words": {"n": len(seen), "read": read}}
    right_of_read = sum(_first_right(field) for field in seen if field.read is not None)
    told["first_right"] = {"of_all": _share(right, len(seen)), "of_read": _share(right_of_read, read)}
    if any(field.agreed for field in seen):
        told["engines agree"] = agreed(seen)
    for margin in MARGINS:
        told[f"margin {margin}"] = _above(margin, matches)
    told["margin 2, no edit"] = _above(2, [(field, found) for field, found in matches if _is_exact(found)], len(seen))
    return told


def agreed(seen: Sequence[Seen]) -> dict[str, Any]:
    """What it would mean to accept the first code where two engines agree on it: nothing of this is accepted."""
    sure = [field for field in seen if field.agreed]
    right = sum(field.truth == field.codes[:1] for field in sure)
    return {
        "accepted_share": _share(len(sure), len(seen)),
        "n": len(sure),
        "right_of_accepted": _share(right, len(sure)),
    }


def _above(margin: int, matches: Sequence[tuple[Seen, Match]], of: int | None = None) -> dict[str, Any]:
    above = [(field, found) for field, found in matches if found.margin >= margin]
    wrong = sum(field.truth != (found.candidates[0].code,) for field, found in above)
    bound = min(10_000.0, round(10_000 * upper95(wrong) / len(above), 1)) if above else None
    return {"share": _share(len(above), of or len(matches)), "wrong": wrong, "wrong_upper95_per_10000": bound}


def _is_exact(found: Match) -> bool:
    return bool(found.candidates) and not found.candidates[0].edits


def _first_right(field: Seen) -> bool:
    return set(field.codes[: max(1, len(field.truth))]) == set(field.truth)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0


def _codes_of(name: str) -> Sequence[str]:
    if name == "traps":
        return TRAPS
    return sorted(LIKELY) if name in ("likely", "two") else sorted(code_list("countries"))


def _meant(name: str, language: str, rng: np.random.Generator) -> tuple[tuple[str, ...], str]:
    """The codes that a person means, and the words that are written: the CLDR's names in the form's language."""
    if name == "none":
        return (), NO_COUNTRY[int(rng.integers(len(NO_COUNTRY)))]
    codes = tuple(sorted(rng.choice(_codes_of(name), 2 if name == "two" else 1, replace=False).tolist()))
    link = (ARABIC_LINKS if language == "ar" else LINKS)[int(rng.integers(len(LINKS)))]
    return codes, link.join((name_in("countries", code, language) or code).split(" (")[0] for code in codes)


def spoilt(name: str, language: str, count: int, rate: float, seed: list[int]) -> Iterator[Seen]:
    """`count` words of a set with a share of `rate` of their letters spoilt."""
    rng = np.random.default_rng([*seed, round(1000 * rate)])
    for _ in range(count):
        truth, words = _meant(name, language, rng)
        read = "".join(_letter(letter, rate, rng) for letter in words).strip()
        yield Seen(truth, words, read or None, suggested_codes(read, "countries") if read else ())


def _letter(letter: str, rate: float, rng: np.random.Generator) -> str:
    if rng.random() >= rate:
        return letter
    way, alike = rng.random(), ALIKES.get(letter.lower())
    if way < 0.65 and alike:
        return alike[int(rng.integers(len(alike)))]
    if way < 0.85:
        return ""
    other = "abcdefghijklmnopqrstuvwxyz"[int(rng.integers(26))]
    return letter + other if way < 0.92 else other


def on_paper(name: str, language: str, forms: int, seed: list[int]) -> Iterator[Seen]:
    """Words of a set as simulated people write them on a form, scanned in an office and read by the engines."""
    with tempfile.TemporaryDirectory() as room:
        folder = countries_form(Path(room) / "lists" / "1", language)
        empty = next(printed_copies(folder, language, 1, numbered=False))
        catalogue = Catalogue([Form(folder.questionnaire, empty.layout)])
        for number in range(forms):
            rng = np.random.default_rng([*seed, number])
            meant = {question.id: _meant(name, language, rng) for question in folder.questionnaire.questions}
            written = {question: Written(words, words) for question, (_, words) in meant.items()}
            filled = FilledForm(folder.questionnaire, language, draw_hand(CLEAR, rng), (), written)
            for place, blank in enumerate(empty.pages):
                page = blank.copy()
                fill_page(page, place, empty.layout, filled, rng)
                image = PageImage(scan(page, OFFICE.draw(rng), rng), 300.0, f"{number}-{place}", 0)
                answers = read_page(image, catalogue, Engines(), DebugWriter()).answers
                for question, answer in answers.items():
                    truth, words = meant[question]
                    *codes, read = [str(one) for one in answer.candidates] or [""]
                    yield Seen(truth, words, read or None, tuple(codes), answer.confidence >= AGREEING)


def countries_form(path: Path, language: str) -> FormFolder:
    """A form with nothing but written fields, one on each line."""
    names = [f"country_{number}" for number in range(FIELDS)]
    asked = {
        "questionnaire": "lists",
        "version": "1",
        "copy_numbers": False,
        "questions": [{"id": name, "kind": "code", "list": "countries"} for name in names],
    }
    wording = {"status": "proofed by nobody", "title": "1", "questions": {name: {"text": "?"} for name in names}}
    path.mkdir(parents=True)
    (path / "questionnaire.yaml").write_text(yaml.safe_dump(asked), encoding="utf-8")
    (path / f"text.{language}.yaml").write_text(yaml.safe_dump(wording), encoding="utf-8")
    return load_form_folder(path)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.lists")
