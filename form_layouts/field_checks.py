"""What fields.<language>.yaml must satisfy: every field belongs to a question and lies on its page."""

from __future__ import annotations

from form_layouts.errors import FormFolderError
from form_layouts.layout import AnswerField, Checkbox, Comb, Fields
from form_layouts.located_yaml import Keys, LocatedYaml
from form_layouts.questionnaire import Question, Questionnaire


def check_fields(source: LocatedYaml, fields: Fields, questionnaire: Questionnaire) -> list[FormFolderError]:
    """Fields that name no question, choice or row, or stand outside their page; questions and boxes without a field."""
    errors: list[FormFolderError] = []
    questions = {question.id: question for question in questionnaire.questions}
    placed: set[tuple[str, str | None, str | None]] = set()
    on_page: dict[tuple[str, str | None], int] = {}
    for number, page in enumerate(fields.pages):
        groups: tuple[tuple[str, tuple[AnswerField, ...]], ...] = (
            ("checkboxes", page.checkboxes),
            ("combs", page.combs),
            ("text_areas", page.text_areas),
        )
        for group, members in groups:
            for index, field in enumerate(members):
                here: Keys = ("pages", number, group, index)
                errors += _field_errors(source, here, field, questions, fields.page_size)
                if isinstance(field, Checkbox):
                    errors += _place_errors(source, here, field, number, placed, on_page)
                    placed.add((field.question, field.row, field.choice))
                else:
                    placed.add((field.question, None, None))
    for question in questionnaire.questions:
        for wanted in sorted(_places_of(question) - placed, key=str):
            name = " ".join(part for part in wanted if part)
            en = f"'{name}' has no field on any page. Add it."
            de = f"„{name}“ hat auf keiner Seite ein Feld. Ergänzen Sie es."
            errors.append(source.error(("pages",), en, de))
    return errors


def _places_of(question: Question) -> set[tuple[str, str | None, str | None]]:
    if not question.choices:
        return {(question.id, None, None)}
    return {(question.id, row, choice) for row in question.rows or (None,) for choice in question.boxes}


def _place_errors(
    source: LocatedYaml,
    here: Keys,
    field: Checkbox,
    page: int,
    placed: set[tuple[str, str | None, str | None]],
    on_page: dict[tuple[str, str | None], int],
) -> list[FormFolderError]:
    """A box that stands twice, and boxes of one answer on two pages: each would overwrite the other's answer."""
    errors = []
    if (field.question, field.row, field.choice) in placed:
        en = f"the choice '{field.choice}' of '{field.question}' has two boxes. Remove one."
        de = f"die Antwort „{field.choice}“ von „{field.question}“ hat zwei Kästchen. Entfernen Sie eines."
        errors.append(source.error(here, en, de))
    if on_page.setdefault((field.question, field.row), page) != page:
        en = f"the boxes of '{field.question}' stand on two pages. Boxes that give one answer must stand on one page: make two questions."
        de = f"die Kästchen von „{field.question}“ stehen auf zwei Seiten. Kästchen einer Antwort müssen auf einer Seite stehen: Machen Sie zwei Fragen daraus."
        errors.append(source.error(here, en, de))
    return errors


def _field_errors(
    source: LocatedYaml, here: Keys, field: AnswerField, questions: dict[str, Question], page_size: tuple[float, float]
) -> list[FormFolderError]:
    errors = []
    width, height = page_size
    if any(x < 0 or y < 0 or w <= 0 or h <= 0 or x + w > width or y + h > height for x, y, w, h in field.boxes):
        en = f"this field of '{field.question}' lies outside the page of {width:g} x {height:g} mm. Mend its millimetres."
        de = f"dieses Feld von „{field.question}“ liegt außerhalb der Seite von {width:g} x {height:g} mm. Berichtigen Sie die Millimeter."
        errors.append(source.error(here, en, de))
    question = questions.get(field.question)
    if question and isinstance(field, Comb) and question.digits and len(field.cells) != question.digits:
        en = f"the comb of '{question.id}' has {len(field.cells)} cells, but questionnaire.yaml says digits: {question.digits}. Make them equal."
        de = f"der Kamm von „{question.id}“ hat {len(field.cells)} Zellen, questionnaire.yaml sagt aber digits: {question.digits}. Gleichen Sie sie an."
        errors.append(source.error(here, en, de))
    if question and question.choices and not isinstance(field, Checkbox):
        en = f"'{question.id}' is answered with boxes; writing needs a text question of its own."
        de = f"„{question.id}“ wird mit Kästchen beantwortet; für Geschriebenes braucht es eine eigene Textfrage."
        errors.append(source.error(here, en, de))
    if question is None:
        en = f"there is no question '{field.question}' in questionnaire.yaml. Mend the id or add the question."
        de = f"in questionnaire.yaml gibt es keine Frage „{field.question}“. Berichtigen Sie die Kennung oder ergänzen Sie die Frage."
        errors.append(source.error(here, en, de))
    elif isinstance(field, Checkbox) and (field.question, field.row, field.choice) not in _places_of(question):
        en = f"'{question.id}' has no choice '{field.choice}' with row '{field.row}'. A grid needs its row, other kinds have none."
        de = f"„{question.id}“ hat keine Antwort „{field.choice}“ mit Zeile „{field.row}“. Eine Tabelle braucht ihre Zeile, andere Arten haben keine."
        errors.append(source.error(here, en, de))
    return errors
