"""What a PDF page paints: whether it is one picture over the whole page and nothing else that can be seen.

A strict reading of the content stream (ISO 32000-1, 8 and 9): an operator, a state or an object that is not on the
short list of harmless ones means that something else may be visible, and the page is drawn instead.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ContentStream, DictionaryObject, StreamObject

Matrix = tuple[float, float, float, float, float, float]
Rectangle = tuple[float, float, float, float]
"""Left, bottom, right, top, in points."""

EDGE_PT = 3.0
"""How far the picture's edge may lie off the page's: page sizes are rounded, up to 1 mm in files of office copiers."""
SKEW = 1e-3
"""Part of a side by which the picture may lie askew: 0.3 mm over an A4 page."""
_DEEPEST = 4
"""Levels of drawings within drawings that are followed."""
_MOST_OBJECTS = 500
"""Pictures and drawings that are looked at on one page."""
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_HARMLESS = frozenset(
    b"w J j M d ri i g G rg RG k K cs CS sc SC scn SCN BMC EMC MP DP BX EX BT ET Tc Tw Tz TL Ts Td TD Tm T* n".split()
)
"""Operators that set what nothing here uses, or mark content."""
_SHOWING = frozenset((b"Tj", b"TJ", b"'", b'"'))
_INVISIBLE = 3
"""Text rendering mode of the words that a scanner's text recognition lays over its picture."""
_STATES = {
    "/Type": None, "/LW": None, "/LC": None, "/LJ": None, "/ML": None, "/D": None, "/RI": None, "/FL": None, "/SA": None,
    "/SM": None, "/OP": None, "/op": None, "/OPM": None,
    "/CA": (1,), "/ca": (1,), "/BM": ("/Normal", "/Compatible"), "/SMask": ("/None",), "/AIS": (False,), "/TK": None,
}  # fmt: skip
"""Entries of a graphics state that leave a picture as it is, with the values that do; None is any."""


@dataclass(frozen=True)
class Painted:
    """The pictures of a page, each once, and why they are not all that can be seen; None where the first one is."""

    pictures: tuple[StreamObject, ...]
    matrix: Matrix
    """From the unit square of the first picture to points on the page."""
    doubt: str | None


@dataclass(frozen=True)
class _State:
    matrix: Matrix = _IDENTITY
    text_mode: int = 0
    type3: bool = True
    """Whether the font is unknown, or draws its letters by programs of its own, which heed no text mode."""


class _Painter:
    def __init__(self, reader: PdfReader, page: Rectangle) -> None:
        self.reader = reader
        self.page = page
        self.pictures: list[StreamObject] = []
        self.objects = 0
        self.matrix = _IDENTITY
        self.doubt: str | None = None

    def run(self, content: Any, resources: Any, state: _State, depth: int) -> None:
        """Go through a content stream to its end: a later picture counts even where there is doubt already."""
        stack: list[_State] = []
        path: list[Any] = []
        for operands, operator in ContentStream(content, self.reader).operations:
            if operator == b"q":
                stack.append(state)
            elif operator == b"Q":
                state = stack.pop() if stack else state
            elif operator == b"cm":
                state = replace(state, matrix=_times(_matrix(operands), state.matrix))
            elif operator == b"gs":
                self._graphics_state(_named(resources, "/ExtGState", operands[0]))
            elif operator == b"Do":
                self._object(_named(resources, "/XObject", operands[0]), resources, state, depth)
            elif operator == b"re":
                path.append([float(side) for side in operands])
            elif operator in (b"W", b"W*"):
                self._clip(path, state.matrix)
            elif operator == b"Tr":
                state = replace(state, text_mode=int(operands[0]))
                self._unless(state.text_mode < 4, "text as a clip")
            elif operator == b"Tf":
                font = _named(resources, "/Font", operands[0])
                known = isinstance(font, DictionaryObject) and font.get("/Subtype") != "/Type3"
                state = replace(state, type3=not known)
            elif operator in _SHOWING:
                self._unless(state.text_mode == _INVISIBLE and not state.type3, "text")
            elif operator == b"BDC":
                self._unless(operands[0] != "/OC", "a layer")
            else:
                self._unless(operator in _HARMLESS, f"operator {operator.decode('latin-1')}")
            if operator == b"n":
                path = []

    def _unless(self, harmless: bool, doubt: str) -> None:
        if not harmless and self.doubt is None:
            self.doubt = doubt

    def _graphics_state(self, state: Any) -> None:
        known = isinstance(state, DictionaryObject)
        self._unless(known and all(_is_harmless(name, state[name]) for name in state), "a graphics state")

    def _clip(self, path: list[Any], matrix: Matrix) -> None:
        x, y, width, height = path[0] if len(path) == 1 else (0.0, 0.0, 0.0, 0.0)
        self._unless(_covers(matrix, (x, y, x + width, y + height), self.page), "a clip")

    def _object(self, found: Any, resources: Any, state: _State, depth: int) -> None:
        self.objects += 1
        if not isinstance(found, StreamObject) or self.objects > _MOST_OBJECTS:
            self._unless(False, "an object that is not there, or too many")
            return
        self._unless("/OC" not in found, "a layer")
        if found.get("/Subtype") == "/Image":
            self._unless(not self.pictures, "several pictures")
            self.pictures.append(found)
            self.matrix = state.matrix if len(self.pictures) == 1 else self.matrix
        elif found.get("/Subtype") == "/Form" and depth < _DEEPEST:
            self._unless("/Group" not in found and "/Ref" not in found, "a group")
            matrix = _times(_matrix(found.get("/Matrix", _IDENTITY)), state.matrix)
            before = len(self.pictures)
            self.run(found, found.get("/Resources", resources), replace(state, matrix=matrix), depth + 1)
            self._unless(len(self.pictures) == before or _covers(matrix, _box(found["/BBox"]), self.page), "a clip")
        else:
            self._unless(False, "an unknown object")


