from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from artrec.serving.transform import Transform
from tests.webapp.lab.makers import make_version
from tests.webapp.makers import make_artwork, make_space, place
from webapp.catalog.models import Artwork
from webapp.lab.models import Promotion
from webapp.vectors import indexes
from webapp.vectors.actions import store_features
from webapp.vectors.models import Space, Vector

pytestmark = pytest.mark.django_db


def check(*areas: str, mend: bool = False) -> int:
    """Run the command; return its exit code."""
    try:
        call_command("check_gallery", *areas, mend=mend)
    except CommandError as error:
        return error.returncode
    return 0


@pytest.fixture
def look() -> Space:
    identity = Transform((("test", 0, 4),), np.zeros(4, "f4"), np.ones(4, "f4"), None)
    space = make_space()
    space.transform = identity.to_bytes()
    space.save()
    return space


def seen(look: Space) -> Artwork:
    """A work that has all it needs."""
    work = make_artwork()
    store_features("test", [work.pk], np.ones((1, 4), np.float32))
    place(look, work, [1, 1, 1, 1])
    return work


def trained(state: str = Space.State.RETIRED, **values: Any) -> Space:
    """The space of a version."""
    space = Space.objects.create(
        **{"purpose": "taste", "dim": 4, "scored": 4, "transform": b"", "head": b"", "fitted_on": 1}
        | values,
        state=state,
    )
    make_version(space=space)
    return space


def test_a_gallery_whose_works_all_have_vectors_is_all_well(look: Space) -> None:
    seen(look)
    make_artwork(state=Artwork.State.WITHDRAWN)

    assert check("vectors", "indexes", "work") == 0


def test_works_without_features_or_vectors_are_rebuilt_once(
    look: Space, capsys: pytest.CaptureFixture[str]
) -> None:
    seen(look)
    bare = make_artwork()

    looked = check("vectors")
    untouched = not Promotion.objects.exists()
    mended = check("vectors", mend=True)

    assert (looked, mended) == (1, 0)
    assert untouched
    assert f"artwork {bare.pk}" in capsys.readouterr().out
    assert Promotion.objects.get().kind == Promotion.Kind.REBUILD


def test_every_trained_space_that_takes_new_works_must_have_them(look: Space) -> None:
    seen(look)
    trained(open_to_new=False)
    closed = check("vectors")
    gap = trained()

    opened = check("vectors", mend=True)

    assert (closed, opened) == (0, 0)
    assert Promotion.objects.get().version.space == gap  # type: ignore[union-attr]


def test_what_a_rebuild_could_not_place_is_no_fault(
    look: Space, capsys: pytest.CaptureFixture[str]
) -> None:
    seen(look)
    space = trained()
    done = {"kind": Promotion.Kind.REBUILD, "state": Promotion.State.DONE}
    Promotion.objects.create(version=space.version, finished=timezone.now(), **done)

    code = check("vectors")

    assert code == 0
    assert "Its model has nothing to say of them" in capsys.readouterr().out


def test_vectors_of_another_length_are_told(
    look: Space, capsys: pytest.CaptureFixture[str]
) -> None:
    work = seen(look)
    Vector.objects.filter(artwork=work).update(values=[1.0, 0.0])

    assert check("vectors") == 1
    assert "vectors of another length than 4 in look" in capsys.readouterr().out


def test_vectors_that_nobody_asks_are_deleted(look: Space) -> None:
    work = seen(look)
    dropped = trained(Space.State.DROPPED)
    place(dropped, work, [1, 0, 0, 0])
    given_up = make_space(state=Space.State.BUILDING)
    Space.objects.filter(pk=given_up.pk).update(created=timezone.now() - timedelta(days=2))
    fresh = make_space(state=Space.State.BUILDING)

    assert check("vectors") == 1
    assert check("vectors", mend=True) == 0

    assert set(Vector.objects.values_list("space_id", flat=True)) == {look.pk}
    assert set(Space.objects.filter(state="building")) == {fresh}


def names() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname FROM pg_indexes WHERE indexname ~ '^vectors_space_[0-9]+'")
        return {row[0] for row in cursor.fetchall()}


def test_indexes_of_no_use_are_dropped_and_the_one_in_use_stays(look: Space) -> None:
    for number in range(3):
        place(look, make_artwork(), [1, number, 0, 0])
    indexes.build_index(look, "hnsw", {"m": 4, "ef_construction": 8})
    indexes.build_index(look, "ivfflat", {"lists": 1})
    Space.objects.filter(pk=look.pk).update(index="hnsw")
    with connection.cursor() as cursor:
        cursor.execute(
            f"ALTER INDEX vectors_space_{look.pk}_ivfflat RENAME TO vectors_space_999_hnsw"
        )

    assert check("indexes") == 1
    assert len(names()) == 2
    assert check("indexes", mend=True) == 0

    assert names() == {f"vectors_space_{look.pk}_hnsw"}


def test_an_invalid_index_is_dropped_and_its_space_rebuilt(look: Space) -> None:
    place(look, make_artwork(), [1, 0, 0, 0])
    indexes.build_index(look, "hnsw", {"m": 4, "ef_construction": 8})
    Space.objects.filter(pk=look.pk).update(index="hnsw")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass",
            [f"vectors_space_{look.pk}_hnsw"],
        )

    assert check("indexes", mend=True) == 0

    assert not names()
    assert Promotion.objects.get().kind == Promotion.Kind.REBUILD


def test_indexes_are_let_alone_while_a_promotion_may_be_making_them(look: Space) -> None:
    place(look, make_artwork(), [1, 0, 0, 0])
    indexes.build_index(look, "ivfflat", {"lists": 1})
    Promotion.objects.create(kind=Promotion.Kind.REBUILD)

    assert check("indexes", mend=True) == 0
    assert names()
