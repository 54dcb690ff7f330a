"""What comes through the door: right format, right way up, right size."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from PIL.ExifTags import Base

from artrec.errors import ImageError
from artrec.images import Limits, open_image
from tests.artrec.images.pictures import FORMATS, difference, encode, painting

CLOSE = {"JPEG": 6, "WEBP": 6, "AVIF": 6, "GIF": 10}
"""Mean error allowed to a lossy format; the others are exact."""

# How a camera held that way stores an upright picture: the inverse of what the viewer must do.
STORED_AS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.mark.parametrize("kind", FORMATS)
def test_every_accepted_format_opens_with_its_facts(kind: str) -> None:
    picture = painting()
    data = encode(picture, kind)

    opened = open_image(data)

    assert (opened.format, opened.width, opened.height) == (kind, 96, 64)
    assert (opened.sha256, opened.size) == (hashlib.sha256(data).hexdigest(), len(data))
    assert (opened.pixels.mode, opened.pixels.info) == ("RGB", {})
    assert difference(opened.pixels, picture) < CLOSE.get(kind, 0.01)


def test_path_and_file_give_the_same_as_bytes(tmp_path: Path) -> None:
    data = encode(painting(), "PNG")
    path = tmp_path / "a picture.jpg"
    path.write_bytes(data)

    by_path, by_file = open_image(path), open_image(io.BytesIO(data))

    assert by_path.format == "PNG"  # the name says otherwise, and does not matter
    assert by_path.sha256 == by_file.sha256 == open_image(data).sha256
    assert difference(by_path.pixels, by_file.pixels) == 0


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_all_eight_orientations_come_out_upright(kind: str, orientation: int) -> None:
    upright = painting()
    method = STORED_AS.get(orientation)
    stored = upright if method is None else upright.transpose(method)
    exif = Image.Exif()
    exif[Base.Orientation] = orientation

    opened = open_image(encode(stored, kind, exif=exif))

    assert (opened.width, opened.height) == opened.pixels.size == upright.size
    assert difference(opened.pixels, upright) < 6


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0garbage"]
)
def test_unreadable_metadata_is_no_reason_to_refuse(exif: bytes) -> None:
    opened = open_image(encode(painting(), "JPEG", exif=exif))

    assert opened.pixels.size == (96, 64)


def test_an_orientation_outside_one_to_eight_means_upright() -> None:
    exif = Image.Exif()
    exif[Base.Orientation] = 99

    opened = open_image(encode(painting(), "JPEG", exif=exif))

    assert difference(opened.pixels, painting()) < 6


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "PNG", "WEBP", "AVIF"])
def test_of_animations_and_pages_the_first_is_taken(kind: str) -> None:
    first, second = painting(seed=1), painting(seed=2)

    opened = open_image(encode(first, kind, save_all=True, append_images=[second]))

    assert difference(opened.pixels, first) < 10 < difference(opened.pixels, second) / 2


@pytest.mark.parametrize(("at_least", "side"), [(32, 80), (80, 160), (81, 320), (400, 640)])
def test_a_jpeg_for_features_is_decoded_no_smaller_than_twice_what_they_need(
    at_least: int, side: int
) -> None:
    picture = painting(960, 640)

    opened = open_image(encode(picture, "JPEG"), at_least=at_least)

    assert (opened.width, opened.height) == (960, 640)
    assert opened.pixels.size == (side * 3 // 2, side)
    assert difference(opened.pixels, picture.resize(opened.pixels.size)) < 4


def test_a_reduced_jpeg_on_its_side_reports_its_full_upright_size() -> None:
    exif = Image.Exif()
    exif[Base.Orientation] = 6

    opened = open_image(encode(painting(900, 600), "JPEG", exif=exif), at_least=75)

    assert (opened.width, opened.height, opened.pixels.size) == (600, 900, (150, 225))


def test_at_least_changes_nothing_for_other_formats() -> None:
    assert open_image(encode(painting(900, 600), "PNG"), at_least=32).pixels.size == (900, 600)


def test_a_picture_above_pillows_warning_size_opens_without_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 4_000)  # 96 x 64 = 6144: the warning band

    assert [open_image(encode(painting(), kind)).format for kind in FORMATS] == list(FORMATS)


def test_many_threads_open_as_one_does() -> None:
    files = [encode(painting(seed=seed), FORMATS[seed % 7]) for seed in range(42)]
    alone = [open_image(data).pixels.tobytes() for data in files]

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda data: open_image(data).pixels.tobytes(), files))

    assert together == alone


def test_running_out_of_memory_is_not_blamed_on_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def exhausted(_: Image.Image) -> None:
        raise MemoryError

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", exhausted)

    with pytest.raises(MemoryError):
        open_image(encode(painting(), "PNG"))


def test_a_missing_path_is_not_an_image_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        open_image(tmp_path / "gone.png")

    assert not isinstance(caught.value, ImageError)


def test_limits_at_the_very_edge_are_allowed() -> None:
    data = encode(painting(96, 64), "PNG")
    limits = Limits(max_bytes=len(data), max_pixels=96 * 64, min_side=64, max_ratio=1.5)

    assert open_image(data, limits=limits).width == 96


def test_opening_pictures_does_not_load_scipy() -> None:
    code = "import sys, artrec.images; sys.exit('scipy' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
