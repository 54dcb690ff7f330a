"""Arguments that several commands share, and how they are checked."""

from __future__ import annotations

import argparse
import uuid
from pathlib import Path
from typing import Final

from artrec.errors import ArtrecError

PICTURE_SUFFIXES: Final = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".avif", ".tif", ".tiff", ".gif", ".bmp"}
)
"""What files of a folder are taken for pictures."""


def add_feature_options(parser: argparse.ArgumentParser) -> None:
    """Add where weights come from and what the features run on."""
    parser.add_argument(
        "--weights", type=Path, metavar="DIR", help="folder of pretrained weights, or one file"
    )
    parser.add_argument(
        "--device", default="auto", help="auto (default), cpu, cuda or cuda:1", metavar="NAME"
    )
    parser.add_argument(
        "--batch", type=positive, metavar="N", help="pictures per forward pass (default: fitting)"
    )
    parser.add_argument(
        "--threads", type=positive, metavar="N", help="decoding threads (default: one per core)"
    )
    parser.add_argument(
        "--limit", type=positive, metavar="N", help="only the first N pictures, for a quick look"
    )


def positive(text: str) -> int:
    """Parse a whole number of at least 1."""
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of at least 1")
    return number


def write_text(path: Path, content: str) -> None:
    """Write a result, all of it or nothing. Raises ArtrecError where the disk does not allow it."""
    partial = path.with_name(f"{path.name}.{uuid.uuid4().hex[:12]}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_text(content, encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise ArtrecError(f"Cannot write {path}: {error.strerror or error}.") from error
