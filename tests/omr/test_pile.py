"""A pile of pages becomes submissions: every page in the right one, and none lost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from benchmarks.compare import Comparison, compare
from form_layouts.catalogue import Catalogue
from form_layouts.form_folder import FormFolder
from omr.assembly import assemble
from omr.reading import Line, PageReading, Rejected, SetAside, Submission
from simulation.pen import Page
from simulation.printing import printed_copies
from simulation.stack import simulate
from tests.omr.sheets import (
    Copy,
    Done,
    assert_as_meant,
    catalogue_of,
    crosscheck,
    everyday,
    filled,
    of_kind,
    places,
    published,
    read,
    save,
    short_form,
)
from tests.omr.sheets import Line as JsonLine

LANGUAGES = ("de", "ar", "uk")
COPIES = 2


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> tuple[FormFolder, FormFolder]:
    """Two versions of a form of two pages with copy numbers."""
    root = tmp_path_factory.mktemp("versions")
    return short_form("2025-02", root / "2025-02"), short_form("2025-08", root / "2025-08")


# ---- the pile -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pile:
    """What was simulated, and what the reader made of it."""

    truth: list[JsonLine]
    done: Done
    pages: int
    compared: Comparison


@pytest.fixture(scope="module")
def pile(versions: tuple[FormFolder, FormFolder], tmp_path_factory: pytest.TempPathFactory) -> Pile:
    """Two versions, three languages, two copies each: corrected here and there, some upside down, shuffled."""
    out = tmp_path_factory.mktemp("pile")
    simulated = simulate(versions, LANGUAGES, COPIES, 2024, out, corrections=0.25, upside_down=0.25)
    forms = [part for folder in versions for part in ("--forms", folder.path)]
    done = crosscheck("read", *simulated.files, *forms, "--no-ocr")
    truth = [json.loads(line) for line in simulated.truth.read_text(encoding="utf-8").splitlines()]
    return Pile(truth, done, simulated.pages, compare(truth, done.lines))


def test_a_shuffled_pile_has_the_hard_cases_in_it(pile: Pile) -> None:
    """Without them the tests below would prove little."""
    assert len(pile.truth) == 2 * len(LANGUAGES) * COPIES == 12
    assert {(line["version"], line["language"]) for line in pile.truth} == {
        (version, language) for version in ("2025-02", "2025-08") for language in LANGUAGES
    }
    assert {len(line["pages"]) for line in pile.truth} == {2}
    rotations = [page["rotation"] for line in pile.truth for page in line["pages"]]
    assert rotations.count(180) >= 2
    styles = [style for line in pile.truth for boxes in line["styles"].values() for style in boxes.values()]
    assert styles.count("corrected") >= 2
    indexes = [page["index"] for line in pile.truth for page in line["pages"]]
    assert indexes != sorted(indexes)


def test_every_page_of_a_shuffled_pile_lands_in_the_right_submission(pile: Pile) -> None:
    """By version, language and copy number, in the order of the form's pages, each page once."""
    assert (pile.compared.pages, pile.compared.pages_lost, pile.compared.pages_misplaced) == (pile.pages, 0, 0)
    assert len(pile.done.lines) == len(pile.truth)
    assert places(pile.done.lines) == places(pile.truth)
    wanted = ("questionnaire", "version", "edition", "language", "copy")
    by_pages = {tuple(places([line])): line for line in pile.done.lines}
    for true in pile.truth:
        line = by_pages[tuple(places([true]))]
        assert [line[key] for key in wanted] == [true[key] for key in wanted]
        for key in ("file", "index", "page", "rotation"):
            assert [page[key] for page in line["pages"]] == [page[key] for page in true["pages"]]


def test_no_answer_of_a_shuffled_pile_is_wrong_without_a_word(pile: Pile) -> None:
    """What is accepted is right; what is clear is accepted; what is not waits for a person."""
    assert pile.compared.wrong == []
    assert (pile.compared.silent_wrong, pile.compared.boxes_wrong) == (0, 0)
    assert pile.compared.closed_clear > 200
    assert pile.compared.clear_accepted_share >= 0.95
    assert pile.done.code == 0


def test_the_comparison_with_the_truth_can_look_bad(pile: Pile) -> None:
    """A figure of zero is worth something only where an error would have shown."""
    lines: list[JsonLine] = json.loads(json.dumps(pile.done.lines))
    variable = next(name for name, answer in lines[0]["answers"].items() if name == "age" or answer["accepted"])
    lines[0]["answers"][variable]["value"] = 77
    lines[1]["marks"]["age"]["under_18"][0] = "cancelled"
    lines[2]["pages"], lines[3]["pages"] = (
        [lines[2]["pages"][0], lines[3]["pages"][1]],
        [lines[3]["pages"][0], lines[2]["pages"][1]],
    )
    lost = lines.pop()
    compared = compare(pile.truth, lines)
    assert compared.silent_wrong >= 1
    assert any(f" {variable}: 77 for " in wrong for wrong in compared.wrong)
    assert any(" age under_18: cancelled for " in wrong for wrong in compared.wrong)
    assert compared.pages_lost == len(lost["pages"])
    assert compared.pages_misplaced >= 2


