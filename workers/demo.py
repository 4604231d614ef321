"""`python -m workers.demo`: simulated scans as a test batch, for looking around without paper."""

from __future__ import annotations

import tempfile
from pathlib import Path

from sqlalchemy import select

from form_layouts.catalogue import EXAMPLES
from form_layouts.form_folder import load_form_folder
from service import intake, queue, storage
from service.db.models import Batch
from service.db.session import looking
from service.settings import settings
from simulation.hand import MIXES
from simulation.stack import simulate

NAME = "Demo"
DEMO_LOADED = "demo-loaded"
"""A file in the data folder: the demo batch is not loaded again, also after it was removed."""
VERSIONS = ("2025-02", "2025-08")
LANGUAGES = ("de", "ar", "uk")
COPIES = 2
"""Of each version in each language: 12 submissions, 48 pages."""
SEED = 2025
UPSIDE_DOWN = 0.1
"""Share of pages that lie the wrong way round."""


def main() -> None:
    """Fill in, scan and upload: the batch appears at once, its files as they are made."""
    batch = _batch()
    folders = [load_form_folder(EXAMPLES / "arrival-needs" / version) for version in VERSIONS]
    with tempfile.TemporaryDirectory(prefix="crosscheck-demo-") as out:
        pile = simulate(folders, LANGUAGES, COPIES, SEED, Path(out), style_mix=MIXES["mix"], upside_down=UPSIDE_DOWN)
        for path in pile.files:
            with storage.incoming() as arriving:
                arriving.write(path.read_bytes())
                received = intake.receive(batch, path.name, arriving, None)
            queue.split_file(received.id)
    (settings().data / DEMO_LOADED).touch()


def _batch() -> int:
    """The demo batch; that of a start that was stopped too early is used again."""
    with looking() as session:
        there = session.scalars(select(Batch.id).where(Batch.name == NAME, Batch.test)).first()
    return there or intake.open_batch(NAME, test=True, user_id=None)


if __name__ == "__main__":
    main()
