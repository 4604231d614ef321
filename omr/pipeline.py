"""read_page: one scanned side, from image to reading, in the order of the README's list."""

from __future__ import annotations

from collections.abc import Sequence

from form_layouts.catalogue import Catalogue
from form_layouts.errors import LANGUAGES
from omr.checkboxes import score_checkboxes
from omr.debug import DebugWriter
from omr.errors import CoverFound, NoFormFound, RejectedPage
from omr.geometry import MM_PER_INCH
from omr.identify import Identity, identify
from omr.image import Jpeg, PageImage, is_blank
from omr.judge import Judged, is_written, judge, not_accepted
from omr.markers import find_markers
from omr.notes.expected_ink import printed_words
from omr.notes.held_answers import beside_notes
from omr.notes.question_zones import near, zones
from omr.notes.stray_ink import find_stray_ink
from omr.quality import jpeg_quality, page_quality
from omr.reading import Answer, Finding, PageIdentity, PageReading, Reason
from omr.registration import Registration, register
from omr.text import OcrEngine, measure_writing, read_writing

_FINDINGS: dict[Reason, Finding] = {
    "identity_guessed": Finding(kind="identity_guessed"),
    "jbig2": Finding(kind="jbig2"),
}
SCALE_TOLERANCE = 0.02
"""Printed scale beyond which a finding says "printed with fit to page"."""


def read_page(image: PageImage, catalogue: Catalogue, engine: OcrEngine | None, debug: DebugWriter) -> PageReading:
    """Read one scanned side.  Never raises for what is on the paper: see PageReading.reason."""
    debug.page(image.file, image.index)
    try:
        markers = find_markers(image, debug)
        identity = identify(image, markers, catalogue, debug)
        registration = register(image, markers, identity)
    except CoverFound:
        return PageReading(file=image.file, index=image.index, kind="cover")
    except NoFormFound as rejected:
        return _blank(image) if is_blank(image.small.grey) else rejected_page(image.file, image.index, rejected)
    except RejectedPage as rejected:
        return rejected_page(image.file, image.index, rejected)
    layout = identity.form.layout
    page = layout.pages[identity.page]
    boxes, warm_up = score_checkboxes(registration, page, debug)
    writing = measure_writing(registration, page)
    written = read_writing(registration, [w for w in writing if is_written(w)], engine, layout.language, debug)
    fields = [score for score in writing if not is_written(score)] + written
    judged = judge(identity.form.questionnaire, boxes, warm_up, fields, one_bit=image.one_bit)
    notes = find_stray_ink(registration, identity.form, identity.page, duplex=identity.duplex is True)
    answers = _beside_notes(judged, notes, identity)
    for doubt in _doubts(image, identity):
        answers = not_accepted(answers, doubt)
    return PageReading(
        file=image.file,
        index=image.index,
        kind="page",
        identity=PageIdentity(
            questionnaire=layout.questionnaire,
            version=layout.version,
            edition=layout.edition,
            language=layout.language,
            page=identity.page + 1,
            pages=len(layout.pages),
            copy_number=identity.copy or None,
            duplex=identity.duplex,
        ),
        rotation=registration.plane.rotation(layout.page_size),
        scale=_scale(image, registration, layout.page_size),
        plane=tuple((a, b, c) for a, b, c in registration.plane.matrix.tolist()),
        findings=(
            *(_FINDINGS[doubt] for doubt in _doubts(image, identity)),
            *_findings(image, registration, layout.page_size),
            *_quality(image, registration),
            *_ink_findings(image, judged),
            *notes,
        ),
        answers=answers,
        marks=judged.marks,
    )


def _beside_notes(judged: Judged, notes: Sequence[Finding], identity: Identity) -> dict[str, Answer]:
    if not notes:
        return judged.answers
    form, page = identity.form, identity.page
    words = printed_words(form, page)
    known = zones(form.layout.pages[page], form.layout.page_size, form.questionnaire, words)
    return beside_notes(judged.answers, judged.marks, near(notes, known), form.questionnaire)


def _doubts(image: PageImage, identity: Identity) -> tuple[Reason, ...]:
    """Why nothing on this page may stand without a person."""
    guessed: tuple[Reason, ...] = ("identity_guessed",) if identity.guessed else ()
    return (*guessed, *(("jbig2",) if image.coding == "jbig2" else ()))


def rejected_page(file: str, index: int, rejected: RejectedPage) -> PageReading:
    """A page that cannot be read is a result, with its reason."""
    messages = {language: rejected.sentence(language) for language in LANGUAGES}
    return PageReading(file=file, index=index, kind="rejected", reason=rejected.reason, messages=messages)


def _blank(image: PageImage) -> PageReading:
    return PageReading(file=image.file, index=image.index, kind="blank")


def _scale(image: PageImage, registration: Registration, page_size: tuple[float, float]) -> float | None:
    if image.dpi is None:
        return None
    px_per_mm = registration.plane.px_per_mm((page_size[0] / 2, page_size[1] / 2))
    return round(px_per_mm * MM_PER_INCH / image.dpi, 4)


def _quality(image: PageImage, registration: Registration) -> tuple[Finding, ...]:
    shrink = 1 if registration.view.plane is registration.plane else image.small.shrink
    compression = jpeg_quality(image.source.data) if isinstance(image.source, Jpeg) else None
    layout = registration.form.layout
    return page_quality(registration.view, layout, registration.page, shrink=shrink, compression=compression)


def _ink_findings(image: PageImage, judged: Judged) -> tuple[Finding, ...]:
    black_and_white = (Finding(kind="one_bit"),) if image.one_bit else ()
    streaks = (Finding(kind="streaks"),) if image.small.streaked else ()
    return (*black_and_white, *streaks, *((Finding(kind="scan_too_thin"),) if judged.lost_its_ink else ()))


def _findings(image: PageImage, registration: Registration, page_size: tuple[float, float]) -> tuple[Finding, ...]:
    findings = []
    scale = _scale(image, registration, page_size)
    if scale is not None and abs(scale - 1) > SCALE_TOLERANCE:
        findings.append(Finding(kind="printed_scale"))
    if registration.corners_seen is not None and registration.corners_seen < 4:
        findings.append(Finding(kind="corner_marker_missing"))
    return tuple(findings)
