"""Storing features and vectors, and switching spaces."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import connection

from artrec.errors import ShapeError
from tests.webapp.makers import make_artwork, make_space, place
from tests.webapp.vectors.crowd import make_works
from webapp.vectors import actions
from webapp.vectors.indexes import build_index
from webapp.vectors.models import Feature, Space, Vector
from webapp.vectors.queries import live_space, vectors_of

pytestmark = pytest.mark.django_db


def size_aside() -> int:
    """Return the bytes of features kept outside their table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_relation_size(reltoastrelid) FROM pg_class"
            " WHERE oid = 'vectors_feature'::regclass"
        )
        return int(cursor.fetchone()[0])


def test_features_stored_again_replace_those_of_the_same_extractor_only() -> None:
    ids = make_works(2)
    actions.store_features("lbp", ids, np.array([[1.0, 2.0], [3.0, 4.0]]))
    actions.store_features("other", ids[:1], np.array([[7.0]]))

    actions.store_features("lbp", [ids[1]], np.array([[0.1, -5e-5]]))

    rows = set(Feature.objects.values_list("artwork_id", "extractor").distinct())
    changed = Feature.objects.get(artwork_id=ids[1], extractor="lbp")
    assert rows == {(ids[0], "lbp"), (ids[1], "lbp"), (ids[0], "other")}
    assert changed.values == pytest.approx(np.array([0.1, -5e-5], dtype=np.float16).tolist())
    assert Feature.objects.get(artwork_id=ids[0], extractor="lbp").values == [1.0, 2.0]


def test_features_too_long_for_a_page_are_stored() -> None:
    (work,) = make_works(1)
    row = np.random.default_rng(0).standard_normal((1, 4096)).astype(np.float16)

    actions.store_features("vgg19", [work], row)

    stored = np.array(Feature.objects.get().values, dtype=np.float16)
    np.testing.assert_array_equal(stored, row[0])


def test_vectors_that_fit_a_page_are_stored_in_the_table_itself() -> None:
    ids = make_works(20)
    values = np.random.default_rng(0).standard_normal((20, 2048))

    before = size_aside()

    actions.store_features("resnet50", ids, values)

    assert size_aside() == before


def test_vectors_stored_again_replace_the_earlier_ones() -> None:
    ids = make_works(3)
    space = make_space(2)
    actions.store_vectors(space, ids, np.array([[1, 0], [0, 1], [1, 1]]))

    actions.store_vectors(space, [ids[2], ids[0]], np.array([[5, 5], [6, 6]]))

    found, values = vectors_of(space, ids)
    assert found.tolist() == ids
    assert values.tolist() == [[6, 6], [0, 1], [5, 5]]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([[1, 0], [np.nan, 1]], "finite numbers within ±65504; row 1 does not"),
        ([[1, 0], [np.inf, 1]], "row 1"),
        ([[70000, 0], [1, 1]], "row 0"),
        ([[1, 0], [0, 0]], "differ from all zeros; row 1"),
        ([[1, 0], [1e-9, 0]], "differ from all zeros; row 1"),
        ([[1, 0]], r"must have the shape \(2, 2\), got \(1, 2\)"),
        ([[1, 0, 0], [1, 0, 0]], r"must have the shape \(2, 2\), got \(2, 3\)"),
        ([1, 0], r"got \(2,\)"),
    ],
)
def test_bad_vectors_are_refused_and_none_of_them_stored(values: object, reason: str) -> None:
    ids = make_works(2)
    space = make_space(2)

    with pytest.raises(ShapeError, match=reason):
        actions.store_vectors(space, ids, np.array(values, dtype=np.float64))

    assert not Vector.objects.exists()


def test_an_id_given_twice_is_refused() -> None:
    (work,) = make_works(1)

    with pytest.raises(ValueError, match="twice"):
        actions.store_vectors(make_space(2), [work, work], np.ones((2, 2)))


def test_storing_nothing_is_no_error() -> None:
    space = make_space(2)

    actions.store_vectors(space, [], np.zeros((0, 2)))

    assert not Vector.objects.exists()


def test_a_new_space_serves_nobody_until_it_goes_live_and_then_the_old_one_retires() -> None:
    old = make_space(2)
    new = actions.create_space(
        purpose="look", extractor="test", dim=3, transform=b"x", fitted_on=10
    )
    other = Space.objects.create(
        purpose="taste",
        extractor="test",
        dim=3,
        scored=3,
        transform=b"",
        fitted_on=0,
        state="live",
    )
    before = live_space()

    actions.go_live(new)

    old.refresh_from_db()
    other.refresh_from_db()
    assert before == old
    assert live_space() == new
    assert (old.state, other.state) == ("retired", "live")


def test_a_space_with_gaps_does_not_go_live_and_names_them() -> None:
    old = make_space(2)
    new = make_space(2, state="building")
    kept, lost, _ = make_artwork(), make_artwork(), make_artwork(state="checked")
    place(new, kept, [1, 0])

    with pytest.raises(actions.IncompleteSpaceError, match="1 visible works") as refusal:
        actions.go_live(new)

    assert refusal.value.artwork_ids == [lost.pk]
    assert live_space() == old


def test_gaps_are_accepted_when_asked_for() -> None:
    new = make_space(2, state="building")
    make_artwork()

    actions.go_live(new, allow_missing=True)

    assert live_space() == new


def test_new_works_belong_into_live_and_building_spaces_of_their_extractor() -> None:
    live, building = make_space(2), make_space(2, state="building")
    make_space(2, state="retired")

    assert actions.spaces_to_fill("test") == [live, building]
    assert actions.spaces_to_fill("unknown") == []


def test_dropping_retired_spaces_keeps_the_newest_and_takes_indexes_along() -> None:
    oldest, newer = make_space(2, state="retired"), make_space(2, state="retired")
    live = make_space(2)
    for space in (oldest, newer, live):
        place(space, make_artwork(), [1, 0])
        build_index(space, "ivfflat", {"lists": 1})

    dropped = actions.drop_retired(keep=1)

    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname ~ '_ivfflat$' ORDER BY 1")
        indexes = {name for (name,) in cursor.fetchall()}
    assert dropped == 1
    assert set(Space.objects.all()) == {newer, live}
    assert Vector.objects.count() == 2
    assert indexes == {f"vectors_space_{s.pk}_ivfflat" for s in (newer, live)}
