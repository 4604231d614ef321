"""Untrusted files: opened in a process of their own that holds no secret, and stopped where they cost too much."""

from __future__ import annotations

import os
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfWriter
from pypdf.annotations import Highlight
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from tests.omr.pdfs import patterned
from tests.servers import wait_until
from workers import decoder as module
from workers.decoder import Decoder, DecodingStopped, Refused, Walked


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    one = Decoder()
    yield one
    one.close()


def pdf(path: Path, pages: int = 2) -> Path:
    images = [Image.fromarray(np.full((1754, 1240), 255 - 40 * n, np.uint8)) for n in range(pages)]
    images[0].save(path, save_all=True, append_images=images[1:], resolution=150)
    return path


def scripted(path: Path, action: str) -> Path:
    writer = PdfWriter()
    writer.add_blank_page(width=595, height=842)
    if action == "files":
        writer.add_attachment("hidden.exe", b"MZ")
    else:
        wanted = DictionaryObject({NameObject("/S"): NameObject(action), NameObject("/JS"): TextStringObject("0")})
        writer._root_object[NameObject("/OpenAction")] = wanted
    writer.write(path)
    return path


def test_a_pdf_is_counted_and_its_pages_come_out_grey(decoder: Decoder, tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf")
    assert decoder.walk(path, "a.pdf") == Walked("pdf", 2)
    page = decoder.page(path, "a.pdf", "pdf", 1)
    assert not isinstance(page, Refused)
    assert (page.grey.shape, page.dpi, int(page.grey[800, 600])) == ((1754, 1240), 150.0, 215)


def test_a_page_with_more_than_its_picture_is_drawn(decoder: Decoder, tmp_path: Path) -> None:
    """And every page of a file whose tables are in disorder."""
    path = pdf(tmp_path / "a.pdf")
    for kind in ("pdf", "pdf_drawn"):
        if kind == "pdf":
            writer = PdfWriter(clone_from=path)
            writer.add_annotation(1, Highlight(rect=(10, 10, 90, 90), quad_points=ArrayObject([NumberObject(9)] * 8)))
            writer.write(tmp_path / "b.pdf")
        page = decoder.page(tmp_path / ("b.pdf" if kind == "pdf" else "a.pdf"), "a.pdf", kind, 1)
        assert not isinstance(page, Refused)
        assert (page.grey.shape, page.dpi) == ((3508, 2480), 300.0)


def test_a_photo_is_decoded_within_the_limits(decoder: Decoder) -> None:
    path = Path(__file__).parents[1] / "omr" / "files" / "turned.heic"
    assert decoder.walk(path, "IMG_1.HEIC") == Walked("picture", 1)
    page = decoder.page(path, "IMG_1.HEIC", "picture", 0)
    assert not isinstance(page, Refused)
    assert (page.grey.shape, page.dpi) == ((880, 640), None)


def test_half_a_jpeg_is_refused_as_a_damaged_page(decoder: Decoder, tmp_path: Path) -> None:
    """Its pixels are decoded here, before anybody works with them."""
    path = tmp_path / "a.jpg"
    Image.fromarray(np.full((1754, 1240), 215, np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:-100])
    page = decoder.page(path, "a.jpg", "picture", 0)
    assert isinstance(page, Refused)
    assert page.reason == "damaged_page"


def test_a_page_coded_in_patterns_says_so(decoder: Decoder, tmp_path: Path) -> None:
    page = decoder.page(patterned(tmp_path / "a.pdf"), "a.pdf", "pdf", 0)
    assert not isinstance(page, Refused)
    assert page.coding == "jbig2"


@pytest.mark.parametrize("action", ["/JavaScript", "/Launch", "files"])
def test_a_pdf_with_scripts_programs_or_files_in_it_is_refused(decoder: Decoder, tmp_path: Path, action: str) -> None:
    told = decoder.walk(scripted(tmp_path / "a.pdf", action), "brief.pdf")
    assert isinstance(told, Refused)
    assert told.reason == "active_content"
    assert "brief.pdf" in told.messages["de"]


def test_an_encrypted_and_a_damaged_pdf_are_refused_with_their_reasons(decoder: Decoder, tmp_path: Path) -> None:
    writer = PdfWriter(clone_from=pdf(tmp_path / "a.pdf"))
    writer.encrypt("geheim")
    writer.write(tmp_path / "b.pdf")
    (tmp_path / "c.pdf").write_bytes((tmp_path / "a.pdf").read_bytes()[:300])
    reasons = [decoder.walk(tmp_path / name, name) for name in ("b.pdf", "c.pdf")]
    assert [told.reason for told in reasons if isinstance(told, Refused)] == ["encrypted_pdf", "damaged_file"]


def test_a_page_of_gigantic_size_is_refused_before_it_is_drawn(decoder: Decoder, tmp_path: Path) -> None:
    writer = PdfWriter()
    writer.add_blank_page(width=14400, height=14400)
    writer.write(tmp_path / "a.pdf")
    told = decoder.page(tmp_path / "a.pdf", "a.pdf", "pdf", 0)
    assert isinstance(told, Refused)
    assert told.reason == "page_too_large"


def renderers() -> list[str]:
    """Renderers of a decoder that run now."""
    running = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in running.splitlines() if "pdftoppm" in line and "/fd/" in line]


