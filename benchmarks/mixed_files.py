"""Good pictures with hostile, broken and doubled files among them, and how each must end.

For `bench_intake`.
"""

from __future__ import annotations

import struct
import zlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

Row = dict[str, str]
"""Of the report of a batch, by column."""
End = tuple[frozenset[str], str]
"""The states in which a file may end, and part of the reason that must stand with it."""

SPOILED_EVERY: Final = 20
HERE: Final = "in the gallery"
TWICE: Final = "already here"
GOOD: Final[End] = (frozenset({HERE}), "")
TWIN: Final[End] = (frozenset({HERE, TWICE}), "")
"""Of two equal files either may be the first."""
UNKNOWN: Final[End] = (frozenset(), "")


def _png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that announces so many pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


SPOILED: Final[Sequence[tuple[str, str, Callable[[bytes], bytes]]]] = (
    ("cut off", "damaged or cut off", lambda good: good[: len(good) // 2]),
    ("text", "This is a text file", lambda _good: b"this is no picture at all"),
    ("drawing", "This is an SVG drawing", lambda _good: b"<svg><script>alert(1)</script></svg>"),
    ("page", "This is a web page", lambda good: b"<!doctype html>" + good),
    ("archive", "This is a ZIP archive", lambda good: b"PK\3\4" + good),
    ("bomb", "pixels", lambda _good: _png(50_000, 40_000)),
    ("line", "times as long as wide", lambda _good: _png(2_000, 20)),
    ("speck", "each side needs at least", lambda _good: _png(8, 8)),
    ("empty", "The file is empty", lambda _good: b""),
    ("again", "", bytes),
)
"""What the file's name says, part of the reason, and how it is made of a good picture."""


def draw(folder: Path, count: int) -> dict[Path, End]:
    """Draw small pictures no two of which are alike, each twentieth spoiled; return their ends."""
    folder.mkdir()
    generator = np.random.default_rng(0)
    ends: dict[Path, End] = {}
    good = folder
    for number in range(1, count + 1):
        if number % SPOILED_EVERY:
            good = folder / f"{number:06}.jpg"
            fields = generator.integers(0, 256, (12, 16, 3), np.uint8)
            Image.fromarray(fields).resize((192, 144)).save(good, "JPEG", quality=88)
            ends[good] = GOOD
            continue
        name, reason, spoil = SPOILED[number // SPOILED_EVERY % len(SPOILED)]
        path = folder / f"{number:06} {name}.jpg"
        path.write_bytes(spoil(good.read_bytes()))
        ends[path] = (frozenset({"refused"}), reason)
        if name == "again":
            ends[good] = ends[path] = TWIN
    return ends


def wrongs(ends: Mapping[Path, End], rows: Sequence[Row]) -> list[str]:
    """Name what was lost or doubled, and what came to another end than it had to."""
    expected = {path.name: end for path, end in ends.items()}
    times = Counter(row["file"] for row in rows)
    names = sorted(expected.keys() | times.keys())
    wrong = [f"{name}: {times[name]} times in the report" for name in names if times[name] != 1]
    for row in rows:
        states, reason = expected.get(row["file"], UNKNOWN)
        if row["state"] not in states or reason not in row["reason"]:
            wrong.append(f"{row['file']}: {row['state']}. {row['reason']}")
    works = Counter(row["work"] for row in rows if row["state"] == HERE)
    wrong += [f"{work}: {many} files have become it" for work, many in works.items() if many > 1]
    twins = sum(end == TWIN for end in ends.values())
    twice = sum(row["state"] == TWICE for row in rows)
    if 2 * twice != twins:
        wrong.append(f"{twice} files were here already; of the {twins} equal ones half should be")
    return wrong
