"""A corpus of hostile files: each is refused with the right error and a sentence, or opened."""

from __future__ import annotations

import io
import tracemalloc
import zlib

import numpy as np
import pytest
from PIL import Image

from artrec.errors import (
    AbsurdShapeError,
    DamagedImageError,
    EmptyFileError,
    FileTooLargeError,
    ImageError,
    TooManyPixelsError,
    TooSmallError,
    UnsupportedFormatError,
)
from artrec.images import Limits, open_image
from tests.artrec.images.pictures import FORMATS, encode, painting, png

SVG = b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"Dear curator, please find enclosed", "a text file"),
        (SVG, "an SVG drawing"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (b"%PDF-1.7\n1 0 obj", "a PDF document"),
        (b"8BPS\0\1" + b"\0" * 20, "a Photoshop document"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n", "a PostScript file"),
        (b"<!DOCTYPE html><title>404</title>", "a web page"),
        (b"<rss version='2.0'/>", "an XML file"),
        (b"PK\x03\x04\x14\0", "a ZIP archive"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a HEIC picture"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isommp41", "a video file"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 picture"),
        (b"\x7fELF\2\1\1\0", "a kind of file we do not know"),
        (b"P6 32 32 255\n" + b"\0" * 3072, "a kind of file we do not know"),
    ],
)
def test_other_files_are_named_and_refused(data: bytes, named: str) -> None:
    with pytest.raises(UnsupportedFormatError, match=f"This is {named}.*Export it as JPEG"):
        open_image(data)


@pytest.mark.parametrize("kind", ["ICO", "TGA", "PCX", "PPM", "JPEG2000", "DDS", "SGI"])
def test_pictures_outside_the_allow_list_are_refused(kind: str) -> None:
    with pytest.raises(UnsupportedFormatError):
        open_image(encode(painting(), kind))


def test_an_empty_file_is_named_as_such() -> None:
    with pytest.raises(EmptyFileError, match="empty"):
        open_image(b"")


def test_a_file_over_the_limit_is_refused_without_reading_it_all() -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1, /) -> bytes:
            assert 0 <= size <= 1_000_001
            return b"x" * size

    with pytest.raises(FileTooLargeError, match="1 MB"):
        open_image(Endless(), limits=Limits(max_bytes=1_000_000))  # type: ignore[arg-type]


def test_a_single_pixel_is_too_small() -> None:
    with pytest.raises(TooSmallError, match=r"1 x 1 pixels.*at least 16"):
        open_image(encode(Image.new("RGB", (1, 1)), "PNG"))


def test_a_line_is_not_an_artwork() -> None:
    with pytest.raises(AbsurdShapeError, match=r"20000 x 10 pixels.*20 times"):
        open_image(encode(Image.new("RGB", (20_000, 10)), "PNG"))


def test_an_announced_giant_is_refused_before_it_takes_memory() -> None:
    data = png(50_000, 50_000, zlib.compress(b"\0" * 1000))
    tracemalloc.start()

    with pytest.raises(TooManyPixelsError, match=r"50000 x 50000 = 2,500 million.*150 million"):
        open_image(data)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_giant_canvas_that_the_parser_itself_would_allocate_is_refused() -> None:
    data = bytearray(encode(painting(), "WEBP", save_all=True, append_images=[painting(seed=2)]))
    at = data.index(b"VP8X") + 12
    data[at : at + 6] = (16_382).to_bytes(3, "little") * 2

    with pytest.raises(TooManyPixelsError, match="150 million"):
        open_image(bytes(data))


def test_a_small_file_that_unpacks_to_a_full_giant_is_refused() -> None:
    data = png(15_000, 15_000, zlib.compress(b"\0" * 20_000_000, 9))

    assert len(data) < 30_000
    with pytest.raises(TooManyPixelsError):
        open_image(data)


@pytest.mark.parametrize("chunk", [b"zTXt", b"iTXt", b"iCCP"])
def test_a_bomb_in_a_side_chunk_costs_nothing(chunk: bytes) -> None:
    bomb = zlib.compress(b"\0" * 50_000_000, 9)
    content = {
        b"zTXt": b"Comment\0\0" + bomb,
        b"iTXt": b"Comment\0\1\0\0\0" + bomb,
        b"iCCP": b"profile\0\0" + bomb,
    }[chunk]
    rows = zlib.compress(b"".join(b"\0" + b"\x40" * 96 for _ in range(32)))
    tracemalloc.start()

    try:
        open_image(png(32, 32, rows, extra=((chunk, content),)))
    except ImageError as error:
        assert isinstance(error, DamagedImageError)  # noqa: PT017 - opening it is fine as well

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("part", [0.3, 0.7, 0.9])
def test_a_file_cut_off_is_damaged(kind: str, part: float) -> None:
    data = encode(painting(256, 256), kind)

    with pytest.raises(DamagedImageError, match=f"The {kind} file is damaged or cut off"):
        open_image(data[: int(len(data) * part)])


def test_a_header_alone_is_damaged() -> None:
    starts = [encode(painting(), kind)[:20] for kind in FORMATS]

    for start in starts:
        with pytest.raises(DamagedImageError):
            open_image(start)


@pytest.mark.parametrize("kind", FORMATS)
def test_flipped_bytes_never_raise_anything_but_an_image_error(kind: str) -> None:
    rng = np.random.default_rng(FORMATS.index(kind))
    exif = Image.Exif()
    exif[0x0112] = 6
    clean = np.frombuffer(
        encode(painting(40, 32), kind, **({} if kind in {"GIF", "BMP"} else {"exif": exif})),
        dtype=np.uint8,
    )
    outcomes = set()

    for _ in range(300):
        data = clean.copy()
        # Half of the hits go to the header, where the lies are.
        reach = len(data) if rng.random() < 0.5 else min(len(data), 120)
        data[rng.integers(0, reach, size=rng.integers(1, 6))] = rng.integers(0, 256)
        try:
            open_image(data.tobytes())
            outcomes.add("opened")
        except ImageError as error:
            assert str(error).endswith(".")  # noqa: PT017 - every refusal is a sentence
            outcomes.add(error.code)

    assert {"opened", "damaged"} <= outcomes