def test_what_takes_too_long_is_stopped_with_everything_it_started(
    decoder: Decoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAGE_S", 0.02)
    path = pdf(tmp_path / "a.pdf")
    with pytest.raises(DecodingStopped):
        decoder.page(path, "a.pdf", "pdf_drawn", 0)
    wait_until(lambda: not renderers(), "the renderer has ended", 2)
    monkeypatch.setattr(module, "PAGE_S", 60.0)
    assert not isinstance(decoder.page(path, "a.pdf", "pdf_drawn", 0), Refused)


def test_a_decoder_that_was_killed_is_started_again(decoder: Decoder, tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf")
    assert decoder.walk(path, "a.pdf") == Walked("pdf", 2)
    assert decoder._process is not None
    decoder._process.kill()
    decoder._process.wait()
    assert decoder.walk(path, "a.pdf") == Walked("pdf", 2)


def test_the_limited_process_knows_no_secret_and_is_not_root(
    decoder: Decoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CROSSCHECK_DATABASE_URL", "postgresql://with:password@here/db")
    decoder.walk(pdf(tmp_path / "a.pdf"), "a.pdf")
    assert decoder._process is not None
    process = Path(f"/proc/{decoder._process.pid}")
    status = dict(line.split(":\t", 1) for line in (process / "status").read_text().splitlines() if ":\t" in line)
    assert status["Uid"].split()[0] != "0"
    if os.getuid() == 0 or status["Uid"].split()[0] == str(os.getuid()):
        assert b"CROSSCHECK" not in (process / "environ").read_bytes()


class OutOfTime(Exception):
    """As a task's soft time limit raises it, anywhere."""


def test_an_answer_that_comes_too_late_is_nobodys(
    decoder: Decoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, five = pdf(tmp_path / "one.pdf", 1), pdf(tmp_path / "five.pdf", 5)
    decoder.walk(one, "one.pdf")

    def interrupted(*_: object) -> bytes:
        raise OutOfTime

    with monkeypatch.context() as patch:
        patch.setattr(socket.socket, "recv", interrupted)
        with pytest.raises(OutOfTime):
            decoder.walk(one, "one.pdf")
    assert decoder.walk(five, "five.pdf") == Walked("pdf", 5)


def test_an_answer_without_the_questions_token_is_not_believed(
    decoder: Decoder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = pdf(tmp_path / "a.pdf", 1)
    with monkeypatch.context() as patch:
        patch.setattr(socket.socket, "recv", lambda *_: b'{"kind": "pdf", "pages": 9}')
        with pytest.raises(DecodingStopped):
            decoder.walk(path, "a.pdf")
    assert decoder.walk(path, "a.pdf") == Walked("pdf", 1)
