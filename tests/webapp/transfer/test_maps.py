"""Maps go along: where works stand, what neighbourhoods are called, and what they were called."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from django.core.files.storage import storages

from tests.webapp.studio.makers import node
from tests.webapp.transfer.exports import exported, forget_all, lines
from tests.webapp.transfer.galleries import make_gallery, make_work, shown
from webapp.accounts.models import User
from webapp.catalog.models import Artwork, ArtworkImage
from webapp.studio import actions as studio
from webapp.studio.models import Map, Naming, Neighbourhood, Place
from webapp.studio.queries import live_map, places, works_in
from webapp.transfer.exporting import Wanted, export
from webapp.transfer.importing import import_export
from webapp.vectors.models import Space

pytestmark = pytest.mark.django_db


def test_coordinates_are_parquet_of_the_works_of_the_export_in_the_order_of_the_map(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    works = make_gallery(rng, works=10)
    found = Map.objects.get()
    Place.objects.filter(number=5).update(number=9)  # joined after the map was drawn

    export(tmp_path / "out", Wanted([works[n].pk for n in (5, 4, 0, 8)], "Four"))

    table = pq.read_table(tmp_path / f"out/data/maps/map-{found.pk}.parquet").to_pydict()
    told = {
        row["id"]: row["name"] for row in lines(tmp_path / "out/data/maps/neighbourhoods.jsonl")
    }
    assert table["id"] == [works[n].pk for n in (0, 4, 5)]
    assert table["x"] == pytest.approx([-0.5, 0.3, 0.5])
    assert table["drawn"] == [True, True, False]
    assert [told[leaf] for leaf in table["neighbourhood"]] == [
        *("Fine 0", "Ridges at dusk", "Fine 3"),
    ]


def test_names_and_their_history_are_there_in_an_empty_installation(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out")

    report = import_export(tmp_path / "out")

    found = Map.objects.get()
    named = node(found, 1, 2)
    history = Naming.objects.filter(neighbourhood=named).order_by("pk")
    assert report.troubles == []
    assert found.space == Space.objects.get(purpose="look")
    assert places(found).ids.tolist() == ids[:6]
    assert (named.name, named.proposed, str(named.parent)) == (
        *("Ridges at dusk", "Fine 2", "Coarse 1"),
    )
    assert [str(each) for each in history] == [
        "Fine 2 → Evening ridges",
        "Evening ridges → Ridges at dusk",
    ]
    assert sorted(works_in(node(found, 0, 1))) == ids[3:6]
    with storages["models"].open(found.file) as file:
        assert file.read() == b"what places works to come"
    assert found.sheets_due


def test_a_second_import_leaves_the_names_that_were_given_since(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    exported(rng, tmp_path / "out")
    import_export(tmp_path / "out")
    ada = User.objects.create_user("ada")
    studio.rename(node(Map.objects.get(), 1, 2), "Blue hour", by=ada)

    import_export(tmp_path / "out")

    assert node(Map.objects.get(), 1, 2).name == "Blue hour"
    assert Naming.objects.count() == 3
    assert Place.objects.count() == 6


def test_a_gallery_with_a_map_keeps_it(rng: np.random.Generator, tmp_path: Path) -> None:
    exported(rng, tmp_path / "out")
    make_gallery(rng)
    own = Map.objects.get()

    report = import_export(tmp_path / "out")

    assert Map.objects.get() == own
    assert Neighbourhood.objects.count() == 6
    assert [note for note in report.notes if "map of its own" in note]


def test_works_that_stay_behind_leave_no_gaps_on_the_map(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = exported(rng, tmp_path / "out")
    make_work(rng, 50, id=ids[3], title="Here before")
    (tmp_path / f"out/data/images/{ids[1]:07d}.png").write_bytes(b"damaged")

    import_export(tmp_path / "out")

    found = Map.objects.get()
    moved = Artwork.objects.get(title="Ridge 3").pk
    assert places(found).ids.tolist() == [ids[0], ids[2], moved, ids[4], ids[5]]
    assert places(found).number.tolist() == list(range(5))
    assert found.count == 5
    assert moved in node(found, 0, 1).typical


def test_two_works_that_are_one_here_have_one_place(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    works = make_gallery(rng, works=10)
    ids = [work.pk for work in works]
    Artwork.objects.filter(pk=ids[0]).update(source_key="museum:1")
    second = works[1].image.sha256
    export(tmp_path / "out", Wanted(ids, "All"))
    forget_all()
    both = make_work(rng, 50, source_key="museum:1")
    ArtworkImage.objects.filter(artwork=both).update(sha256=second)

    import_export(tmp_path / "out")

    assert places(Map.objects.get()).ids.tolist() == [both.pk, *ids[2:6]]


def test_where_typical_works_stayed_behind_others_stand_for_a_neighbourhood(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    ids = [work.pk for work in make_gallery(rng, works=10)]
    Neighbourhood.objects.filter(layer=1, number=2).update(typical=ids[8:])
    export(tmp_path / "out", Wanted(ids[3:6], "Three"))
    forget_all()

    import_export(tmp_path / "out")

    assert node(Map.objects.get(), 1, 2).typical == ids[3:5]
    assert node(Map.objects.get(), 1, 0).typical == []


def test_a_damaged_map_costs_nothing_else(rng: np.random.Generator, tmp_path: Path) -> None:
    ids = exported(rng, tmp_path / "out")
    for path in (tmp_path / "out/data/maps").glob("*.parquet"):
        path.write_bytes(path.read_bytes()[:-20])

    report = import_export(tmp_path / "out")

    assert [trouble.partition(":")[0] for trouble in report.troubles] == [
        "data/maps/maps.jsonl, line 1"
    ]
    assert not Map.objects.exists()
    visible = Artwork.objects.filter(state=Artwork.State.VISIBLE)
    assert visible.count() == len(shown(ids))


def test_a_map_that_places_no_newcomers_is_shown_until_the_next_one_takes_its_names(
    rng: np.random.Generator, tmp_path: Path
) -> None:
    works = make_gallery(rng, works=10)
    storages["models"].delete(Map.objects.get().file)
    export(tmp_path / "out", Wanted([work.pk for work in works], "All"))
    forget_all()

    report = import_export(tmp_path / "out")

    found = Map.objects.get()
    assert report.troubles == []
    assert (found.space, live_map()) == (None, found)
