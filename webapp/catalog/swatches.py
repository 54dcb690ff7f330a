"""The colours one can pick by name, without a colour wheel."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_noop

SWATCHES: Final = (
    ("f2c4bd", gettext_noop("pale red")),
    ("f4d3b0", gettext_noop("pale orange")),
    ("f3e7b3", gettext_noop("pale yellow")),
    ("cfe0bd", gettext_noop("pale green")),
    ("bfe0dd", gettext_noop("pale teal")),
    ("bcd0ea", gettext_noop("pale blue")),
    ("d3c3e3", gettext_noop("pale purple")),
    ("f3cbd9", gettext_noop("pale pink")),
    ("f6f4ee", gettext_noop("white")),
    ("d0463a", gettext_noop("red")),
    ("e08a2f", gettext_noop("orange")),
    ("ecc531", gettext_noop("yellow")),
    ("5f9a4c", gettext_noop("green")),
    ("33938f", gettext_noop("teal")),
    ("3468b4", gettext_noop("blue")),
    ("7c4fa3", gettext_noop("purple")),
    ("d66a92", gettext_noop("pink")),
    ("a3a29e", gettext_noop("grey")),
    ("7c211c", gettext_noop("deep red")),
    ("8a4a1c", gettext_noop("brown")),
    ("8c7424", gettext_noop("ochre")),
    ("2e5030", gettext_noop("deep green")),
    ("174f52", gettext_noop("deep teal")),
    ("1c3263", gettext_noop("deep blue")),
    ("44265f", gettext_noop("deep purple")),
    ("7d2a4b", gettext_noop("wine")),
    ("1b1a19", gettext_noop("black")),
)
"""Three rows, from pale to deep, and a column of greys."""
NAMES: Final = dict(SWATCHES)
