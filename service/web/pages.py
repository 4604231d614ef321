"""Pages out of templates, in the language of the person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, tzinfo
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import LOCALTZ
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from service.web.access import may_open, person_of
from service.web.words import LANGUAGES, N_, translations, word

TEMPLATES = Path(__file__).with_name("templates")
ROOMS = (
    ("/", N_("Start")),
    ("/batches", N_("Batches")),
    ("/review", N_("Review")),
    ("/exports", N_("Exports")),
    ("/forms", N_("Forms")),
    ("/log", N_("Log")),
    ("/users", N_("Accounts")),
)
"""The links of the header: shown where the room is built and the person may open it."""
DAY = {"de": "%d.%m.%Y", "en": "%Y-%m-%d"}


def page(
    request: Request, template: str, values: Mapping[str, object] | None = None, status: int = 200
) -> HTMLResponse:
    """The page of a template, with person, csrf, language and the header's links beside `values`."""
    request.state.shows_csrf = True
    language = request.state.language
    here = request.url.path
    html = (
        environment(language)
        .get_template(template)
        .render(
            {
                "request": request,
                "person": person_of(request),
                "csrf": request.state.csrf,
                "language": language,
                "languages": LANGUAGES,
                "rooms": [(path, name, _is_in(here, path)) for path, name in ROOMS if may_open(request, path)],
                "here": here + (f"?{request.url.query}" if request.url.query else ""),
                "may_open": lambda path: may_open(request, path),
                **(values or {}),
            }
        )
    )
    return HTMLResponse(html, status)


@cache
def environment(language: str) -> Environment:
    """Jinja for one language: escapes by itself, and a name that is not there is a fault."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]  # added by jinja2.ext.i18n
    made.filters.update(moment=_moment, day=_day, number=_number)
    made.globals["word"] = _word
    return made


def zone() -> tzinfo:
    """The time zone that people here live in: the machine's."""
    return LOCALTZ


def shown_day(value: datetime | date, language: str) -> str:
    """04.08.2025 in German, 2025-08-04 in English; a moment by the clock on the wall."""
    local = value.astimezone(zone()) if isinstance(value, datetime) else value
    return local.strftime(DAY[language])


def shown_moment(value: datetime, language: str) -> str:
    """The day and the time to the minute: 04.08.2025, 14:05."""
    local = value.astimezone(zone())
    return local.strftime(f"{DAY[language]}, %H:%M" if language == "de" else f"{DAY[language]} %H:%M")


def shown_number(value: float, language: str) -> str:
    """Thousands apart: 12.345 in German, 12,345 in English."""
    text = f"{value:,}"
    return text.translate(str.maketrans(",.", ".,")) if language == "de" else text


@pass_context
def _moment(context: Context, value: datetime | None) -> str:
    return "–" if value is None else shown_moment(value, context["language"])


@pass_context
def _day(context: Context, value: datetime | date | None) -> str:
    return "–" if value is None else shown_day(value, context["language"])


@pass_context
def _number(context: Context, value: float) -> str:
    return shown_number(value, context["language"])


@pass_context
def _word(context: Context, which: str, value: Any) -> str:
    """word("reason", "dot"): a value of a closed list in the person's language."""
    return word(which, value, context["language"])


def _is_in(here: str, room: str) -> bool:
    return here == room or (room != "/" and here.startswith(f"{room}/"))
