"""Pictures drawn for tests: each seed another one."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image


def picture(seed: int, size: tuple[int, int] = (160, 120)) -> bytes:
    """Return the bytes of a JPEG of coloured fields."""
    fields = np.random.default_rng(seed).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(fields).resize(size, Image.Resampling.NEAREST).save(buffer, "JPEG")
    return buffer.getvalue()


def folder_of(path: Path, names: list[str]) -> Path:
    """Make a folder with a picture of each name."""
    for seed, name in enumerate(names):
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(picture(seed))
    return path