def painted(page: DictionaryObject, reader: PdfReader, box: Rectangle) -> Painted:
    """What the page paints; `box` is its media box.  Raises whatever pypdf makes of content that cannot be parsed."""
    painter = _Painter(reader, box)
    painter._unless(not _resolved(page.get("/Annots")), "annotations")
    painter._unless(float(page.get("/UserUnit", 1)) == 1, "a unit of its own")
    contents = page.get("/Contents")
    if contents is not None:
        painter.run(contents, page.get_inherited("/Resources", DictionaryObject()), _State(), 0)
    painter._unless(bool(painter.pictures), "no picture")
    painter._unless(_fills(painter.matrix, box), "a picture beside the page's edges")
    return Painted(tuple(painter.pictures), painter.matrix, painter.doubt)


def media_box(page: DictionaryObject) -> Rectangle:
    """The page's media box, which is what poppler draws.  Raises ValueError where it has none."""
    box = page.get_inherited("/MediaBox")
    if box is None:
        raise ValueError("a page without a size")
    return _box(box)


def orientation(matrix: Matrix, rotate: int) -> int:
    """How a picture painted by `matrix` is shown on a page turned by `rotate` degrees: as in EXIF (tag 274), 1 to 8."""
    a, b, c, d = (round(math.copysign(1, part)) if abs(part) > SKEW * _length(matrix) else 0 for part in matrix[:4])
    across, down = (a, -b), (-c, d)  # where the picture's first row and column go, down being positive
    for _ in range(rotate // 90 % 4):
        across, down = (-across[1], across[0]), (-down[1], down[0])
    return _ORIENTATIONS[across, down]


_ORIENTATIONS = {
    ((1, 0), (0, 1)): 1, ((-1, 0), (0, 1)): 2, ((-1, 0), (0, -1)): 3, ((1, 0), (0, -1)): 4,
    ((0, 1), (1, 0)): 5, ((0, 1), (-1, 0)): 6, ((0, -1), (-1, 0)): 7, ((0, -1), (1, 0)): 8,
}  # fmt: skip


def _fills(matrix: Matrix, page: Rectangle) -> bool:
    """Whether the unit square, upright or turned by quarters, lies on the page, edge on edge."""
    edges = zip(_rectangle(matrix, (0, 0, 1, 1)), page, strict=True)
    return _is_straight(matrix) and all(abs(one - other) <= EDGE_PT for one, other in edges)


def _covers(matrix: Matrix, box: Rectangle, page: Rectangle) -> bool:
    left, bottom, right, top = _rectangle(matrix, box)
    wide = left <= page[0] + EDGE_PT and right >= page[2] - EDGE_PT
    return _is_straight(matrix) and wide and bottom <= page[1] + EDGE_PT and top >= page[3] - EDGE_PT


def _is_straight(matrix: Matrix) -> bool:
    """Whether it turns by quarters only."""
    small = [abs(part) <= SKEW * _length(matrix) for part in matrix[:4]]
    return small in ([False, True, True, False], [True, False, False, True])


def _is_harmless(name: str, value: Any) -> bool:
    allowed = _STATES.get(name, ())
    return allowed is None or value in allowed


def _named(resources: Any, kind: str, name: Any) -> Any:
    """A resource by its kind and name; None where there is none."""
    members = (
        _resolved(resources.get(kind)) if isinstance(resources := _resolved(resources), DictionaryObject) else None
    )
    return _resolved(members.get(name)) if isinstance(members, DictionaryObject) else None


def _resolved(value: Any) -> Any:
    return value.get_object() if hasattr(value, "get_object") else value


def _matrix(values: Any) -> Matrix:
    a, b, c, d, e, f = (float(value) for value in values)
    return a, b, c, d, e, f


def _times(one: Matrix, other: Matrix) -> Matrix:
    """First `one`, then `other`."""
    a, b, c, d, e, f = one
    A, B, C, D, E, F = other
    return a * A + b * C, a * B + b * D, c * A + d * C, c * B + d * D, e * A + f * C + E, e * B + f * D + F


def _rectangle(matrix: Matrix, box: Rectangle) -> Rectangle:
    a, b, c, d, e, f = matrix
    corners = [(x * a + y * c + e, x * b + y * d + f) for x in (box[0], box[2]) for y in (box[1], box[3])]
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _box(values: Any) -> Rectangle:
    x0, y0, x1, y1 = (float(_resolved(value)) for value in values)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _length(matrix: Matrix) -> float:
    return max(abs(part) for part in matrix[:4])