# ---- pages that come apart ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def three(versions: tuple[FormFolder, FormFolder]) -> list[Copy]:
    """Three people's numbered copies, 1 to 3."""
    copies = printed_copies(versions[1], "de", 3)
    return [filled(versions[1], copy, 70 + number) for number, copy in enumerate(copies)]


@pytest.fixture(scope="module")
def readings(three: list[Copy]) -> list[list[PageReading]]:
    """Their pages as read, in files of their own."""
    return [
        [
            read(copy.scanned(page), catalogue_of(*three)).model_copy(update={"file": f"{number}.pdf", "index": page})
            for page in range(len(copy.pages))
        ]
        for number, copy in enumerate(three)
    ]


def put_together(pages: Sequence[PageReading], *copies: Copy) -> list[Submission]:
    """The submissions of a pile, after every page proved to be in exactly one of them."""
    lines = assemble(pages, Catalogue([copy.form for copy in copies]), "en")
    submissions = [line for line in lines if isinstance(line, Submission)]
    assert len(submissions) == len(lines)
    found = sorted((page.file, page.index) for line in submissions for page in line.pages)
    assert found == sorted((page.file, page.index) for page in pages)
    return submissions


def extra(submission: Submission) -> set[str]:
    return {finding.kind for page in submission.pages for finding in page.findings} - {"streaks"}  # of the glass


def right(submission: Submission, copy: Copy) -> None:
    assert_as_meant(submission.answers, submission.marks, copy.truth)


def test_the_pages_of_one_copy_find_each_other_in_any_order(
    three: list[Copy], readings: list[list[PageReading]]
) -> None:
    a, b, c = readings
    submissions = put_together([c[1], a[1], b[0], a[0], c[0], b[1]], *three)
    assert [line.copy_number for line in submissions] == [3, 1, 2]
    for line, copy in zip(submissions, (three[2], three[0], three[1]), strict=True):
        assert [page.page for page in line.pages] == [1, 2]
        assert extra(line) == set()
        right(line, copy)


def test_the_pages_of_one_copy_may_lie_in_two_files(
    three: list[Copy], versions: tuple[FormFolder, FormFolder], tmp_path: Path
) -> None:
    """The feeder stopped in the middle of a person, and the second half of the pile became another file."""
    first = save(tmp_path / "a.tif", three[0].scanned(0), three[1].scanned(1))
    second = save(tmp_path / "b.pdf", three[1].scanned(0), three[0].scanned(1))
    done = crosscheck("read", first, second, "--forms", published(tmp_path / "forms", *three), "--no-ocr")
    assert done.code == 0
    found = [(line["copy"], [(page["file"], page["index"]) for page in line["pages"]]) for line in done.lines]
    assert found == [(1, [("a.tif", 0), ("b.pdf", 1)]), (2, [("b.pdf", 0), ("a.tif", 1)])]


def test_a_missing_page_leaves_its_answers_open_and_is_a_finding(
    three: list[Copy], readings: list[list[PageReading]]
) -> None:
    """Questions of a page that is not there are not unanswered: somebody must look for the sheet."""
    submissions = put_together([readings[0][0], readings[1][1], readings[1][0]], *three)
    assert [extra(line) for line in submissions] == [{"pages_missing"}, set()]
    right(submissions[1], three[1])
    here = three[0].layout.pages[0]
    there = {field.question for field in here.fields}
    questions = three[0].folder.questionnaire.questions
    seen = {variable for question in questions if question.id in there for variable in question.variables}
    for variable, answer in submissions[0].answers.items():
        if variable in seen:
            assert answer.reasons in ((), ("handwriting",)), variable
        else:
            assert (answer.value, answer.accepted, answer.reasons) == (None, False, ("page_missing",))
    assert 0 < len(seen) < len(submissions[0].answers) == len(three[0].truth["answers"])


def photocopies(version: FormFolder, people: int) -> tuple[list[Copy], list[list[PageReading]]]:
    """The numbered forms had run out and somebody photocopied one; everybody's two pages as read."""
    printed = next(printed_copies(version, "de", 1, first=17))
    copies = [filled(version, printed, 80 + number) for number in range(people)]
    assert len({json.dumps(copy.truth["answers"]) for copy in copies}) == people
    return copies, [[read(copy.scanned(page), catalogue_of(copies[0])) for page in (0, 1)] for copy in copies]


