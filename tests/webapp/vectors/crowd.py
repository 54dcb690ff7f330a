"""Many works at once, by SQL: strongly clustered vectors, as features of real pictures are."""

from __future__ import annotations

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from webapp.vectors.actions import create_space, store_vectors
from webapp.vectors.models import Space


def make_works(count: int) -> list[int]:
    """Insert visible works by one artist and return their ids.

    The style of work n is "half" for even n, the price is n modulo 1000.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_artist (name, slug, bio) VALUES ('Crowd', 'crowd', '')"
            " ON CONFLICT (name) DO UPDATE SET bio = '' RETURNING id"
        )
        artist = cursor.fetchone()[0]
        cursor.execute(
            "INSERT INTO catalog_artwork (title, artist_id, medium, style, price, currency,"
            " description, rights, credit_line, source_url, availability, one_of_a_kind, added,"
            " state, state_reason, attempts)"
            " SELECT 'Work ' || n, %s, '', CASE WHEN n %% 2 = 0 THEN 'half' ELSE 'other' END,"
            " n %% 1000, 'EUR', '', '', '', '', 'available', true, now(), 'visible', '', 0"
            " FROM generate_series(0, %s) AS n RETURNING id",
            [artist, count - 1],
        )
        ids = sorted(row[0] for row in cursor.fetchall())
        cursor.execute("ANALYZE catalog_artwork")
    return ids


def clustered(count: int, dim: int, *, clusters: int, seed: int = 0) -> NDArray[np.float32]:
    """Draw (count, dim) unit vectors around `clusters` centres, as stored: rounded to halves.

    Like features of pictures they fill few directions: sixteen, and a little noise in the others.
    """
    generator = np.random.default_rng(seed)
    rank = min(16, dim)
    latent = generator.standard_normal((clusters, rank))[generator.integers(clusters, size=count)]
    latent = latent + 0.6 * generator.standard_normal((count, rank))
    rows = latent @ generator.standard_normal((rank, dim)) / np.sqrt(rank)
    rows += 0.05 * generator.standard_normal((count, dim))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    stored: NDArray[np.float32] = rows.astype(np.float16).astype(np.float32)
    return stored


def make_space_of(ids: list[int], vectors: NDArray[np.float32]) -> Space:
    """Store `vectors` in a new space."""
    space = create_space(
        purpose="look", extractor="test", dim=vectors.shape[1], transform=b"", fitted_on=0
    )
    store_vectors(space, ids, vectors)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE vectors_vector")
    return space
