"""What is true of the real scans in the shared data: for each scan, the state of every box of its page."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from form_layouts.form_folder import FormFolder
from simulation.truth import variable_of

Place = tuple[str, str]
"""Variable and choice."""
Chosen = Mapping[tuple[str, str | None], Iterable[str]]
"""The choices that are marked, by question and row."""

AGREEMENT = {"Strongly agree": "strongly_agree", "Agree": "agree", "Disagree": "disagree", "Strongly disagree": "strongly_disagree"}  # fmt: skip
SURVEY: dict[str, tuple[str, str | None, dict[str, str]]] = {
    "1": ("sex", None, {"Female": "female", "Male": "male"}),
    "2": ("age", None, {"Under 25": "under_25", "25-29": "from_25", "30-39": "from_30", "40-49": "from_40", "50-59": "from_50", "60 or more": "from_60"}),
    "3": ("restaurants", None, {"Less than once a week": "less", "1 or 2 times a week": "once_or_twice", "3 or 4 times a week": "three_or_four", "5 or 6 times a week": "five_or_six", "Every day": "every_day"}),
    "4a": ("agree", "movies", AGREEMENT),
    "4b": ("agree", "music", AGREEMENT),
    "4c": ("agree", "reading", AGREEMENT),
    "5": ("sources", None, {"Newspapers": "newspapers", "TV": "tv", "Radio": "radio", "Magazines": "magazines", "Internet": "internet", "Books": "books"}),
}  # fmt: skip
BALLOT: dict[str, tuple[str, dict[str, str]]] = {
    "dallas-city-council": ("council", {"Harvey Eagle": "eagle", "Beverly Barker": "barker", "Hugo Smith": "hugo_smith"}),
    "dallas-county-proposition-r": ("proposition_r", {"yes": "yes", "no": "no"}),
    "dallas-county-retain-chief-justice": ("chief_justice", {"yes": "yes", "no": "no"}),
    "dallas-mayor": ("mayor", {"Gregory Seldon": "seldon"}),
    "dallas-county-commissioners-court-pct-3": ("commissioners", {"John Wiley Price": "price", "S.T. Russell": "russell"}),
    "dallas-county-sheriff": ("sheriff", {"Chad Prda": "prda"}),
    "dallas-county-tax-assessor": ("tax", {"John Ames": "ames"}),
    "texas-house-district-111": ("house_111", {"Write-In": "write_in"}),
    "texas-sc-judge-place-6": ("judge_6", {"Jane Bland": "bland"}),
    "us-house-district-30": ("house_30", {"Eddie Bernice Johnson": "johnson"}),
    "us-senate": ("senate", {"Cedric Jefferson": "jefferson"}),
}  # fmt: skip
"""Contests of the truth file -> question, and its candidates -> choices; only those that somebody voted for."""


def survey_truth(data: Path) -> dict[str, Chosen]:
    """By file name, FormScanner's questionnaire."""
    forms = json.loads((data / "formscanner_questionnaire.json").read_text(encoding="utf-8"))["forms"]
    found: dict[str, Chosen] = {}
    for name, answers in forms.items():
        chosen: dict[tuple[str, str | None], list[str]] = {}
        for key, labels in answers.items():
            question, row, choices = SURVEY[key]
            chosen[question, row] = [choices[label] for label in labels]
        found[f"{name}.jpg"] = chosen
    return found


def bubble_truth(data: Path) -> dict[str, Chosen]:
    """By file name, open-mcr's sheets: 24 of 75 questions are answered."""
    with (data / "results.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    asked = [f"Q{n}" for n in range(1, 76)]
    return {
        row["Source File"]: {(name.lower(), None): [row[name].lower()] for name in asked if row.get(name)}
        for row in rows
    }


def ballot_truth(data: Path) -> dict[str, Chosen]:
    """By file name, VotingWorks' ballot sides."""
    votes = json.loads((data / "vw_28lb_votes.json").read_text(encoding="utf-8"))
    found: dict[str, Chosen] = {}
    for name, contests in votes.items():
        chosen: dict[tuple[str, str | None], list[str]] = {}
        for contest, candidates in contests.items():
            question, choices = BALLOT[contest]
            chosen[question, None] = [choices[candidate] for candidate in candidates]
        found[f"{name}.jpg"] = chosen
    return found


def true_states(folder: FormFolder, page: int, chosen: Chosen) -> dict[Place, str]:
    """`marked` or `empty` for every box of page `page` (from 0)."""
    states = {}
    for field in folder.fields["en"].pages[page].checkboxes:
        question = folder.questionnaire.question(field.question)
        variable = variable_of(question, field.row, field.choice)
        marked = field.choice in chosen.get((field.question, field.row), ())
        states[variable, field.choice] = "marked" if marked else "empty"
    return states
