"""Two works are decided about, and the decision is taken back."""

from __future__ import annotations

from functools import partial

import pytest

from tests.webapp.duplicates.makers import make_admin, make_pair
from tests.webapp.makers import make_artist, make_artwork, make_space, place
from webapp.accounts.models import User
from webapp.catalog.models import Artist, Artwork, ArtworkImage, SearchEntry, Tiles
from webapp.duplicates import actions, queries
from webapp.duplicates.facts import facts_of
from webapp.duplicates.models import Decision, Fingerprint, Pair
from webapp.ingest import changes
from webapp.ingest.models import Batch, Item
from webapp.vectors.models import Feature, Vector

pytestmark = pytest.mark.django_db
State = Artwork.State


@pytest.fixture
def ada() -> User:
    return make_admin()


def columns(work: Artwork) -> dict[str, object]:
    """All of a work as it stands, but what workers write."""
    churn = {"state", "state_reason", "claimed_until", "attempts", "deleted"}
    rows = Artwork.objects.filter(pk=work.pk).values()
    return {name: value for name, value in rows[0].items() if name not in churn}


def merged(pair: Pair, by: User, *, replace_image: bool = False, **facts: str) -> Decision:
    return actions.merge(
        pair=pair, stays=pair.first_id, facts=facts, by=by, replace_image=replace_image
    )


def test_two_works_that_are_kept_are_never_suggested_again(ada: User) -> None:
    pair = make_pair()

    decision = actions.keep_both(pair=pair, by=ada)

    found = {"kind": "photo", "distance": 1, "points": 9, "details": 0.99, "affine": []}
    assert actions.note_pairs(pair.second_id, {pair.first_id: found}) == 0
    pair.refresh_from_db()
    assert (pair.state, pair.details) == (Pair.State.KEPT, 0.98)
    assert not queries.open_pairs()
    assert (decision.by, decision.undone) == (ada, None)


def test_a_merged_work_is_withdrawn_and_gives_the_facts_that_were_chosen(ada: User) -> None:
    pair = make_pair()
    second = pair.second
    second.artist, second.year, second.source_key = make_artist("Mara Lind"), 1954, "met:1"
    second.save()

    merged(pair, ada, artist="second", year="second", title="first")

    first = Artwork.objects.get(pk=pair.first_id)
    assert (first.title, first.artist.name, first.year) == ("Ridge", "Mara Lind", 1954)
    assert first.source_key == "met:1"
    gone = Artwork.objects.get(pk=second.pk)
    assert (gone.state, gone.source_key) == (State.WITHDRAWN, None)
    assert not queries.open_pairs()


def test_a_merged_work_keeps_the_inventory_number_that_one_of_them_has(ada: User) -> None:
    pair = make_pair()
    Artwork.objects.filter(pk=pair.second_id).update(accession_number="SK-A-1505")
    pair.refresh_from_db()

    told = facts_of(pair.first, pair.second, stays=pair.first)
    merged(pair, ada, accession_number="second")

    (number,) = [fact for fact in told if fact.name == "accession_number"]
    assert (number.label, number.only, number.chosen) == ("Inventory number", "second", "second")
    assert Artwork.objects.get(pk=pair.first_id).accession_number == "SK-A-1505"


@pytest.mark.parametrize("replace_image", [False, True])
def test_undoing_a_merge_leaves_both_works_as_they_were(replace_image: bool, ada: User) -> None:
    pair = make_pair()
    Artwork.objects.filter(pk=pair.second_id).update(
        source_key="met:1", year=1954, height_cm="40.5", width_cm="60.0", price="120.50"
    )
    before = [columns(work) for work in (pair.first, pair.second)]
    images = dict(ArtworkImage.objects.values_list("artwork", "pk"))
    decision = merged(pair, ada, replace_image=replace_image, year="second", size="second")
    assert columns(pair.first) != before[0]

    left = actions.undo(decision=decision, by=ada)

    assert left == []
    assert [columns(work) for work in (pair.first, pair.second)] == before
    assert dict(ArtworkImage.objects.values_list("artwork", "pk")) == images
    assert Artwork.objects.get(pk=pair.second_id).state == State.CHECKED
    pair.refresh_from_db()
    assert pair.state == Pair.State.OPEN
    assert queries.merged_into(pair.second_id) is None


def test_what_was_changed_after_a_merge_is_left_by_its_undoing(ada: User) -> None:
    pair = make_pair()
    decision = merged(pair, ada, title="second")
    Artwork.objects.filter(pk=pair.first_id).update(title="Ridge at dawn")

    left = actions.undo(decision=decision, by=ada)

    assert left == ["title"]
    assert Artwork.objects.get(pk=pair.first_id).title == "Ridge at dawn"


def test_a_picture_that_came_after_a_merge_stays_where_it_was_given(ada: User) -> None:
    pair = make_pair()
    decision = merged(pair, ada, replace_image=True)
    ArtworkImage.objects.filter(artwork=pair.first_id).update(key="third")

    left = actions.undo(decision=decision, by=ada)

    assert left == ["picture"]
    assert ArtworkImage.objects.get(key="third").artwork_id == pair.first_id


