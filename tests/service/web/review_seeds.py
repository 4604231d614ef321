"""Fields that wait, with drawn crops, for tests of the review screen."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO

from PIL import Image, ImageDraw
from sqlalchemy import select

from service import storage
from service.db.models import Edition, Field, Page
from service.db.session import transaction
from service.forms import layout_of
from tests.service.seeds import Waiting, batch, publish_small, submission

CROP_PX_PER_MM, PAGE_PX_PER_MM = 8, 4
Answers = dict[str, int | str | Waiting]
HOUSING: Answers = {"housing": Waiting((1, 2), ("two_marks",))}
NEEDS: Answers = {"needs_1": 1, "needs_2": Waiting((1, 0), ("faint_mark",)), "needs_3": 0}
WRITING: Answers = {
    "household": Waiting(("4",)),
    "arrived": Waiting(("04 08 2015",)),
    "birth_country": Waiting(("Syrien",)),
    "comment": Waiting(()),
}


def seed(*people: Mapping[str, int | str | Waiting], language: str = "de") -> None:
    """One submission of the small questionnaire a person, in one batch."""
    publish_small()
    pile = batch()
    for answers in people:
        submission(pile, answers, language=language)
    draw()


def draw() -> None:
    """Give every page pictures with its boxes drawn where the layout has them."""
    with transaction() as session:
        for page in session.scalars(select(Page)).all():
            edition = session.get_one(Edition, page.edition_id)
            layout = layout_of(edition)
            on_page = layout.pages[(page.form_page or 1) - 1]
            boxes = [(field.question, box) for field in on_page.fields for box in field.boxes]
            whole = _jpeg((0, 0, *layout.page_size), [box for _, box in boxes], PAGE_PX_PER_MM)
            content, places = [whole], {"page": [0, len(whole)]}
            for question in session.scalars(select(Field.question).where(Field.page_id == page.id).distinct()):
                own = [box for name, box in boxes if name == question]
                left, top = min(box[0] for box in own) - 3, min(box[1] for box in own) - 8
                right, bottom = max(x + w for x, _, w, _ in own) + 45, max(y + h for _, y, _, h in own) + 3
                crop = (left, top, right - left, bottom - top)
                picture = _jpeg(crop, own, CROP_PX_PER_MM)
                places[question] = [sum(map(len, content)), len(picture), *crop]  # type: ignore[list-item]  # JSON: whole and broken numbers
                content.append(picture)
            page.pictures, page.picture_places = storage.put(b"".join(content)), places


def _jpeg(
    shown: tuple[float, float, float, float], boxes: list[tuple[float, float, float, float]], scale: int
) -> bytes:
    """Paper with empty boxes, as seen through `shown` (mm)."""
    left, top, width, height = shown
    picture = Image.new("L", (round(width * scale), round(height * scale)), 250)
    pen = ImageDraw.Draw(picture)
    for x, y, w, h in boxes:
        corner = ((x - left) * scale, (y - top) * scale)
        pen.rectangle((*corner, corner[0] + w * scale, corner[1] + h * scale), outline=60, width=2)
    packed = BytesIO()
    picture.save(packed, "JPEG")
    return packed.getvalue()
