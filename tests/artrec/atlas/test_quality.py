from __future__ import annotations

import numpy as np
import pytest

from artrec.atlas import quality
from artrec.atlas.quality import UNKNOWN
from artrec.errors import ShapeError


def rows_of(rng: np.random.Generator, count: int, dim: int) -> quality.Floats:
    return quality.unit(rng.normal(size=(count, dim)))


def test_neighbours_are_those_of_a_full_comparison(
    rng: np.random.Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = rows_of(rng, 60, 5)
    monkeypatch.setattr(quality, "_CELLS", 60 * 7)
    shares: list[float] = []

    found = quality.nearest(vectors, 4, on_progress=shares.append)

    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -2)
    assert found.others.tolist() == np.argsort(-cosines, axis=1)[:, :4].tolist()
    assert np.all(np.diff(found.cosines, axis=1) <= 0)
    assert len(shares) == 9
    assert shares[-1] == 1


def test_only_the_rows_asked_about_are_compared_and_with_all(rng: np.random.Generator) -> None:
    vectors = rows_of(rng, 30, 4)

    some = quality.nearest(vectors, 3, rows=np.array([7, 2]))

    everybody = quality.nearest(vectors, 3)
    assert some.others.tolist() == everybody.others[[7, 2]].tolist()


def test_as_many_neighbours_as_rows_cannot_be_had(rng: np.random.Generator) -> None:
    with pytest.raises(ShapeError, match="5 neighbours need more than 5 rows; there are 5"):
        quality.nearest(rows_of(rng, 5, 3), 5)


def test_precision_counts_shared_labels_and_leaves_out_who_has_none() -> None:
    found = quality.Nearest(
        np.array([0, 1, 2]),
        np.array([[1, 2], [0, 3], [0, 1]]),
        np.ones((3, 2), dtype=np.float32),
    )
    labels = np.array([5, 5, UNKNOWN, 5])

    at_one = quality.precision(found, labels, 1)
    at_two = quality.precision(found, labels, 2)

    np.testing.assert_array_equal(at_one, [1, 1, np.nan])
    np.testing.assert_array_equal(at_two, [0.5, 1, np.nan])


def test_a_label_of_one_row_is_none() -> None:
    assert quality.shared(np.array([4, 2, UNKNOWN, 4, 0])).tolist() == [4, -1, -1, 4, -1]
    assert quality.shared(np.array([UNKNOWN])).tolist() == [-1]


def test_chance_is_what_shuffled_labels_reach(rng: np.random.Generator) -> None:
    vectors = rows_of(rng, 400, 6)
    labels = np.repeat([0, 1, 2, UNKNOWN], [200, 120, 40, 40])
    rng.shuffle(labels)
    found = quality.nearest(vectors, 20)

    expected = quality.chance(labels, found.rows)

    assert expected == pytest.approx(np.nanmean(quality.precision(found, labels, 20)), abs=0.02)
    assert quality.chance(np.full(4, UNKNOWN), np.arange(4)) is None


def test_who_shares_nothing_has_labels_and_no_neighbour_with_any_of_them() -> None:
    found = quality.Nearest(
        np.arange(4), np.array([[1], [0], [3], [2]]), np.ones((4, 1), dtype=np.float32)
    )
    style = np.array([0, 1, 2, 2])
    artist = np.array([0, 1, 2, 3])
    unsigned = np.array([0, UNKNOWN, 2, 3])

    assert quality.share_nothing(found, [style, artist]).tolist() == [True, True, False, False]
    assert quality.share_nothing(found, [style, unsigned]).tolist() == [True, False, False, False]


def test_a_row_in_the_middle_of_all_is_a_hub() -> None:
    rng = np.random.default_rng(1)
    ring = rng.normal(size=(200, 40))
    ring -= ring.mean(axis=0)
    spread = quality.unit(np.hstack([ring, np.full((200, 1), 3.0)]))
    middle = quality.unit(np.append(np.zeros(40), 3.0)[None])

    times = quality.occurrences(quality.nearest(np.vstack([spread, middle]), 5), 201)

    assert times.argmax() == 200
    assert times[200] > 60
    assert times.sum() == 201 * 5
    assert quality.hubness(times) > 5
    assert quality.hubness(np.full(9, 5)) == 0


@pytest.mark.parametrize("inner", [2, 6])
def test_the_dimension_is_that_of_the_surface_not_of_the_room(inner: int) -> None:
    rng = np.random.default_rng(2)
    flat = rng.uniform(-0.4, 0.4, size=(1500, inner)) @ np.eye(inner, 30)
    vectors = quality.unit(flat + np.eye(30)[29])

    measured = quality.dimension(vectors, quality.nearest(vectors, 2))

    assert measured.two_nn == pytest.approx(inner, rel=0.2)
    assert measured.participation == pytest.approx(inner, rel=0.2)
    assert measured.shares[inner] == pytest.approx(1, abs=0.01)
    assert len(measured.shares) == 30


def test_pictures_that_hang_twice_do_not_change_the_dimension(rng: np.random.Generator) -> None:
    vectors = rows_of(rng, 600, 5)
    twice = np.vstack([vectors, vectors[:200]])

    once = quality.dimension(vectors, quality.nearest(vectors, 2)).two_nn
    again = quality.dimension(twice, quality.nearest(twice, 2)).two_nn

    assert once is not None
    assert again == pytest.approx(once, rel=0.15)


def test_rows_that_are_all_alike_have_no_dimension() -> None:
    same = quality.unit(np.ones((8, 3)))

    measured = quality.dimension(same, quality.nearest(same, 2))

    assert measured.two_nn is None
    assert measured.participation == 0


def test_twins_are_named_once_the_most_alike_first(rng: np.random.Generator) -> None:
    vectors = rows_of(rng, 40, 12)
    vectors[9] = vectors[4]
    vectors[30] = quality.unit(vectors[[11]] + 0.02 * vectors[[12]])[0]

    pairs = quality.twins(quality.nearest(vectors, 2), limit=2)

    assert [pair[:2] for pair in pairs] == [(4, 9), (11, 30)]
    assert pairs[0][2] == pytest.approx(1)


def test_pairs_drawn_by_lot_are_never_of_a_row_with_itself() -> None:
    vectors = quality.unit(np.eye(3))

    assert not quality.random_pairs(vectors, pairs=200).any()
