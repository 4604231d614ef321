"""RapidOCR: hand-printed and written Latin and Chinese, Japanese; one line at a time, by the recognition model in its wheel.

The package's own code is not run: its model (PP-OCRv6, Apache-2.0) is read by the ONNX runtime, so that nothing can be
looked for in the network, and one thread is one thread.  Decoding is the usual one of CTC networks (Graves 2006): the
likeliest letter at each step, repeats and blanks left out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from omr.image import Grey
from omr.text import Reading
from omr.writing_crop import Crop

LATIN = frozenset(
    ("az", "bs", "cs", "da", "de", "en", "es", "fr", "hr", "hu", "it", "ku", "nl", "pl", "pt", "ro", "sk", "sl", "so", "sq", "sv", "tr")
)  # fmt: skip
"""Form languages whose letters are all Latin ones that the model knows; Vietnamese has many that it does not."""
CHINESE_JAPANESE = frozenset(("zh", "ja"))
"""Form languages of which the model knows the signs.  It has no Hangul."""
MODEL = "models/PP-OCRv6_rec_small.onnx"
HEIGHT, LEAST_WIDTH, MOST_WIDTH = 48, 320, 3200
"""Pixels of a line as the model takes it; narrower ones are filled up as in its training, wider ones are no line."""
DIGITS = frozenset("0123456789./-")
"""What numbers and dates are written with."""


class _Model(NamedTuple):
    session: Any
    """An InferenceSession; the package has no types, and may be missing."""
    letters: list[str]
    """By class; the first is the blank between letters."""
    errors: tuple[type[Exception], ...]
    """What it raises for what it cannot take: the runtime's classes share no other."""


class Rapid:
    """An OcrEngine.  What it says of handwriting is a suggestion, whatever its confidence."""

    def read(self, crops: Sequence[Crop], language: str) -> list[Reading | None]:
        """Read the crops line by line.  All None for other scripts, and where the model is missing or fails."""
        script = language.split("-")[0]
        model = _model() if script in LATIN | CHINESE_JAPANESE else None
        if model is None:
            return [None] * len(crops)
        try:
            return [_reading(model, crop, latin=script in LATIN) for crop in crops]
        except model.errors:
            return [None] * len(crops)


def _reading(model: _Model, crop: Crop, *, latin: bool) -> Reading | None:
    allowed = _allowed("digits" if crop.digits else "latin" if latin else "all")
    lines = [_line(model, line, allowed) for line in crop.lines]
    read = [(text, sure) for text, sure in lines if text]
    if not read:
        return None
    return Reading("\n".join(text for text, _ in read), min(sure for _, sure in read))


def _line(model: _Model, line: Grey, allowed: npt.NDArray[np.bool_]) -> tuple[str, float]:
    """The text of a line and the mean probability of its letters."""
    width = max(1, round(line.shape[1] * HEIGHT / line.shape[0]))
    if width > MOST_WIDTH:
        return "", 0.0
    picture = np.asarray(cv2.resize(line, (width, HEIGHT), interpolation=cv2.INTER_AREA), np.float32) / 127.5 - 1
    filled = np.zeros((1, 3, HEIGHT, max(width, LEAST_WIDTH)), np.float32)
    filled[..., :width] = picture
    (steps,) = model.session.run(None, {model.session.get_inputs()[0].name: filled})
    likely = np.where(allowed, steps[0], 0.0)  # (steps, classes)
    best, sure = likely.argmax(axis=1), likely.max(axis=1)
    new = (best > 0) & np.append(True, best[1:] != best[:-1])
    text = unicodedata.normalize("NFC", "".join(model.letters[at] for at in best[new])).strip()
    return text, float(sure[new].mean()) if text else 0.0


@cache
def _model() -> _Model | None:
    """The model, once a process; None where a package is missing or the file is not what it was."""
    found = find_spec("rapidocr")
    if found is None or found.origin is None:
        return None
    try:
        import onnxruntime  # here: it may be missing, and takes a while to load
        from onnxruntime.capi import onnxruntime_pybind11_state as native
    except ImportError:
        return None
    own = (kind for kind in vars(native).values() if isinstance(kind, type) and issubclass(kind, Exception))
    errors: tuple[type[Exception], ...] = (*own, cv2.error, ValueError, KeyError)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    file = Path(found.origin).parent / MODEL
    try:
        session = onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        letters = session.get_modelmeta().custom_metadata_map["character"].splitlines()
    except errors:
        return None
    return _Model(session, ["", *letters, " "], errors)


@cache
def _allowed(what: str) -> npt.NDArray[np.bool_]:
    """Which classes may be read, (classes,): a Latin word holds no Chinese sign, a number no letter."""
    model = _model()
    assert model is not None
    tests: dict[str, Callable[[str], bool]] = {"all": bool, "latin": _is_latin, "digits": DIGITS.__contains__}
    allowed = np.array([tests[what](letter) for letter in model.letters], np.bool_)
    allowed[0] = True
    return allowed


def _is_latin(letter: str) -> bool:
    return letter.isascii() or all(unicodedata.name(part, "").startswith("LATIN") for part in letter)
