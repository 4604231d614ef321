"""The issue's pile through the whole service: upload, review and export in a browser, and again with workers killed."""

from __future__ import annotations

import csv
import io
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from benchmarks.pile import COPIES, EXAMPLES, LANGUAGES, SEED_PILE, VERSIONS
from benchmarks.reviewing import Truth, review_by_hand, review_by_program
from benchmarks.stacks import Running, running
from form_layouts.form_folder import load_form_folder
from omr.reading import likeness
from service import batches, forms, intake, people, queue, storage
from service.db.models import Secret
from service.db.session import transaction
from service.exports.case_ids import CASE_IDS, case_id, numbered
from service.exports.deliveries import Order, make
from simulation.stack import Pile, simulate
from tests.servers import free_port, wait_until

QUICK_COPIES = 1
CORRECTIONS = UPSIDE_DOWN = 0.1
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-sync"]
CROSSCHECK = Path(sys.executable).with_name("crosscheck")
PASSWORD = "nur für diese Messung"
READ_S = 600
KILL_EVERY_S = (2.0, 5.0)
LEASE_S = "20"
CASE_KEY = "the same key for both ways"
"""Cases have the same ids in two installations only where both have the same key."""
ON = date(2026, 1, 31)
"""The day that the exports bear: the same for both."""


def run(quick: bool) -> dict[str, Any]:
    """Both ways, and whether their exports equal the truth and each other."""
    with tempfile.TemporaryDirectory(prefix="crosscheck-service-") as folder:
        pile = simulate(
            [load_form_folder(EXAMPLES / version) for version in VERSIONS],
            LANGUAGES,
            QUICK_COPIES if quick else COPIES,
            SEED_PILE,
            Path(folder),
            corrections=CORRECTIONS,
            upside_down=UPSIDE_DOWN,
        )
        truth = Truth(pile.truth)
        browser = in_the_browser(pile, truth)
        killed = with_workers_killed(pile, truth)
        exports = [one.pop("export") for one in (browser, killed)]
        different = differences(exports[0]["csv"], truth)
    return {
        "seed": SEED_PILE,
        "submissions": pile.submissions,
        "pages": pile.pages,
        **{f"browser_{name}": value for name, value in browser.items()},
        **{f"killed_{name}": value for name, value in killed.items()},
        "most_alike_people": round(most_alike(truth), 2),
        "values_compared": sum(len(line["answers"]) for line in truth.lines),
        "values_different_from_the_truth": len(different),
        "different": different[:20],
        "downloaded_equals_made": exports[0]["downloaded"] == exports[0]["csv"],
        "csv_equal_on_both_stacks": exports[0]["csv"] == exports[1]["csv"],
        "xlsx_equal_on_both_stacks": exports[0]["xlsx"] == exports[1]["xlsx"],
    }


def in_the_browser(pile: Pile, truth: Truth) -> dict[str, Any]:
    """`crosscheck serve` as a person uses it: drop the files, review by keyboard, download."""
    port = free_port()
    with running("embedded", PORT=str(port)), _served(), sync_playwright() as playwright:
        forms_published()
        key_set()
        people.add("anna", ["office", "reviewer", "researcher"], PASSWORD)
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM)
        walk = _walk(browser, f"http://127.0.0.1:{port}", pile, truth)
        walk["export"] |= exported()
        browser.close()
        return walk


def _walk(browser: Browser, address: str, pile: Pile, truth: Truth) -> dict[str, Any]:
    page = browser.new_context(viewport={"width": 1366, "height": 768}, locale="de-DE").new_page()
    page.goto(f"{address}/sign-in")
    page.fill("[name=name]", "anna")
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")
    page.goto(f"{address}/batches")
    page.fill("[name=name]", "Montag")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/batches/\d+$"))
    started = time.perf_counter()
    page.set_input_files("#files", [str(path) for path in pile.files])
    page.wait_for_function(
        "all => document.querySelectorAll('#uploads .badge.good').length === all", arg=len(pile.files)
    )
    page.wait_for_function(
        "pages => { const status = document.querySelector('#status-content');"
        " return status.dataset.active === 'no' && status.querySelector('.figure strong').textContent === pages; }",
        arg=str(pile.pages),
        timeout=READ_S * 1000,
    )
    read = time.perf_counter()
    page.goto(f"{address}/review")
    fields, keys = review_by_hand(page, truth)
    reviewed = time.perf_counter()
    page.goto(f"{address}/exports")
    with page.expect_download() as download:
        page.click("main form .button.primary")
    return {
        "fields_reviewed": fields,
        "keys_per_field": round(keys / max(1, fields), 2),
        "seconds_read": round(read - started, 1),
        "seconds_reviewed": round(reviewed - read, 1),
        "export": {"downloaded": _answers(Path(download.value.path()).read_bytes())},
    }


