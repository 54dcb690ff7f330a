"""Any pixel mode and any profile to plain 8-bit sRGB."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Final, cast

import numpy as np
from PIL import Image, ImageCms

GROUND: Final = (247, 246, 243)
"""Where a picture is transparent it is laid on this light warm grey (#f7f6f3), the wall of the
site in its light theme. Black or pure white would add a shape that the artist did not make."""

_CACHED_BYTES: Final = 65_536
"""Longer profiles are not remembered by `_is_srgb`; the usual sRGB ones have 500 to 61,000."""
_WHITE_IS_ZERO: Final = 0
_TAG_BITS, _TAG_PHOTOMETRIC = 258, 262
_DEEP_MODES: Final = frozenset({"I", "F", "I;16", "I;16L", "I;16B", "I;16N"})


def to_srgb(image: Image.Image) -> Image.Image:
    """A new RGB picture without metadata from a loaded `image` of any mode Pillow decodes.

    An embedded profile is honoured when it can be read and fits the mode; otherwise it is
    ignored, because a picture in slightly wrong colours is worth more than no picture.
    """
    alpha = None
    profile = image.info.get("icc_profile")
    if image.mode in _DEEP_MODES:
        image = _to_eight_bits(image)
    elif image.has_transparency_data:
        full = image.convert("RGBA")
        alpha = full.getchannel("A")
        image = image.convert("L") if image.mode in {"LA", "La"} else full.convert("RGB")
    elif image.mode not in {"L", "RGB", "CMYK", "LAB"}:
        image = image.convert("L" if image.mode == "1" else "RGB")

    rgb = _apply_profile(image, profile) if isinstance(profile, bytes) else None
    if rgb is None:
        rgb = _from_lab(image) if image.mode == "LAB" else image.convert("RGB")
    if alpha is not None:
        rgb = Image.composite(rgb, Image.new("RGB", rgb.size, GROUND), alpha)
    rgb.info = {}
    return rgb


def _to_eight_bits(image: Image.Image) -> Image.Image:
    """Scale 12-bit to 32-bit greys into 0..255; Pillow's own `convert("L")` clips them.

    Sixteen-bit values have a known full range. Floats are taken as 0..1, then as 0..255; floats
    and 32-bit integers beyond that have no stated white, so their own range is stretched.
    """
    tags = getattr(image, "tag_v2", {})
    values = np.nan_to_num(np.asarray(image, dtype=np.float32), posinf=0.0, neginf=0.0)
    low, high = float(values.min()), float(values.max())
    if image.mode.startswith("I;16") or (image.mode == "I" and low >= 0 and high <= 65535):
        low, high = 0.0, float(2 ** min(16, max(tags.get(_TAG_BITS, (16,)))) - 1)
    elif image.mode == "F" and low >= 0 and high <= 255:
        low, high = 0.0, 1.0 if high <= 1 else 255.0
    scaled = (values - low) * (255 / max(high - low, 1e-12))
    # Pillow inverts "white is zero" for 8-bit greys only.
    if tags.get(_TAG_PHOTOMETRIC) == _WHITE_IS_ZERO:
        scaled = 255 - scaled
    return Image.fromarray(np.clip(np.rint(scaled), 0, 255).astype(np.uint8))


def _apply_profile(image: Image.Image, profile: bytes) -> Image.Image | None:
    """`image` from its profile's space to sRGB, or None if the profile is broken or unfit."""
    try:
        space = _colour_space(profile)
        if space == "RGB" and image.mode == "L":
            image = image.convert("RGB")
        if {"GRAY": "L", "RGB": "RGB", "CMYK": "CMYK", "Lab": "LAB"}.get(space) != image.mode:
            return None
        if image.mode == "RGB" and len(profile) <= _CACHED_BYTES and _is_srgb(profile):
            return image.convert("RGB")
        return _transform(image, profile)
    # Little CMS reports through PyCMSError; Pillow's wrapper lets the others through.
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _colour_space(profile: bytes) -> str:
    """The profile's own colour space from its header: RGB, GRAY, CMYK, Lab or another."""
    return ImageCms.ImageCmsProfile(io.BytesIO(profile)).profile.xcolor_space.strip()


def _transform(image: Image.Image, profile: bytes) -> Image.Image:
    # Built per call: a transform is cheap beside a decode, and is then never shared by threads.
    converted = ImageCms.profileToProfile(
        image,
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    return cast(Image.Image, converted)  # None only with inPlace=True


@lru_cache(maxsize=64)
def _is_srgb(profile: bytes) -> bool:
    """Whether the profile moves no colour of a 16-step cube by more than 1 of 255.

    Most files that carry a profile carry some sRGB; they skip a pass over all pixels.
    """
    steps = np.arange(0, 256, 17, dtype=np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(64, 64, 3)
    moved = np.asarray(_transform(Image.fromarray(cube), profile), dtype=np.int16)
    return int(np.abs(moved - cube).max()) <= 1


def _from_lab(image: Image.Image) -> Image.Image:
    converted = ImageCms.profileToProfile(
        image, ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    return cast(Image.Image, converted)  # None only with inPlace=True
