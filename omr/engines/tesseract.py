"""Tesseract through pytesseract: one process for all written fields of a page."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import cv2
import pytesseract

from omr.text import Reading
from omr.writing_crop import Crop

LANGUAGE_PACKS = {
    "am": "amh", "ar": "ara", "az": "aze", "bg": "bul", "bs": "bos", "cs": "ces", "da": "dan", "de": "deu", "el": "ell",
    "en": "eng", "es": "spa", "fa": "fas", "fr": "fra", "he": "heb", "hi": "hin", "hr": "hrv", "hu": "hun", "it": "ita",
    "ja": "jpn", "ka": "kat", "ko": "kor", "ku": "kmr", "mk": "mkd", "nl": "nld", "pl": "pol", "prs": "fas", "ps": "pus",
    "pt": "por", "ro": "ron", "ru": "rus", "sk": "slk", "sl": "slv", "so": "som", "sq": "sqi", "sr": "srp", "sv": "swe",
    "ta": "tam", "th": "tha", "ti": "tir", "tr": "tur", "uk": "ukr", "ur": "urd", "vi": "vie", "zh": "chi_sim",
}  # fmt: skip
"""Form language -> Tesseract's name of its language pack."""
TIMEOUT_S = 60
_BLOCK_OF_TEXT = "--psm 6"


class Tesseract:
    """An OcrEngine.  What it says of handwriting is a suggestion, whatever its confidence."""

    def read(self, crops: Sequence[Crop], language: str) -> list[Reading | None]:
        """Read all crops in one process.  All None where the program or the language pack is missing, or it fails."""
        pack = LANGUAGE_PACKS.get(language.split("-")[0])
        if pack is None or pack not in _installed():
            return [None] * len(crops)
        with tempfile.TemporaryDirectory() as folder:
            names = []
            for number, crop in enumerate(crops):
                name = Path(folder) / f"{number}.png"
                cv2.imwrite(str(name), crop.picture)
                names.append(str(name))
            batch = Path(folder) / "crops.txt"
            batch.write_text("\n".join(names) + "\n", encoding="utf-8")
            try:
                words = pytesseract.image_to_data(
                    str(batch), lang=pack, config=_BLOCK_OF_TEXT, timeout=TIMEOUT_S, output_type=pytesseract.Output.DICT
                )
            except (pytesseract.TesseractError, RuntimeError, OSError):  # RuntimeError is its timeout
                return [None] * len(crops)
        return [_reading(words, page) for page in range(1, len(crops) + 1)]


def _reading(words: dict[str, list[str]], page: int) -> Reading | None:
    lines: dict[tuple[int, ...], list[str]] = {}
    confidences = []
    for number, word in enumerate(words["text"]):
        if int(words["page_num"][number]) == page and word.strip():
            line = tuple(int(words[part][number]) for part in ("block_num", "par_num", "line_num"))
            lines.setdefault(line, []).append(word.strip())
            confidences.append(float(words["conf"][number]))
    if not lines:
        return None
    text = "\n".join(" ".join(line) for line in lines.values())
    return Reading(text, max(0.0, min(1.0, sum(confidences) / len(confidences) / 100)))


@cache
def _installed() -> frozenset[str]:
    try:
        return frozenset(pytesseract.get_languages())
    except (pytesseract.TesseractNotFoundError, OSError):
        return frozenset()
