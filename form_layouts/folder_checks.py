"""What a form folder must satisfy beyond its shape: ids, filters, wording in every language, labels that fit data files."""

from __future__ import annotations

from form_layouts.code_lists import CODE_LISTS
from form_layouts.errors import FormFolderError
from form_layouts.located_yaml import Keys, LocatedYaml
from form_layouts.questionnaire import FormPhrases, Question, Questionnaire, QuestionText, Wording

SPSS_VALUE_LABEL_BYTES = 120
"""Longer value labels are cut silently when an SPSS file is written."""
STATA_VARIABLE_LABEL_CHARACTERS = 80
"""Longer variable labels cannot be written to a Stata file."""
VARIABLE_NAME_CHARACTERS = 32
"""Stata's limit for the name of a variable."""
GRID_COLUMNS = 12
"""Columns of a table that fit beside its row labels without touching."""

_KEYS_OF_KIND: dict[str, tuple[set[str], set[str]]] = {
    # kind: (needed, allowed besides)
    "single": ({"choices"}, {"missing", "other"}),
    "multiple": ({"choices"}, {"missing", "other", "at_most"}),
    "grid": ({"choices", "rows"}, {"missing"}),
    "number": ({"digits"}, {"range"}),
    "date": (set(), {"range"}),
    "code": ({"list"}, set()),
    "text": (set(), {"lines"}),
}
_ALWAYS = {"id", "kind", "only_if", "part_of"}


def check_questionnaire(source: LocatedYaml, questionnaire: Questionnaire) -> list[FormFolderError]:
    """Mistakes in questionnaire.yaml that its shape alone does not show."""
    errors: list[FormFolderError] = []
    ids: dict[str, Question] = {}
    variables: set[str] = set()
    for index, question in enumerate(questionnaire.questions):
        here: Keys = ("questions", index)
        if question.id in ids:
            errors.append(
                source.error(
                    (*here, "id"),
                    f"the id '{question.id}' is used twice. Give each question its own.",
                    f"die Kennung „{question.id}“ kommt zweimal vor. Jede Frage braucht eine eigene.",
                )
            )
        errors += _kind_errors(source, here, question)
        errors += _code_errors(source, here, question)
        for name in question.variables:
            if name.lower() in variables and question.id not in ids:
                errors.append(
                    source.error(
                        (*here, "id"),
                        f"gives a second variable '{name}'. Rename the question.",
                        f"ergibt eine zweite Variable „{name}“. Benennen Sie die Frage um.",
                    )
                )
            if len(name) > VARIABLE_NAME_CHARACTERS:
                errors.append(
                    source.error(
                        (*here, "id"),
                        f"gives the variable '{name}' of {len(name)} characters; Stata takes {VARIABLE_NAME_CHARACTERS}. Shorten the id of the question or row.",
                        f"ergibt die Variable „{name}“ mit {len(name)} Zeichen; Stata erlaubt {VARIABLE_NAME_CHARACTERS}. Kürzen Sie die Kennung der Frage oder Zeile.",
                    )
                )
            variables.add(name.lower())
        ids.setdefault(question.id, question)
    others = [question.other for question in questionnaire.questions if question.other]
    for index, question in enumerate(questionnaire.questions):
        if question.other and others.count(question.other) > 1:
            en = f"'{question.other}' takes the words of two questions. Give each its own text question."
            de = f"„{question.other}“ nimmt die Wörter zweier Fragen auf. Jede braucht eine eigene Textfrage."
            errors.append(source.error(("questions", index, "other"), en, de))
        errors += _reference_errors(source, ("questions", index), question, ids)
    return errors


