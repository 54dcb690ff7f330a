"""The colours one can pick by name, without a colour wheel."""

from __future__ import annotations

from typing import Final

SWATCHES: Final = (
    ("f2c4bd", "pale red"),
    ("f4d3b0", "pale orange"),
    ("f3e7b3", "pale yellow"),
    ("cfe0bd", "pale green"),
    ("bfe0dd", "pale teal"),
    ("bcd0ea", "pale blue"),
    ("d3c3e3", "pale purple"),
    ("f3cbd9", "pale pink"),
    ("f6f4ee", "white"),
    ("d0463a", "red"),
    ("e08a2f", "orange"),
    ("ecc531", "yellow"),
    ("5f9a4c", "green"),
    ("33938f", "teal"),
    ("3468b4", "blue"),
    ("7c4fa3", "purple"),
    ("d66a92", "pink"),
    ("a3a29e", "grey"),
    ("7c211c", "deep red"),
    ("8a4a1c", "brown"),
    ("8c7424", "ochre"),
    ("2e5030", "deep green"),
    ("174f52", "deep teal"),
    ("1c3263", "deep blue"),
    ("44265f", "deep purple"),
    ("7d2a4b", "wine"),
    ("1b1a19", "black"),
)
"""Three rows, from pale to deep, and a column of greys."""
NAMES: Final = dict(SWATCHES)
