"""What is known of the works of a map, all at once: arrays, for a hundred thousand of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import numpy as np
from django.db import connection
from django.db.models import Max
from django.utils import timezone
from numpy.typing import NDArray

from webapp.studio.models import Map, Place

SHOWN_DAYS: Final = 90
"""Of so many days impressions are counted; older ones say little of what is shown now."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# One array for each column: a hundred thousand rows of Python objects would take a second more.
_SQL: Final = """
WITH liked AS (
    SELECT artwork_id, count(*) AS likes,
           count(*) FILTER (WHERE list_id IS NOT NULL AND time >= %s) AS answered
    FROM feed_event WHERE kind = 'like' AND undone IS NULL GROUP BY artwork_id
), shown AS (
    SELECT artwork_id, count(*) AS times FROM feed_impression WHERE time >= %s GROUP BY artwork_id
), works AS (
    SELECT p.number, p.artwork_id, p.x, p.y, p.cluster_id, s.style, a.name AS artist, s.medium,
           s.availability, s.orientation, i.palette -> 0 ->> 'hex' AS hex,
           i.width::float8 / i.height AS aspect, s.price, s.currency, s.year,
           extract(epoch FROM w.added) AS added, coalesce(l.likes, 0) AS likes,
           coalesce(l.answered, 0) AS answered, coalesce(h.times, 0) AS shown
    FROM studio_place p
    JOIN catalog_searchentry s ON s.artwork_id = p.artwork_id AND s.visible
    JOIN catalog_artwork w ON w.id = p.artwork_id
    JOIN catalog_artist a ON a.id = s.artist_id
    JOIN catalog_artworkimage i ON i.artwork_id = p.artwork_id
    LEFT JOIN liked l ON l.artwork_id = p.artwork_id
    LEFT JOIN shown h ON h.artwork_id = p.artwork_id
    WHERE p.map_id = %s ORDER BY p.number
)
SELECT array_agg(number), array_agg(artwork_id), array_agg(x), array_agg(y), array_agg(cluster_id),
       array_agg(style), array_agg(artist), array_agg(medium), array_agg(availability),
       array_agg(orientation), array_agg(hex), array_agg(aspect), array_agg(price::float8),
       array_agg(currency), array_agg(year), array_agg(added::float8), array_agg(likes),
       array_agg(answered), array_agg(shown)
FROM works
"""


@dataclass(frozen=True, slots=True)
class Facts:
    """The works of a map that can be seen, in the order of their numbers. All of one length, N."""

    length: int
    """Numbers that were given out, also to works that cannot be seen any more."""
    number: Ints
    ids: Ints
    x: Floats
    y: Floats
    leaf: Ints
    """Ids of their finest neighbourhoods."""
    style: list[str]
    """As the next four, "" where nothing is known."""
    artist: list[str]
    medium: list[str]
    availability: list[str]
    orientation: list[str]
    rgb: NDArray[np.uint8]
    """(3, N) of the colour that covers most."""
    aspect: Floats
    """Width by height of the picture."""
    price: Floats
    """NaN where it is not for sale, or in another currency than most."""
    currency: str
    year: Floats
    added: Floats
    """Seconds since 1970."""
    likes: Floats
    answered: Floats
    """Of these, the likes given in lists that were sent to somebody, of the last `SHOWN_DAYS`."""
    shown: Floats
    """Times it stood in a list that was sent to somebody, of the last `SHOWN_DAYS`."""


def facts_of(found: Map) -> Facts:
    """Return what is known of the works of a map. Two queries."""
    last = Place.objects.filter(map=found).aggregate(last=Max("number"))["last"]
    since = timezone.now() - timedelta(days=SHOWN_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(_SQL, [since, since, found.pk])
        row = [column or [] for column in cursor.fetchone()]
    number, ids, x, y, leaf = row[:5]
    style, artist, medium, availability, orientation, colours = row[5:11]
    aspect, price, currencies, year, added, likes, answered, shown = row[11:]
    prices = np.array(price, np.float64)
    paid = [each for each, amount in zip(currencies, price, strict=True) if amount is not None]
    most = max(sorted(set(paid)), key=paid.count, default="")
    prices[np.array(currencies, object) != most] = np.nan
    return Facts(
        length=0 if last is None else last + 1,
        number=np.array(number, np.int64),
        ids=np.array(ids, np.int64),
        x=np.array(x, np.float64),
        y=np.array(y, np.float64),
        leaf=np.array(leaf, np.int64),
        style=style,
        artist=artist,
        medium=medium,
        availability=availability,
        orientation=orientation,
        rgb=_channels(colours),
        aspect=np.array(aspect, np.float64),
        price=prices,
        currency=most,
        year=np.array(year, np.float64),
        added=np.array(added, np.float64),
        likes=np.array(likes, np.float64),
        answered=np.array(answered, np.float64),
        shown=np.array(shown, np.float64),
    )


def _channels(colours: list[str | None]) -> NDArray[np.uint8]:
    """(3, N) of "#a1b2c3"; grey where there is none."""
    text = "".join((colour or "#808080")[1:] for colour in colours)
    return np.frombuffer(bytes.fromhex(text), np.uint8).reshape(-1, 3).T