def _kind_errors(source: LocatedYaml, here: Keys, question: Question) -> list[FormFolderError]:
    needed, allowed = _KEYS_OF_KIND[question.kind]
    given = question.model_fields_set
    errors = [
        source.error(
            here,
            f"a {question.kind} question needs '{key}'. Add it.",
            f"eine Frage der Art {question.kind} braucht „{key}“. Ergänzen Sie es.",
        )
        for key in sorted(needed)
        if not getattr(question, key)
    ]
    for key in sorted(given - needed - allowed - _ALWAYS):
        errors.append(
            source.error(
                (*here, key),
                f"'{key}' has no meaning for a {question.kind} question. Remove it.",
                f"„{key}“ hat bei einer Frage der Art {question.kind} keine Bedeutung. Entfernen Sie es.",
            )
        )
    if question.at_most and question.at_most >= len(question.choices):
        errors.append(
            source.error(
                (*here, "at_most"),
                f"at most {question.at_most} of {len(question.choices)} choices is no limit. Lower or remove it.",
                f"höchstens {question.at_most} von {len(question.choices)} Antworten ist keine Grenze. Verringern oder entfernen Sie es.",
            )
        )
    if question.kind == "code" and question.list and question.list not in CODE_LISTS:
        errors.append(
            source.error(
                (*here, "list"),
                f"there is no list '{question.list}'. Take one of: {', '.join(CODE_LISTS)}.",
                f"es gibt keine Liste „{question.list}“. Nehmen Sie eine von: {', '.join(CODE_LISTS)}.",
            )
        )
    if question.range and question.range[0] > question.range[1]:
        errors.append(
            source.error(
                (*here, "range"),
                "the range begins above its end. Swap the two numbers.",
                "der Bereich beginnt über seinem Ende. Tauschen Sie die beiden Zahlen.",
            )
        )
    return errors


def _code_errors(source: LocatedYaml, here: Keys, question: Question) -> list[FormFolderError]:
    errors = []
    for key, codes in (("choices", question.choices), ("missing", question.missing)):
        for name, code in codes.items():
            if list(codes.values()).index(code) != list(codes).index(name):
                errors.append(
                    source.error(
                        (*here, key, name),
                        f"the code {code} is used twice in '{question.id}'. Give each choice its own.",
                        f"der Code {code} kommt in „{question.id}“ zweimal vor. Jede Antwort braucht einen eigenen.",
                    )
                )
    for name in sorted(question.missing.keys() & question.choices.keys()):
        errors.append(
            source.error(
                (*here, "missing", name),
                f"'{name}' is a choice too. Rename one.",
                f"„{name}“ ist auch eine Antwort. Benennen Sie eines um.",
            )
        )
    for row in sorted({row for row in question.rows if question.rows.count(row) > 1}):
        errors.append(
            source.error(
                (*here, "rows"),
                f"the row '{row}' stands twice. Remove or rename one.",
                f"die Zeile „{row}“ steht zweimal da. Entfernen Sie eine oder benennen Sie sie um.",
            )
        )
    return errors


def _reference_errors(
    source: LocatedYaml, here: Keys, question: Question, ids: dict[str, Question]
) -> list[FormFolderError]:
    errors = []
    for name, choice in question.only_if.items():
        owner = ids.get(name)
        if owner is None or owner is question:
            errors.append(
                source.error(
                    (*here, "only_if"),
                    f"the filter names '{name}', which is no other question.",
                    f"der Filter nennt „{name}“; eine andere Frage dieses Namens gibt es nicht.",
                )
            )
        elif choice not in owner.boxes:
            errors.append(
                source.error(
                    (*here, "only_if"),
                    f"the filter names '{choice}', which is no choice of '{name}'. It has: {', '.join(owner.boxes)}.",
                    f"der Filter nennt „{choice}“; „{name}“ hat nur: {', '.join(owner.boxes)}.",
                )
            )
    if question.other is not None:
        target = ids.get(question.other)
        if target is None or target.kind != "text":
            errors.append(
                source.error(
                    (*here, "other"),
                    f"'{question.other}' is no text question. Add one with this id.",
                    f"„{question.other}“ ist keine Textfrage. Legen Sie eine mit dieser Kennung an.",
                )
            )
        elif target.only_if.get(question.id, "other") not in question.choices:
            errors.append(
                source.error(
                    (*here, "other"),
                    f"which choice is 'other'? Name it in '{target.id}': only_if: {{{question.id}: <choice>}}.",
                    f"welche Antwort ist „Anderes“? Nennen Sie sie bei „{target.id}“: only_if: {{{question.id}: <Antwort>}}.",
                )
            )
    if question.part_of is not None and question.part_of not in ids:
        errors.append(
            source.error(
                (*here, "part_of"),
                f"there is no question '{question.part_of}'.",
                f"es gibt keine Frage „{question.part_of}“.",
            )
        )
    return errors


