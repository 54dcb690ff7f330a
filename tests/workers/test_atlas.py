"""Maps as a worker draws them: from real vectors to places, names and what changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.db.models.functions import Now
from numpy.typing import NDArray

from artrec.atlas.layers import layers
from tests.waiting import wait_until
from tests.webapp.desk.people import person
from tests.webapp.makers import make_artwork, make_space
from webapp.accounts.roles import CURATORS
from webapp.catalog.models import Artwork
from webapp.studio import actions, queries
from webapp.studio.models import Map, Neighbourhood, Place
from webapp.vectors.actions import store_vectors
from webapp.vectors.models import Space
from workers import atlas, leases
from workers.leases import CancelledError, LostError
from workers.tasks.atlas import draw_map, place_works

pytestmark = pytest.mark.django_db(transaction=True)

STYLES = ("Ridges", "Still life", "Tiling", "Nocturne", "Weave", "Ink")
DIM = 8


@pytest.fixture(autouse=True)
def _no_sheets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Works of these tests have no pictures in the storage."""
    monkeypatch.setattr("workers.sheets.draw", lambda *_arguments: None)


def vectors_of(works: Sequence[Artwork], seed: int = 0) -> NDArray[np.float32]:
    """Works of one style lie close to each other, and the same at every seed but for a little."""
    rng = np.random.default_rng(7)
    centres = rng.normal(size=(len(STYLES), DIM))
    own = np.random.default_rng(11).normal(size=(1000, DIM))
    little = np.random.default_rng(seed).normal(size=(len(works), DIM))
    return np.stack(
        [
            3 * centres[STYLES.index(work.style)] + 0.5 * own[int(work.title)] + 0.05 * little[row]
            for row, work in enumerate(works)
        ]
    ).astype(np.float32)


def hang(numbers: range) -> list[Artwork]:
    return [make_artwork(str(number), style=STYLES[number % 6]) for number in numbers]


def drawn(space: Space) -> Map:
    found = actions.ask(space)
    draw_map()
    draw_map()  # each does one thing: a map, or the sheets of one
    found.refresh_from_db()
    assert found.state == Map.State.READY, found.reason
    return found


def of_style(found: Map, style: str) -> Neighbourhood:
    """The fine neighbourhood with most works of a style."""
    nodes = queries.tree(found).layers[-1]
    counts = [
        Place.objects.filter(cluster=node, artwork__style=style, map=found).count()
        for node in nodes
    ]
    return nodes[int(np.argmax(counts))]


def shown_by(node: Neighbourhood) -> set[int]:
    return set(queries.works_in(node))


def test_a_map_has_a_place_and_a_neighbourhood_for_every_visible_work() -> None:
    space, works = make_space(DIM), hang(range(72))
    store_vectors(space, [work.pk for work in works], vectors_of(works))
    make_artwork("unseen", state=Artwork.State.WITHDRAWN)

    found = drawn(space)

    places, tree = queries.places(found), queries.tree(found)
    assert sorted(places.ids.tolist()) == sorted(work.pk for work in works)
    assert np.abs(np.stack([places.x, places.y])).max() <= 1
    assert places.number.tolist() == list(range(72))
    assert set(places.leaf.tolist()) == {node.pk for node in tree.layers[-1]}
    assert sum(node.size for node in tree.layers[0]) == 72
    assert [step["name"] for step in found.steps][-1] == "naming them"
    assert (found.count, found.progress, found.former) == (72, 1.0, None)
    node = tree.layers[-1][0]
    assert node.typical[0] in shown_by(node)


def test_the_names_of_curators_survive_the_promotion_of_a_model() -> None:
    works = hang(range(72))
    ids = [work.pk for work in works]
    before = make_space(DIM)
    Space.objects.update(purpose="taste")
    store_vectors(before, ids, vectors_of(works))
    former = drawn(Space.objects.get())
    curator = person("carl", CURATORS)
    named = of_style(former, "Tiling")
    actions.rename(named, "Floors of Lisbon", by=curator)
    Space.objects.update(state=Space.State.RETIRED)
    after = make_space(DIM)
    Space.objects.filter(pk=after.pk).update(purpose="taste")
    store_vectors(after, ids, vectors_of(works, seed=1))

    found = drawn(Space.objects.get(pk=after.pk))

    carried = Neighbourhood.objects.get(map=found, name="Floors of Lisbon")
    kept = shown_by(named) & shown_by(carried)
    assert len(kept) >= 0.5 * len(shown_by(named) | shown_by(carried))
    assert (carried.named_by, carried.namings.get().after) == (curator, "Floors of Lisbon")
    assert found.former == former
    assert found.drift is not None
    assert found.drift < 0.5
    assert found.changes["layers"][-1]["pairs"]
    assert not Place.objects.filter(map=found, drift=None).exists()


def test_the_next_map_is_told_who_dwelt_where_on_the_former_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    space, works = make_space(DIM), hang(range(80))
    ids, looks = [work.pk for work in works], vectors_of(works)
    store_vectors(space, ids[:72], looks[:72])
    former = drawn(space)
    told: list[Sequence[NDArray[np.int64]]] = []

    def listening(*given: Any, former: Any) -> Any:
        told.append(former)
        return layers(*given, former=former)

    monkeypatch.setattr(atlas, "layers", listening)
    store_vectors(space, ids[72:], looks[72:])
    drawn(space)

    tree = queries.tree(former)
    for dwelt, nodes in zip(told[0], tree.layers, strict=True):
        for node in nodes:
            assert {pk for pk, label in zip(ids, dwelt, strict=True) if label == node.pk} == (
                shown_by(node)
            )
        assert (dwelt[72:] == -1).all()


