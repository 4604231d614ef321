"""read_page: one scanned side, from image to reading, in the order of the README's list."""

from __future__ import annotations

from dataclasses import replace

from form_layouts.catalogue import Catalogue
from form_layouts.errors import LANGUAGES
from form_layouts.layout import Checkbox
from omr.checkboxes import BoxScore, score_checkboxes
from omr.debug import DebugWriter
from omr.errors import NoFormFound, RejectedPage
from omr.identify import Identity, identify
from omr.image import PageImage, is_blank
from omr.judge import is_written, judge, lost_its_ink
from omr.markers import find_markers
from omr.reading import Finding, PageIdentity, PageReading
from omr.registration import Registration, find_fields, register
from omr.text import OcrEngine, measure_writing, read_writing

SCALE_TOLERANCE = 0.02
"""Printed scale beyond which a finding says "printed with fit to page"."""
_MM_PER_INCH = 25.4


def read_page(image: PageImage, catalogue: Catalogue, engine: OcrEngine | None, debug: DebugWriter) -> PageReading:
    """Read one scanned side.  Never raises for what is on the paper: see PageReading.reason."""
    debug.page(image.file, image.index)
    try:
        markers = find_markers(image, debug)
        identity = identify(image, markers, catalogue, debug)
        registration = register(image, markers, identity)
    except NoFormFound as rejected:
        return _blank(image) if is_blank(image.grey) else rejected_page(image.file, image.index, rejected)
    except RejectedPage as rejected:
        return rejected_page(image.file, image.index, rejected)
    layout = identity.form.layout
    page = layout.pages[identity.page]
    boxes = score_checkboxes(registration, page.checkboxes, debug)
    warm_up = _warm_up(registration, identity)
    writing = measure_writing(registration, page)
    written = read_writing(registration, [w for w in writing if is_written(w)], engine, layout.language, debug)
    judged = judge(identity.form.questionnaire, boxes, warm_up, [w for w in writing if not is_written(w)] + written)
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
        ),
        rotation=registration.plane.rotation(layout.page_size),
        scale=_scale(image, registration, layout.page_size),
        plane=tuple((a, b, c) for a, b, c in registration.plane.matrix.tolist()),
        findings=(*_findings(image, registration, layout.page_size), *_ink_findings(image, boxes, warm_up)),
        answers=judged.answers,
        marks=judged.marks,
    )


def rejected_page(file: str, index: int, rejected: RejectedPage) -> PageReading:
    """A page that cannot be read is a result, with its reason."""
    messages = {language: rejected.sentence(language) for language in LANGUAGES}
    return PageReading(file=file, index=index, kind="rejected", reason=rejected.reason, messages=messages)


def _blank(image: PageImage) -> PageReading:
    return PageReading(file=image.file, index=image.index, kind="blank")


def _warm_up(registration: Registration, identity: Identity) -> BoxScore | None:
    """The box that everybody was asked to cross first: this hand's stroke."""
    box = identity.form.layout.pages[identity.page].warm_up
    if box is None:
        return None
    fields = find_fields(registration.grey, registration.plane, registration.reference, [box])
    alone = replace(registration, checkboxes=fields)
    return score_checkboxes(alone, (Checkbox(question="warm_up", choice="warm_up", box=box),), DebugWriter())[0]


def _scale(image: PageImage, registration: Registration, page_size: tuple[float, float]) -> float | None:
    if image.dpi is None:
        return None
    px_per_mm = registration.plane.px_per_mm((page_size[0] / 2, page_size[1] / 2))
    return round(px_per_mm * _MM_PER_INCH / image.dpi, 4)


def _ink_findings(image: PageImage, boxes: list[BoxScore], warm_up: BoxScore | None) -> tuple[Finding, ...]:
    if not image.one_bit:
        return ()
    thin = (Finding(kind="scan_too_thin"),) if lost_its_ink(boxes, warm_up) else ()
    return (Finding(kind="one_bit"), *thin)


def _findings(image: PageImage, registration: Registration, page_size: tuple[float, float]) -> tuple[Finding, ...]:
    findings = []
    scale = _scale(image, registration, page_size)
    if scale is not None and abs(scale - 1) > SCALE_TOLERANCE:
        findings.append(Finding(kind="printed_scale"))
    if registration.corners_seen is not None and registration.corners_seen < 4:
        findings.append(Finding(kind="corner_marker_missing"))
    return tuple(findings)