def check_wording(
    source: LocatedYaml, wording: Wording, questionnaire: Questionnaire, *, on_our_paper: bool
) -> list[FormFolderError]:
    """Texts that are missing, too many, or too long for the files that researchers receive."""
    errors: list[FormFolderError] = []
    for question in questionnaire.questions:
        text = wording.questions.get(question.id)
        if text is None:
            errors.append(
                source.error(
                    ("questions",),
                    f"the question '{question.id}' has no text. Add it.",
                    f"die Frage „{question.id}“ hat keinen Text. Ergänzen Sie ihn.",
                )
            )
            continue
        errors += _text_errors(source, question, text)
        if on_our_paper and question.kind == "grid" and len(question.boxes) > GRID_COLUMNS:
            en = f"the table '{question.id}' has {len(question.boxes)} columns; {GRID_COLUMNS} fit on our paper. Ask in two questions."
            de = f"die Tabelle „{question.id}“ hat {len(question.boxes)} Spalten; auf unser Papier passen {GRID_COLUMNS}. Fragen Sie in zwei Fragen."
            errors.append(source.error(("questions", question.id), en, de))
        if on_our_paper and question.at_most and not wording.form.at_most:
            errors.append(
                source.error(
                    ("form",),
                    "the phrase 'at_most' is missing; a question needs it. Add: at_most: \"... {n} ...\".",
                    'die Wendung „at_most“ fehlt; eine Frage braucht sie. Ergänzen Sie: at_most: "... {n} ...".',
                )
            )
    for name in sorted(wording.questions.keys() - {question.id for question in questionnaire.questions}):
        errors.append(
            source.error(
                ("questions", name),
                f"there is no question '{name}' in questionnaire.yaml. Remove it or mend the id.",
                f"in questionnaire.yaml gibt es keine Frage „{name}“. Entfernen Sie den Text oder berichtigen Sie die Kennung.",
            )
        )
    return errors


def _text_errors(source: LocatedYaml, question: Question, text: QuestionText) -> list[FormFolderError]:
    errors = []
    here: Keys = ("questions", question.id)
    for key, names, texts in (
        ("choices", list(question.choices), text.choices),
        ("missing", list(question.missing), text.missing),
        ("rows", list(question.rows), text.rows),
    ):
        for name in names:
            if not texts.get(name):
                errors.append(
                    source.error(
                        (*here, key),
                        f"'{name}' of '{question.id}' has no text under {key}. Add it.",
                        f"„{name}“ von „{question.id}“ hat unter {key} keinen Text. Ergänzen Sie ihn.",
                    )
                )
        for name, label in texts.items():
            if name not in names:
                errors.append(
                    source.error(
                        (*here, key, name),
                        f"'{question.id}' has no '{name}' under {key}. Remove it or mend the id.",
                        f"„{question.id}“ hat unter {key} kein „{name}“. Entfernen Sie es oder berichtigen Sie die Kennung.",
                    )
                )
            size = len(label.encode())
            if size > SPSS_VALUE_LABEL_BYTES:
                errors.append(
                    source.error(
                        (*here, key, name),
                        f"this label has {size} bytes; SPSS cuts it at {SPSS_VALUE_LABEL_BYTES}. Shorten it.",
                        f"diese Beschriftung hat {size} Bytes; SPSS schneidet sie bei {SPSS_VALUE_LABEL_BYTES} ab. Kürzen Sie sie.",
                    )
                )
    label = text.label or text.text
    if len(label) > STATA_VARIABLE_LABEL_CHARACTERS:
        key = "label" if text.label else "text"
        errors.append(
            source.error(
                (*here, key),
                f"Stata cuts the label of '{question.id}' ({len(label)} characters) at {STATA_VARIABLE_LABEL_CHARACTERS}. Give it a short `label:` for data files.",
                f"Stata schneidet die Beschriftung von „{question.id}“ ({len(label)} Zeichen) bei {STATA_VARIABLE_LABEL_CHARACTERS} ab. Geben Sie ein kurzes `label:` für Datendateien an.",
            )
        )
    return errors


def check_same_phrases(texts: list[tuple[LocatedYaml, Wording]]) -> list[FormFolderError]:
    """A phrase of the form that one language has and another lacks; `privacy_own` may be empty anywhere."""
    errors = []
    for name in FormPhrases.model_fields:
        having = [source for source, wording in texts if getattr(wording.form, name)]
        for source, wording in texts:
            if having and name != "privacy_own" and not getattr(wording.form, name):
                errors.append(
                    source.error(
                        ("form",),
                        f"the phrase '{name}' is missing, but {having[0].path.name} has it. Translate it.",
                        f"die Wendung „{name}“ fehlt, {having[0].path.name} hat sie. Übersetzen Sie sie.",
                    )
                )
    return errors
