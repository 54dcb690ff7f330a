"""What the neighbourhoods of a map are named by: what the catalogue says of works, and their looks.

Looks are read from the tiny copy that stands in for a picture while it loads.
"""

from __future__ import annotations

import io
from base64 import b64decode
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from artrec.atlas.looks import MEASURES, Floats, looks, measured
from artrec.atlas.telling import Facts
from artrec.atlas.wording import periods, title_words
from webapp.catalog.colours import FAIR_SHARE, family
from webapp.catalog.facts import UNKNOWN_ARTIST
from webapp.catalog.models import Artwork

_ORIENTATIONS: Final = {"portrait": "upright", "landscape": "wide", "square": "square"}
_NEUTRALS: Final = frozenset({"brown", "black", "grey", "white"})
_MUCH: Final = 0.3
"""Part of a picture that these must cover to be spoken of: there is some in most pictures."""
_COLUMNS: Final = (
    *("pk", "style", "medium", "artist__name", "title", "year", "image__palette"),
    *("entry__orientation", "image__placeholder"),
)


def facts_of(ids: NDArray[np.int64]) -> Facts:
    """Return what is known of works (N,), ascending; nothing of one that was deleted meanwhile."""
    count = len(ids)
    facts: dict[str, list[Collection[str]]] = defaultdict(lambda: [()] * count)
    measures = np.full((count, MEASURES), np.nan, dtype=np.float32)
    works = Artwork.objects.filter(pk__in=ids.tolist()).values_list(*_COLUMNS)
    for pk, style, medium, artist, title, year, palette, shape, tiny in works.iterator():
        row = int(np.searchsorted(ids, pk))
        facts["style"][row] = _one(style)
        facts["medium"][row] = _one(medium)
        facts["artist"][row] = _one("" if artist == UNKNOWN_ARTIST else artist)
        facts["words"][row] = title_words(title)
        facts["period"][row] = () if year is None else periods(year)
        facts["colour"][row] = _colours(palette or ())
        facts["orientation"][row] = _one(_ORIENTATIONS.get(shape, ""))
        measures[row] = _look(tiny)
    return {**facts, **looks(measures)}


def _one(value: str) -> tuple[str, ...]:
    return (value,) if value else ()


def _colours(palette: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """The families of colours that one would speak of."""
    shares: Counter[str] = Counter()
    for swatch in palette:
        shares[family(swatch["lab"])] += swatch["share"]
    return tuple(
        name
        for name, share in shares.items()
        if share >= (_MUCH if name in _NEUTRALS else FAIR_SHARE)
    )


def _look(uri: str | None) -> Floats:
    """Measures of a data URI; NaN where it holds no picture."""
    try:
        with Image.open(io.BytesIO(b64decode((uri or "").partition(",")[2]))) as tiny:
            return measured(np.asarray(tiny.convert("RGB")))
    except (OSError, ValueError):
        return np.full(MEASURES, np.nan, dtype=np.float32)
