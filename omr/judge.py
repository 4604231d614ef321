"""Scores + question kind -> answer, confidence, reasons.  The only place that turns measurements into answers."""

from __future__ import annotations

import statistics
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from form_layouts.questionnaire import Question, Questionnaire
from form_layouts.written_codes import match
from omr.checkboxes import BoxScore
from omr.marks import judge_marks
from omr.one_mark import Mark
from omr.reading import NOT_ANSWERED, Answer, Marks, Reason
from omr.text import WritingScore

WRITTEN_MM2 = 0.35
"""Ink in a text area from which it counts as written on: set by eye, between a full stop and the letter i."""
CELL_WRITTEN_MM2 = 0.25
"""The same for one comb cell: a 1 of 4 mm drawn with a pen of 0.28 mm has 1.1."""
THIN_WARM_UP = 0.08
"""Inked share of the warm-up and of every other box of a one-bit page below which it lost this hand's strokes: 0 to 0.04 on pages that had
lost their marks, 0.13 and more on readable ones (another pen and scanner than ours, light pencil at 200 dpi)."""
THIN_QUESTIONS = 4
"""Questions on a one-bit page from which it is suspicious that not one is answered."""
FADED = 2
"""Boxes with specks or pale lines from which a page without any mark lost its strokes: pencil on a copy of a copy."""
FRAIL, USUALLY_FRAIL = 0.1, 0.25
"""Coverage of a mark on a black and white scan, and median coverage of all of them, below which strokes are breaking up:
crosses of ball pens cover 0.22 and more, of pencils, pale and drying pens 0.1 to 0.26."""
BLANK_CONFIDENCE = 0.999
"""Said of every blank field; set by eye, since blank and written are not measured apart yet."""
ALIKE = 0.6
"""Score of words against a name from which its code is suggested.  Of 2,400 names of countries with 20 to 50 % of their letters
spoilt (`benchmarks.lists`, another seed), the first was right in 79 % of those between 0.6 and 0.65, in 58 % of those from 0.55."""
MOST_LEFT_OVER = 2
"""Words beside a name up to which its code is suggested, as in "Syria, Turkey, Iraq" or "born in Syria"; more is a sentence."""
NEARLY_AS_NEAR = 2
"""Edits by which a code may be farther from the words than the first and still be suggested: with 1 the second of two spoilt
countries in one field was lost in one case of ten more, with 3 hardly more were found."""
MOST_CODES = 8
"""Codes suggested for one field: with the words, nine, as many as the reviewer has keys for."""
AGREEING, ALONE = 0.97, 0.75
"""Confidence where two engines agree on what is written, and the most where they differ or one is alone.  Of 720 names in drawn
hands (fonts, another seed than the benchmark's) 324 of 327 words that they agreed on were right, 259 of 334 of the others; and
181 of 185 codes that both were nearest to by CODE_MARGIN: cities look like countries to both."""
CODE_MARGIN = 2
"""Edits by which a code must be nearer than any other to both engines' words."""
_BLANK = Answer(value=NOT_ANSWERED, accepted=True, confidence=BLANK_CONFIDENCE)


@dataclass(frozen=True)
class Judged:
    answers: dict[str, Answer]
    marks: Marks
    lost_its_ink: bool = False
    """Whether the scan lost this hand's strokes: then nothing was accepted that rests on nothing being there."""


def is_written(score: WritingScore) -> bool:
    """Whether a comb or text area bears writing at all."""
    if score.cells_inked_mm2:
        return max(score.cells_inked_mm2) >= CELL_WRITTEN_MM2
    return score.ink_mm2 >= WRITTEN_MM2


def _lost_its_ink(marks: Sequence[Mark], warm_up: BoxScore | None, *, one_bit: bool) -> bool:
    """Whether a page shows so little of a hand that its empty boxes prove nothing: no mark at all, and either the scan
    is black and white, or what is left of strokes lies about in several boxes."""
    if len({(mark.score.question, mark.score.row) for mark in marks}) < THIN_QUESTIONS:
        return False
    if any(mark.state in ("marked", "cancelled") or mark.score.fill is not None for mark in marks):
        return False  # whoever fills bubbles fills them with more than thin strokes
    if one_bit:
        strokes = [mark.score.coverage for mark in marks] + ([warm_up.coverage] if warm_up else [])
        return max(strokes) < THIN_WARM_UP
    return sum(mark.reason in ("faint_mark", "dot") for mark in marks) >= FADED


def held_back(answers: dict[str, Answer], values: Collection[int] = (NOT_ANSWERED, 0)) -> dict[str, Answer]:
    """The answers without those that rest on nothing being there: blank fields, and choices not marked."""
    return {
        variable: Answer(
            value=None, accepted=False, confidence=0.5, candidates=(answer.value,), reasons=("scan_too_thin",)
        )
        if answer.accepted and answer.value is not None and answer.value in values
        else answer
        for variable, answer in answers.items()
    }


