"""Walks are asked for, laid out by a worker, and shown."""

from __future__ import annotations

import numpy as np
import pytest
from django.test import Client

from tests.webapp.desk.people import person, signed_in
from tests.webapp.makers import make_artwork, make_space, place
from webapp.accounts.models import User
from webapp.accounts.roles import CURATORS
from webapp.catalog.models import Artwork
from webapp.exhibitions import arrangement
from webapp.exhibitions.models import Hanging, Room
from webapp.selections import walks
from webapp.selections.actions import RefusedError
from webapp.selections.models import Selection, Walk
from webapp.vectors.models import Space
from workers.tasks.walk import walk

pytestmark = pytest.mark.django_db
HOME = "/studio/path/"


@pytest.fixture
def carl() -> User:
    return person("carl", CURATORS)


@pytest.fixture
def arc() -> tuple[Space, list[Artwork]]:
    """Works along a quarter of a circle."""
    space = make_space(2)
    works = [make_artwork(f"Stop {number}") for number in range(16)]
    for work, angle in zip(works, np.linspace(0, np.pi / 2, 16), strict=True):
        place(space, work, [np.cos(angle), np.sin(angle)])
    return space, works


def test_a_worker_lays_out_the_way_in_small_steps(
    carl: User, arc: tuple[Space, list[Artwork]]
) -> None:
    space, works = arc
    row = walks.ask(space=space, start=works[0], end=works[-1], steps=8, by=carl)

    walk()

    row.refresh_from_db()
    order = [[work.pk for work in works].index(pk) for pk in row.works]
    assert row.state == Walk.State.DONE
    assert order == sorted(order)
    assert (order[0], order[-1], len(order)) == (0, 15, 8)
    assert len(row.gaps) == 7
    assert max(row.gaps) < 0.1


def test_what_is_known_or_waits_is_not_asked_for_twice(
    carl: User, arc: tuple[Space, list[Artwork]], monkeypatch: pytest.MonkeyPatch
) -> None:
    space, works = arc
    monkeypatch.setattr(walks, "OPEN", 1)
    first = walks.ask(space=space, start=works[0], end=works[1], steps=8, by=carl)

    again = walks.ask(space=space, start=works[0], end=works[1], steps=8, by=carl)

    assert again == first
    with pytest.raises(RefusedError, match="just now"):
        walks.ask(space=space, start=works[1], end=works[0], steps=8, by=carl)
    with pytest.raises(RefusedError, match="Choose two"):
        walks.ask(space=space, start=works[0], end=works[0], steps=8, by=carl)
    with pytest.raises(RefusedError, match="A walk has 8, 12"):
        walks.ask(space=space, start=works[0], end=works[1], steps=9, by=carl)


def test_a_work_without_a_place_fails_in_words_and_can_be_tried_again(carl: User) -> None:
    space = make_space(2)
    one, two = make_artwork(), make_artwork()
    place(space, one, [1, 0])
    walks.ask(space=space, start=one, end=two, steps=8, by=carl)

    walk()
    failed = Walk.objects.get()
    place(space, two, [0, 1])
    walks.ask(space=space, start=one, end=two, steps=8, by=carl)
    walk()

    assert failed.reason == "One of the two works has no place in this space yet."
    assert Walk.objects.get().works == [one.pk, two.pk]


def test_two_works_are_chosen_then_walked_between_and_the_way_is_kept(
    carl: User, arc: tuple[Space, list[Artwork]]
) -> None:
    client: Client = signed_in(carl)
    _space, works = arc
    first = client.get(HOME)
    to_choose = dict(first.context["choices"])[works[0]]
    second = client.get(to_choose)
    address = dict(second.context["choices"])[works[9]]

    asked = client.post(address, follow=True)
    walk()
    page = client.get(address)
    ids = " ".join(str(step.artwork.pk) for step in page.context["steps"])
    client.post("/studio/selections/new/", {"ids": ids, "source": "walk", "title": "There"})
    hall = client.post(address, {"room": "", "title": "Across"})

    assert works[0] not in dict(second.context["choices"])
    assert asked.context["waiting"]
    steps = page.context["steps"]
    assert (steps[0].artwork, steps[-1].artwork) == (works[0], works[9])
    assert max(step.gap for step in steps) == 1.0
    made = Selection.objects.get()
    assert (made.source, made.works) == ("walk", [step.artwork.pk for step in steps])
    room = Room.objects.get(exhibition__title="Across")
    assert hall.headers["Location"] == f"/studio/exhibitions/{room.exhibition_id}/"
    hung = Hanging.objects.filter(room=room).order_by("position")
    assert list(hung.values_list("artwork_id", flat=True)) == made.works


def test_a_walk_that_cannot_be_hung_says_so_at_its_button(
    carl: User, arc: tuple[Space, list[Artwork]], monkeypatch: pytest.MonkeyPatch
) -> None:
    space, works = arc
    walks.ask(space=space, start=works[0], end=works[15], steps=8, by=carl)
    walk()
    monkeypatch.setattr(arrangement, "MOST_WORKS", 3)
    browser = signed_in(carl)
    address = f"/studio/path/?from={works[0].pk}&to={works[15].pk}&steps=8"

    full = browser.post(address, {"room": "", "title": "Across"}, follow=True).content.decode()
    Walk.objects.update(works=[])
    gone = browser.post(address, {"room": ""}, follow=True).content.decode()

    assert '<details class="choice" open><summary>Hang in an exhibition' in full
    assert full.count("An exhibition holds 3 works; 0 hang already") == 1
    assert '<div class="note">None of these works is in the gallery.</div>' in gone


def test_without_a_space_there_is_nothing_to_walk_through(carl: User) -> None:
    make_artwork()

    page = signed_in(carl).get(HOME)

    assert "has not looked at its pictures yet" in page.content.decode()


def test_what_a_work_says_of_a_visitor_leads_nowhere(
    carl: User, arc: tuple[Space, list[Artwork]]
) -> None:
    _flat, works = arc
    space = make_space(3, state=Space.State.RETIRED)
    space.scored = 2
    space.save()
    for number, angle in enumerate(np.linspace(0, np.pi / 2, 16)):
        place(space, works[number], [np.cos(angle), np.sin(angle), 9.0 * (number % 2)])
    row = walks.ask(space=space, start=works[0], end=works[15], steps=8, by=carl)

    walk()

    row.refresh_from_db()
    assert max(row.gaps) < 0.1