def test_the_names_of_curators_survive_a_deletion_and_a_new_import() -> None:
    space, works = make_space(DIM), hang(range(72))
    store_vectors(space, [work.pk for work in works], vectors_of(works))
    found = drawn(space)
    named = of_style(found, "Still life")
    actions.rename(named, "Tables laid", by=person("carl", CURATORS))
    gone = [work for work in works if int(work.title) // 6 % 2 == 0]
    numbers = [int(work.title) for work in gone]
    before = {int(work.title) for work in gone if work.pk in shown_by(named)}
    Artwork.objects.filter(pk__in=[work.pk for work in gone]).delete()

    back = [make_artwork(str(number), style=STYLES[number % 6]) for number in numbers]
    store_vectors(space, [work.pk for work in back], vectors_of(back))
    place_works()
    again = drawn(space)

    here = {int(work.title) for work in back if work.pk in shown_by(named)}
    assert len(before) == 6
    assert here == before
    assert Neighbourhood.objects.filter(map=again, name="Tables laid").exists()


def test_new_works_are_placed_near_their_like_and_nothing_else_moves() -> None:
    space, works = make_space(DIM), hang(range(72))
    store_vectors(space, [work.pk for work in works], vectors_of(works))
    found = drawn(space)
    before = queries.places(found)
    new = make_artwork("75", style="Nocturne")
    store_vectors(space, [new.pk], vectors_of([new]))

    place_works()
    place_works()

    after = queries.places(found)
    assert after.ids.tolist() == [*before.ids.tolist(), new.pk]
    assert np.array_equal(after.x[:-1], before.x)
    assert after.number[-1] == 72
    around = Place.objects.filter(cluster=after.leaf[-1]).exclude(artwork=new)
    assert set(around.values_list("artwork__style", flat=True)) == {"Nocturne"}
    revision = found.revision
    found.refresh_from_db()
    assert found.revision == revision + 1


def ends(on_progress: Any) -> bool:
    """Whether the work is told to end when it tells how far it is."""
    try:
        on_progress(0.5)
    except CancelledError:
        return True
    return False


def test_too_few_works_are_no_map_and_the_curator_hears_why() -> None:
    space, works = make_space(DIM), hang(range(4))
    store_vectors(space, [work.pk for work in works], vectors_of(works))
    found = actions.ask(space)

    draw_map()

    found.refresh_from_db()
    assert found.state == Map.State.FAILED
    assert "holds 4 visible works; a map needs 10" in found.reason


def test_a_map_that_is_cancelled_while_it_is_drawn_keeps_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    space, works = make_space(DIM), hang(range(30))
    store_vectors(space, [work.pk for work in works], vectors_of(works))
    found = actions.ask(space)

    def slowly(_rows: Any, *, on_progress: Any, **_options: Any) -> Any:
        actions.cancel(found)
        wait_until(lambda: ends(on_progress), seconds=60, what="the end")
        raise CancelledError

    monkeypatch.setattr(leases, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(atlas, "project", slowly)
    draw_map()

    found.refresh_from_db()
    assert found.state == Map.State.CANCELLED
    assert not Place.objects.exists()


def test_a_map_whose_worker_died_is_begun_anew_and_given_up_at_last() -> None:
    space, works = make_space(DIM), hang(range(30))
    store_vectors(space, [work.pk for work in works], vectors_of(works))
    found = actions.ask(space)
    died = {"state": Map.State.RUNNING, "claimed_until": Now() - timedelta(seconds=1)}

    Map.objects.update(**died, attempts=3)
    draw_map()
    found.refresh_from_db()
    given_up, reason = found.state, found.reason
    Map.objects.update(**died, attempts=1, reason="", finished=None)
    draw_map()

    assert (given_up, reason[:18]) == (Map.State.FAILED, "It was begun 3 tim")
    found.refresh_from_db()
    assert found.state == Map.State.READY


def test_who_lost_a_map_writes_nothing_more() -> None:
    found = actions.ask(make_space(DIM))
    Map.objects.update(state=Map.State.RUNNING, attempts=1, claimed_until=Now())
    found.refresh_from_db()

    with leases.held(found) as lease:
        Map.objects.update(attempts=2)
        with pytest.raises(LostError):
            lease.write(progress=0.5)

    found.refresh_from_db()
    assert found.progress == 0.0


def test_a_wish_to_cancel_that_comes_too_late_keeps_no_picture_off_the_map(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    space, works = make_space(DIM), hang(range(12))
    store_vectors(space, [work.pk for work in works], vectors_of(works))

    def cancelled(*_arguments: object) -> dict[str, Any]:
        Map.objects.update(cancel_requested=True)
        return {}

    monkeypatch.setattr(atlas, "carry_names", cancelled)
    found = drawn(space)

    assert (found.cancel_requested, found.sheets_due) == (False, False)


def test_a_map_none_of_whose_works_is_left_waits_for_the_next_one() -> None:
    space, works = make_space(DIM), hang(range(12))
    store_vectors(space, [work.pk for work in works], vectors_of(works))
    found = drawn(space)
    Artwork.objects.all().delete()
    new = make_artwork("75", style="Nocturne")
    store_vectors(space, [new.pk], vectors_of([new]))

    place_works()

    assert not Place.objects.filter(map=found).exists()
