"""Forms that we did not print, found by their blank: among many, turned, in photos, on real paper."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from form_layouts.catalogue import Catalogue, Form, open_catalogue
from form_layouts.form_folder import load_form_folder
from form_layouts.layout import Box
from omr.debug import DebugWriter
from omr.errors import NoFormFound
from omr.identify import identify
from omr.image import PageImage
from omr.markers import Markers
from omr.pages import open_scan, page_images
from omr.placing.features import image_features, most_alike
from omr.placing.planes import view_of
from omr.placing.print_patches import find_print, patches_of
from omr.placing.recognise import Recognised, recognise_foreign
from simulation.pen import Page
from simulation.photo import Camera, photograph
from simulation.printing import printed_copies
from tests.omr.sheets import DPI, EVERYDAY, everyday, whiten

DATA = Path(__file__).parents[3] / "shared" / "data"


def foreign(folder: Path, name: str, blank: Page, width_mm: float = 210.0) -> Form:
    """A form folder whose only page is this picture, with two boxes somewhere on it."""
    height_mm = round(width_mm * blank.shape[0] / blank.shape[1], 1)
    path = folder / name
    path.mkdir(parents=True)
    (path / "questionnaire.yaml").write_text(
        f'questionnaire: {name}\nversion: "1"\nquestions:\n  - {{id: q, kind: single, choices: {{a: 1, b: 2}}}}\n'
    )
    (path / "fields.en.yaml").write_text(
        f"page_size: [{width_mm}, {height_mm}]\npages:\n  - checkboxes:\n"
        "      - {question: q, choice: a, box: [10, 10, 5, 5]}\n      - {question: q, choice: b, box: [10, 20, 5, 5]}\n"
    )
    Image.fromarray(blank).save(path / "blank.en.png")
    return next(open_catalogue([path]).foreign)


def bare(page: Page) -> Page:
    """A page of the everyday form as if another program had printed it: no markers, no codes."""
    page, layout = page.copy(), everyday().layout.pages[0]
    boxes: tuple[Box, ...] = (*layout.markers, *layout.code_boxes)
    for x, y, w, h in boxes:
        whiten(page, (x - 1, y - 1, w + 2, h + 2))
    return page


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> list[Form]:
    """The everyday form in five languages: the same boxes in nearly the same places, other words."""
    to = tmp_path_factory.mktemp("forms")
    folder = load_form_folder(EVERYDAY)
    return [
        foreign(to, f"everyday-{language}", bare(next(printed_copies(folder, language, 1)).pages[0]))
        for language in ("de", "uk", "tr", "ro", "el")
    ]


def filled(language: str = "tr") -> Page:
    return bare(everyday(language, 49).pages[0])


def test_a_photo_lying_upside_down_is_told_from_the_same_form_in_other_languages(forms: list[Form]) -> None:
    camera = Camera(pitch_deg=18, yaw_deg=-12, roll_deg=3, fills=0.7, rotation=180, darkest=0.6, shadow=0.7, blur_px=1)
    image = PageImage(photograph(filled(), camera, np.random.default_rng(2)), None, "photo", 0)
    match = recognise_foreign(image, forms)
    assert match is not None
    assert (match.form.layout.questionnaire, match.plane.rotation((210.0, 297.0))) == ("everyday-tr", 180)
    assert agrees(image, match) == 1.0


def agrees(image: PageImage, match: Recognised) -> float:
    """Share of the page's print that lies within a millimetre of where the plane puts it."""
    view = view_of(image, match.plane, match.form.layout.page_size)
    return find_print(view, patches_of(match.form, match.page), 1.0).share


def test_a_quick_look_puts_the_right_page_first(forms: list[Form]) -> None:
    """With forty foreign forms only a few are compared in full."""
    image = PageImage(filled(), DPI, "scan", 0)
    pages = [(form, 0) for form in forms]
    ((best, _),) = most_alike(image_features(image.small), pages, 1)
    assert best.layout.questionnaire == "everyday-tr"


def test_a_page_of_none_of_the_forms_is_not_taken_for_the_nearest(forms: list[Form]) -> None:
    others = [form for form in forms if form.layout.questionnaire != "everyday-tr"]
    with pytest.raises(NoFormFound):
        identify(PageImage(filled(), DPI, "scan", 0), Markers({}), Catalogue(others), DebugWriter())


def test_a_scan_much_smaller_than_its_form_is_not_taken_for_it(forms: list[Form]) -> None:
    """Two pages on one sheet: a scan that states its resolution shows how large the print is."""
    page = np.full_like(filled(), 250)
    small = cv2.resize(filled(), None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    page[: small.shape[0], : small.shape[1]] = small
    assert recognise_foreign(PageImage(page, DPI, "scan", 0), forms) is None
    assert recognise_foreign(PageImage(page, None, "photo", 0), forms) is not None


# ---- real paper -----------------------------------------------------------------------------------------------


def real(path: Path) -> PageImage:
    (image,) = page_images(open_scan(path))
    assert isinstance(image, PageImage)
    return image


@pytest.mark.skipif(not (DATA / "odkscan-photos-1").is_dir(), reason=f"the real photos are not here: {DATA}")
@pytest.mark.parametrize("name", ["IMG_20120607_164211.jpg", "IMG_20120607_172543.jpg"])
def test_a_real_photo_in_uneven_light_is_registered(name: str, tmp_path: Path) -> None:
    folder = DATA / "odkscan-photos-1"
    form = foreign(tmp_path, "stock", real(folder / "form.jpg").grey)
    image = real(folder / name)
    match = recognise_foreign(image, [form])
    assert match is not None
    assert agrees(image, match) > 0.9


@pytest.mark.skipif(not (DATA / "omrchecker-survey").is_dir(), reason=f"the real photos are not here: {DATA}")
@pytest.mark.parametrize("turned", [0, 2])
def test_two_real_photos_of_one_survey_on_a_desk_are_registered_on_each_other(turned: int, tmp_path: Path) -> None:
    """No blank of it is known: one photo, desk and all, serves as the form."""
    folder = DATA / "omrchecker-survey"
    form = foreign(tmp_path, "survey", real(folder / "omr_survey_1.jpg").grey)
    seen = np.ascontiguousarray(np.rot90(real(folder / "omr_survey_2.jpg").grey, turned))
    image = PageImage(seen, None, "photo", 0)
    match = recognise_foreign(image, [form])
    assert match is not None
    assert agrees(image, match) > 0.9
