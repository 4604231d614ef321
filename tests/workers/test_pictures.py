"""Crops show the whole question and no neighbour's field."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from form_layouts.catalogue import EXAMPLES, Form, forms_of
from form_layouts.form_folder import load_form_folder
from form_layouts.layout import Box
from omr.notes.question_zones import question_box
from tests.service.seeds import SMALL
from workers.pictures import CROP_PX_PER_MM, PAGE_PX_PER_MM, picture_of_unread, pictures_of

FOLDERS = (EXAMPLES / "arrival-needs" / "2025-02", EXAMPLES / "arrival-needs" / "2025-08", SMALL / "2025-02")
FORMS = [form for folder in FOLDERS for form in forms_of(load_form_folder(folder))]


def holds(outer: Box, inner: Box) -> bool:
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and outer[0] + outer[2] >= inner[0] + inner[2]
        and outer[1] + outer[3] >= inner[1] + inner[3]
    )


def overlaps(one: Box, other: Box) -> bool:
    return (
        one[0] < other[0] + other[2] - 0.01
        and other[0] < one[0] + one[2] - 0.01
        and one[1] < other[1] + other[3] - 0.01
        and other[1] < one[1] + one[3] - 0.01
    )


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.layout.key)
def test_a_crop_holds_all_fields_of_its_question_and_of_no_other(form: Form) -> None:
    for page in form.layout.pages:
        for question in {field.question for field in page.fields}:
            crop = question_box(question, page, form.layout.page_size, form.questionnaire)
            with_it = {question, form.questionnaire.question(question).other}
            for field in page.fields:
                for box in field.boxes:
                    if field.question == question:
                        assert holds(crop, box), (question, crop, box)
                    elif field.question not in with_it:
                        assert not overlaps(crop, box), (question, field.question)


def test_crops_of_a_turned_scan_stand_upright_and_in_place() -> None:
    form = FORMS[0]
    layout = form.layout
    scan = np.full((3508, 2480), 255, np.uint8)
    boxes = {field.question: field.boxes[0] for field in layout.pages[1].fields}
    question, (x, y, width, height) = next(iter(boxes.items()))
    px = 300 / 25.4
    cv2.rectangle(scan, (round(x * px), round(y * px)), (round((x + width) * px), round((y + height) * px)), 0, -1)
    turned = np.ascontiguousarray(scan[::-1, ::-1])
    matrix = [[-px, 0.0, 2479.0], [0.0, -px, 3507.0], [0.0, 0.0, 1.0]]
    pictures = pictures_of(turned, matrix, layout, 1, form.questionnaire)
    offset, length, left, top, *_ = pictures.places[question]
    crop = cv2.imdecode(np.frombuffer(pictures.content[int(offset) : int(offset + length)], np.uint8), 0)
    assert crop is not None
    at = (round((y + height / 2 - top) * CROP_PX_PER_MM), round((x + width / 2 - left) * CROP_PX_PER_MM))
    assert crop[at] < 60
    page = cv2.imdecode(np.frombuffer(pictures.content[: int(pictures.places["page"][1])], np.uint8), 0)
    assert page is not None
    assert page.shape == (round(297 * PAGE_PX_PER_MM), round(210 * PAGE_PX_PER_MM))


def test_a_page_that_was_not_registered_is_shown_as_it_was_scanned() -> None:
    pictures = picture_of_unread(np.full((7016, 4960), 200, np.uint8))
    page = cv2.imdecode(np.frombuffer(pictures.content, np.uint8), 0)
    assert page is not None
    assert (page.shape, list(pictures.places)) == ((1782, 1260), ["page"])
