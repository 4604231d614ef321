"""Which installed font can write a text: handwriting first, a book face of the script where there is none."""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont, features

from form_layouts.errors import CrosscheckError

FONT_ROOT = Path("/usr/share/fonts")
HANDWRITING = (
    "**/breipfont.ttf",
    "**/DancingScript-Regular.otf",
    "**/KleeOne-Regular.ttf",
    "**/Humor-Sans.ttf",
)
"""Debian: fonts-breip, fonts-dancingscript, fonts-klee, fonts-humor-sans."""
BOOK_FACES = (
    "**/Amiri-Regular.ttf",
    "**/NotoNaskhArabic-Regular.ttf",
    "**/NotoSerif-Italic.ttf",
    "**/NotoSans-Italic.ttf",
    "**/NotoSansEthiopic-Regular.ttf",
    "**/NotoSansDevanagari-Regular.ttf",
    "**/NotoSansGeorgian-Regular.ttf",
    "**/NotoSansHebrew-Regular.ttf",
    "**/NotoSansArmenian-Regular.ttf",
    "**/NotoSansCJK-Regular.ttc",
    "**/NotoSans*-Regular.ttf",
)
"""Debian: fonts-noto-core, fonts-noto-cjk.  In this order, for texts that no handwriting font covers."""
DIGIT_FONTS = HANDWRITING
FACES_KEPT = 48
"""Open fonts of one size each; a Han font takes some 20 MB."""
PROBE_PX = 40
"""Size at which a letter is compared with the box that stands for a missing one."""
NO_SUCH_LETTER = "\U000e5555"
"""An unassigned code point: every font shows it as its box for missing letters, or not at all."""
JOINED_SCRIPTS = ("ARABIC", "DEVANAGARI", "SYRIAC", "BENGALI", "TAMIL", "KHMER", "MYANMAR")
"""First words of the Unicode names of letters that change their shape beside others."""


class NoHandwritingFont(CrosscheckError):
    en = "No installed font can write '{text}'. Install the fonts of this script, such as fonts-noto-core or fonts-noto-cjk (script/bootstrap lists them)."
    de = "Keine installierte Schrift kann „{text}“ schreiben. Installieren Sie die Schriften dieser Sprache, zum Beispiel fonts-noto-core oder fonts-noto-cjk (siehe script/bootstrap)."


class NoLetterJoining(CrosscheckError):
    en = "'{text}' needs joined letters, and this machine cannot join them. Install the Debian package libfribidi0 (script/bootstrap lists it)."
    de = "„{text}“ braucht verbundene Buchstaben, und dieser Rechner kann sie nicht verbinden. Installieren Sie das Debian-Paket libfribidi0 (siehe script/bootstrap)."


def font_for(text: str, preference: int = 0) -> Path:
    """A font with every letter of `text`.

    `preference` turns the list of handwriting fonts, so that one person always writes in one font.
    Raises NoHandwritingFont, or NoLetterJoining where letters need joining and Pillow cannot.
    """
    if needs_joining(text) and not features.check("raqm"):
        raise NoLetterJoining(text=text)
    hands = installed(HANDWRITING)
    turned = hands[preference % len(hands) :] + hands[: preference % len(hands)] if hands else ()
    for font in (*turned, *installed(BOOK_FACES)):
        if covers(font, text):
            return font
    raise NoHandwritingFont(text=text)


def needs_joining(text: str) -> bool:
    """Whether the text has letters whose shape depends on their neighbours."""
    return any(unicodedata.name(letter, "").startswith(JOINED_SCRIPTS) for letter in text)


def is_right_to_left(text: str) -> bool:
    """Whether the first letter with a direction runs from right to left."""
    directions = (unicodedata.bidirectional(letter) for letter in text)
    return next((d for d in directions if d in ("L", "R", "AL")), "L") != "L"


def covers(font: Path, text: str) -> bool:
    """Whether the font draws every visible letter of `text` as something other than its missing-letter box."""
    return all(
        _has(font, letter) for letter in set(text) if not letter.isspace() and unicodedata.category(letter) != "Cf"
    )


@cache
def installed(patterns: tuple[str, ...]) -> tuple[Path, ...]:
    """The fonts on this machine that match, in the order of the patterns, each once."""
    found = (path for pattern in patterns for path in sorted(FONT_ROOT.glob(pattern)))
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=FACES_KEPT)
def loaded(font: Path, size: int) -> ImageFont.FreeTypeFont:
    """The font at `size` pixels an em."""
    return ImageFont.truetype(str(font), size)


@cache
def _has(font: Path, letter: str) -> bool:
    picture = _picture(font, letter)
    return any(picture[1]) and picture != _picture(font, NO_SUCH_LETTER)


@cache
def _picture(font: Path, letter: str) -> tuple[tuple[int, int], bytes]:
    """Size and pixels of one letter, without shaping: the bare entry of the font's character map."""
    face = ImageFont.truetype(str(font), PROBE_PX, layout_engine=ImageFont.Layout.BASIC)
    mask = face.getmask(letter)
    return mask.size, bytes(mask)
