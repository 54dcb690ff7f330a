"""Which pictures look the same: a 64-bit perceptual hash. Imports SciPy; import it on its own."""

from __future__ import annotations

import imagehash
from PIL import Image


def perceptual_hash(image: Image.Image) -> str:
    """pHash of `image` as 16 hex digits: signs of the 8 x 8 lowest DCT terms of its 32 x 32 grey.

    Survives recompression and resizing; not cropping, turning or mirroring.
    """
    return str(imagehash.phash(image, hash_size=8))


def hamming(a: str, b: str) -> int:
    """Differing bits of two hashes, 0..64. Below about 8 means the same picture, 32 is chance.

    Raises ValueError if one is not 16 hex digits.
    """
    if len(a) != 16 or len(b) != 16:
        raise ValueError(f"A perceptual hash has 16 hex digits; got {a!r} and {b!r}.")
    return (int(a, 16) ^ int(b, 16)).bit_count()
