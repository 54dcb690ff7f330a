"""Who takes part in an experiment, and what their For you is made of."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from django.utils import timezone

from artrec.online.split import side_of
from tests.webapp.crowds import Gallery, make_gallery, make_people
from webapp.feed import experiments, queries
from webapp.feed.experiments import Assignment, assignment, interleaved
from webapp.feed.models import Experiment, Serving, Visitor
from webapp.feed.profile import of_works, profile_of
from webapp.feed.ranking import Entry

pytestmark = pytest.mark.django_db


@pytest.fixture
def gallery(rng: np.random.Generator) -> Gallery:
    return make_gallery(80, rng)


def make(gallery: Gallery, kind: str, *, state: str = "running", share: float = 1) -> Experiment:
    return Experiment.objects.create(
        name=f"{kind} {state}",
        kind=kind,
        state=state,
        space_b=gallery.shuffled,
        share=share,
        salt="spring",
        started=timezone.now(),
    )


def test_visitors_are_split_by_the_hash_and_each_is_ranked_for_by_their_side(
    gallery: Gallery,
) -> None:
    experiment = make(gallery, "ab")

    for person in make_people(gallery, 12):
        page = queries.for_you(person.visitor)
        side = side_of("spring", person.visitor.pk)
        space = gallery.look if side == "a" else gallery.shuffled
        ranked = [each.entry for each in page.shown if each.entry.source == "model"]
        assert page.experiment_id == experiment.pk
        assert {each.entry.variant for each in page.shown} == {side}
        assert {entry.space_id for entry in ranked} == {space.pk}


def test_only_a_share_takes_part_and_others_see_what_serves(gallery: Gallery) -> None:
    make(gallery, "ab", share=0.5)

    for person in make_people(gallery, 12):
        page = queries.for_you(person.visitor)
        taking = side_of("spring", person.visitor.pk, share=0.5)
        assert (page.experiment_id is not None) == (taking is not None)
        if taking is None:
            assert {each.entry.variant for each in page.shown} == {""}


@pytest.mark.parametrize("state", ["draft", "stopped"])
def test_what_does_not_run_changes_nothing(gallery: Gallery, state: str) -> None:
    make(gallery, "ab", state=state)

    assert queries.for_you(make_people(gallery, 1)[0].visitor).experiment_id is None


def test_nobody_without_a_taste_takes_part(gallery: Gallery) -> None:
    make(gallery, "interleaving")

    assert assignment(profile_of(None)) is None
    assert assignment(profile_of(Visitor.objects.create())) is None
    assert assignment(of_works([gallery.works[0].pk])) is None  # of no visitor


def test_an_interleaved_page_is_one_list_of_both_rankings(gallery: Gallery) -> None:
    make(gallery, "interleaving")
    Serving.objects.update(explore_share=0.2)
    visitor = make_people(gallery, 1)[0].visitor

    page = queries.for_you(visitor, limit=20)

    teams = Counter(each.entry.variant for each in page.shown)
    spaces = {(each.entry.variant, each.entry.space_id) for each in page.shown}
    assert page.rails == ()
    assert teams == {"a": 10, "b": 10}
    assert spaces == {("a", gallery.look.pk), ("b", gallery.shuffled.pk)}
    assert {each.entry.source for each in page.shown} == {"model"}  # nothing is drawn
    assert len({each.artwork.pk for each in page.shown}) == 20


def test_a_coin_says_who_begins_a_list(gallery: Gallery) -> None:
    make(gallery, "interleaving")
    visitor = make_people(gallery, 1)[0].visitor

    begins = set[str]()
    for _ in range(60):  # which one side alone would begin once in 2**59 runs
        begins.add(queries.for_you(visitor, limit=4).shown[0].entry.variant)
        if begins == {"a", "b"}:
            return
    raise AssertionError(f"Every list was begun by {begins}.")


def test_works_that_no_ranking_chose_are_of_no_team() -> None:
    first = [
        Entry(artwork_id=pk, position=place, source="fresh" if pk == 9 else "model")
        for place, pk in enumerate((1, 9, 2))
    ]
    second = [Entry(artwork_id=pk, position=pk, source="model") for pk in (3, 4, 5)]

    entries = interleaved(first, second, limit=4, rng=np.random.default_rng(0))

    assert [entry.position for entry in entries] == list(range(4))
    assert {entry.artwork_id: entry.variant for entry in entries} == {
        1: "a",
        9: "",
        3: "b",
        4: "b",
    }


def test_a_model_that_is_gone_leaves_its_side_to_visrank(gallery: Gallery) -> None:
    profile = profile_of(make_people(gallery, 1)[0].visitor)
    gone = Assignment(1, (None, 10**9), "b")

    entries, by = experiments.ranked(gone, profile, knobs=Serving(explore_share=0), limit=5)

    assert by
    assert by.space == gallery.look
    assert len(entries) == 5
