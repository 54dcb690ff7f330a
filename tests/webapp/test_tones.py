from __future__ import annotations

import numpy as np
import pytest
from pytest_django import DjangoAssertNumQueries

from artrec.images.palette import lab_from_hex
from tests.webapp.makers import make_artwork
from webapp.catalog import palette, tones
from webapp.catalog.models import Artwork, ArtworkImage

OCHRE, BLUE, RED, WHITE = "#8c7424", "#3468b4", "#d0463a", "#f6f4ee"


def painted(*shares: tuple[str, float]) -> Artwork:
    artwork = make_artwork()
    ArtworkImage.objects.filter(artwork=artwork).update(
        palette=[
            {"hex": colour, "lab": list(lab_from_hex(colour)), "share": share}
            for colour, share in shares
        ]
    )
    return artwork


def swatches(*shares: tuple[str, float]) -> palette.Floats:
    return np.array([[*lab_from_hex(colour), share] for colour, share in shares], np.float32)


@pytest.mark.django_db
def test_pictures_in_the_same_colours_come_first() -> None:
    own = painted((OCHRE, 0.6), (BLUE, 0.4))
    other = painted((RED, 1.0))
    twin = painted((BLUE, 0.45), (OCHRE, 0.55))
    half = painted((OCHRE, 0.5), (RED, 0.5))

    ids, scores = tones.nearest(own.pk, limit=10)

    assert ids.tolist() == [twin.pk, half.pk, other.pk]
    assert scores[0] > 0.98
    assert 0 <= scores[2] < 0.3
    assert np.all(np.diff(scores) <= 0)


@pytest.mark.django_db
def test_a_large_ground_does_not_drown_the_colours_on_it() -> None:
    own = painted((WHITE, 0.8), (BLUE, 0.2))
    white = painted((WHITE, 0.8), (RED, 0.2))
    blue = painted((WHITE, 0.8), (BLUE, 0.2))

    ids, scores = tones.nearest(own.pk, limit=2)

    assert ids.tolist() == [blue.pk, white.pk]
    assert scores[0] - scores[1] > 0.1


@pytest.mark.django_db
def test_a_picture_is_like_itself_by_one_and_likeness_goes_both_ways() -> None:
    for shares in (((OCHRE, 0.6), (BLUE, 0.4)), ((RED, 1.0),), ((OCHRE, 0.2), (WHITE, 0.8))):
        painted(*shares)

    ready = tones.current()
    pairs = np.stack([tones.likeness(ready, place) for place in range(3)])

    np.testing.assert_allclose(np.diag(pairs), 1, atol=1e-3)
    np.testing.assert_allclose(pairs, pairs.T, atol=1e-4)


@pytest.mark.django_db
def test_only_allowed_works_come_and_a_changed_picture_counts_at_once() -> None:
    own, twin, other = (painted((OCHRE, 1.0)) for _ in range(3))
    before, _ = tones.nearest(own.pk, limit=10, among=np.array([own.pk, other.pk]))

    ArtworkImage.objects.filter(artwork=twin).update(palette=[])
    after, scores = tones.nearest(own.pk, limit=1)

    assert before.tolist() == [other.pk]
    assert after.tolist() == [other.pk]
    assert scores[0] == pytest.approx(1, abs=1e-3)


@pytest.mark.django_db
def test_a_work_without_a_palette_is_like_none(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    bare = painted()
    painted((OCHRE, 1.0))

    with django_assert_num_queries(1):
        ids, scores = tones.nearest(bare.pk, limit=10)

    assert len(ids) == len(scores) == 0


def test_shared_colours_are_in_both_and_named_by_how_much_of_them_is() -> None:
    one = swatches((OCHRE, 0.5), (BLUE, 0.3), (RED, 0.2))
    other = swatches((BLUE, 0.5), (OCHRE, 0.2), (WHITE, 0.3))

    assert tones.shared_colours(one, other) == ("blue", "ochre")
    assert tones.shared_colours(one, swatches((WHITE, 0.98), (RED, 0.02))) == ()
