""" "Visitors of this also looked at" and "Next in this visit", with and without a model."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import numpy as np
import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from artrec.serving.bundle import Bundle
from tests.webapp.makers import make_artwork, make_space, place
from tests.webapp.tastes import make_taste, mean_bundle
from webapp.catalog.models import Artwork
from webapp.feed import covisits, impressions, queries, rows, served
from webapp.feed.models import Event, Impression, Visitor
from webapp.feed.ranking import Entry
from webapp.vectors.models import Space

pytestmark = pytest.mark.django_db

VECTORS: dict[str, list[float]] = {
    "A": [1, 0, 0, 0],
    "B": [0.9, 0.1, 0, 0],
    "C": [0.8, 0.3, 0, 0],
    "D": [0.2, 0.9, 0, 0],
    "E": [-1, 0.2, 0, 0],
}


@pytest.fixture
def works() -> dict[str, Artwork]:
    return {name: make_artwork(name, artist=name) for name in VECTORS}


def make_live(purpose: str, works: dict[str, Artwork], bundle: Bundle | None = None) -> Space:
    space = make_taste(bundle or mean_bundle())
    Space.objects.filter(pk=space.pk).update(purpose=purpose)
    space.purpose = purpose
    for name, work in works.items():
        place(space, work, VECTORS[name])
    return space


def visit(works: Sequence[Artwork], *, days: float = 1.0, visitor: Visitor | None = None) -> None:
    begin = timezone.now() - timedelta(days=days)
    visitor = visitor or Visitor.objects.create()
    for minute, work in enumerate(works):
        time = begin + timedelta(minutes=minute)
        Event.objects.create(visitor=visitor, artwork=work, kind="view", time=time)


def titles(row: rows.Row | None) -> list[str]:
    return [work.title for work in row.works] if row else []


def cards(html: str, heading: str) -> list[int]:
    """Works of the section under a heading of a page."""
    section = html.partition(f">{heading}</h2>")[2].partition("</section>")[0]
    return [int(pk) for pk in re.findall(r'class="card"[^>]* data-work="(\d+)"', section)]


def test_the_model_of_visits_says_what_was_also_looked_at(works: dict[str, Artwork]) -> None:
    space = make_live("visits", works)

    row = rows.also_looked_at(works["A"])

    assert titles(row) == ["B", "C", "D"]  # E has nothing in common with A
    assert row is not None
    assert {(entry.source, entry.space_id) for entry in row.entries} == {("model", space.pk)}


def test_hidden_sold_and_withdrawn_works_are_in_no_row(works: dict[str, Artwork]) -> None:
    make_live("visits", works)
    Artwork.objects.filter(pk=works["B"].pk).update(availability="sold")
    Artwork.objects.filter(pk=works["D"].pk).update(state=Artwork.State.WITHDRAWN)

    assert titles(rows.also_looked_at(works["A"])) == ["C"]
    assert titles(rows.also_looked_at(works["A"], exclude=[works["C"].pk])) == []
    assert titles(rows.next_in_visit([works["A"].pk, works["E"].pk])) == ["C"]


def test_of_one_artist_stand_three_at_most() -> None:
    many = [make_artwork(str(number), artist="one hand") for number in range(6)]
    space = make_live("visits", {})
    for number, work in enumerate(many):
        place(space, work, [1, number / 10, 0, 0])

    assert titles(rows.also_looked_at(many[0])) == ["1", "2", "3"]


def test_without_a_model_it_is_counted(works: dict[str, Artwork]) -> None:
    a, b, c, d, e = works.values()
    for _ in range(3):
        visit([a, b])
    for _ in range(2):
        visit([c, a])
    for number in range(20):  # C is looked at by all the world
        visit([c, b if number < 5 else c])
    visit([a, d])  # one person is no company
    paused = Visitor.objects.create()
    visit([a], days=2, visitor=paused)
    visit([e], days=1.9, visitor=paused)

    row = rows.also_looked_at(a)

    assert titles(row) == ["B", "C"]
    assert row is not None
    assert {(entry.source, entry.space_id) for entry in row.entries} == {("popular", None)}


def test_a_work_between_two_pauses_is_counted_with_its_own_visit_only(
    works: dict[str, Artwork],
) -> None:
    a, b, c, d, _ = works.values()
    for _ in range(2):
        visitor = Visitor.objects.create()
        visit([b], days=1, visitor=visitor)
        visit([a, c], days=1 - 40 / 1440, visitor=visitor)
        visit([d], days=1 - 80 / 1440, visitor=visitor)

    assert covisits.looked_at_with(a.pk) == [c.pk]


def test_what_is_set_aside_or_taken_back_is_not_counted(works: dict[str, Artwork]) -> None:
    a, b, *_ = works.values()
    for _ in range(2):
        visit([a, b])
    Event.objects.filter(artwork=b).update(muted=timezone.now())

    assert covisits.looked_at_with(a.pk) == []


def test_works_that_the_model_does_not_know_are_counted_for(works: dict[str, Artwork]) -> None:
    new = make_artwork("new", artist="new")
    make_live("visits", works)
    for _ in range(2):
        visit([new, works["E"]])

    assert titles(rows.also_looked_at(new)) == ["E"]


def test_a_visit_of_one_work_says_nothing_of_the_next(works: dict[str, Artwork]) -> None:
    make_live("next", works)

    assert rows.next_in_visit([works["A"].pk]) is None
    assert titles(rows.next_in_visit([works["A"].pk, works["B"].pk])) == ["C", "D", "E"]


def test_without_any_model_there_is_no_next(works: dict[str, Artwork]) -> None:
    make_space()

    assert rows.next_in_visit([work.pk for work in works.values()][:3]) is None


def test_the_model_of_what_comes_next_goes_before_that_of_visits(
    works: dict[str, Artwork],
) -> None:
    lens = make_live("visits", works)
    seen = [works["A"].pk, works["B"].pk]
    first = rows.next_in_visit(seen)
    own = make_live("next", works)
    second = rows.next_in_visit(seen)

    assert [{entry.space_id for entry in row.entries} for row in (first, second) if row] == [
        {lens.pk},
        {own.pk},
    ]


def test_the_order_of_a_visit_matters_to_the_recurrent_head(works: dict[str, Artwork]) -> None:
    rng = np.random.default_rng(3)
    shapes = {"input_weights": (3, 9), "hidden_weights": (3, 9)}
    arrays = {name: rng.normal(0, 2, shape) for name, shape in shapes.items()}
    arrays |= {name: np.zeros(9) for name in ("input_bias", "hidden_bias")}
    bundle = Bundle("gru4rec", "gru", 4, 4, (0, 3), settings={"longest": 50}, arrays=arrays)
    make_live("next", works, bundle)
    others = {f"x{number}": make_artwork(f"x{number}", artist=f"x{number}") for number in range(9)}
    space = Space.objects.get(purpose="next")
    for work in others.values():
        place(space, work, rng.normal(size=4).tolist())

    forth = rows.next_in_visit([works["A"].pk, works["D"].pk, works["E"].pk])
    back = rows.next_in_visit([works["E"].pk, works["D"].pk, works["A"].pk])

    assert len(titles(forth)) == rows.LENGTH
    assert titles(forth) != titles(back)


def test_a_damaged_head_or_one_that_makes_nothing_costs_the_row_only(
    works: dict[str, Artwork], caplog: pytest.LogCaptureFixture
) -> None:
    space = make_live("next", works)
    seen = [works["A"].pk, works["B"].pk]
    Space.objects.filter(pk=space.pk).update(head=b"damaged")
    with caplog.at_level(logging.ERROR):
        assert rows.next_in_visit(seen) is None
    query = np.zeros(4, dtype=np.float32)
    nothing = mean_bundle(head="constant", arrays={"query": query}).to_bytes()
    served.forget()
    Space.objects.filter(pk=space.pk).update(head=nothing)

    with caplog.at_level(logging.ERROR):
        assert rows.next_in_visit(seen) is None
    assert "could not rank for a visit of 2 works" in caplog.text


def test_the_page_of_a_work_shows_its_row_and_logs_it(
    client: Client, works: dict[str, Artwork]
) -> None:
    space = make_live("visits", works)
    look = make_space()
    for name, work in works.items():
        place(look, work, VECTORS[name])
    client.post(f"/works/{works['C'].pk}/hide/")

    html = client.get(works["A"].get_absolute_url()).content.decode()
    impressions.flush()

    also = cards(html, "Visitors of this also looked at")
    assert also == [works["B"].pk, works["D"].pk]
    assert cards(html, "More like this") == [works["E"].pk]  # no work twice
    shown = list(Impression.objects.order_by("position"))
    assert [row.artwork_id for row in shown] == also
    assert {(row.surface, row.space_id) for row in shown} == {("visits", space.pk)}
    assert {row.visitor_id for row in shown} == {Visitor.objects.get().pk}
    assert f'data-list="{shown[0].list_id}"' in html
    assert f"/works/{works['B'].pk}/?list={shown[0].list_id}" in html


def test_a_work_nobody_looked_at_with_others_has_no_row(
    client: Client, works: dict[str, Artwork]
) -> None:
    html = client.get(works["A"].get_absolute_url()).content.decode()

    assert "also looked at" not in html
    assert impressions.waiting() == 0


@pytest.mark.parametrize("stranger", [True, False])
def test_for_you_goes_on_from_the_visit(
    client: Client, works: dict[str, Artwork], stranger: bool
) -> None:
    space = make_live("next", works)
    if not stranger:
        client.post(f"/works/{works['E'].pk}/like/")
    client.post(f"/works/{works['A'].pk}/viewed/")
    one = client.get("/for-you/").content.decode()
    client.post(f"/works/{works['B'].pk}/viewed/")

    html = client.get("/for-you/").content.decode()
    impressions.flush()

    assert ("Next in this visit" in one) is not stranger  # a like is a look, too
    expected = ["C", "D", "E"] if stranger else ["C", "D"]
    upcoming = cards(html, "Next in this visit")
    assert upcoming == [works[name].pk for name in expected]
    every = re.findall(r'class="card"[^>]* data-work="(\d+)"', html)
    assert len(every) == len(set(every))
    logged = Impression.objects.filter(surface="next", space_id=space.pk).order_by("-time")
    assert {row.artwork_id for row in logged[: len(upcoming)]} == set(upcoming)


def page(rails: Sequence[int], more: Sequence[Entry], **values: object) -> queries.FeedPage:
    known = Artwork.objects.in_bulk()
    first = tuple(
        queries.Recommendation(known[pk], Entry(pk, place, "model"))
        for place, pk in enumerate(rails)
    )
    rest = tuple(queries.Recommendation(known[each.artwork_id], each) for each in more)
    head = (queries.Rail(known[rails[0]], "liked", first),)
    return queries.FeedPage(uuid4(), head, rest, True, **values)  # type: ignore[arg-type]


def test_a_row_repeats_nothing_that_stands_above_it_or_is_part_of_a_measurement(
    works: dict[str, Artwork],
) -> None:
    a, b, c, d, _ = (work.pk for work in works.values())
    more = [Entry(b, 1, "model"), Entry(c, 2, "explore", 0.1), Entry(d, 3, "model")]

    assert rows.above(page([a], more)) == {a, c}
    assert rows.above(page([a], more, experiment_id=7)) == {a, b, c, d}


def test_what_stands_in_the_row_is_not_on_the_rest_of_the_page(works: dict[str, Artwork]) -> None:
    a, b, c, d, _ = (work.pk for work in works.values())
    entries = tuple(Entry(pk, place, "model") for place, pk in enumerate((b, d)))
    row = rows.Row(uuid4(), "next", (works["B"], works["D"]), entries)
    whole = page([a], [Entry(pk, place, "model") for place, pk in enumerate((b, c, d), 1)])

    left = rows.without(whole, row)

    assert [(each.artwork.pk, each.entry.position) for each in left.shown] == [(a, 0), (c, 2)]
    assert rows.without(whole, None) == whole


@pytest.mark.parametrize("number", [12, 40])
def test_rows_cost_the_same_few_queries_however_many_works(
    django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    many = [make_artwork(str(each), artist=str(each)) for each in range(number)]
    space = make_live("visits", {})
    for each, work in enumerate(many):
        place(space, work, [1, each / 10, 0, 0])
    ids = [work.pk for work in many[: number // 2]]
    rows.next_in_visit(ids)  # reads the head

    # Space, vectors, nearest, what may be shown, cards.
    with django_assert_num_queries(5):
        rows.also_looked_at(many[0])
    with django_assert_num_queries(5):
        rows.next_in_visit(ids)


def test_counting_is_kept_for_a_while(
    works: dict[str, Artwork], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(2):
        visit([works["A"], works["B"]])

    with django_assert_num_queries(4):  # space, counting, what may be shown, cards
        rows.also_looked_at(works["A"])
    with django_assert_num_queries(3):
        rows.also_looked_at(works["A"])


def test_who_looks_around_pushes_nothing_out_of_what_is_kept(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(1_000):
        for pk in range(1_000):
            covisits.looked_at_with(pk)

    with django_assert_num_queries(0):
        for pk in range(1_000):
            covisits.looked_at_with(pk)


def test_a_like_in_a_row_is_a_like_of_its_list(client: Client, works: dict[str, Artwork]) -> None:
    make_live("visits", works)
    client.post(f"/works/{works['E'].pk}/hide/")
    html = client.get(works["A"].get_absolute_url()).content.decode()
    found = re.search(r'data-list="([0-9a-f-]{36})"', html)
    assert found

    client.post(f"/works/{works['B'].pk}/like/", {"list": found[1]})
    impressions.flush()

    event = Event.objects.get(kind="like")
    shown = Impression.objects.filter(artwork_id=event.artwork_id).values_list("list_id", flat=True)
    assert list(shown) == [event.list_id]