def with_workers_killed(pile: Pile, truth: Truth) -> dict[str, Any]:
    """PostgreSQL and Redis; a process of the worker is killed every few seconds while the pile is read."""
    with running("postgresql_redis", LEASE_SECONDS=LEASE_S, SWEEP_SECONDS="1") as opened:
        forms_published()
        key_set()
        batch = intake.open_batch("Montag", test=False, user_id=None)
        with _workers(opened), _killer(random.Random(SEED_PILE)) as killed:
            for path in pile.files:
                with storage.incoming() as arriving:
                    arriving.write(path.read_bytes())
                    received = intake.receive(batch, path.name, arriving, None)
                queue.split_file(received.id)
            wait_until(lambda: _is_read(batch), "the pile is read", READ_S)
        shown = batches.overview(batch)
        return {
            "workers": len(killed),
            "pages_lost": pile.pages - sum(shown.counts.values()),
            "pages_read": shown.counts["page"],
            "submissions": len(shown.submissions),
            "fields_reviewed": review_by_program(truth),
            "export": exported(),
        }


def _is_read(batch: int) -> bool:
    shown = batches.overview(batch)
    return bool(shown.files) and not shown.active


def forms_published() -> None:
    for version in VERSIONS:
        forms.publish(EXAMPLES / version)


def key_set() -> None:
    """Give this installation the key of both, before it exports."""
    with transaction() as session:
        session.add(Secret(name=CASE_IDS, value=CASE_KEY))


def exported() -> dict[str, bytes]:
    """Both files, as a researcher would receive them on the same day."""
    orders = {kind: Order("arrival-needs", None, "de", kind, ON) for kind in ("csv", "xlsx")}
    made = {kind: make(order).data for kind, order in orders.items()}
    return {"csv": _answers(made["csv"]), "xlsx": made["xlsx"]}


def _answers(packed: bytes) -> bytes:
    """data.csv out of the ZIP."""
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return archive.read("data.csv")


def differences(table: bytes, truth: Truth) -> list[str]:
    """Every value of the export that is not what the simulated person answered, and every case that is missing.

    No two people of the pile share a copy number of one edition.
    """
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig")), delimiter=";"))
    cases = {row["case"]: row for row in rows}
    found = [f"{len(rows)} cases for {len(truth.lines)}"] if len(rows) != len(truth.lines) else []
    for line in truth.lines:
        number = (line["questionnaire"], line["version"], line["edition"], line["language"], line["copy"])
        case = case_id(CASE_KEY.encode(), numbered(*number, ordinal=1))
        if case not in cases:
            found.append(f"{case} is missing")
            continue
        for variable, answer in line["answers"].items():
            shown = cases[case][variable] or cases[case].get(f"{variable}_m", "")
            meant = line["list_codes"].get(variable, answer["value"])  # words of a list are kept as its code
            if shown != str(meant):
                found.append(f"{case} {line['language']} {line['copy']} {variable}: {shown!r} for {meant!r}")
    return found


def most_alike(truth: Truth) -> float:
    """The share of equal answers of the two most alike people, of those that a machine accepts: chosen or blank."""
    people: dict[str, list[dict[str, Any]]] = {}
    for line in truth.lines:
        closed = {
            name: one["value"] for name, one in line["answers"].items() if name in line["marks"] or one["value"] == -9
        }
        people.setdefault(line["version"], []).append(closed)
    return max(likeness(*pair) for version in people.values() for pair in combinations(version, 2))


@contextmanager
def _served() -> Iterator[None]:
    service = subprocess.Popen([str(CROSSCHECK), "serve"], stdout=subprocess.PIPE, text=True)
    assert service.stdout is not None
    assert "http://" in service.stdout.readline()
    try:
        yield
    finally:
        service.send_signal(signal.SIGTERM)
        service.wait()


@contextmanager
def _workers(_opened: Running) -> Iterator[None]:
    commands = (
        ["-m", "celery", "-q", "-A", "workers.app", "worker", "--concurrency", "2", "--loglevel", "CRITICAL"],
        ["-m", "workers.scheduler"],
    )
    quiet = subprocess.DEVNULL
    processes = [
        subprocess.Popen([sys.executable, *command], start_new_session=True, stdout=quiet, stderr=quiet)
        for command in commands
    ]
    try:
        yield
    finally:
        for process in processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@contextmanager
def _killer(dice: random.Random) -> Iterator[list[int]]:
    """Kills one process of a worker's pool after the other, at random times."""
    killed: list[int] = []
    stop = threading.Event()

    def kill() -> None:
        while not stop.wait(dice.uniform(*KILL_EVERY_S)):
            pool = _pool()
            if pool:
                killed.append(dice.choice(pool))
                os.kill(killed[-1], signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield killed
    finally:
        stop.set()
        thread.join()


def _pool() -> list[int]:
    """The processes that celery forked from our worker."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listed.splitlines()[1:]]
    ours = {int(pid) for pid, parent, args in rows if int(parent) == os.getpid() and "workers.app" in args}
    return [int(pid) for pid, parent, args in rows if int(parent) in ours and "celery" in args]
