"""Asking for maps, by hand and by itself, and naming neighbourhoods."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.webapp.desk.people import person
from tests.webapp.makers import make_artwork, make_space, place
from tests.webapp.studio.makers import make_map, make_works, node
from webapp.accounts.roles import CURATORS
from webapp.catalog.models import Artwork
from webapp.studio import actions, queries
from webapp.studio.actions import StudioError
from webapp.studio.models import Map, Place
from webapp.vectors.models import Space

pytestmark = pytest.mark.django_db


def hang(space: Space, count: int) -> None:
    for number in range(count):
        place(space, make_artwork(f"Work {number}"), [1.0, number, 0.0, 1.0])


def test_a_space_has_one_open_map_however_often_one_asks() -> None:
    space = make_space()

    first, second = actions.ask(space), actions.ask(space)

    assert first == second
    assert (first.state, first.number) == (Map.State.QUEUED, 1)


def test_a_space_that_is_being_built_cannot_be_drawn() -> None:
    space = make_space(state=Space.State.BUILDING)

    with pytest.raises(StudioError, match="nothing to draw"):
        actions.ask(space)


def test_a_map_that_waits_is_cancelled_at_once_and_a_ready_one_not() -> None:
    waiting = actions.ask(make_space())
    ready = make_map(make_works(), number=2)

    actions.cancel(waiting)

    waiting.refresh_from_db()
    assert waiting.state == Map.State.CANCELLED
    with pytest.raises(StudioError, match="not being drawn any more"):
        actions.cancel(ready)


def test_a_running_map_is_asked_to_end() -> None:
    found = actions.ask(make_space())
    Map.objects.update(state=Map.State.RUNNING)

    actions.cancel(found)

    found.refresh_from_db()
    assert (found.state, found.cancel_requested) == (Map.State.RUNNING, True)


def test_a_name_can_be_given_and_taken_back_and_its_history_stays() -> None:
    curator = person("carl", CURATORS)
    found = make_map(make_works())

    actions.rename(node(found, 1, 0), "  Evening   ridges\0 ", by=curator)
    named = node(found, 1, 0)
    actions.rename(named, "", by=curator)

    assert (named.name, named.named_by) == ("Evening ridges", curator)
    again = node(found, 1, 0)
    assert (again.name, again.named, again.named_by) == ("Fine 0", None, None)
    told = [(naming.before, naming.after) for naming in again.namings.order_by("pk")]
    assert told == [("Fine 0", "Evening ridges"), ("Evening ridges", "Fine 0")]
    found.refresh_from_db()
    assert found.revision == 2


def test_a_name_that_is_too_long_is_refused() -> None:
    found = make_map(make_works())

    with pytest.raises(StudioError, match="at most 120 characters; this one has 121"):
        actions.rename(node(found, 0, 0), "x" * 121, by=person("carl", CURATORS))


def test_a_live_space_gets_its_first_map_by_itself_once_it_holds_enough() -> None:
    space = make_space()
    hang(space, actions.FEWEST - 1)

    actions.mind()
    before = Map.objects.count()
    hang(space, 1)
    actions.mind()

    assert before == 0
    assert [each.why for each in Map.objects.all()] == [f"{space} went live."]


def test_nothing_is_drawn_while_works_are_coming_in() -> None:
    space = make_space()
    hang(space, actions.FEWEST)
    make_artwork("On its way", state=Artwork.State.CHECKED)

    actions.mind()

    assert not Map.objects.exists()


def test_a_collection_that_grew_by_a_fifth_is_drawn_anew() -> None:
    space = make_space()
    hang(space, 12)
    Map.objects.create(
        space=space, purpose="look", label="Look", number=1, state=Map.State.READY, count=10
    )

    actions.mind()

    assert Map.objects.get(state=Map.State.QUEUED).why == "The collection grew from 10 to 12 works."


def test_a_collection_of_other_works_than_were_drawn_is_drawn_anew() -> None:
    space = make_space()
    works = make_works()
    make_map(works, space=space)
    Map.objects.update(count=40)
    Artwork.objects.filter(pk__in=[work.pk for work in works]).delete()
    hang(space, 30)

    actions.mind()

    assert Map.objects.get(state=Map.State.QUEUED).why == (
        "Of 30 works only 0 were there when it was drawn."
    )


def test_a_map_that_failed_is_tried_again_after_a_pause_and_three_times_at_most() -> None:
    space = make_space()
    hang(space, actions.FEWEST)
    actions.mind()
    asked = []

    for minutes in (29, 31, 59, 61, 600):
        ended = timezone.now() - timedelta(minutes=minutes)
        Map.objects.filter(state__in=Map.OPEN).update(state=Map.State.FAILED)
        Map.objects.update(finished=ended)
        actions.mind()
        asked.append(Map.objects.count())

    assert asked == [1, 2, 2, 3, 3]
    assert Map.objects.first().why == "Tried again: Look, map 2 failed."  # type: ignore[union-attr]


def test_a_map_that_was_cancelled_is_left_alone() -> None:
    space = make_space()
    hang(space, actions.FEWEST)
    ended = timezone.now() - timedelta(days=1)
    for number, state in enumerate((Map.State.FAILED, Map.State.CANCELLED)):
        Map.objects.create(
            space=space, purpose="look", label="Look", number=number, state=state, finished=ended
        )

    actions.mind()

    assert Map.objects.count() == 2


def test_the_shown_map_is_that_of_the_space_that_serves() -> None:
    works = make_works()
    serving = make_map(works, space=make_space())
    make_map(works, space=make_space(state=Space.State.RETIRED), number=2)

    assert queries.live_map() == serving


def test_only_the_newest_maps_are_kept() -> None:
    works = make_works()
    made = [make_map(works, number=number) for number in range(1, 6)]

    dropped = actions.drop_old("look")

    assert dropped == 2
    assert set(Map.objects.all()) == set(made[2:])
    assert Place.objects.count() == 18


def test_a_map_outlives_its_space() -> None:
    found = make_map(make_works())

    Space.objects.all().delete()

    assert queries.live_map() == found
