"""Soft masks: a small grid of numbers as a picture of transparency, to be laid over another."""

from __future__ import annotations

import io
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

SIDE: Final = 128
"""Pixels of the longer side: browsers enlarge smoothly from there."""


def alpha_mask(values: npt.NDArray[np.floating], *, ratio: float) -> bytes:
    """A PNG of white whose opacity is `values`, smoothly enlarged.

    Args:
        values: (H, W) in 0..1; what lies beyond is cut off.
        ratio: Width over height of the picture that it is for.
    """
    width = SIDE if ratio >= 1 else max(1, round(SIDE * ratio))
    height = SIDE if ratio < 1 else max(1, round(SIDE / ratio))
    opacity = Image.fromarray(np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8))
    cell = SIDE / max(values.shape)
    opacity = opacity.resize((width, height), Image.Resampling.BICUBIC)
    opacity = opacity.filter(ImageFilter.GaussianBlur(cell / 2))
    mask = Image.merge("LA", (Image.new("L", (width, height), 255), opacity))
    buffer = io.BytesIO()
    mask.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
