"""Group 4: a page comes out as it was coded, or not at all."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from omr.errors import DamagedPage
from omr.files.group4 import decode_group4
from omr.files.pixels import Grey
from tests.omr.pdfs import group4_data


def ink(width: int, height: int) -> Grey:
    page = np.full((height, width), 255, np.uint8)
    for line in range(height // 60):
        cv2.putText(page, f"{line}: are you well?", (10, 50 + 60 * line), cv2.FONT_HERSHEY_SIMPLEX, 1, 0, 2)
    return np.where(page < 128, 0, 255).astype(np.uint8)


def coded(page: Grey) -> bytes:
    return group4_data(255 - page)


@pytest.mark.parametrize("width", [128, 191, 192, 640, 1728, 2481])
def test_a_page_comes_out_as_it_was_coded(width: int) -> None:
    page = ink(width, 500)
    assert np.array_equal(decode_group4(coded(page), width, 500), page)


def without_end(data: bytes) -> bytes:
    """Up to the end of the last row, as some programs write it."""
    bits = "".join(f"{octet:08b}" for octet in data)
    bits = bits[: bits.index("000000000001000000000001")]
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def test_an_end_that_is_not_written_is_not_needed() -> None:
    page = ink(640, 500)
    assert np.array_equal(decode_group4(without_end(coded(page)), 640, 500), page)


@pytest.mark.parametrize("stated", [470, 499, 501, 530])
def test_a_height_stated_wrongly_by_a_few_rows_is_no_damage(stated: int) -> None:
    page = ink(640, 500)
    read = decode_group4(coded(page), 640, stated)
    assert read.shape == (stated, 640)
    assert np.array_equal(read[: min(stated, 500)], page[:stated])
    assert (read[500:] == 255).all()


def test_no_damage_leaves_a_part_of_the_page_empty() -> None:
    """Cut, zeroed, or overwritten anywhere: rejected, or so little changed that no row is out of its place."""
    page = ink(640, 500)
    data = coded(page)[: len(without_end(coded(page))) + 3]
    rng = np.random.default_rng(5)
    refused = 0
    for at in rng.integers(20, len(data) - 20, 40).tolist():
        end = min(len(data), at + int(rng.integers(1, 300)))
        for damaged in (
            data[:at],
            data[:at] + bytes(end - at) + data[end:],
            data[:at] + rng.bytes(end - at) + data[end:],
        ):
            try:
                read = decode_group4(damaged, 640, 500)
            except DamagedPage:
                refused += 1
            else:
                assert abs(float(read[-100:].mean()) - float(page[-100:].mean())) < 10
    assert refused > 100
