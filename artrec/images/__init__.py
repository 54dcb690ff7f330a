"""Pictures: opened safely once, then resized, cropped and described. The only user of Pillow.

`artrec.images.hashes` is not imported here: it brings SciPy, which a web process does not need.
"""

from __future__ import annotations

from artrec.images.colour import GROUND
from artrec.images.opening import Limits, OpenedImage, open_image
from artrec.images.palette import Swatch, lab_from_hex, palette, to_lab
from artrec.images.parts import Box, part, small_copy
from artrec.images.shapes import Interpolation, centre_crop, fit_padded, multi_crop
from artrec.images.variants import (
    Variant,
    make_variants,
    placeholder,
    served_formats,
    served_widths,
)

__all__ = [
    "GROUND",
    "Box",
    "Interpolation",
    "Limits",
    "OpenedImage",
    "Swatch",
    "Variant",
    "centre_crop",
    "fit_padded",
    "lab_from_hex",
    "make_variants",
    "multi_crop",
    "open_image",
    "palette",
    "part",
    "placeholder",
    "served_formats",
    "served_widths",
    "small_copy",
    "to_lab",
]
