"""What a reading is: plain data, frozen, the same for command line and service.  Values follow docs/reading.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

State = Literal["empty", "marked", "cancelled", "unsure"]
Reason = Literal[
    "faint_mark",
    "half_erased",
    "dot",
    "beside_box",
    "circled",
    "struck_line",
    "blackened",
    "overwritten",
    "mixed_marks",
    "two_marks",
    "too_many_marks",
    "contradiction",
    "box_not_found",
    "stray_ink",
    "handwriting",
    "page_missing",
    "scan_too_thin",
    "identity_guessed",
    "jbig2",
]
"""Why a person must look."""
NOT_ANSWERED = -9
SAME_PAPER = 0.95
"""Share of equal answers, of those accepted in both, from which two scans with one number look like one paper scanned
twice.  Of 870 pairs of simulated people the most alike shared 0.63 (`python -m benchmarks service`)."""
Probability = Annotated[float, Field(ge=0, le=1)]
MarkReading = tuple[State, Probability]
Marks = dict[str, dict[str, MarkReading]]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True)


class Answer(_Model):
    """What was read for one variable.  `value` is null where it was not accepted."""

    value: int | str | None
    accepted: bool
    confidence: Probability
    candidates: tuple[int | str, ...] = ()
    reasons: tuple[Reason, ...] = ()


class Finding(_Model):
    """Something about a page that is no answer; `box` in mm on the form, null where it concerns the whole page."""

    kind: str
    box: tuple[float, float, float, float] | None = None


class PageIdentity(_Model):
    """Which side of which form a page is; `page` counts from 1, `copy_number` is null on an unnumbered form."""

    questionnaire: str
    version: str
    edition: int
    language: str
    page: int
    pages: int
    copy_number: int | None = None
    duplex: bool | None = None
    """Whether the form was printed on both sides of the paper, where its page code says."""


class PageReading(_Model):
    """One scanned side as read: a form's page, a blank, a cover sheet, or a rejected page with its reason."""

    file: str
    index: int
    kind: Literal["page", "blank", "cover", "rejected"]
    reason: str | None = None
    messages: dict[str, str] = {}
    """Why it was rejected, for a person, by language."""
    identity: PageIdentity | None = None
    rotation: int = 0
    """Degrees clockwise by which the page lies turned in the scan: 0, 90, 180 or 270."""
    scale: float | None = None
    """Printed size over designed size; null where the scan does not say its resolution."""
    plane: tuple[tuple[float, float, float], ...] | None = None
    """The homography from mm on the form to px in the scan, 3 rows of 3."""
    findings: tuple[Finding, ...] = ()
    answers: dict[str, Answer] = {}
    marks: Marks = {}


class SubmissionPage(_Model):
    file: str
    index: int
    page: int
    rotation: int
    findings: tuple[Finding, ...] = ()


class Submission(_Model):
    """One filled questionnaire: a line of `crosscheck read`."""

    kind: Literal["submission"] = "submission"
    format: Literal[1] = 1
    questionnaire: str
    version: str
    edition: int
    language: str
    copy_number: Annotated[int | None, Field(alias="copy")]
    scale: float | None
    pages: tuple[SubmissionPage, ...]
    answers: dict[str, Answer]
    marks: Marks


class Rejected(_Model):
    """A page, or with index 0 and a file's reason a whole file, that was not read."""

    kind: Literal["rejected"] = "rejected"
    format: Literal[1] = 1
    file: str
    index: int
    reason: str
    message: str


class SetAside(_Model):
    """A side without answers that is kept: blank, or a cover sheet."""

    kind: Literal["blank", "cover"]
    format: Literal[1] = 1
    file: str
    index: int


Line = Submission | Rejected | SetAside


def accepted(answers: Mapping[str, Answer]) -> dict[str, int | str | None]:
    """The values that may stand, by variable."""
    return {variable: answer.value for variable, answer in answers.items() if answer.accepted}


def likeness(one: Mapping[str, object], other: Mapping[str, object]) -> float:
    """Share of equal values among the variables that both have; 0 where they have none in common."""
    both = one.keys() & other.keys()
    return sum(one[variable] == other[variable] for variable in both) / len(both) if both else 0.0
