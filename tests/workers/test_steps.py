"""The steps on real scans: what a pile can hold that a clerk did not mean to hand in."""

from __future__ import annotations

from pathlib import Path

import pytest
from celery import Task
from PIL import Image
from sqlalchemy import select

from form_layouts.form_folder import load_form_folder
from service import batch_actions, batches, intake, queue, storage
from service.batches import Overview
from service.db.models import Batch, Field, Page, ScanFile
from service.db.session import looking
from service.queue import TASK_NAMES
from simulation.stack import simulate
from tests.service.seeds import SMALL, publish_small
from tests.workers.running import upload
from workers import steps, tasks
from workers.cleaning import forget_unused
from workers.sweep import sweep

pytestmark = pytest.mark.usefixtures("sent")  # nothing is sent: the tests call the steps


def scanned(out: Path, seed: int) -> list[Path]:
    """The two pages of copy number 1, each in a file of its own, filled in by the person of this seed."""
    pile = simulate(
        [load_form_folder(SMALL / "2025-02")], ["de"], 1, seed, out, file_format="jpeg", shuffled=False, upside_down=0
    )
    return [path.rename(out / f"{out.name}-{number}.jpg") for number, path in enumerate(pile.files)]


@pytest.fixture(scope="module")
def anna(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return scanned(tmp_path_factory.mktemp("anna"), 11)


@pytest.fixture(scope="module")
def olena(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return scanned(tmp_path_factory.mktemp("olena"), 12)


def read(batch: int) -> Overview:
    """Do everything that waits in a batch, as workers would."""
    for kind, step in ((ScanFile, steps.split_file), (Page, steps.read_page)):
        with looking() as session:
            waiting = list(session.scalars(select(kind.id).where(kind.batch_id == batch, kind.state == "waiting")))
        for row in waiting:
            step(row)
    steps.assemble_batch(batch)
    return batches.overview(batch)


def handed_in(files: list[Path], name: str = "Montag") -> int:
    batch = intake.open_batch(name, test=False, user_id=None)
    for file in files:
        upload(batch, file, send=False)
    return batch


def scanned_again(file: Path, out: Path) -> Path:
    """The same paper a second time: other bytes."""
    with Image.open(file) as page:
        page.save(out, "JPEG", quality=70, dpi=(300, 300))
    return out


def test_every_task_name_has_a_task() -> None:
    named = {task.name for task in vars(tasks).values() if isinstance(task, Task)}
    assert named == set(TASK_NAMES)


def test_a_missing_page_is_told_and_joins_when_it_is_scanned_later(database: Path, anna: list[Path]) -> None:
    publish_small()
    batch = handed_in(anna[:1])
    (one,) = read(batch).incomplete
    assert one.missing == (2,)
    upload(batch, anna[1], send=False)
    shown = read(batch)
    assert shown.incomplete == ()
    assert [line.id for line in shown.submissions] == [one.id]


def test_one_paper_scanned_twice_in_a_batch_waits_for_a_person_to_say_so(
    database: Path, anna: list[Path], tmp_path: Path
) -> None:
    publish_small()
    again = [scanned_again(file, tmp_path / f"again-{n}.jpg") for n, file in enumerate(anna)]
    shown = read(handed_in([*anna, *again]))
    assert len(shown.submissions) == 2
    (twice,) = shown.suspected
    assert "copy_number_shared" in twice.findings
    batch_actions.say_same_paper(twice.id, same=True)
    assert [one.same_paper for one in batches.overview(shown.id).submissions] == [None, "yes"]


def test_one_paper_scanned_again_next_week_is_suspected_too(
    sqlite_database: Path, anna: list[Path], tmp_path: Path
) -> None:
    publish_small()
    read(handed_in(anna))
    again = [scanned_again(file, tmp_path / f"again-{n}.jpg") for n, file in enumerate(anna)]
    assert len(read(handed_in(again, "Dienstag")).suspected) == 1


def files_of(shown: Overview) -> list[list[str]]:
    """The files of each submission's pages."""
    names = {side.id: side.file for file in shown.files for side in file.sides}
    return [[names[page].split("-")[0].rstrip("0123456789") for _, page in one.pages] for one in shown.submissions]


def test_photocopies_of_one_numbered_form_filled_in_by_two_people_both_count(
    sqlite_database: Path, anna: list[Path], olena: list[Path]
) -> None:
    publish_small()
    shown = read(handed_in([*anna, *olena]))
    assert [one.same_paper for one in shown.submissions] == [None, None]
    assert all("copy_number_shared" in one.findings for one in shown.submissions)
    assert files_of(shown) == [["anna", "anna"], ["olena", "olena"]]


def test_a_page_scanned_again_later_never_gets_into_another_persons_submission(
    sqlite_database: Path, anna: list[Path], olena: list[Path], tmp_path: Path
) -> None:
    """Anna's page 2 was not readable at first, and Olena filled in a photocopy of her form."""
    publish_small()
    batch = handed_in([anna[0], *olena])
    read(batch)
    later = tmp_path / "zz-later.jpg"
    later.write_bytes(anna[1].read_bytes())
    upload(batch, later, send=False)
    shown = read(batch)
    assert all(len(set(files)) == 1 for files in files_of(shown))
    assert {finding for one in shown.submissions for finding in one.findings} == {"copy_number_shared", "pages_missing"}


def test_a_side_scanned_again_with_a_missing_one_joins_the_submission(
    database: Path, anna: list[Path], tmp_path: Path
) -> None:
    publish_small()
    batch = handed_in(anna[:1])
    (one,) = read(batch).submissions
    upload(batch, scanned_again(anna[0], tmp_path / "again-0.jpg"), send=False)
    upload(batch, scanned_again(anna[1], tmp_path / "again-1.jpg"), send=False)
    shown = read(batch)
    assert [(line.id, line.missing, line.same_paper) for line in shown.submissions] == [(one.id, (), None)]
    with looking() as session:
        assert session.execute(select(Page.form_page, Page.submission_id).where(Page.again)).all() == [(1, None)]


def test_a_page_of_an_unpublished_form_is_read_once_the_form_is_published(
    sqlite_database: Path, anna: list[Path]
) -> None:
    batch = handed_in(anna)
    shown = read(batch)
    assert [page.reason for page in shown.troubled] == ["unknown_edition"] * 2
    publish_small()
    for page in shown.troubled:
        batch_actions.read_again(page.id)
    shown = read(batch)
    assert (shown.counts["page"], len(shown.submissions), shown.troubled) == (2, 1, ())


def test_a_disk_that_is_full_while_a_page_is_stored_costs_no_attempt(
    sqlite_database: Path, anna: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_small()
    batch = handed_in(anna[:1])
    with monkeypatch.context() as full:

        def no_room(*_: object) -> str:
            raise storage.DiskFull()

        full.setattr(storage, "put", no_room)
        with pytest.raises(storage.DiskFull):
            read(batch)
    with looking() as session:
        assert session.execute(select(Page.state, Page.attempts)).all() == [("waiting", 0)]
    assert read(batch).counts["page"] == 1


def test_work_done_twice_is_the_same_as_once(sqlite_database: Path, anna: list[Path]) -> None:
    publish_small()
    batch = handed_in(anna)
    before = read(batch)
    for step, kind in ((steps.split_file, ScanFile), (steps.read_page, Page), (steps.assemble_batch, Batch)):
        with looking() as session:
            rows = list(session.scalars(select(kind.id)))
        for row in rows:
            step(row)
    after = batches.overview(batch)
    assert (after.received, after.counts, after.submissions) == (before.received, before.counts, before.submissions)


def test_the_sweep_puts_a_batch_together_whose_last_message_was_lost(
    sqlite_database: Path, anna: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_small()
    batch = handed_in(anna)
    with monkeypatch.context() as patch:
        patch.setattr(steps, "assemble_batch", lambda _: None)
        for kind, step in ((ScanFile, steps.split_file), (Page, steps.read_page)):
            with looking() as session:
                rows = list(session.scalars(select(kind.id)))
            for row in rows:
                step(row)
    assert batches.overview(batch).active
    sent: set[tuple[str, int]] = set()

    def send(name: str, row: int) -> bool:
        sent.add((name, row))
        return True

    monkeypatch.setattr(queue, "_send", send)
    monkeypatch.setattr("workers.sweep.settings", lambda: type("Now", (), {"sweep_s": 0, "lease_s": 240})())
    sweep()
    assert ("crosscheck.assemble_batch", batch) in sent
    steps.assemble_batch(batch)
    assert not batches.overview(batch).active


def test_removing_a_test_batch_removes_its_scans_and_nothing_else(
    database: Path, anna: list[Path], olena: list[Path]
) -> None:
    publish_small()
    real = handed_in(anna)
    trial = intake.open_batch("Probe", test=True, user_id=None)
    for file in (anna[0], olena[1]):
        upload(trial, file, send=False)
    kept, gone = read(real), read(trial)
    batch_actions.remove_test_batch(trial)
    forget_unused(old_s=-60)
    with looking() as session:
        assert set(session.scalars(select(Field.batch_id))) == {real}
        pictures = set(session.scalars(select(Page.pictures)))
    assert all(storage.path(address or "").exists() for address in pictures)
    assert all(storage.path(file.sha256).exists() for file in kept.files)
    assert [storage.path(file.sha256).exists() for file in gone.files] == [True, False]
    with pytest.raises(batch_actions.OnlyTestBatches):
        batch_actions.remove_test_batch(real)