def test_people_who_share_a_number_keep_their_pages_where_whole_forms_follow_each_other(
    versions: tuple[FormFolder, FormFolder],
) -> None:
    people, pages = photocopies(versions[0], 3)
    submissions = put_together(in_order(*pages[0], *pages[1], *pages[2]), *people[:1])
    assert [line.copy_number for line in submissions] == [17, 17, 17]
    for line, person in zip(submissions, people, strict=True):
        assert extra(line) == {"copy_number_shared"}
        right(line, person)


def test_people_who_share_a_number_are_never_mixed(versions: tuple[FormFolder, FormFolder]) -> None:
    """Sorted by page, with a page lost, or with a page scanned again later: then nobody knows whose page it is."""
    people, ((a1, a2), (b1, b2)) = photocopies(versions[0], 2)
    for pile in ([a1, b1, a2, b2], [a1, b1, b2], [a1, b1, b2, a2]):
        submissions = put_together(in_order(*pile), *people[:1])
        assert [len(line.pages) for line in submissions] == [1] * len(pile)
        assert {kind for line in submissions for kind in extra(line)} == {"copy_number_shared", "pages_missing"}


def test_a_sheet_that_was_scanned_again_does_not_break_its_submission(versions: tuple[FormFolder, FormFolder]) -> None:
    """Page 2 was not readable at first; whoever scans the sheet again scans page 1 again too."""
    (person,), ((first, second),) = photocopies(versions[0], 1)
    once_more = first.model_copy(update={"file": "again.pdf"})
    lost = PageReading(file="scan.pdf", index=9, kind="rejected", reason="no_form_found", messages={"en": "?"})
    lines = assemble([*in_order(first), lost, once_more, second], catalogue_of(person), "en")
    (line,) = (line for line in lines if isinstance(line, Submission))
    assert [(page.page, "scanned_again" in {f.kind for f in page.findings}) for page in line.pages] == [
        (1, False),
        (2, False),
        (1, True),
    ]
    right(line, person)


# ---- without copy numbers -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unnumbered(versions: tuple[FormFolder, FormFolder]) -> tuple[list[Copy], list[list[PageReading]]]:
    """Two people's copies without numbers, and their pages as read."""
    printed = next(printed_copies(versions[1], "uk", 1, numbered=False))
    people = [filled(versions[1], printed, 90 + number) for number in range(2)]
    pages = [[read(person.scanned(page), catalogue_of(person)) for page in (0, 1)] for person in people]
    return people, pages


def in_order(*pages: PageReading) -> list[PageReading]:
    """The pages as they came out of one scan."""
    return [page.model_copy(update={"index": index}) for index, page in enumerate(pages)]


def test_without_copy_numbers_the_order_of_the_pages_says_what_belongs_together(
    unnumbered: tuple[list[Copy], list[list[PageReading]]],
) -> None:
    people, (a, b) = unnumbered
    submissions = put_together(in_order(*a, *b), *people)
    assert [line.copy_number for line in submissions] == [None, None]
    for line, person in zip(submissions, people, strict=True):
        assert extra(line) == set()
        right(line, person)


def test_without_copy_numbers_a_missing_page_does_not_shift_the_next_person(
    unnumbered: tuple[list[Copy], list[list[PageReading]]],
) -> None:
    """The first person's second sheet is lost: the next page is the first of somebody else."""
    people, (a, b) = unnumbered
    submissions = put_together(in_order(a[0], *b), *people)
    assert [extra(line) for line in submissions] == [{"pages_missing"}, set()]
    right(submissions[1], people[1])


def test_without_copy_numbers_a_pile_in_two_languages_keeps_them_apart(
    unnumbered: tuple[list[Copy], list[list[PageReading]]], versions: tuple[FormFolder, FormFolder]
) -> None:
    """A person's pages are all in one language."""
    people, (a, _) = unnumbered
    german = filled(versions[1], next(printed_copies(versions[1], "de", 1, numbered=False)), 95)
    b = [read(german.scanned(page), catalogue_of(german)) for page in (0, 1)]
    submissions = put_together(in_order(*a, *b), people[0], german)
    assert [line.language for line in submissions] == ["uk", "de"]
    right(submissions[0], people[0])
    right(submissions[1], german)
    submissions = put_together(in_order(a[0], b[0], a[1], b[1]), people[0], german)
    assert [line.language for line in submissions] == ["uk", "de", "uk", "de"]
    assert [extra(line) for line in submissions] == [{"pages_missing", "order_doubtful"}] * 4


def test_without_copy_numbers_a_lost_first_page_gives_nobody_another_persons_answers(
    unnumbered: tuple[list[Copy], list[list[PageReading]]],
) -> None:
    people, (a, b) = unnumbered
    submissions = put_together(in_order(*a, a[1], *b), *people)
    assert [[page.page for page in line.pages] for line in submissions] == [[1, 2], [2], [1, 2]]
    assert extra(submissions[1]) == {"pages_missing", "scanned_twice"}  # this pile has that paper twice
    right(submissions[0], people[0])
    right(submissions[2], people[1])


