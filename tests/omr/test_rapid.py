"""RapidOCR's model: drawn hands, one line at a time, without a network."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from omr.debug import DebugWriter
from omr.engines import rapid
from omr.engines.rapid import Rapid
from omr.image import PageImage
from omr.pipeline import read_page
from omr.writing_crop import Crop
from simulation.scanner import OFFICE
from tests.omr.drawn import draw, printed, scanned, write
from tests.omr.test_writing_crop import on_two_lines

ROOT = Path(__file__).parents[2]
NOTHING = np.full((40, 120), 255, np.uint8)


def printed_by(code: str) -> str:
    """What a new process prints that runs this code without a fault."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("text", ["Philippinen", "Ukraine", "Brasilien"])
def test_a_written_word_is_suggested_as_it_stands(text: str) -> None:
    page = scanned(write(draw([]), "origin", text), OFFICE.draw(np.random.default_rng(3)))
    answer = read_page(PageImage(page, 300.0, "x", 0), printed()[0], Rapid(), DebugWriter()).answers["origin"]
    assert answer.candidates[-1] == text
    assert not answer.accepted


def test_lines_are_read_from_the_top_down_and_digits_as_digits() -> None:
    page = write(on_two_lines(draw([]), "Deutschkurse", "Arbeit"), "moved_in", "01072023")
    answers = read_page(PageImage(page, 300.0, "x", 0), printed()[0], Rapid(), DebugWriter()).answers
    assert answers["wish"].candidates == ("Deutschkurse\nArbeit",)
    assert set(str(answers["moved_in"].candidates[-1])) <= set("0123456789./-")


@pytest.mark.parametrize("language", ["uk", "ar", "ti", "vi", "ko", "el"])
def test_a_script_that_the_model_does_not_know_costs_its_answer(language: str) -> None:
    assert Rapid().read([Crop(NOTHING, (NOTHING,))], language) == [None]


def test_a_white_line_and_a_crop_that_nobody_can_cut_have_no_reading() -> None:
    assert Rapid().read([Crop(NOTHING, (NOTHING,)), Crop(NOTHING, ())], "de") == [None, None]


def test_nothing_is_asked_of_the_network() -> None:
    """Every socket is refused: the model is the one in the wheel."""
    refused = (
        "import socket\n"
        "def no(*a, **k): raise SystemExit('a socket was opened')\n"
        "socket.socket.connect = socket.getaddrinfo = socket.create_connection = no\n"
        "from omr.engines import rapid\n"
        "print(len(rapid._model().letters))"
    )
    assert printed_by(refused) == "18710"


@pytest.mark.parametrize("missing", ["rapidocr", "onnxruntime"])
def test_a_package_that_is_missing_costs_its_answer(missing: str) -> None:
    """In a process that cannot find it."""
    without = (
        "import sys, numpy as np\n"
        f"sys.modules['{missing}'] = None\n"
        "import importlib.util; real = importlib.util.find_spec\n"
        f"importlib.util.find_spec = lambda name, *a: None if name == '{missing}' else real(name, *a)\n"
        "from omr.engines.rapid import Rapid; from omr.writing_crop import Crop\n"
        "white = np.full((40, 90), 255, np.uint8)\n"
        "print(Rapid().read([Crop(white, (white,))], 'de'))"
    )
    assert printed_by(without) == "[None]"


def test_a_line_that_the_model_cannot_take_costs_its_answer() -> None:
    assert Rapid().read([Crop(NOTHING, (np.zeros((5, 5, 5), np.uint8),))], "de") == [None]


def test_a_model_that_is_not_what_it_was_costs_its_answer(tmp_path: Path) -> None:
    (tmp_path / "rapidocr" / "models").mkdir(parents=True)
    (tmp_path / "rapidocr" / "__init__.py").touch()
    (tmp_path / "rapidocr" / rapid.MODEL).write_bytes(b"no model")
    asked = "from omr.engines import rapid; print(rapid._model())"
    paths = f"{ROOT}{os.pathsep}{tmp_path}"
    done = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": paths},
    )
    assert (done.returncode, done.stdout.strip()) == (0, "None"), done.stderr