def _is_frail(marks: Sequence[Mark]) -> bool:
    """Whether a black and white page shows strokes that are breaking up: others of this hand may be gone altogether."""
    strokes = [mark for mark in marks if mark.score.fill is None]
    marked = [mark.score.coverage for mark in strokes if mark.state == "marked"]
    if any(mark.reason in ("faint_mark", "dot") for mark in strokes):
        return True
    return bool(marked) and (min(marked) < FRAIL or statistics.median(marked) < USUALLY_FRAIL)


def not_accepted(answers: dict[str, Answer], reason: Reason) -> dict[str, Answer]:
    """No answer stands without a person: what was read is only a candidate."""
    return {
        variable: Answer(
            value=None,
            accepted=False,
            confidence=0.5,
            candidates=(answer.value,) if answer.value is not None else answer.candidates,
            reasons=(*answer.reasons, reason),
        )
        for variable, answer in answers.items()
    }


def judge(
    questionnaire: Questionnaire,
    boxes: Sequence[BoxScore],
    warm_up: BoxScore | None,
    writing: Sequence[WritingScore],
    *,
    one_bit: bool = False,
) -> Judged:
    """Every variable that has a field on this page."""
    marks = judge_marks(boxes, warm_up, one_bit=one_bit)
    answers: dict[str, Answer] = {}
    shown: Marks = {}
    for question in questionnaire.questions:
        own = [mark for mark in marks if mark.score.question == question.id]
        if question.kind == "multiple" and own:
            answers.update(_multiple(question, own))
            variables = {choice: variable for variable, choice in question.variables.items()}
            for mark in own:
                shown.setdefault(variables.get(mark.score.choice, question.id), {})[mark.score.choice] = mark.reading
        elif own:
            for row in dict.fromkeys(mark.score.row for mark in own):
                variable = f"{question.id}_{row}" if row else question.id
                group = [mark for mark in own if mark.score.row == row]
                answers[variable] = _one_of(question, group)
                shown[variable] = {mark.score.choice: mark.reading for mark in group}
    for name in dict.fromkeys(score.field.question for score in writing):
        fields = [score for score in writing if score.field.question == name]
        answers[name] = _writing(questionnaire.question(name), fields)
    for question in questionnaire.questions:
        if question.other and answers.get(question.other, _BLANK).value != NOT_ANSWERED:
            _hold_back_other(questionnaire, question, answers, shown)
    if _lost_its_ink(marks, warm_up, one_bit=one_bit):
        return Judged(held_back(answers), shown, lost_its_ink=True)
    if one_bit and _is_frail(marks):
        answers |= held_back({name: answer for name, answer in answers.items() if name in shown}, (NOT_ANSWERED,))
    return Judged(answers, shown)


def _hold_back_other(
    questionnaire: Questionnaire, question: Question, answers: dict[str, Answer], marks: Marks
) -> None:
    """Words beside a choice that is not marked: whoever wrote them may have meant it."""
    asked = questionnaire.asked_with(questionnaire.question(question.other or ""))
    choice = asked[1] if asked else ""
    variable = f"{question.id}_{question.choices[choice]}" if question.kind == "multiple" else question.id
    answer = answers.get(variable)
    if answer is None or not answer.accepted or marks[variable][choice][0] == "marked":
        return
    code = 1 if question.kind == "multiple" else question.choices[choice]
    candidates = (code, *(() if answer.value in (None, NOT_ANSWERED) else (answer.value,)))
    answers[variable] = Answer(
        value=None, accepted=False, confidence=0.5, candidates=candidates, reasons=("contradiction",)
    )


def _one_of(question: Question, group: Sequence[Mark]) -> Answer:
    """One value of several boxes: a single question, or a row of a grid."""
    marked = [mark for mark in group if mark.state == "marked"]
    likely = [*marked, *(mark for mark in group if mark.state == "unsure"), *_specks(group)]
    reasons = (*_reasons(group), *(("dot",) if _specks(group) else ()))
    candidates = tuple(question.boxes[mark.score.choice] for mark in group if mark in likely)
    if len(marked) > 1:
        reasons = (*reasons, "two_marks")
    confidence = _all_right(group)
    if reasons:
        return Answer(value=None, accepted=False, confidence=1 - confidence, candidates=candidates, reasons=reasons)
    value = question.boxes[marked[0].score.choice] if marked else NOT_ANSWERED
    return Answer(value=value, accepted=True, confidence=confidence)


def _specks(group: Sequence[Mark]) -> list[Mark]:
    """Boxes of an unanswered question with a speck in them: it may be what the scan left of a pale stroke."""
    if any(mark.state != "empty" for mark in group):
        return []
    return [mark for mark in group if mark.score.coverage and mark.kind in ("clean", "specked")]