def test_an_artist_who_is_no_more_stays_away_when_a_merge_is_undone(ada: User) -> None:
    first, second = make_artwork(artist="M Lind"), make_artwork(artist="Mara Lind")
    decision = merged(make_pair(first, second), ada, artist="second")
    Artist.objects.get(name="M Lind").delete()

    left = actions.undo(decision=decision, by=ada)

    assert left == ["artist"]
    assert Artwork.objects.get(pk=first.pk).artist.name == "Mara Lind"


def test_deleting_the_batch_of_a_merged_work_leaves_the_one_that_stays(ada: User) -> None:
    pair = make_pair()
    batch = Batch.objects.create(source="Upload by mara")
    make_item = partial(Item.objects.create, batch=batch, incoming="a", artwork=pair.second)
    own, other = make_item(state=Item.State.VISIBLE), make_item(state=Item.State.DUPLICATE)
    decision = merged(pair, ada)

    change = changes.delete(batch=batch, user=ada)

    assert change is not None
    assert not change.works
    assert Artwork.objects.get(pk=pair.first_id).state == State.VISIBLE
    assert Item.objects.get(pk=own.pk).state == Item.State.DUPLICATE

    actions.undo(decision=decision, by=ada)

    items = Item.objects.filter(artwork=pair.second).order_by("pk")
    assert [(item.pk, item.state) for item in items] == [
        (own.pk, Item.State.STORED),
        (other.pk, Item.State.DUPLICATE),
    ]


def test_with_the_other_picture_goes_what_was_seen_in_it(ada: User) -> None:
    pair = make_pair(make_artwork(width=640), make_artwork(width=1000))
    space = make_space(2)
    for number, work in enumerate((pair.first, pair.second)):
        place(space, work, [1, number])
        Feature.objects.create(artwork=work, extractor="test", values=[float(number)])
        Tiles.objects.create(image=work.image, key=work.image.key, asked=work.added)
    images = [work.image for work in (pair.first, pair.second)]

    merged(pair, ada, replace_image=True)

    first = Artwork.objects.select_related("image").get(pk=pair.first_id)
    assert (first.image, first.image.width, first.state) == (images[1], 1000, State.CHECKED)
    assert [list(feature.values) for feature in first.features.all()] == [[1.0]]
    assert not Vector.objects.exists()
    assert Tiles.objects.get(key=images[1].key).image.artwork == first
    assert Fingerprint.objects.get(artwork=first).key == images[1].key
    assert not SearchEntry.objects.get(artwork=first).visible


def test_a_draft_that_was_merged_comes_back_held_back(ada: User) -> None:
    pair = make_pair(second=make_artwork(state=State.DRAFT))
    Artwork.objects.filter(pk=pair.second_id).update(held=True)
    decision = merged(pair, ada)

    actions.undo(decision=decision, by=ada)

    draft = Artwork.objects.get(pk=pair.second_id)
    assert (draft.state, draft.held) == (State.CHECKED, True)


def test_what_was_decided_cannot_be_decided_again(ada: User) -> None:
    pair = make_pair()
    decision = actions.keep_both(pair=pair, by=ada)

    with pytest.raises(actions.RefusedError, match="Somebody else decided"):
        merged(pair, ada)

    actions.undo(decision=decision, by=ada)
    with pytest.raises(actions.RefusedError, match="taken back already"):
        actions.undo(decision=decision, by=ada)


def test_merges_on_top_of_each_other_are_undone_from_the_top(ada: User) -> None:
    low = make_pair()
    high = make_pair(low.first, make_artwork("Ridge, a third time"))
    lower = merged(low, ada)
    upper = merged(high, ada)

    with pytest.raises(actions.RefusedError, match="merged again since then"):
        actions.undo(decision=lower, by=ada)

    actions.undo(decision=upper, by=ada)
    actions.undo(decision=lower, by=ada)
    assert not Decision.objects.filter(undone=None)


def test_a_work_that_is_gone_is_not_merged(ada: User) -> None:
    pair = make_pair(second=make_artwork(state=State.WITHDRAWN))

    with pytest.raises(actions.RefusedError, match="not shown any more"):
        merged(pair, ada)

    assert not Decision.objects.exists()


def test_suspicions_end_with_the_picture_that_roused_them() -> None:
    pair = make_pair()

    actions.note_pairs(pair.first_id, {})

    assert not Pair.objects.exists()


def test_what_is_found_twice_is_noted_once() -> None:
    one, two = make_artwork(), make_artwork()
    found = {"kind": "near", "distance": 1, "points": 0, "details": 0.99, "affine": []}

    new = [
        actions.note_pairs(one.pk, {two.pk: found}),
        actions.note_pairs(two.pk, {one.pk: found, two.pk + 99: found}),
    ]

    assert new == [1, 0]
    assert Pair.objects.get().first == one
