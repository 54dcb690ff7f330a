"""Every mode and profile ends as the sRGB a viewer would have seen."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image, ImageCms

from artrec.images import GROUND, open_image
from tests.artrec.images.pictures import (
    DISPLAY_P3,
    array,
    difference,
    encode,
    matrix_profile,
    painting,
)


def middle(data: bytes) -> tuple[int, ...]:
    pixels = open_image(data).pixels
    return tuple(array(pixels)[pixels.height // 2, pixels.width // 2].tolist())


def flat(mode: str, colour: int | tuple[int, ...]) -> Image.Image:
    return Image.new(mode, (32, 32), colour)


@pytest.mark.parametrize(
    ("mode", "colour", "kind", "expected"),
    [
        ("L", 100, "PNG", (100, 100, 100)),
        ("1", 1, "PNG", (255, 255, 255)),
        ("1", 0, "TIFF", (0, 0, 0)),
        ("RGB", (10, 20, 30), "BMP", (10, 20, 30)),
        ("RGBA", (200, 10, 10, 255), "PNG", (200, 10, 10)),
        ("RGBA", (200, 10, 10, 0), "PNG", GROUND),
        ("RGBA", (200, 10, 10, 0), "WEBP", GROUND),
        ("LA", (50, 0), "PNG", GROUND),
        ("LA", (50, 255), "PNG", (50, 50, 50)),
        ("CMYK", (0, 0, 0, 0), "TIFF", (255, 255, 255)),
        ("CMYK", (0, 255, 255, 0), "TIFF", (255, 0, 0)),
    ],
)
def test_modes_become_the_expected_colour(
    mode: str, colour: int | tuple[int, ...], kind: str, expected: tuple[int, ...]
) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}

    assert middle(encode(flat(mode, colour), kind, **options)) == expected


def test_half_transparent_is_halfway_to_the_ground() -> None:
    seen = middle(encode(flat("RGBA", (0, 0, 0, 128)), "PNG"))

    assert seen == tuple(round(channel * 127 / 255) for channel in GROUND)


def test_a_palette_with_a_transparent_entry_shows_the_ground() -> None:
    picture = Image.new("P", (32, 32), 1)
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.paste(0, (0, 0, 16, 32))

    data = encode(picture, "PNG", transparency=1)

    pixels = array(open_image(data).pixels)
    assert pixels[5, 5].tolist() == [255, 0, 0]
    assert pixels[5, 25].tolist() == list(GROUND)


def test_a_palette_with_partly_transparent_entries_is_blended() -> None:
    picture = Image.new("P", (32, 32), 0)
    picture.putpalette([0, 0, 0])

    seen = middle(encode(picture, "PNG", transparency=bytes([128])))

    assert seen == tuple(round(channel * 127 / 255) for channel in GROUND)


def test_a_gif_with_a_transparent_colour_shows_the_ground() -> None:
    picture = Image.new("P", (32, 32), 0)
    picture.putpalette([0, 0, 0, 255, 255, 255])

    assert middle(encode(picture, "GIF", transparency=0)) == GROUND


def test_an_rgb_colour_declared_transparent_shows_the_ground() -> None:
    data = encode(flat("RGB", (1, 2, 3)), "PNG", transparency=(1, 2, 3))

    assert middle(data) == GROUND


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bit_greys_are_scaled_and_not_clipped(kind: str) -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (16, 1))

    grey = array(open_image(encode(Image.fromarray(ramp), kind)).pixels)[0, :, 0]

    np.testing.assert_array_equal(grey, np.arange(256))


def test_big_endian_sixteen_bit_greys_are_scaled() -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(">u2"), (16, 1))
    picture = Image.frombytes("I;16B", (256, 16), ramp.tobytes())

    grey = array(open_image(encode(picture, "TIFF")).pixels)[0, :, 0]

    np.testing.assert_array_equal(grey, np.arange(256))


def test_sixteen_bit_greys_with_white_as_zero_are_inverted() -> None:
    ramp = np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (16, 1))
    data = encode(Image.fromarray(ramp), "TIFF", tiffinfo={262: 0})

    grey = array(open_image(data).pixels)[0, :, 0]

    np.testing.assert_array_equal(grey, np.arange(256)[::-1])


@pytest.mark.parametrize("peak", [1.0, 255.0, 40_000.0])
def test_float_pictures_use_their_whole_range(peak: float) -> None:
    ramp = np.tile(np.linspace(0, peak, 256, dtype=np.float32), (16, 1))
    ramp[0, 0] = np.nan

    grey = array(open_image(encode(Image.fromarray(ramp), "TIFF")).pixels)[1, :, 0]

    np.testing.assert_allclose(grey, np.arange(256), atol=1)


def test_thirty_two_bit_integers_use_their_whole_range() -> None:
    ramp = np.tile(np.linspace(-70_000, 2_000_000, 256).astype(np.int32), (16, 1))

    grey = array(open_image(encode(Image.fromarray(ramp), "TIFF")).pixels)[0, :, 0]

    np.testing.assert_allclose(grey, np.arange(256), atol=1)


def test_cmyk_jpegs_as_adobe_writes_them_are_not_negatives() -> None:
    picture = painting()

    data = encode(picture.convert("CMYK"), "JPEG", quality=95)

    assert b"Adobe" in data  # ink stored inverted, as Photoshop does
    assert difference(open_image(data).pixels, picture) < 4


def test_lab_tiffs_become_srgb() -> None:
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    picture = painting()
    lab = ImageCms.applyTransform(picture, to_lab)
    assert lab is not None

    assert difference(open_image(encode(lab, "TIFF")).pixels, picture) < 3


def test_a_wide_gamut_colour_gets_stronger_numbers_in_srgb() -> None:
    muted = (150, 120, 100)

    red, green, blue = middle(encode(flat("RGB", muted), "PNG", icc_profile=DISPLAY_P3))

    # In P3 the same numbers name a more saturated colour.
    assert red > 150
    assert green < 120
    assert blue < 100


def test_greys_of_a_wide_gamut_picture_stay_grey() -> None:
    seen = middle(encode(flat("L", 128), "PNG", icc_profile=DISPLAY_P3))

    np.testing.assert_allclose(seen, 128, atol=2)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_swapped_primaries_are_honoured_in_every_format(kind: str) -> None:
    # A profile that calls the first channel green: red numbers must come out green.
    odd = matrix_profile(
        (0.2920, 0.6922, 0.0419), (0.5151, 0.2412, -0.0011), (0.1571, 0.0666, 0.7841)
    )

    red, green, _ = middle(encode(flat("RGB", (220, 60, 60)), kind, icc_profile=odd))

    assert green > 180
    assert red < 100


def test_an_srgb_profile_changes_nothing() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = painting()

    opened = open_image(encode(picture, "PNG", icc_profile=profile))

    assert difference(opened.pixels, picture) == 0


def test_transparency_and_profile_work_together() -> None:
    data = encode(flat("RGBA", (150, 120, 100, 0)), "PNG", icc_profile=DISPLAY_P3)

    assert middle(data) == GROUND  # the ground is ours and already sRGB


@pytest.mark.parametrize(
    "broken",
    [
        b"not a profile",
        DISPLAY_P3[:200],
        DISPLAY_P3.replace(b"acsp", b"xxxx"),
        DISPLAY_P3.replace(b"RGB XYZ ", b"CMYKXYZ "),
        DISPLAY_P3[:128] + struct.pack(">I", 0xFFFFFFF0) + DISPLAY_P3[132:],
    ],
)
def test_a_broken_or_unfit_profile_is_ignored(broken: bytes) -> None:
    picture = painting()

    opened = open_image(encode(picture, "PNG", icc_profile=broken))

    assert difference(opened.pixels, picture) == 0


def test_no_metadata_survives() -> None:
    exif = Image.Exif()
    exif[0x010F] = "A camera"
    data = encode(painting(), "JPEG", exif=exif, icc_profile=DISPLAY_P3, comment=b"secret")

    pixels = open_image(data).pixels

    again = Image.open(io.BytesIO(encode(pixels, "JPEG")))
    assert not {"exif", "icc_profile", "comment"} & set(again.info)
