"""The keys of the review screen, and what its modules say.  Buttons, key help, docs/review.md and tests use one table."""

from __future__ import annotations

from dataclasses import dataclass

from service.web.words import N_


@dataclass(frozen=True)
class Key:
    """What a key does.  `codes` are places on the keyboard (KeyboardEvent.code), so that they work in any layout."""

    action: str
    codes: tuple[str, ...]
    shown: tuple[str, ...]
    """As printed on a keyboard; each of them does it."""
    label: str
    choice: bool = True
    """Works where boxes are chosen."""
    writing: bool = True
    """Works where text is typed."""


DIGITS = tuple(f"Digit{digit}" for digit in range(1, 10))
KEYS = (
    Key("accept", ("Enter", "NumpadEnter"), ("Enter",), N_("accept, next field")),
    Key("choose", DIGITS, ("1–9",), N_("choose and go on; of several choices: mark or unmark"), writing=False),
    Key("move", ("ArrowUp", "ArrowDown"), ("↑", "↓"), N_("choice above, below"), writing=False),
    Key("none", ("Digit0", "Numpad0"), ("0",), N_("no box is marked"), writing=False),
    Key(
        "take",
        tuple(f"Alt+{digit}" for digit in DIGITS),
        ("Alt+1–9",),
        N_("take over what the machine thinks, or an entry of the list"),
        choice=False,
    ),
    Key("blank", ("Alt+KeyB",), ("Alt+B",), N_("not answered")),
    Key("illegible", ("Alt+KeyI",), ("Alt+I",), N_("illegible")),
    Key("two_marks", ("Alt+KeyM",), ("Alt+M",), N_("two marks"), writing=False),
    Key("not_transcribed", ("Alt+KeyN",), ("Alt+N",), N_("written, not transcribed"), choice=False),
    Key("skip", ("Alt+KeyS",), ("Alt+S",), N_("skip, later")),
    Key("previous", ("Alt+ArrowLeft", "Backspace"), ("Alt+←", "Backspace"), N_("previous field")),
    Key("page", ("Alt+KeyP", "F4"), ("Alt+P", "F4"), N_("show the whole page")),
    Key("help", ("F1", "?"), ("F1", "?"), N_("keys")),
)
MISSING_ACTIONS = {"blank": -9, "illegible": -5, "two_marks": -4, "not_transcribed": -13}
"""Actions that give a missing code."""
TEXTS = {
    "suggestion": N_("The machine thinks"),
    "state_marked": N_("marked"),
    "state_unsure": N_("unsure"),
    "state_cancelled": N_("taken back"),
    "choose_first": N_("The machine is not sure. Choose an answer, or say why there is none."),
    "decide_first": N_("Decide about each unsure box first: mark it, or press it twice to leave it empty."),
    "read": N_("As read"),
    "from_list": N_("In the list"),
    "several_entries": N_("Several entries of the list are called so. Choose the one that is meant with its key."),
    "no_entry": N_(
        "The list has no entry of this name. Choose what is meant with its key, or type it otherwise. If the list does not have it, choose “Not transcribed”."
    ),
    "list_away": N_(
        "The connection is lost, so the list could not be asked. What you typed still stands here; try again in a moment."
    ),
    "type_first": N_("Type what is written, or say why there is nothing to type."),
    "none_marked": N_("Nothing is marked. If that is right, choose “not answered”."),
    "only_digits": N_("A number has only digits."),
    "too_many_digits": N_("The form has room for {n} digits only."),
    "out_of_range": N_("Expected is {from} to {to}. If this is what is written, press Enter again."),
    "unlikely_date": N_("Expected is a date from {from} to {to}. If this is what is written, press Enter again."),
    "too_many": N_("At most {n} are allowed here. If more are marked, press Enter again."),
    "date_unusable": N_("A date is 04.08.2015, 08.2015 or 2015."),
    "no_such_day": N_("There is no such day."),
    "not_saved": N_("Not saved yet: {n}"),
    "saved": N_("All saved"),
    "away": N_("The connection is lost. Your answers are kept here and will be sent again."),
    "signed_out": N_("Your session has ended. Your answers are kept here and are sent once you have signed in again."),
    "sign_in": N_("Sign in"),
    "not_taken": N_("Your answer was: {answer}"),
    "open_page": N_("Open the page"),
    "waiting_one": N_("1 field waits"),
    "waiting_many": N_("{n} fields wait"),
    "earlier": N_("You decided this field before. A change is kept beside your first answer."),
    "nothing_earlier": N_("There is no earlier field that you decided in this sitting."),
    "no_crop": N_("There is no picture of this field. Look at the whole page."),
    "lost": N_("Somebody else has this field now. What you typed still stands here; go on with the next field."),
    "skipped_before": N_("You skipped this field before; it is what is left."),
    "cannot_here": N_("That answer does not exist for this question."),
}
"""What the modules in static/review/ say, by name."""
