"""Words on the screens: English in the program, German in locale/de/messages.po; and words for every closed list."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES = {"en": "English", "de": "Deutsch"}
"""The languages of the screens, each in its own."""
LOCALE = Path(__file__).with_name("locale")


def N_(text: str) -> str:
    """Mark a text for translation where it stands; it is translated where it is shown."""
    return text


def NN_(one: str, many: str) -> tuple[str, str]:
    """As `N_`, for a text that depends on a number."""
    return one, many


@cache
def translations(language: str) -> NullTranslations:
    """The texts of a language, read once; any language but German gets the program's English."""
    if language != "de":
        return NullTranslations()
    with (LOCALE / "de" / "messages.po").open("rb") as file:
        catalog = read_po(file, locale="de")
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


def gettext_for(language: str) -> Callable[[str], str]:
    """The function that translates into this language: `_ = gettext_for(person.language)`."""
    translate: Callable[[str], str] = translations(language).gettext
    return translate


def ngettext_for(language: str) -> Callable[[str, str, int], str]:
    """As `gettext_for`, for one and many: `ngettext("{n} page", "{n} pages", n)`."""
    translate: Callable[[str, str, int], str] = translations(language).ngettext
    return translate


ROLES = {
    "office": N_("Office"),
    "reviewer": N_("Review"),
    "researcher": N_("Research"),
    "lead": N_("Project lead"),
    "auditor": N_("Data protection"),
    "administrator": N_("Administration"),
}
ROLE_TASKS = {
    "office": N_("hands in scans and sees what became of them"),
    "reviewer": N_("decides about answers that the machine could not read for sure"),
    "researcher": N_("receives the data"),
    "lead": N_("looks after forms, translations and the whole project"),
    "auditor": N_("sees the logs, and nothing else"),
    "administrator": N_("looks after accounts and operation, and sees no answers"),
}
STATES = {
    # of files, pages and batches
    "waiting": N_("waiting"),
    "working": N_("being read"),
    "done": N_("done"),
    "rejected": N_("not readable"),
    "set_aside": N_("set aside"),
    "resting": N_("up to date"),
}
FIELD_STATES = {
    "read": N_("read"),
    "accepted": N_("accepted"),
    "waiting": N_("waits for review"),
    "decided": N_("decided"),
}
PAGE_KINDS = {
    "page": N_("page of a form"),
    "blank": N_("empty side"),
    "cover": N_("cover sheet"),
    "rejected": N_("page not readable"),
}
REASONS = {
    "faint_mark": N_("Faint ink in the box"),
    "half_erased": N_("Faint ink, half rubbed out"),
    "dot": N_("A dot or a very small mark"),
    "beside_box": N_("Empty box, a mark beside it"),
    "circled": N_("Empty box with a circle around it"),
    "struck_line": N_("A line runs through the box"),
    "blackened": N_("The box is filled in"),
    "overwritten": N_("Gone over again and again"),
    "mixed_marks": N_("Crosses and ticks on one sheet: the rarer may mean no"),
    "two_marks": N_("Two marks where one is allowed"),
    "too_many_marks": N_("More marks than allowed"),
    "contradiction": N_("The marks contradict each other"),
    "box_not_found": N_("The printed box cannot be seen"),
    "handwriting": N_("Handwriting to be read"),
    "page_missing": N_("The page is missing"),
    "scan_too_thin": N_("The scan is too thin to prove an empty box"),
    "identity_guessed": N_("Which form it is was guessed: its page codes cannot be read"),
    "jbig2": N_("The scanner’s coding (JBIG2) may have changed marks"),
    "stray_ink": N_("Ink near the question, outside its boxes"),
}
"""Why a person must look: omr.reading.Reason."""
REJECTED = {
    # files
    "not_an_image": N_("No scan"),
    "empty_file": N_("Empty file"),
    "no_such_file": N_("File not found"),
    "encrypted_pdf": N_("Protected with a password"),
    "damaged_file": N_("Damaged file"),
    "too_many_pages": N_("Too many pages"),
    "active_content": N_("More than scanned pages in it"),
    "received_before": N_("Received before"),
    # pages
    "damaged_page": N_("Damaged page"),
    "page_too_large": N_("Too many pixels"),
    "page_too_small": N_("Too few pixels"),
    "no_form_found": N_("No known form"),
    "corner_markers_missing": N_("Corner markers missing"),
    "page_code_unreadable": N_("Page code not readable"),
    "page_codes_disagree": N_("Page codes disagree"),
    "unknown_edition": N_("Unknown edition"),
    "edition_with_other_positions": N_("Printed with other positions"),
    "several_forms_match": N_("Looks like several forms"),
    "decoding_stopped": N_("Opening took too long"),
    "gave_up": N_("Set aside after several tries"),
    "internal_error": N_("Fault of the program"),
    "fields_not_found": N_("Fields not found"),
}
"""Why a file or page was not read: the reasons of omr.errors and service.intake."""
MISSING = {
    "-3": N_("implausible"),
    "-4": N_("two marks where one is allowed"),
    "-5": N_("illegible"),
    "-6": N_("page missing"),
    "-7": N_("refused"),
    "-8": N_("don’t know"),
    "-9": N_("not answered"),
    "-10": N_("does not apply"),
    "-11": N_("not in this version"),
    "-12": N_("awaiting review or reading"),
    "-13": N_("written, not transcribed"),
}
"""Why there is no value."""
KINDS = {
    "single": N_("one choice"),
    "multiple": N_("several choices"),
    "grid": N_("table"),
    "number": N_("number"),
    "date": N_("date"),
    "code": N_("word from a list"),
    "text": N_("text"),
}
"""Of questions: form_layouts.questionnaire.Kind."""
FINDINGS = {
    "printed_scale": N_("Printed too small or too large"),
    "corner_marker_missing": N_("Not all corner markers were seen"),
    "one_bit": N_("Scanned in black and white: faint strokes are lost"),
    "scan_too_thin": N_("The scan lost strokes: scan again in grey"),
    "stray_ink": N_("Ink outside the fields"),
    "identity_guessed": N_("Form and page guessed from the print, copy number unknown: its page codes cannot be read"),
    "jbig2": N_(
        "Coded in patterns (JBIG2), which can empty a ticked box: switch that off at the copier and scan again"
    ),
    "blurred": N_("Blurred: clean the glass and scan again at 300 dpi"),
    "dark": N_("Dark: set the brightness lighter and scan again"),
    "low_contrast": N_("Print and paper hardly differ: set the contrast to its middle and scan again"),
    "light_print": N_("Printed very pale: look at the printer’s toner"),
    "low_resolution": N_("Resolution too low: scan again at 300 dpi"),
    "cut_off": N_("Part of the form lies beyond the scan: scan the whole sheet again"),
    "stretched": N_("Stretched by the feeder: have its rollers cleaned"),
    "strong_compression": N_("Compressed too strongly: set the quality higher and scan again"),
    "streaks": N_("Lines along the scan: clean the narrow strip of glass under the feeder"),
    "copy_number_shared": N_("Several people share this copy number"),
    "pages_missing": N_("Pages are missing"),
    "scanned_again": N_("The same side was scanned before"),
    "scanned_twice": N_("The same paper was probably scanned twice"),
    "order_doubtful": N_("The order of the pile does not say whose pages these are"),
    "double_feed": N_("Two sheets may have been fed together"),
}
"""About a page or a submission."""

LISTS = {
    "role": ROLES,
    "role_task": ROLE_TASKS,
    "state": STATES,
    "field_state": FIELD_STATES,
    "page_kind": PAGE_KINDS,
    "reason": REASONS,
    "rejected": REJECTED,
    "missing": MISSING,
    "kind": KINDS,
    "finding": FINDINGS,
}


def word(which: str, value: object, language: str) -> str:
    """What a person reads for one value of a closed list in LISTS; an unknown value stands for itself."""
    text = LISTS[which].get(str(value))
    return gettext_for(language)(text) if text else str(value)