def test_without_copy_numbers_a_pile_whose_end_does_not_say_how_it_lies_stays_apart(
    unnumbered: tuple[list[Copy], list[list[PageReading]]],
) -> None:
    """2 1 2 1 2: the first page was lost, or it was scanned from the back and the last one was."""
    people, (a, b) = unnumbered
    submissions = put_together(in_order(a[1], *b, *a), *people)
    assert [[page.page for page in line.pages] for line in submissions] == [[2], [1], [2], [1], [2]]
    assert all({"pages_missing", "order_doubtful"} <= extra(line) for line in submissions)


def test_without_copy_numbers_a_rejected_page_ends_a_submission(
    unnumbered: tuple[list[Copy], list[list[PageReading]]],
) -> None:
    """It may have been the second page of one person and the first of the next."""
    people, (a, b) = unnumbered
    pages = in_order(a[0], b[1])
    lost = PageReading(file="scan", index=9, kind="rejected", reason="no_form_found", messages={"en": "?"})
    lines = assemble([pages[0], lost, pages[1]], catalogue_of(people[0]), "en")
    assert [line.kind for line in lines] == ["submission", "submission", "rejected"]


def test_a_pile_scanned_from_the_back_is_put_together(unnumbered: tuple[list[Copy], list[list[PageReading]]]) -> None:
    people, (a, b) = unnumbered
    submissions = put_together(in_order(*reversed(a), *reversed(b), *reversed(a)), *people)
    assert [[page.page for page in line.pages] for line in submissions] == [[1, 2]] * 3
    right(submissions[1], people[1])


# ---- what is no page ------------------------------------------------------------------------------------------


def blank() -> Page:
    rough = np.random.default_rng(2).normal(245, 3, (3508, 2481))
    return np.clip(rough, 0, 255).astype(np.uint8)


def test_a_blank_back_between_pages_is_kept_as_blank(tmp_path: Path) -> None:
    """Scanned on both sides: every back has a line of its own, and no index shifts."""
    front = everyday().scanned()
    scan_file = save(tmp_path / "scan.tif", front, blank(), front, blank())
    done = crosscheck("read", scan_file, "--forms", published(tmp_path / "forms", everyday()), "--no-ocr")
    assert done.code == 0
    assert places(done.lines) == [("scan.tif", index) for index in range(4)]
    assert places(of_kind(done.lines, "blank")) == [("scan.tif", 1), ("scan.tif", 3)]
    assert places(of_kind(done.lines, "submission")) == [("scan.tif", 0), ("scan.tif", 2)]


def test_no_side_is_dropped_whatever_it_is(three: list[Copy], readings: list[list[PageReading]]) -> None:
    """Pages, a blank, a cover sheet and a rejected one: what went in comes out, each once and under its own kind."""
    page = readings[0][0]
    empty = PageReading(file="x.pdf", index=0, kind="blank")
    lost = PageReading(file="x.pdf", index=1, kind="rejected", reason="no_form_found", messages={"en": "No form."})
    cover = PageReading(file="x.pdf", index=2, kind="cover")
    pile = [lost, *readings[1], empty, cover, page]
    lines: list[Line] = assemble(pile, Catalogue([copy.form for copy in three]), "en")
    assert [line.kind for line in lines] == ["submission", "submission", "rejected", "blank", "cover"]
    assert lines[2] == Rejected(file="x.pdf", index=1, reason="no_form_found", message="No form.")
    assert lines[3] == SetAside(kind="blank", file="x.pdf", index=0)
    assert lines[4] == SetAside(kind="cover", file="x.pdf", index=2)


def test_two_sheets_fed_together_are_told_beside_the_page_before_the_gap(
    three: list[Copy], readings: list[list[PageReading]]
) -> None:
    """The front of one sheet and the back of the next are seen; what lay between them is missing."""
    copies = [pages for n in range(2) for pages in readings]
    sides = [
        page.model_copy(update={"identity": page.identity and page.identity.model_copy(update={"copy_number": n})})
        for n, pages in enumerate(copies, start=1)
        for page in pages
    ]
    lines = assemble(in_order(*sides[:3], *sides[5:]), Catalogue([copy.form for copy in three]), "en")
    found = [
        (line.copy_number, page.page, {finding.kind for finding in page.findings})
        for line in lines
        if isinstance(line, Submission)
        for page in line.pages
    ]
    told = {"pages_missing", "double_feed"}
    assert [one for one in found if one[2]] == [(2, 1, told), (3, 2, {"pages_missing"})]