def _multiple(question: Question, group: Sequence[Mark]) -> dict[str, Answer]:
    """A 0/1 value per choice; all blank gives -9 in each, a missing box alone its code."""
    by_choice = {mark.score.choice: mark for mark in group}
    marked = [mark for mark in group if mark.state == "marked"]
    missing = [mark for mark in marked if mark.score.choice in question.missing]
    chosen = [mark for mark in marked if mark.score.choice in question.choices]
    contradiction: tuple[Reason, ...] = ("contradiction",) if missing and (chosen or len(missing) > 1) else ()
    too_many: tuple[Reason, ...] = ("too_many_marks",) if question.at_most and len(chosen) > question.at_most else ()
    doubtful = (*_reasons([mark for mark in group if mark.state == "unsure"]), *(("dot",) if _specks(group) else ()))
    confidence = _all_right(group)
    answers = {}
    for variable, choice in question.variables.items():
        mark = by_choice.get(choice or "")
        if mark is None:
            continue
        blank = question.missing[missing[0].score.choice] if missing else NOT_ANSWERED
        value = (1 if mark.state == "marked" else 0) if chosen else blank
        reasons = _reasons([mark]) + contradiction + (too_many if mark.state == "marked" else ())
        if not chosen and not reasons:
            reasons = doubtful  # whether the others are 0 or unanswered hangs on the doubtful one
        if reasons:
            candidates: tuple[int, ...] = (1, 0) if mark.state == "unsure" else (value,)
            answers[variable] = Answer(
                value=None, accepted=False, confidence=0.5, candidates=candidates, reasons=reasons
            )
        else:
            answers[variable] = Answer(value=value, accepted=True, confidence=mark.confidence if chosen else confidence)
    return answers


def _writing(question: Question, fields: Sequence[WritingScore]) -> Answer:
    """All fields of one question blank is an answer.  Writing never is: what an engine says of a hand is a suggestion."""
    if any(score.cut_off for score in fields):
        return Answer(value=None, accepted=False, confidence=0.0, reasons=("box_not_found",))
    written = [score for score in fields if is_written(score)]
    if not written:
        return _BLANK
    readings = [score.reading for score in written if score.reading]
    if len(readings) < len(written):
        return Answer(value=None, accepted=False, confidence=0.0, reasons=("handwriting",))
    words = _together([reading.text for reading in readings])
    others = [_together(texts) for texts in zip(*(reading.others for reading in readings), strict=False)]
    sure = AGREEING if _agree(words, others, question.list) else min(ALONE, *(one.confidence for one in readings))
    candidates = _suggested(words, others, question)
    return Answer(value=None, accepted=False, confidence=sure, candidates=candidates, reasons=("handwriting",))


def _suggested(words: str, others: Sequence[str], question: Question) -> tuple[str, ...]:
    """Codes of a closed list, those of the first engine first, then the words as it read them; of a free text each engine's."""
    if question.list:
        found = [code for said in (words, *others) for code in suggested_codes(said, question.list)]
        return (*tuple(dict.fromkeys(found))[:MOST_CODES], words)
    return tuple(dict.fromkeys((words, *others))) if question.kind == "text" else (words,)


def _agree(words: str, others: Sequence[str], list_name: str | None) -> bool:
    """Whether a further engine read the same, or words of which the same code is the nearest by far."""
    if list_name is None:
        return any(_folded(said) == _folded(words) for said in others)
    found = [match(said, list_name) for said in (words, *others)]
    nearest = [one.candidates[0].code if one.margin >= CODE_MARGIN else None for one in found]
    return nearest[0] is not None and nearest[0] in nearest[1:]


def _together(texts: Sequence[str]) -> str:
    return unicodedata.normalize("NFC", " ".join(texts))


def _folded(words: str) -> str:
    return "".join(unicodedata.normalize("NFC", words.casefold()).split())


def suggested_codes(words: str, list_name: str) -> tuple[str, ...]:
    """The codes of a closed list that the words may mean, the likeliest first; none where nothing is like them."""
    found = [
        candidate
        for candidate in match(words, list_name).candidates
        if candidate.score >= ALIKE and candidate.left_over <= MOST_LEFT_OVER
    ]
    nearest = found[0].edits if found else 0
    return tuple(one.code for one in found if one.edits - nearest <= NEARLY_AS_NEAR)[:MOST_CODES]


def _reasons(marks: Sequence[Mark]) -> tuple[Reason, ...]:
    return tuple(dict.fromkeys(mark.reason for mark in marks if mark.reason))


def _all_right(marks: Sequence[Mark]) -> float:
    """Probability that every mark's state is right, taken as independent."""
    product = 1.0
    for mark in marks:
        product *= mark.confidence
    return round(product, 4)
