"""What ranks: switches, heads kept in the process, and damage."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from pytest_django import DjangoAssertNumQueries

from tests.webapp.makers import make_artwork, make_space, place
from tests.webapp.tastes import make_taste, mean_bundle
from webapp.catalog.models import Artwork
from webapp.feed import actions, queries, served
from webapp.feed.models import Serving, Visitor
from webapp.feed.profile import profile_of
from webapp.feed.ranking import recommend
from webapp.vectors.actions import go_live, replace_head
from webapp.vectors.models import Space

pytestmark = pytest.mark.django_db


def room() -> tuple[Visitor, Space, dict[str, Artwork]]:
    """A visitor who likes A; B looks like it, C does not."""
    space = make_space()
    works = {name: make_artwork(name, artist=name) for name in "ABC"}
    for name, vector in (("A", [1, 0, 0, 0]), ("B", [1, 0.2, 0, 0]), ("C", [0, 1, 0, 0])):
        place(space, works[name], vector)
    visitor = Visitor.objects.create()
    actions.like(visitor=visitor, artwork=works["A"])
    return visitor, space, works


def shelve(space: Space, works: dict[str, Artwork], best: str) -> None:
    """Place works in a taste space so that whoever likes A is shown `best` first."""
    for name, work in works.items():
        place(space, work, [1, 0.1 if name in ("A", best) else -1, 0.2 if name == "A" else 0, 0])


def titles(visitor: Visitor | None) -> list[str]:
    return [each.artwork.title for each in queries.for_you(visitor).shown]


def test_visrank_ranks_until_a_model_goes_live_and_the_switch_is_seen_at_once() -> None:
    visitor, _look, works = room()
    assert titles(visitor) == ["B", "C"]
    shelve(model := make_taste(mean_bundle(), state=Space.State.READY), works, "C")
    assert titles(visitor) == ["B", "C"]

    go_live(model)

    page = queries.for_you(visitor)
    assert [each.artwork.title for each in page.shown] == ["C", "B"]
    assert {each.entry.space_id for each in page.shown} == {model.pk}
    assert page.shown[0].because == works["A"]


def test_a_request_that_has_begun_ends_on_the_model_it_began_with() -> None:
    visitor, _look, works = room()
    shelve(former := make_taste(mean_bundle()), works, "C")
    begun = served.serving()
    shelve(later := make_taste(mean_bundle(), state=Space.State.READY), works, "B")

    go_live(later)
    ended = recommend(profile_of(visitor), begun, knobs=Serving(), limit=2)

    assert [entry.space_id for entry in ended] == [former.pk] * 2
    assert [entry.artwork_id for entry in ended] == [works["C"].pk, works["B"].pk]
    assert titles(visitor) == ["B", "C"]


def test_a_head_is_read_once_per_process(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    make_space()
    make_taste(mean_bundle())

    with django_assert_num_queries(2):
        first = served.serving()
    with django_assert_num_queries(1):
        second = served.serving()

    assert first
    assert second
    assert first.bundle is second.bundle is not None


def test_a_head_that_was_replaced_is_read_anew() -> None:
    model = make_taste(mean_bundle())
    assert served.serving()

    replace_head(model, mean_bundle(model="another").to_bytes())

    found = served.serving()
    assert found
    assert found.bundle
    assert found.bundle.model == "another"


def test_only_a_few_heads_are_kept() -> None:
    spaces = [make_taste(mean_bundle(), state=Space.State.READY) for _ in range(served.KEPT + 3)]

    for space in spaces:
        assert served.served_by(space.pk)

    assert len(served._heads) == served.KEPT


def test_any_space_can_be_asked_to_rank() -> None:
    visitor, look, works = room()
    shelve(make_taste(mean_bundle()), works, "C")
    shelve(other := make_taste(mean_bundle(), state=Space.State.RETIRED), works, "B")
    profile = profile_of(visitor)

    by_other = recommend(profile, served.served_by(other.pk), knobs=Serving(), limit=2)
    by_look = recommend(profile, served.served_by(None), knobs=Serving(), limit=2)
    by_gone = served.served_by(other.pk + 1_000)
    by_its_id = served.served_by(look.pk)

    assert [entry.space_id for entry in by_other] == [other.pk] * 2
    assert [entry.space_id for entry in by_look] == [look.pk] * 2
    assert by_gone == by_its_id == served.Served(look, None, look)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"no archive",
        mean_bundle().to_bytes()[:200],
        mean_bundle(dim=5, scored=5, profile=(0, 5)).to_bytes(),
    ],
    ids=["empty", "text", "cut", "other columns"],
)
def test_a_damaged_head_is_logged_once_and_visrank_ranks(
    head: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    visitor, look, works = room()
    shelve(make_taste(head), works, "C")

    with caplog.at_level(logging.ERROR):
        pages = [queries.for_you(visitor) for _ in range(3)]

    for page in pages:
        assert [each.artwork.title for each in page.shown] == ["B", "C"]
        assert {each.entry.space_id for each in page.shown} == {look.pk}
    assert len(caplog.records) == 1
    assert "VisRank does" in caplog.text


def test_a_head_that_makes_nothing_of_a_profile_is_logged_and_visrank_ranks(
    caplog: pytest.LogCaptureFixture,
) -> None:
    visitor, _look, works = room()
    nothing = mean_bundle(head="constant", arrays={"query": np.zeros(4, dtype=np.float32)})
    shelve(make_taste(nothing), works, "C")

    with caplog.at_level(logging.ERROR):
        shown = titles(visitor)

    assert shown == ["B", "C"]
    assert "nothing of this profile" in caplog.text


def test_visrank_ranks_for_a_visitor_whose_works_the_model_does_not_know() -> None:
    visitor, look, works = room()
    shelve(model := make_taste(mean_bundle()), {"B": works["B"], "C": works["C"]}, "C")

    page = queries.for_you(visitor)

    assert [each.artwork.title for each in page.shown] == ["B", "C"]
    assert {each.entry.space_id for each in page.shown} == {look.pk} != {model.pk}


def test_a_model_that_ranks_for_nobody_joins_what_newcomers_see() -> None:
    _visitor, _look, works = room()
    query = np.array([0, 0, 0, 1], dtype=np.float32)
    model = mean_bundle(head="constant", arrays={"query": query}, empty_profile=True)
    space = make_taste(model)
    for name, last in (("A", 0.0), ("B", 9.0), ("C", 1.0)):
        place(space, works[name], [1, 0, 0, last])

    page = queries.for_you(Visitor.objects.create())

    assert not page.personal
    # A is the popular one, C the newest; B is what the model would show anybody.
    assert [(each.artwork.title, each.entry.source) for each in page.shown] == [
        ("A", "popular"),
        ("C", "fresh"),
        ("B", "fresh"),
    ]


def test_without_a_look_space_a_model_still_ranks() -> None:
    visitor, look, works = room()
    shelve(make_taste(mean_bundle()), works, "C")
    look.delete()

    assert titles(visitor) == ["C", "B"]


def test_without_any_space_there_is_a_page() -> None:
    visitor, look, _works = room()
    look.delete()

    assert sorted(titles(visitor)) == ["B", "C"]


@pytest.mark.parametrize("likes", [1, 9])
def test_a_model_costs_a_fixed_number_of_queries(
    django_assert_num_queries: DjangoAssertNumQueries, likes: int
) -> None:
    look, model = make_space(), make_taste(mean_bundle())
    works = [make_artwork(str(number), artist=str(number)) for number in range(60)]
    for number, work in enumerate(works):
        for space in (look, model):
            place(space, work, [1, number / 10, 0, 0])
    visitor = Visitor.objects.create()
    for work in works[:likes]:
        actions.like(visitor=visitor, artwork=work)
    actions.hide(visitor=visitor, artwork=works[50])
    queries.for_you(visitor, limit=20)  # reads the head and the background

    # Profile, experiment, spaces, knobs, profile vectors, nearest, new works, looks, facts,
    # reasons, cards.
    with django_assert_num_queries(11):
        queries.for_you(visitor, limit=20)
